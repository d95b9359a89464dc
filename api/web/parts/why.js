// How a contact stood at the end of a day through one lens, and why: what changed that day, and the events that it rests on, the weightiest
// first.

import { useAnswer } from "../answer.js";
import { daySaid } from "../days.js";
import { withNames } from "../people.js";
import { phaseSaid } from "../pictures/look.js";
import { useSettled } from "../settled.js";
import { html } from "../vendor/preact.js";
import { language, say, word } from "../words.js";
import { dayAt } from "./along.js";
import { Answered } from "./told.js";

const DAY_MS = 86_400_000;
const SHOWN = 12;
const READING = `query Reading($id: ID!, $lens: String!, $holder: String, $at: DateTime!, $known: DateTime) {
  relationship(id: $id) {
    reading(at: $at, lens: $lens, holder: $holder, knownAt: $known) {
      phase kind direction help friendship ambiguity confidence
      because { event { id occurred told(marked: true) } basis help friendship openness }
    }
  }
}`;

export function Why({ day, lens, moves, ...asked }) {
  const settled = useSettled(day.value);
  return html`
    <section class="why" aria-label=${`${say("course.why_title")}: ${lens}`}>
      <div tabindex="0">${settled === null ? html`<p class="under">${say("course.why_hint")}</p>` : html`<${Day} day=${settled} lens=${lens} moves=${moves.filter(({ at }) => dayAt(Date.parse(at)) === settled)} ...${asked} />`}</div>
    </section>
  `;
}

function Day({ id, lens, holder, known, span, called, day, moves, rests }) {
  const at = new Date(Math.min(Date.parse(day) + DAY_MS - 1, span.until)).toISOString();
  const answer = useAnswer(READING, { id, lens, holder, known, at }, rests);
  return html`
    <h3>${daySaid(day)}</h3>
    ${moves.map((move) => html`<${Moved} key=${move.at} move=${move} called=${called} />`)}
    <${Answered} answer=${answer}>${({ relationship: { reading } }) => html`<${Stood} reading=${reading} called=${called} />`}<//>
  `;
}

function Moved({ move: { was, wasKind, now, kind, cause, triggers }, called }) {
  const why = { EVENTS: "course.why_moved", SILENCE: "course.why_silence", LAPSE: "course.why_lapse" }[cause];
  return html`
    <p><strong>${phaseSaid(was, wasKind)} → ${phaseSaid(now, kind)}</strong></p>
    <p>${say(why)}</p>
    ${triggers.length ? html`<ul class="because">${triggers.map((event) => html`<li key=${event.id}><${ToStory} event=${event} called=${called} /></li>`)}</ul>` : null}
  `;
}

function Stood({ reading, called }) {
  const { phase, kind, direction, confidence, because } = reading;
  const shares = ["help", "ambiguity", "friendship"].filter((share) => reading[share] !== null);
  const more = because.length - SHOWN;
  const helps = ([giver, receiver]) => say("course.direction", { giver: called[giver] ?? giver, receiver: called[receiver] ?? receiver });
  return html`
    <div aria-live="polite">
      <p><strong>${say("course.stood_then", { phase: phaseSaid(phase, kind) })}</strong>${direction?.length ? ` (${direction.map(helps).join(", ")})` : ""}</p>
      ${shares.length ? html`<p class="parts">${shares.map((share) => html`<span class=${share}>${say("course.percent", { word: word("phase", share), share: Math.round(reading[share] * 100) })}</span>`)}</p>` : null}
      ${shares.length ? html`<p class="under">${say("course.much", { share: Math.round(confidence * 100) })}</p>` : null}
    </div>
    <p>${say(!because.length ? "course.why_nothing" : confidence === null ? "course.why_said" : "course.why_because")}</p>
    <ol class="because">${because.slice(0, SHOWN).map((one) => html`<li key=${one.event.id}><${ToStory} event=${one.event} called=${called} /><span class="from">${rests(one)}</span></li>`)}</ol>
    ${more > 0 ? html`<p class="under">${say("course.why_more", { count: more })}</p>` : null}
  `;
}

/** An event in the server's words, leading to where it stands in the story. */
function ToStory({ event: { id, occurred, told }, called }) {
  return html`<a href=${`#${id}`}>${withNames(told, called)}</a> <span class="from">${daySaid(occurred)}</span>`;
}

/** What the mark pointed at is, by its key in a signal, and the events that made it so. */
export function Pointed({ marks, pointed, called }) {
  const mark = marks.find(({ key }) => key === pointed.value);
  return html`<p class="pointed">${mark ? html`${mark.said}. ${mark.events.map((event) => html`<${ToStory} key=${event.id} event=${event} called=${called} /> `)}` : say("course.spans_hint")}</p>`;
}

/** On what ground an event counts, and for what. */
function rests({ basis, ...weights }) {
  const number = new Intl.NumberFormat(language.value, { maximumFractionDigits: 2 });
  const counts = ["help", "friendship", "openness"].filter((strength) => weights[strength]).map((strength) => `${word("strength", strength)} ${number.format(weights[strength])}`);
  return ` · ${[word("basis", basis), ...counts].join(" · ")}`;
}
