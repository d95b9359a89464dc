// All contacts that somebody looks after.

import { useAnswer } from "../answer.js";
import { daySaid } from "../days.js";
import { Answered } from "../parts/told.js";
import { NAMED, pair } from "../people.js";
import { to } from "../route.js";
import { html, useState } from "../vendor/preact.js";
import { viewer } from "../viewer.js";
import { say } from "../words.js";

const CONTACTS = `query Contacts($running: Boolean, $first: Int!) {
  relationships(first: $first, filter: {running: $running}) { nodes { ${NAMED} } pageInfo { hasNextPage } }
}`;
const AT_ONCE = 100;
const ALL = 1_000;
/** What happens in a contact that is seen in the list. */
const LISTED = ["match_made", "contact_emerged", "member_joined", "member_left", "term_ended", "relationship_ended", "relationship_resumed", "event_retracted", "event_amended"];

export function ContactsPage() {
  const [first, setFirst] = useState(AT_ONCE);
  const [ended, setEnded] = useState(false);
  const [wanted, setWanted] = useState("");
  const answer = useAnswer(CONTACTS, { first: wanted ? ALL : first, running: ended ? null : true }, ({ subject, type }) => !subject.startsWith("relationship/") || LISTED.includes(type));
  return html`
    <h1>${say("contact.list")}</h1>
    <form class="find" role="search" onSubmit=${(event) => event.preventDefault()}>
      <label>${say("contact.find")} <input type="search" value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></label>
      <label class="tick"><input type="checkbox" checked=${ended} onChange=${(event) => setEnded(event.target.checked)} /> ${say("contact.ended")}</label>
    </form>
    <${Answered} answer=${answer}>${({ relationships: { nodes, pageInfo } }) => {
      const shown = nodes.filter((one) => fits(one, wanted));
      return html`
        ${shown.length ? null : html`<p>${say(nodes.length ? "contact.none_found" : "contact.none")}</p>`}
        <ul class="cards">${shown.map((one) => html`<li key=${one.id}><${Card} relationship=${one} /></li>`)}</ul>
        ${pageInfo.hasNextPage && !wanted ? html`<button onClick=${() => setFirst(first + AT_ONCE)}>${say("shell.more")}</button>` : null}
      `;
    }}<//>
    ${viewer.value.may.includes("record") ? html`<p><a href=${to("bring")}>${say("bring.title")}</a></p>` : null}
  `;
}

function Card({ relationship }) {
  const { startedOn, endedOn, initiative } = relationship;
  const when = endedOn ? say("contact.until", { from: daySaid(startedOn), to: daySaid(endedOn) }) : say("contact.since", { day: daySaid(startedOn) });
  return html`<a class="card" href=${to("contact", relationship.id)}><strong>${pair(relationship)}</strong><span>${initiative.name}, ${when}</span></a>`;
}

function fits(relationship, wanted) {
  return `${pair(relationship)} ${relationship.initiative.name}`.toLowerCase().includes(wanted.trim().toLowerCase());
}
