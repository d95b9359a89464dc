// What a page says where there is nothing to show: not there, refused, not reached, or not there yet.

import { Unreached } from "../ask.js";
import { to } from "../route.js";
import { html } from "../vendor/preact.js";
import { records, unreachedSaid } from "../viewer.js";
import { say } from "../words.js";

export function Nowhere() {
  return html`<h1>${say("shell.nowhere")}</h1><p><a href=${to()}>${say("shell.home")}</a></p>`;
}

/** Shows `children(data)` of an answer as soon as there is one, with what went wrong above it. */
export function Answered({ answer, children }) {
  const { data, error, again } = answer;
  const wrong = error && html`<div class="wrong" role="alert"><p>${error instanceof Unreached ? unreachedSaid() : error.message}</p>
    ${error instanceof Unreached && records() ? html`<p><a href=${to("record")}>${say("record.offline")}</a></p>` : null}
    <button onClick=${again}>${say("shell.again")}</button></div>`;
  return html`${wrong}${data ? children(data) : error ? null : html`<p aria-busy="true">${say("shell.loading")}</p>`}`;
}
