// Notes in boxes: a text for each whom it is about, since each is sealed under the key of those alone. Each box says whose key that is, and
// for how long the text is kept.

import { joined } from "../people.js";
import { html, useId, useState } from "../vendor/preact.js";
import { say } from "../words.js";

const MOST = 10_000;
const SHOWN = 6;

/**
 * `value`: notes as the catalogue has them. `first`: the handles of the box that is open from the start; where what somebody said is asked
 * for (`spoken`), it is for their words and stands first. `wrong(number)`: of a note.
 */
export function Notes({ contact: { here, called }, value = [], set, first, spoken, wrong }) {
  const [picked, pick] = useState([]);
  const single = here.filter((one) => here.length <= SHOWN || picked.includes(one) || find(value, [one]) >= 0 || same(first, [one]));
  const all = [...single.map((one) => [one]), ...(here.length > 1 ? [here] : []), ...others(value, here), []];
  const words = (about) => spoken && same(about, first);
  const boxes = [...all.filter(words), ...(spoken && first && !all.some(words) ? [first] : []), ...all.filter((about) => !words(about))];
  const hidden = here.filter((one) => !single.includes(one));
  const put = (about, text) => {
    const at = find(value, about);
    const left = value.filter((_, number) => number !== at);
    set(text ? (at < 0 ? [...value, { about, text }] : value.map((note, number) => (number === at ? { about, text } : note))) : left);
  };
  return html`
    <section class="notes">
      <h2>${say(spoken ? "record.words" : "record.notes")}</h2>
      ${spoken && !first ? html`<p class="hint">${say("record.words_whose")}</p>` : null}
      <p class="hint">${say("record.notes_never")}</p>
      ${boxes.map((about) => {
        const at = find(value, about);
        return html`<${Box} key=${about.join(" ")} about=${about} called=${called} words=${words(about)} text=${value[at]?.text ?? ""} put=${(text) => put(about, text)} open=${same(about, first)} wrong=${at < 0 ? null : wrong(at)} />`;
      })}
      ${hidden.length ? html`<label>${say("record.note_pick")} <select value="" onChange=${({ target }) => pick([...picked, target.value])}>
        <option value=""></option>${hidden.map((one) => html`<option value=${one}>${called[one]}</option>`)}</select></label>` : null}
    </section>
  `;
}

function Box({ about, called, words, text, put, open, wrong }) {
  const id = useId();
  const who = joined(about.map((one) => called[one] ?? one));
  const key = about.length ? (about.length > 1 ? "several" : "one") : "nobody";
  const label = say(`record.${words ? "words" : "note"}.${key}`, { who });
  const over = [...text].length - MOST;
  const bound = (area) => area?.setCustomValidity(over > 0 ? say("record.note_long", { count: over, most: MOST }) : "");
  return html`
    <details open=${open || Boolean(text)}>
      <summary>${label}</summary>
      <p class="hint" id=${`${id}-kept`}>${say(`record.kept.${key}`, { who })}</p>
      <textarea ref=${bound} dir="auto" aria-label=${label} aria-describedby=${`${id}-kept ${id}-wrong`} value=${text} onInput=${({ target }) => put(target.value)}></textarea>
      <p class="wrong" id=${`${id}-wrong`} hidden=${!wrong && over <= 0}>${over > 0 ? say("record.note_long", { count: over, most: MOST }) : wrong}</p>
    </details>
  `;
}

/** Of notes that were written with other boxes than there are now: those they are about. */
function others(notes, here) {
  return notes.map(({ about }) => about).filter((about) => about.length && !(about.length === 1 && here.includes(about[0])) && !same(about, here));
}

/** Notes in which somebody's words went along when it was said that they are somebody else's. */
export function moved(notes = [], from, to) {
  const at = from && to && !same(from, to) && find(notes, to) < 0 ? find(notes, from) : -1;
  return notes.map((note, number) => (number === at ? { ...note, about: to } : note));
}

function find(notes, about) {
  return notes.findIndex((note) => same(note.about, about));
}

function same(one, other) {
  return one !== undefined && other !== undefined && one.length === other.length && one.every((handle) => other.includes(handle));
}
