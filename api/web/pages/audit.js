// For auditors: how the log stands, the evidence to take home, and the contacts whose histories there are.

import { useAnswer } from "../answer.js";
import { daySaid } from "../days.js";
import { Answered } from "../parts/told.js";
import { NAMED, pair } from "../people.js";
import { to } from "../route.js";
import { html, useState } from "../vendor/preact.js";
import { say } from "../words.js";
import { AuditedPage } from "./audited.js";

const AT_ONCE = 100;
const LOG = `query Audited($first: Int!) {
  audit { checkpoint verifier }
  relationships(first: $first) { nodes { ${NAMED} } pageInfo { hasNextPage } }
}`;

export function AuditPage({ rest: [id] }) {
  return id === undefined ? html`<${Contacts} />` : html`<${AuditedPage} id=${id} />`;
}

function Contacts() {
  const [first, setFirst] = useState(AT_ONCE);
  const answer = useAnswer(LOG, { first }, () => true);
  return html`
    <h1>${say("audit.title")}</h1>
    <p>${say("audit.what")}</p>
    <${Answered} answer=${answer}>${({ audit, relationships: { nodes, pageInfo } }) => html`
      <h2>${say("audit.checkpoint")}</h2>
      ${audit.checkpoint ? html`<p>${say("audit.signed", { size: audit.checkpoint.split("\n")[1] })}</p>` : html`<p>${say("audit.unsigned")}</p>`}
      <p>${say("audit.key")}</p>
      <p><code>${audit.verifier}</code></p>
      ${audit.checkpoint ? html`<p><a class="button" href="/evidence.zip" download>${say("audit.bundle")}</a></p><p class="under">${say("audit.bundle_what")}</p>` : null}
      <h2>${say("audit.contacts")}</h2>
      <ul class="cards">${nodes.map((one) => html`<li key=${one.id}>
        <a class="card" href=${to("audit", one.id)}><strong>${one.id}</strong><span>${pair(one)} · ${one.initiative.name} · ${say("contact.since", { day: daySaid(one.startedOn) })}</span></a>
      </li>`)}</ul>
      ${pageInfo.hasNextPage ? html`<button onClick=${() => setFirst(first + AT_ONCE)}>${say("shell.more")}</button>` : null}
    `}<//>
  `;
}
