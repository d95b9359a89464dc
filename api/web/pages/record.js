// Recording: what waits, what can be recorded of a contact, and the forms.

import { eventOf } from "../entry.js";
import { begun, eventsOf, isForm, offered } from "../forms/forms.js";
import { Form } from "../forms/form.js";
import { entries, entriesAbout, record } from "../outbox.js";
import { AsAgreed, arrive, Lately } from "../parts/recording.js";
import { Answered, Nowhere } from "../parts/told.js";
import { Waiting } from "../parts/waiting.js";
import { pair } from "../people.js";
import { contactOf, useRecordable } from "../recordable.js";
import { to } from "../route.js";
import { recallAll } from "../seen.js";
import { html, useState } from "../vendor/preact.js";
import { say } from "../words.js";
import { Correct } from "./correct.js";
import { NewContact } from "./new_contact.js";

export function RecordPage({ rest: [id, form, which, renewed] }) {
  if (!id) return html`<${Here} />`;
  if (id === "new") return html`<${NewContact} key=${form} entry=${entryOf(form)} />`;
  if (form === "correct") return html`<${Correct} key=${which} id=${id} event=${which} />`;
  return html`<${OfContact} key=${`${id} ${form} ${which} ${renewed}`} id=${id} form=${form} number=${which} renewed=${renewed} />`;
}

/** All that is here: what waits, and the contacts that can be recorded of without a network. */
function Here() {
  const seen = recallAll();
  return html`
    <h1>${say("record.record")}</h1>
    <${Waiting} of=${entries.value} named />
    <p><a class="button" href=${to("record", "new")}>${say("record.form.new")}</a></p>
    <h2>${say("record.seen")}</h2>
    <p class="hint">${say(seen.length ? "record.seen_kept" : "record.seen_none")}</p>
    <ul class="cards">${seen.map(({ relationship }) => html`<li><a class="card" href=${to("record", relationship.id)}><strong>${pair(relationship)}</strong><span>${relationship.initiative.name}</span></a></li>`)}</ul>
  `;
}

function OfContact({ id, form, number, renewed }) {
  const answer = useRecordable(id);
  return html`<${Answered} answer=${answer}>${(data) => {
    if (!data.relationship || (form && !isForm(form))) return html`<${Nowhere} />`;
    return html`
      <h1>${form ? say(`record.form.${form}`) : pair(data.relationship)}</h1>
      <p class="under"><a href=${to("contact", id)}>${form ? pair(data.relationship) : say("record.to_contact")}</a></p>
      ${form ? html`<${Filled} form=${form} data=${data} entry=${entryOf(number)} renewed=${renewed} />` : html`<${Overview} data=${data} />`}
    `;
  }}<//>`;
}

function Overview({ data }) {
  const { id } = data.relationship;
  return html`
    <${AsAgreed} relationship=${data.relationship} met=${data.usual} />
    <${Lately} id=${id} />
    <${Waiting} of=${entriesAbout(`relationship/${id}`)} />
    <ul class="cards">${offered(contactOf(data)).map((form) => html`<li><a class="card" href=${to("record", id, form)}><strong>${say(`record.form.${form}`)}</strong><span>${say(`record.says.${form}`)}</span></a></li>`)}</ul>
    <p><a href=${to("record", "new")}>${say("record.form.new")}</a></p>
  `;
}

function Filled({ form, data, entry, renewed }) {
  const [contact] = useState(contactOf(data));
  const [before, keep] = useState(entry);
  // As it was when somebody came: what they fill in stays, whatever is recorded meanwhile.
  const [fits] = useState(entry !== null || offered(contact).includes(form));
  const about = `relationship/${contact.id}`;
  const send = async (typed) => {
    const events = eventsOf(form, typed).map((event) => eventOf(about, event));
    const left = await record({ form, about, typed, events }, before);
    if (left.refused) keep(left);
    else arrive(contact.id, left);
    return left;
  };
  if (!fits) return html`<p>${say("record.not_now")}</p><p><a class="button" href=${to("record", contact.id)}>${say("record.all")}</a></p>`;
  return html`<${Form} form=${form} contact=${contact} starts=${before?.typed ?? begun(form, contact, renewed)} refused=${before?.refused} send=${send} />`;
}

function entryOf(number) {
  return entries.value.find((entry) => String(entry.number) === number) ?? null;
}
