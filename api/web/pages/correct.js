// Correcting an entry: as it should have been said, or withdrawn. What was recorded stays, and is marked.

import { useAnswer } from "../answer.js";
import { today } from "../days.js";
import { eventOf, withdrawal } from "../entry.js";
import { Form } from "../forms/form.js";
import { entriesAbout, record } from "../outbox.js";
import { arrive } from "../parts/recording.js";
import { occurredNow } from "../parts/story.js";
import { Answered, Nowhere } from "../parts/told.js";
import { pair, withNames } from "../people.js";
import { contactOf, useRecordable } from "../recordable.js";
import { to } from "../route.js";
import { html, useState } from "../vendor/preact.js";
import { say } from "../words.js";

const ENTRY = "query Entry($id: ID!) { relationship(id: $id) { history { id type occurred perspective toldBy retractedBy data amended told(marked: true) } } }";

export function Correct({ id, event: wanted }) {
  const recordable = useRecordable(id);
  const answer = useAnswer(ENTRY, { id }, ({ subject }) => subject === `relationship/${id}`);
  return html`<${Answered} answer=${recordable}>${(data) => html`<${Answered} answer=${answer}>${({ relationship }) => {
    const event = relationship?.history.find((one) => one.id === wanted);
    return event && !event.retractedBy ? html`<${One} data=${data} event=${event} history=${relationship.history} />` : html`<${Nowhere} />`;
  }}<//>`}<//>`;
}

function One({ data, event, history }) {
  const { relationship } = data;
  const [contact] = useState(contactOf(data));
  const [about] = useState(`relationship/${contact.id}`);
  const [before, keep] = useState(entriesAbout(about).find(({ form, typed }) => form === "correct" && typed.event === event.id) ?? null);
  const [starts] = useState({ ...startsOf(event, history), ...before?.typed });
  const [refused, refuse] = useState(before?.typed.data ? null : before?.refused);
  const sent = async (entry) => {
    const left = await record(entry, before);
    if (left.refused) keep(left);
    else arrive(contact.id, left);
    return left;
  };
  const withdraw = async () => refuse((await sent(withdrawal(about, event.id))).refused);
  const amend = ({ occurred, data: held, notes }) => {
    const typed = { event: event.id, occurred, data: held, notes };
    const content = eventOf(about, { type: event.type, data: { ...held, notes } }).data;
    // Only a date that was changed is said, since the instant of an event goes with it.
    const moved = occurred === event.occurred ? undefined : occurred;
    return sent({ form: "correct", about, typed, events: [eventOf(about, { type: "event_amended", occurred: today(), data: { event: event.id, data: content, occurred: moved } })] });
  };
  return html`
    <h1>${say("record.form.correct")}</h1>
    <p class="under"><a href=${to("contact", contact.id)}>${pair(relationship)}</a></p>
    <p class="told">${withNames(event.told, contact.called)}</p>
    <p class="hint">${say("record.correct_stays")}</p>
    ${refused ? html`<p class="wrong" role="alert">${refused.rule}</p>` : null}
    <p><button class="second" onClick=${withdraw}>${say("record.withdraw")}</button></p>
    ${starts.shut ? html`<p class="hint">${say("record.correct_shut")}</p>` : html`
      <h2>${say("record.correct_as")}</h2>
      ${starts.lost ? html`<p class="hint">${say("record.correct_lost")}</p>` : null}
      <${Form} form=${event.type} contact=${contact} starts=${starts} refused=${before?.typed?.data ? before.refused : null} send=${amend} amends />`}
  `;
}

/** What holds now, to begin with. `lost`: a note of it cannot be read any more; `shut`: so much that it cannot be said anew. */
function startsOf(event, history) {
  const { notes = [], ...held } = event.amended ?? event.data;
  return {
    occurred: occurredNow(event, history),
    perspective: event.perspective,
    data: held,
    notes: notes.filter(({ text }) => typeof text === "string"),
    lost: notes.some(({ text }) => typeof text !== "string"),
    shut: isShut(held),
  };
}

function isShut(value) {
  if (value === null || typeof value !== "object") return false;
  return ["sealed", "erased", "damaged"].some((sign) => sign in value) || Object.values(value).some(isShut);
}
