// By what a lens goes that an organisation has of its own, in the words of who made it.

import { html } from "../vendor/preact.js";

/** Those that every organisation has have words of their own. */
export const BUILT_IN = ["evidence", "accounts"];

/** `lenses` with `id` and `description`; nothing of one that every organisation has, nor of one without a description. */
export function Described({ lenses, chosen }) {
  const lens = lenses.find(({ id }) => id === chosen);
  return lens?.description ? html`<p class="from">${chosen}: ${lens.description}</p>` : null;
}
