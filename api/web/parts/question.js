// A question of who does research: it stands closed among the others until somebody opens it. What it asks of the server it asks only then,
// as each answer is a look at everybody whom it is of.

import { useAnswer } from "../answer.js";
import { html, useId, useState } from "../vendor/preact.js";
import { say } from "../words.js";
import { Behind } from "./behind.js";
import { Answered } from "./told.js";

/** `name` is that of its words; `begins`: it stands open at first. */
export function Question({ name, begins = false, children }) {
  const id = useId();
  const [open, setOpen] = useState(begins);
  return html`<section class="question" aria-labelledby=${id}>
    <details open=${open} onToggle=${({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary><h2 id=${id}>${say(`research.${name}_asks`)}</h2></summary>
      ${open ? children : null}
    </details>
  </section>`;
}

/** `children(found)` of what an analysis of the project, asked as `found`, tells; `few` says so where it is of too few people. */
export function Analysed({ query, variables, few, children }) {
  const answer = useAnswer(query, variables);
  return html`
    <${Answered} answer=${answer}>${({ research: { analyses: { found } } }) => (found.withheld ? html`<p>${found.withheld === "TOO_FEW" ? few : say(`research.${found.withheld.toLowerCase()}`)}</p>` : children(found))}<//>
    <${Behind} query=${query} variables=${variables} />
  `;
}
