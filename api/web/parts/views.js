// From where a contact is looked at: whose view, through which second lens, and as it was known when.

import { daySaid } from "../days.js";
import { holderSaid } from "../people.js";
import { html, useId } from "../vendor/preact.js";
import { say, word } from "../words.js";
import { BUILT_IN, Described } from "./described.js";

/** `view`: `{holder, second, known}`, each null where nothing else was chosen; `days`: those on which something was recorded; `lenses` with `id` and `description`. */
export function Views({ view, change, holders, lenses, days, called }) {
  return html`
    <form class="find views" onSubmit=${(event) => event.preventDefault()}>
      <label>${say("course.whose")} <${Choice} value=${view.holder} choose=${(holder) => change({ holder })} options=${[[null, say("course.seen_pooled")], ...holders.map((one) => [one, holderSaid(one, called)])]} /></label>
      <label>${say("course.second")} <${Choice} value=${view.second} choose=${(second) => change({ second })} options=${[[null, say("course.second_none")], ...lenses.map(({ id }) => [id, word("lens", id)])]} /></label>
      ${days.length > 1 ? html`<${Known} known=${view.known} days=${days} choose=${(known) => change({ known })} />` : null}
    </form>
    <${Described} lenses=${lenses.filter(({ id }) => !BUILT_IN.includes(id))} chosen=${view.second} />
  `;
}

function Choice({ value, choose, options }) {
  return html`<select value=${value ?? ""} onChange=${({ target }) => choose(target.value || null)}>${options.map(([one, said]) => html`<option key=${one} value=${one ?? ""}>${said}</option>`)}</select>`;
}

function Known({ known, days, choose }) {
  const id = useId();
  const last = days.length - 1;
  const at = known === null ? last : days.indexOf(known);
  const said = at === last ? say("course.known_now") : daySaid(days[at]);
  return html`
    <div class="known">
      <label for=${id}>${say("course.known")} <output for=${id}>${said}</output></label>
      <input id=${id} type="range" min="0" max=${last} value=${at} aria-valuetext=${said} onInput=${({ target }) => choose(+target.value === last ? null : days[+target.value])} />
    </div>
  `;
}

/** Said over everything that is shown as it was known earlier, and in sight all the way down where there is room; under the slider, which stays where it is. */
export function KnownThen({ day, back }) {
  return html`<div class="then" role="status"><p>${say("course.known_on", { day: daySaid(day) })}</p><button class="second" onClick=${back}>${say("course.known_back")}</button></div>`;
}
