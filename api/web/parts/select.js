// One of a list is chosen, and the page shows something else at once.

import { html } from "../vendor/preact.js";

/** `choices` are values, `said` what each is called. */
export function Select({ label, value, set, choices, said }) {
  return html`<label>${label} ${" "}
    <select value=${value} onChange=${({ target }) => set(target.value)}>${choices.map((one) => html`<option value=${one}>${said(one)}</option>`)}</select>
  </label>`;
}

export function Selects({ children }) {
  return html`<form class="find" onSubmit=${(event) => event.preventDefault()}>${children}</form>`;
}
