// A text that can be copied, and says whether it was.

import { html, useState } from "../vendor/preact.js";
import { say } from "../words.js";

export function Copied({ text, name }) {
  const [said, setSaid] = useState(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(say("research.copied"));
    } catch {
      // Over plain HTTP a browser has no clipboard, and elsewhere somebody may refuse it.
      setSaid(say("research.not_copied"));
    }
  };
  return html`
    <pre tabindex="0" role="group" aria-label=${name}>${text}</pre>
    <p><button class="second" onClick=${copy}>${say("research.copy", { name })}</button> <span role="status">${said}</span></p>
  `;
}
