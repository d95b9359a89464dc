// Recording, on the page of a contact: a meeting as agreed with one tap, the other forms, and what waits here.

import { asAgreed, recordAsAgreed, takeBack } from "../as_agreed.js";
import { today } from "../days.js";
import { whoSaid } from "../forms/fields.js";
import { offered } from "../forms/forms.js";
import { entries, entriesAbout } from "../outbox.js";
import { joined, names } from "../people.js";
import { contactOf, here, useRecordable } from "../recordable.js";
import { go, to } from "../route.js";
import { html, signal, useState } from "../vendor/preact.js";
import { viewer } from "../viewer.js";
import { say } from "../words.js";
import { Waiting } from "./waiting.js";

const OFTEN = 5;

/** What was recorded last in each contact, as `record` gave it, by stream: so that it can be taken back. */
const lately = signal({});

function recordedLately(about, entry) {
  lately.value = { ...lately.value, [about]: entry };
}

/** The section of a contact, for whoever may record. */
export function Recording({ relationship: { id } }) {
  const { data } = useRecordable(id);
  if (!viewer.value.may.includes("record") || !data?.relationship) return null;
  const forms = offered(contactOf(data));
  return html`
    <section aria-labelledby="recording" class="recording">
      <h2 id="recording">${say("record.record")}</h2>
      <${AsAgreed} relationship=${data.relationship} met=${data.usual} />
      <nav class="row" aria-label=${say("record.record")}>
        ${forms.slice(0, OFTEN).map((form) => html`<a class="button second" href=${to("record", id, form)}>${say(`record.form.${form}`)}</a>`)}
        <a href=${to("record", id)}>${say("record.all")}</a>
      </nav>
      <${Lately} id=${id} />
      <${Waiting} of=${entriesAbout(`relationship/${id}`)} />
    </section>
  `;
}

/** One tap. Offered where two or more are in a contact that goes on, once a day. `met`: where and how they meet, and when last, where that is known. */
export function AsAgreed({ relationship, met }) {
  const [busy, setBusy] = useState(false);
  const [lost, setLost] = useState(false);
  const about = `relationship/${relationship.id}`;
  const done = met?.on === today() || [lately.value[about], ...entriesAbout(about)].some((one) => one && !one.refused && one.events.some(isToday));
  if (relationship.endedOn || here(relationship).length < 2 || done) return null;
  const tap = async () => {
    setBusy(true);
    try {
      recordedLately(about, await recordAsAgreed(relationship, met));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setLost(true);
    } finally {
      setBusy(false);
    }
  };
  return html`<button onClick=${tap} disabled=${busy} class="agreed"><span>${say("record.as_agreed")}</span><small>${asAgreedSaid(relationship, met)}</small></button>
    ${lost ? html`<p class="wrong" role="alert">${say("record.not_kept")}</p>` : null}`;
}

function isToday({ type, occurred }) {
  return type.includes(".meeting_held.") && occurred === today();
}

function asAgreedSaid(relationship, met = {}) {
  const called = names(relationship);
  const { present, place, activity } = asAgreed(relationship, met);
  const where = place && (place.startsWith("home:") ? say("record.place.home", { who: called[place.slice(5)] }) : say(`record.place.${place}`));
  return [say("record.when.today"), joined(present.map((one) => whoSaid(one, called))), where, activity].filter(Boolean).join(" · ");
}

/** That something was recorded just now, and the way back. */
export function Lately({ id }) {
  const about = `relationship/${id}`;
  const last = lately.value[about];
  if (!last) return null;
  if (last.refused) return html`<p class="wrong" role="alert">${last.refused.rule}</p>`;
  const waits = entries.value.some(({ number }) => number === last.number);
  const undo = async () => {
    const undone = await takeBack(last);
    recordedLately(about, undone?.refused ? undone : null);
  };
  return html`<p class="row" role="status"><span>${waits ? say("record.waits") : `✓ ${say("record.recorded", { what: say(`record.form.${last.form}`) })}`}</span>
    ${last.events.length === 1 && last.form !== "correct" ? html`<button class="plain" onClick=${undo}>${say("record.undo")}</button>` : null}</p>`;
}

/** Where somebody comes when something was recorded: to the contact, or where it can be seen to wait. */
export function arrive(id, entry) {
  recordedLately(`relationship/${id}`, entry);
  // Of a contact that is not begun yet there is nothing to show.
  go(entry.waits ? (entry.form === "new" ? to("record") : to("record", id)) : to("contact", id));
}
