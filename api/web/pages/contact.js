// A contact: how it moved, and its story.

import { useAnswer } from "../answer.js";
import { daySaid } from "../days.js";
import { Recording } from "../parts/recording.js";
import { Answered, Nowhere } from "../parts/told.js";
import { Story, TOLD } from "../parts/story.js";
import { NAMED, names, pair } from "../people.js";
import { html } from "../vendor/preact.js";
import { say } from "../words.js";

const CONTACT = `query Contact($id: ID!) {
  relationship(id: $id) { ${NAMED} history { ${TOLD} } }
}`;

export function ContactPage({ rest: [id] }) {
  const answer = useAnswer(CONTACT, { id }, ({ subject }) => subject === `relationship/${id}`);
  return html`<${Answered} answer=${answer}>${({ relationship }) => (relationship ? html`<${Contact} relationship=${relationship} />` : html`<${Nowhere} />`)}<//>`;
}

function Contact({ relationship }) {
  const { startedOn, endedOn, initiative, origin, history } = relationship;
  const when = endedOn ? say("contact.until", { from: daySaid(startedOn), to: daySaid(endedOn) }) : say("contact.since", { day: daySaid(startedOn) });
  return html`
    <h1>${pair(relationship)}</h1>
    <p class="under">${initiative.name} · ${say(`contact.${origin.toLowerCase()}`)} · ${when}</p>
    <${Recording} relationship=${relationship} />
    <${Story} history=${history} called=${names(relationship)} />
  `;
}
