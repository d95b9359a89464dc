// A contact: how it went, through one lens or two, by whose view one likes, as it is known now or was known earlier; and its story.

import { useAnswer } from "../answer.js";
import { dayOf, daySaid, firstInstant } from "../days.js";
import { Lasted, SPANS } from "../parts/lasting.js";
import { Lens } from "../parts/lens.js";
import { Recording } from "../parts/recording.js";
import { Story, TOLD } from "../parts/story.js";
import { Answered, Nowhere } from "../parts/told.js";
import { KnownThen, Views } from "../parts/views.js";
import { Heard } from "../parts/voices.js";
import { NAMED, names, pair } from "../people.js";
import { useSettled } from "../settled.js";
import { html, useEffect, useMemo, useSignal, useState } from "../vendor/preact.js";
import { say } from "../words.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST = "evidence";
const OUTSIDE = ["coordinator", "group", "observer"];
const FRAME = `query Frame($id: ID!) {
  relationship(id: $id) { startedOn history { recorded occurred } moves { at } }
  lenses { name description }
}`;
const CONTACT = `query Contact($id: ID!, $known: DateTime) {
  relationship(id: $id) { ${NAMED.replace("members", "members(knownAt: $known)")} history(knownAt: $known) { ${TOLD} } ${SPANS} }
}`;

export function ContactPage({ rest: [id] }) {
  return id ? html`<${Asked} key=${id} id=${id} />` : html`<${Nowhere} />`;
}

function Asked({ id }) {
  const rests = ({ subject }) => subject === `relationship/${id}`;
  const answer = useAnswer(FRAME, { id }, rests);
  return html`<${Answered} answer=${answer}>${(frame) => (frame.relationship ? html`<${Framed} id=${id} frame=${frame} rests=${rests} />` : html`<${Nowhere} />`)}<//>`;
}

/** `frame`: what does not change with from where one looks: the days on which something was recorded, and how long a time there is to show. */
function Framed({ id, frame: { relationship, lenses }, rests }) {
  const [view, setView] = useState({ holder: null, second: null, known: null });
  const change = (to) => setView((before) => ({ ...before, ...to }));
  const recorded = useMemo(() => lastOfDays(relationship.history), [relationship]);
  const settled = useSettled(view.known);
  const known = settled === null ? null : recorded.get(settled);
  const span = useMemo(() => spanOf(relationship, known), [relationship, known]);
  const answer = useAnswer(CONTACT, { id, known }, rests);
  // Of several versions the latest, with which it is read.
  const newest = new Map(lenses.map(({ name, description }) => [name, { id: name, description }]));
  const second = [...newest.values()].filter(({ id }) => id !== FIRST);
  const choices = { view, change, days: [...recorded.keys()], lenses: second };
  return html`<${Answered} answer=${answer}>${({ relationship: contact }) => html`<${Contact} ...${{ contact, known, span, choices, rests }} />`}<//>`;
}

function Contact({ contact, known, span, choices, rests }) {
  const day = useSignal(null);
  const { id, initiative, origin, history, members } = contact;
  const { view, change } = choices;
  const called = useMemo(() => names(contact), [contact]);
  const handles = members.map(({ handle }) => handle);
  const heard = new Set(history.filter((event) => !event.retractedBy).map(({ perspective }) => perspective));
  const shared = { id, holder: view.holder, known, span, called, day, rests };
  useEffect(() => {
    // A day that lies ahead of what was known then is none to look at.
    if (day.value !== null && Date.parse(day.value) > span.until) day.value = null;
  }, [span]);
  return html`
    <h1>${pair(contact)}</h1>
    <p class="under">${initiative.name} · ${say(`contact.${origin.toLowerCase()}`)} · ${lastedSaid(contact)}</p>
    ${view.known === null ? html`<${Recording} relationship=${contact} />` : null}
    <${Views} ...${choices} holders=${[...handles, ...OUTSIDE]} called=${called} />
    ${view.known === null ? null : html`<${KnownThen} day=${view.known} back=${() => change({ known: null })} />`}
    <section aria-labelledby="how">
      <h2 id="how">${say("course.how")}</h2>
      <div class="course">
        <${Lens} key=${FIRST} lens=${FIRST} ...${shared} />
        ${view.second === null ? null : html`<${Lens} key="second" lens=${view.second} ...${shared} />`}
        <${Heard} members=${handles} heard=${heard} ...${shared} />
        <${Lasted} contact=${contact} ...${shared} />
      </div>
    </section>
    <${Story} history=${history} called=${called} />
  `;
}

function lastedSaid({ startedOn, endedOn, history }) {
  const ended = endedOn && history.some((event) => event.occurred === endedOn && !event.retractedBy);
  return ended ? say("contact.until", { from: daySaid(startedOn), to: daySaid(endedOn) }) : say("contact.since", { day: daySaid(startedOn) });
}

/** By day on which something was recorded, the instant at which it was last. */
function lastOfDays(history) {
  const instants = history.map(({ recorded }) => recorded).toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return new Map(instants.map((instant) => [dayOf(instant), instant]));
}

/**
 * The time that the pictures show, in milliseconds: from the beginning until now, or where nothing was heard for long until a while after
 * the last that happened (`cut`), but a day at the least. `until`: up to where there is something to ask, which is never ahead of now; a
 * contact may begin a day ahead of it.
 */
function spanOf({ startedOn, history, moves }, known) {
  const from = firstInstant(startedOn);
  const recorded = Math.max(...history.map((event) => Date.parse(event.recorded)));
  // No later than the server's clock, which may be a little behind this one.
  const now = Math.max(recorded, Math.floor((Date.now() - HOUR_MS / 12) / HOUR_MS) * HOUR_MS);
  const last = Math.max(from, ...history.map(({ occurred }) => firstInstant(occurred)), ...moves.map(({ at }) => Date.parse(at)));
  const to = Math.min(now, last + Math.max((last - from) / 10, 30 * DAY_MS));
  const then = known === null ? null : Date.parse(known);
  return { from, to: Math.max(to, from + DAY_MS), known: then, until: Math.min(to, then ?? to), cut: to < now };
}
