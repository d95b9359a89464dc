// Where something would be recorded in an initiative, and whoever looks has none: what to do.

import { to } from "../route.js";
import { html } from "../vendor/preact.js";
import { setsUp } from "../viewer.js";
import { say } from "../words.js";

export function NoInitiative() {
  return setsUp() ? html`<p>${say("begin.none_yet")}</p><${ToBegin} />` : html`<p>${say("begin.none_yours")}</p>`;
}

/** The way to the form, for whoever may fill it in. */
export function ToBegin() {
  return setsUp() ? html`<p><a class="button second" href=${to("begin")}>${say("begin.title")}</a></p>` : null;
}
