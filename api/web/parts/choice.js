// A choice by which a page shows something else: one of a list, at once.

import { html } from "../vendor/preact.js";

/** `choices` are values, `said` what each is called. */
export function Choice({ label, value, set, choices, said }) {
  return html`<label>${label} ${" "}
    <select value=${value} onChange=${({ target }) => set(target.value)}>${choices.map((one) => html`<option value=${one}>${said(one)}</option>`)}</select>
  </label>`;
}

export function Choices({ children }) {
  return html`<form class="find" onSubmit=${(event) => event.preventDefault()}>${children}</form>`;
}
