// The initiatives that somebody looks after.

import { useAnswer } from "../answer.js";
import { NoInitiative, ToBegin } from "../parts/no_initiative.js";
import { Answered } from "../parts/told.js";
import { to } from "../route.js";
import { html, useState } from "../vendor/preact.js";
import { say, word } from "../words.js";

const INITIATIVES = `query Initiatives($first: Int!) {
  initiatives(first: $first) { nodes { id name kind guidance contact } pageInfo { hasNextPage } }
}`;
const AT_ONCE = 100;

export function InitiativesPage() {
  const [first, setFirst] = useState(AT_ONCE);
  const answer = useAnswer(INITIATIVES, { first }, ({ subject }) => subject.startsWith("initiative/"));
  return html`
    <h1>${say("shell.initiatives")}</h1>
    <${Answered} answer=${answer}>${({ initiatives: { nodes, pageInfo } }) => html`
      ${nodes.length ? null : html`<${NoInitiative} />`}
      <ul class="cards">
        ${nodes.map((one) => html`<li key=${one.id}><a class="card" href=${to("initiative", one.id)}><strong>${one.name}</strong><span>${meant(one)}</span></a></li>`)}
      </ul>
      ${pageInfo.hasNextPage ? html`<button onClick=${() => setFirst(first + AT_ONCE)}>${say("shell.more")}</button>` : null}
      ${nodes.length ? html`<${ToBegin} />` : null}
    `}<//>
  `;
}

/** What an initiative is: `buddy project, light guidance, contacts for a fixed time`. */
export function meant({ kind, guidance, contact }) {
  return [word("initiative_kind", kind), word("guidance", guidance), word("meant", contact)].join(" · ");
}
