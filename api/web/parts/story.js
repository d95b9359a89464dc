// The story of a contact: what happened, the latest first, each with whose view it is and where it comes from. Retracted events stay, and
// are marked.

import { daySaid, instantSaid } from "../days.js";
import { holderSaid, joined, withNames } from "../people.js";
import { to } from "../route.js";
import { html } from "../vendor/preact.js";
import { viewer } from "../viewer.js";
import { say, word } from "../words.js";

/** What the story asks of an event. */
export const TOLD = "id type subject occurred recorded recordedBy source method perspective toldBy retractedBy amendedBy data amended told(marked: true)";
const CORRECTING = ["event_retracted", "event_amended"];

/** When an event happened as it is known now: an amendment may have moved it. */
export function occurredNow(event, history) {
  const moved = history.filter(({ type, retractedBy, data }) => type === "event_amended" && !retractedBy && data.event === event.id);
  return moved.at(-1)?.data.occurred ?? event.occurred;
}

export function Story({ history, called }) {
  const told = history.filter((event) => !CORRECTING.includes(event.type)).toReversed();
  return html`
    <section aria-labelledby="story">
      <h2 id="story">${say("contact.story")}</h2>
      ${told.length ? html`<ol class="story">${told.map((event) => html`<li key=${event.id} id=${event.id} class=${look(event)}><${Told} event=${event} occurred=${occurredNow(event, history)} called=${called} /></li>`)}</ol>` : html`<p>${say("contact.story_none")}</p>`}
    </section>
  `;
}

function Told({ event, occurred, called }) {
  const { recorded, recordedBy, source, method } = event;
  const at = instantSaid(recorded);
  const from = [
    recordedBy ? say("contact.recorded", { at, by: recordedBy }) : say("contact.recorded_plain", { at }),
    say("contact.source", { source }),
    method && say("contact.by", { method: word("method", method) }),
  ];
  return html`
    <time datetime=${occurred}>${daySaid(occurred)}</time>
    <p class="told">${withNames(event.told, called)}</p>
    ${event.perspective ? html`<p class="view">${say("contact.view_of", { holder: holderSaid(event.perspective, called) })}</p>` : null}
    <${Notes} notes=${(event.amended ?? event.data).notes ?? []} called=${called} />
    <p class="from">${from.filter(Boolean).join(" · ")}${isOwn(event) ? html` · <a href=${to("record", event.subject.split("/")[1], "correct", event.id)} aria-label=${say("record.correct_this", { what: withNames(event.told, called) })}>${say("record.correct")}</a>` : null}</p>
  `;
}

function Notes({ notes, called }) {
  return notes.map(({ about, text }) => {
    const whom = about.length ? say("contact.note_about", { who: joined(about.map((handle) => called[handle] ?? handle)) }) : say("contact.note_general");
    return html`<figure class="note"><figcaption>${whom}</figcaption><blockquote>${opened(text)}</blockquote></figure>`;
  });
}

/** A sealed text, or why it cannot be read. */
export function opened(text) {
  if (typeof text === "string") return text;
  if (text.erased) return say("contact.shut_erased", { on: daySaid(text.erased) });
  return say(text.damaged ? "contact.shut_damaged" : "contact.shut_sealed");
}

function isOwn({ recordedBy, retractedBy }) {
  return !retractedBy && recordedBy === viewer.value.recordedBy && viewer.value.may.includes("record");
}

function look(event) {
  return event.retractedBy ? "retracted" : event.perspective ? "voiced" : "shared";
}
