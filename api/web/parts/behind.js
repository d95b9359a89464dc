// The question that pictures were drawn from, to be copied and asked elsewhere.

import { html } from "../vendor/preact.js";
import { say } from "../words.js";
import { Copied } from "./copied.js";

export function Behind({ query, variables }) {
  return html`
    <details class="behind">
      <summary>${say("research.behind")}</summary>
      <p>${say("research.behind_says")}</p>
      <${Copied} text=${query} name=${say("research.query")} />
      <${Copied} text=${JSON.stringify(variables, null, 2)} name=${say("research.variables")} />
    </details>
  `;
}
