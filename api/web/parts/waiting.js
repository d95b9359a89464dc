// What was recorded here and is not with the server yet: it waits, or was refused, with the rule beside it.

import { daySaid } from "../days.js";
import { entries, shut, throwAway } from "../outbox.js";
import { recall } from "../seen.js";
import { pair } from "../people.js";
import { to } from "../route.js";
import { html, useState } from "../vendor/preact.js";
import { say } from "../words.js";

/** How many wait, for the head of all pages. */
export function Count() {
  const refused = entries.value.filter((entry) => entry.refused).length;
  if (!entries.value.length) return null;
  const waits = entries.value.length - refused;
  const told = [waits && say("record.waits_count", { count: waits }), refused && say("record.refused_count", { count: refused })];
  return html`<span role="status"><a class="count" href=${to("record")}>${told.filter(Boolean).join(", ")}</a></span>`;
}

/** `of`: some of the entries. `named`: with which contact each is of. */
export function Waiting({ of, named = false }) {
  if (!of.length) return null;
  return html`
    <section aria-label=${say("record.waiting")} class="waiting">
      <h3>${say("record.waiting")}</h3>
      <p class="hint">${say("record.waiting_clear")} ${shut.value ? html`<a href="/sign-in">${say("record.shut")}</a>` : null}</p>
      <ul class="entries">${of.map((entry) => html`<li key=${entry.number}><${Entry} entry=${entry} named=${named} /></li>`)}</ul>
    </section>
  `;
}

function Entry({ entry, named }) {
  const [asked, ask] = useState(false);
  const { number, form, about, typed, refused, tried } = entry;
  const id = about.split("/")[1];
  const seen = named ? recall(id) : null;
  return html`
    <p class="told">${say(`record.form.${form}`)}${typed.occurred ? `, ${daySaid(typed.occurred)}` : ""}${seen ? ` · ${pair(seen.relationship)}` : ""}</p>
    ${refused ? html`<p class="wrong">${refused.rule}</p>` : html`<p class="from">${say("record.waits")}</p>`}
    <p class="row">
      ${refused ? html`<a class="button second" href=${mending(entry, id)}>${say("record.mend")}</a>` : null}
      ${asked
        ? html`<span>${say(tried && !refused ? "record.sure_tried" : "record.sure")}</span>
            <button onClick=${() => throwAway(number)}>${say("record.throw")}</button><button class="plain" onClick=${() => ask(false)}>${say("record.keep")}</button>`
        : html`<button class="plain" onClick=${() => ask(true)}>${say("record.throw")}</button>`}
    </p>
  `;
}

function mending({ form, number, typed }, id) {
  if (form === "new") return to("record", "new", String(number));
  return form === "correct" ? to("record", id, "correct", typed.event) : to("record", id, form, String(number));
}
