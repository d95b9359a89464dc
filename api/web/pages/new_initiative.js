// A new initiative, by whoever sets up what others work in; and then who is to look after it.

import { asked, Refused, SignedOut, Unreached } from "../ask.js";
import { today } from "../days.js";
import { useDraft } from "../draft.js";
import { eventOf } from "../entry.js";
import { Choice, One, Some, Words } from "../forms/fields.js";
import { Sheet, useSending } from "../forms/form.js";
import { When } from "../forms/when.js";
import { Copied } from "../parts/copied.js";
import { Nowhere } from "../parts/told.js";
import { joined } from "../people.js";
import { to } from "../route.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { setsUp, viewer } from "../viewer.js";
import { say, word } from "../words.js";
import { KNOWN_ROLES } from "./new_contact.js";

const RECORD = "mutation Begin($events: [JSON!]!, $by: String!) { recordEvents(events: $events, recordedBy: $by) { position } }";
const KINDS = ["buddy", "chores", "meeting_place", "bonus_family", "group", "phone_circle", "residents", "other"];
const GUIDANCE = ["none", "light", "intensive"];
const CONTACTS = ["one_off", "fixed", "indefinite"];
const SIDES = ["gives", "receives", "both", "none"];

export function NewInitiativePage() {
  const [begun, begin] = useState(null);
  if (!setsUp()) return html`<${Nowhere} />`;
  return html`
    <h1>${say("begin.title")}</h1>
    ${begun ? html`<${Begun} ...${begun} />` : html`<p class="under">${say("begin.what")}</p><${Filled} done=${begin} />`}
  `;
}

function Filled({ done }) {
  const [filled, fill] = useDraft({ event: crypto.randomUUID(), occurred: today(), name: "", roles: [] });
  const set = (name) => (value) => fill((now) => ({ ...now, [name]: value }));
  const sending = useSending(async () => {
    const { event, occurred, ...data } = filled;
    const id = idOf(data.name, event);
    const refused = await refusal({ ...eventOf(`initiative/${id}`, { type: "initiative_registered", occurred, data }), id: event });
    if (!refused) done({ id, name: data.name });
    return { refused };
  });
  const { wrongAt } = sending;
  const worded = (group, words) => words.map((one) => [one, word(group, one)]);
  return html`
    <${Sheet} sending=${sending} hint=${null}>
      <${One} says="begin.name" wrong=${wrongAt("data.name")}>${(own) => html`<input ...${own} type="text" required dir="auto" autocomplete="off" value=${filled.name} onInput=${({ target }) => set("name")(target.value)} />`}<//>
      <${Choice} says="begin.kind" options=${worded("initiative_kind", KINDS)} value=${filled.kind} set=${set("kind")} needed wrong=${wrongAt("data.kind")} />
      <${Choice} says="begin.guidance" options=${worded("guidance", GUIDANCE)} value=${filled.guidance} set=${set("guidance")} needed wrong=${wrongAt("data.guidance")} />
      <${Choice} says="begin.contact" options=${worded("meant", CONTACTS)} value=${filled.contact} set=${set("contact")} needed wrong=${wrongAt("data.contact")} />
      <${When} says="begin.since" value=${filled.occurred} set=${set("occurred")} wrong=${wrongAt("occurred")} />
      <details open=${Boolean(wrongAt("data.roles") || wrongAt("data.place"))}><summary>${say("record.more")}</summary>
        <${Words} says="begin.place" value=${filled.place} set=${set("place")} wrong=${wrongAt("data.place")} />
        <${Roles} value=${filled.roles} set=${set("roles")} wrong=${wrongAt("data.roles")} />
      </details>
    <//>
  `;
}

/** Roles of the initiative's own, each with the side on which it stands. */
function Roles({ value, set, wrong }) {
  const change = (number, part) => set(value.map((one, at) => (at === number ? { ...one, ...part } : one)));
  const hint = say("begin.roles_why", { known: joined(KNOWN_ROLES.map((one) => word("record.role", one))) });
  return html`
    <${Some} says="begin.roles" hint=${hint} wrong=${wrong}>
      ${value.map(({ role, side }, number) => html`
        <div class="row">
          <label>${say("begin.role")} <input type="text" required maxlength="40" value=${role} onInput=${({ target }) => change(number, { role: target.value })} /></label>
          <label>${say("begin.side")} <select value=${side} onChange=${({ target }) => change(number, { side: target.value })}>
            ${SIDES.map((one) => html`<option value=${one}>${say(`begin.side.${one}`)}</option>`)}</select></label>
          <button type="button" class="plain" onClick=${() => set(value.filter((_, at) => at !== number))}>${say("record.leave_out")}</button>
        </div>`)}
      <button type="button" class="second" onClick=${() => set([...value, { role: "", side: "gives" }])}>${say("begin.add_role")}</button>
    <//>
  `;
}

/** Who is to look after it: what to do, in words and to copy. */
function Begun({ id, name }) {
  const told = useRef(null);
  useEffect(() => told.current.focus(), []);
  return html`
    <p role="status" tabindex="-1" ref=${told}>${say("begin.done", { name })}</p>
    <p>${say("begin.invite")}</p>
    <div class="behind"><${Copied} text=${`tussenruimte member invite karin --role coordinator --initiative ${id}`} name=${say("begin.invite_command")} /></div>
    <p>${say("begin.appoint")}</p>
    <div class="behind"><${Copied} text=${`tussenruimte member appoint karin ${id}`} name=${say("begin.appoint_command")} /></div>
    <p>${say("begin.then")}</p>
    ${viewer.value.may.includes("open") ? html`<p class="row"><a class="button" href=${to("record", "new")}>${say("record.form.new")}</a> <a href=${to("initiative", id)}>${say("begin.to")}</a></p>` : null}
  `;
}

/** What was wrong with an event, as a form shows it; none where it was recorded. Sent again it has the same id, and is recorded once. */
async function refusal(event) {
  try {
    await asked(RECORD, { events: [event], by: viewer.value.recordedBy });
    return null;
  } catch (error) {
    if (error instanceof Refused) return { rule: error.message, field: error.field ?? null };
    if (error instanceof SignedOut) return { rule: say("bring.signed_out"), field: null };
    if (error instanceof Unreached) return { rule: `${say("shell.unreached")} ${say("begin.not_kept")}`, field: null };
    throw error;
  }
}

/** An id that somebody can type: the name, which stands in the clear, and something of its own behind it. */
function idOf(name, unique) {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (plain.match(/[a-z0-9]+/g) ?? ["initiative"]).join("-").slice(0, 40);
  return `${words}-${unique.slice(0, 4)}`;
}
