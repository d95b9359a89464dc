// What a form is made of: each a question with its answer, and what was wrong with that. None sets anything that nobody chose.

import { daySaid } from "../days.js";
import { joined } from "../people.js";
import { html, useId } from "../vendor/preact.js";
import { say, word } from "../words.js";

const AT_A_GLANCE = 9;

/** A question about one thing. */
export function One({ says, hint, wrong, children }) {
  const id = useId();
  return html`
    <div class="field">
      <label for=${id}>${say(says)}</label>
      ${children({ id, "aria-describedby": wrong || hint ? `${id}-said` : undefined, "aria-invalid": wrong ? "true" : undefined })}
      <${Said} id=${`${id}-said`} hint=${hint} wrong=${wrong} />
    </div>
  `;
}

/** A question of which the answers stand beside one another. */
export function Some({ says, hint, wrong, children }) {
  const id = useId();
  return html`
    <fieldset class="field" aria-describedby=${wrong || hint ? `${id}-said` : undefined}>
      <legend>${say(says)}</legend>
      ${children}
      <${Said} id=${`${id}-said`} hint=${hint} wrong=${wrong} />
    </fieldset>
  `;
}

function Said({ id, hint, wrong }) {
  return wrong || hint ? html`<p id=${id} class=${wrong ? "wrong" : "hint"}>${wrong ?? hint}</p>` : null;
}

/** One of a few: `options` are `[value, text]`. Unless it is `needed`, not to say is an answer too. */
export function Choice({ options, value, set, needed, ...asked }) {
  const id = useId();
  const all = needed ? options : [[undefined, say("record.unsaid")], ...options];
  if (all.length > AT_A_GLANCE) {
    const at = all.findIndex(([one]) => one === value);
    return html`<${One} ...${asked}>${(own) => html`
      <select ...${own} value=${at < 0 ? "" : at} required=${needed} onChange=${({ target }) => set(all[target.value]?.[0])}>
        ${needed ? html`<option value=""></option>` : null}${all.map(([, text], number) => html`<option value=${number}>${text}</option>`)}
      </select>`}<//>`;
  }
  return html`<${Some} ...${asked}><div class="chips">${all.map(([one, text]) => html`
    <label class="chip"><input type="radio" name=${id} required=${needed} checked=${one === value} onChange=${() => set(one)} /><span>${text}</span></label>`)}
  </div><//>`;
}

/** Some of them: `options` as for `Choice`, `value` a list in that order. */
export function Several({ options, value = [], set, ...asked }) {
  const toggle = (one) => set(options.map(([each]) => each).filter((each) => (each === one) !== value.includes(each)));
  return html`<${Some} ...${asked}><div class="chips">${options.map(([one, text]) => html`
    <label class="chip"><input type="checkbox" checked=${value.includes(one)} onChange=${() => toggle(one)} /><span>${text}</span></label>`)}
  </div><//>`;
}

/** Something that is so, or of which nothing is said. */
export function Yes({ says, hint, value, set }) {
  return html`<div class="field"><label class="tick"><input type="checkbox" checked=${value === true} onChange=${({ target }) => set(target.checked || undefined)} /> ${say(says)}</label>
    ${hint ? html`<p class="hint">${hint}</p>` : null}</div>`;
}

export function Whole({ value, set, least = 0, needed, ...asked }) {
  const given = ({ target }) => set(target.value === "" ? undefined : Number(target.value));
  return html`<${One} ...${asked}>${(own) => html`<input ...${own} type="number" inputmode="numeric" min=${least} step="1" required=${needed} value=${value ?? ""} onInput=${given} />`}<//>`;
}

/** A short text of the initiative's own. */
export function Words({ value, set, ...asked }) {
  return html`<${One} ...${asked}>${(own) => html`<input ...${own} type="text" maxlength="40" value=${value ?? ""} onInput=${({ target }) => set(target.value)} />`}<//>`;
}

/** A day to come. */
export function Ahead({ value, set, needed, ...asked }) {
  return html`<${One} ...${asked}>${(own) => html`<input ...${own} type="date" required=${needed} value=${value ?? ""} onInput=${({ target }) => set(target.value || undefined)} />`}<//>`;
}

/** How much of something there is, from 0 to 1; off until it is touched. */
export function Degree({ value, set, says, ...asked }) {
  const moved = ({ target }) => set(Number(target.value) / 10);
  return html`<${One} says=${says} ...${asked}>${(own) => html`
    <span class=${value === undefined ? "degree off" : "degree"}>
      <input ...${own} type="range" min="0" max="10" value=${Math.round((value ?? 0.5) * 10)} aria-valuetext=${degreeSaid(value)} onInput=${moved} onClick=${moved} />
      <output>${degreeSaid(value)}</output>
      ${value === undefined ? null : html`<button type="button" class="plain" onClick=${() => set(undefined)} aria-label=${say("record.unsay", { what: say(says) })}>${say("record.unsaid")}</button>`}
    </span>`}<//>`;
}

function degreeSaid(value) {
  return value === undefined ? say("record.unsaid") : say("record.of_ten", { number: Math.round(value * 10) });
}

/** One of what stands and can be closed: `{id, from, …}`. */
export function Standing({ spans, contact: { called }, ...asked }) {
  return html`<${Choice} options=${spans.map((span) => [span.id, spanSaid(span, called)])} ...${asked} />`;
}

function spanSaid({ kind, holder, parties, between, from }, called) {
  const whom = parties ?? between ?? [holder];
  const who = joined(whom.map((one) => whoSaid(one, called)));
  return say(kind ? "record.span_of" : "record.span", { what: kind && say(`record.agreement.${kind}`), who, day: daySaid(from) });
}

/** A member by name, or one of those who are no members. */
export function whoSaid(who, called) {
  if (who.startsWith("role/")) return word("record.role", who.slice(5));
  return called[who] ?? say(`record.who.${who}`);
}
