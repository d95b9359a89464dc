// Today: what asks for a look, and the contacts in which something can be recorded with one tap.

import { takeBack } from "../as_agreed.js";
import { ask, Refused, Unreached } from "../ask.js";
import { daySaid, instantSaid, today } from "../days.js";
import { eventOf } from "../entry.js";
import { entriesAbout, record } from "../outbox.js";
import { AsAgreed, Lately } from "../parts/recording.js";
import { Answered } from "../parts/told.js";
import { NAMED, names, pair, withNames } from "../people.js";
import { to } from "../route.js";
import { useSeen } from "../seen.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { say } from "../words.js";

const MINUTE_MS = 60_000;
const LOOKS = 200;
const CONTACTS = 24;
/** So many that ask for a look leave what is recorded quickly in sight. */
const BEFORE = 2;
const TODAY = `query Today($day: Date!) {
  events(filter: {types: ["meeting_held"], occurredFrom: $day}, first: 200) { nodes { subject retractedBy } }
  attention(first: ${LOOKS}) { nodes { kind since until event { id occurred told(marked: true) } relationship { ${NAMED} agreements { id from reviewOn liftedOn } } } pageInfo { hasNextPage } }
  relationships(first: ${CONTACTS}, filter: {running: true}) { nodes { ${NAMED} } pageInfo { hasNextPage } }
}`;

const ASIDE = "mutation Aside($of: ID!, $kind: AttentionKind!, $event: ID) { putAside(relationship: $of, kind: $kind, event: $event) }";
const AGAIN = "mutation Again($of: ID!, $kind: AttentionKind!, $event: ID) { askAgain(relationship: $of, kind: $kind, event: $event) }";

/** By what asks: the form that answers it. */
const ANSWERS = {
  CHECK_IN_DUE: "check_in_held",
  TERM_ENDS_SOON: "term",
  TERM_LAPSED: "term",
  LONG_SILENCE: "meeting_held",
  TENSION_STANDS: "tension_eased",
  AGREEMENT_REVIEW: "boundary_agreed",
};

export function TodayPage() {
  const [day, setDay] = useState(today());
  // What was left open or put aside on this page, by what asked: it stays in sight, so that it can be taken back.
  const [lookedAt, setLookedAt] = useState({});
  useEffect(() => {
    // Left open overnight it is of the new day.
    const looking = setInterval(() => setDay(today()), MINUTE_MS);
    return () => clearInterval(looking);
  }, []);
  const answer = useSeen("today", remembered, TODAY, { day }, ({ subject }) => subject.startsWith("relationship/"));
  return html`
    <h1>${say("shell.today")}</h1>
    <p class="under">${daySaid(day)}</p>
    ${answer.asOf ? html`<p class="from" role="status">${say("today.as_of", { at: instantSaid(answer.asOf) })}</p>` : null}
    <${Answered} answer=${answer}>${({ attention, relationships, events }) => html`
      <section aria-labelledby="looks">
        <h2 id="looks">${say("today.looks")}</h2>
        <p class="under">${say(attention.nodes.length ? "today.looks_what" : "today.nothing")}</p>
        ${attention.nodes.length > BEFORE ? html`<p><a href="#quickly">${say("today.record")}</a></p>` : null}
        <ul class="cards">${withLookedAt(attention.nodes, lookedAt).map((task) => html`<li key=${keyOf(task)}><${Task} task=${task} done=${lookedAt[keyOf(task)]} note=${(done) => setLookedAt((all) => ({ ...all, [keyOf(task)]: done }))} again=${answer.again} /></li>`)}</ul>
      </section>
      <section aria-labelledby="quickly">
        <h2 id="quickly" tabindex="-1">${say("today.record")}</h2>
        <p class="under">${say("today.record_what")}</p>
        <ul class="cards">${relationships.nodes.map((one) => html`<li key=${one.id}><${Contact} relationship=${one} met=${metOn(day, one, events.nodes)} /></li>`)}</ul>
        <p class="row"><a class="button second" href=${to("record", "new")}>${say("today.new")}</a> <a href=${to("bring")}>${say("bring.title")}</a> ${relationships.pageInfo.hasNextPage ? html`<a href=${to("contacts")}>${say("shell.contacts")}</a>` : null}</p>
      </section>
    `}<//>
  `;
}

/** What is kept of it in the tab: without the sentences of what happened, in which stands what somebody said. */
function remembered({ attention, ...answer }) {
  return { ...answer, attention: { ...attention, nodes: attention.nodes.map((task) => ({ ...task, event: null })) } };
}

/** That they met on a day already, where it was recorded. */
function metOn(day, { id }, meetings) {
  return meetings.some(({ subject, retractedBy }) => subject === `relationship/${id}` && !retractedBy) ? { on: day } : undefined;
}

/** What asks, and among it, in the same order, what was left open or put aside here. */
function withLookedAt(tasks, lookedAt) {
  const asking = new Set(tasks.map(keyOf));
  const gone = Object.values(lookedAt).flatMap((done) => (done && !asking.has(keyOf(done.task)) ? [done.task] : []));
  const place = (task) => `${task.since} ${keyOf(task)}`;
  return [...tasks, ...gone].sort((one, other) => (place(one) < place(other) ? -1 : 1));
}

function keyOf({ relationship, kind, event }) {
  return `${relationship.id} ${kind} ${event?.id}`;
}

/** `done` is what became of it on this page, `{task, said, undo}`; `undo` gives the rule, where it is refused. */
function Task({ task, done, note, again }) {
  const { relationship, kind, since, until, event } = task;
  const [refused, setRefused] = useState(null);
  const called = names(relationship);
  const what = say(`today.${kind.toLowerCase()}`, { since: daySaid(since), until: daySaid(until) });
  const form = ANSWERS[kind];
  const leaves = form === "term";
  const waits = leaves && entriesAbout(`relationship/${relationship.id}`).some((entry) => entry.form === "left_open" && entry.typed.data.about === "continuation" && !entry.refused);
  const trying = (work) => async () => setRefused(await work().catch(whyNot));
  const letBe = trying(async () => {
    const { rule, ...how } = await (leaves ? leaveOpen(relationship) : putAside(task));
    if (!rule) note({ task, ...how });
    return rule;
  });
  const takeUp = trying(async () => {
    const rule = await done.undo();
    if (rule) return rule;
    note(null);
    await again();
  });
  return html`<article class="card">
    <h3><a href=${to("contact", relationship.id)}>${pair(relationship)}</a></h3>
    <p class="told">${what}</p>
    <p class="from">${relationship.initiative.name}${event ? ` · ${say("today.rests", { told: withNames(event.told, called), day: daySaid(event.occurred) })}` : ""}</p>
    ${done || waits ? html`<p class="row" role="status"><span>${done?.said ?? say("today.left")}</span>
      ${done ? html`<button class="plain" aria-label=${say("today.undo_of", { what })} onClick=${takeUp}>${say("record.undo")}</button>` : null}
    </p>` : html`<p class="row">
      <a class="button" href=${to("record", relationship.id, form, ...renewing(task))}>${say(`today.do.${kind.toLowerCase()}`)}</a>
      <button class="second" aria-label=${say(leaves ? "today.leave_of" : "today.aside_of", { what })} onClick=${letBe}>${say(leaves ? "today.leave" : "today.aside")}</button>
    </p>`}
    ${refused ? html`<p class="wrong" role="alert">${refused}</p>` : null}
  </article>`;
}

/** Of a term: what follows is open, which is an answer, and is recorded. */
async function leaveOpen({ id }) {
  const data = { opening: crypto.randomUUID(), about: "continuation", by: ["coordinator"] };
  const typed = { occurred: today(), perspective: "coordinator", data };
  const subject = `relationship/${id}`;
  const entry = await record({ form: "left_open", about: subject, typed, events: [eventOf(subject, { type: "left_open", ...typed })] });
  return { rule: entry.refused?.rule, said: say("today.left"), undo: async () => (await takeBack(entry))?.refused?.rule };
}

/** Of anything else: nothing is recorded, and it asks again later. */
async function putAside({ relationship, kind, event }) {
  const asked = { of: relationship.id, kind, event: event?.id ?? null };
  const until = (await ask(ASIDE, asked)).putAside;
  return { said: say("today.put_aside", { day: daySaid(until) }), undo: async () => void (await ask(AGAIN, asked)) };
}

function whyNot(error) {
  if (error instanceof Refused) return error.message;
  if (error instanceof Unreached) return say("today.aside_offline");
  if (error instanceof DOMException) return say("record.not_kept");
  throw error;
}

/** What the address of a form says of the agreement that is to be looked at again, where it is plain which that is. */
function renewing({ kind, since, event, relationship: { agreements } }) {
  if (kind !== "AGREEMENT_REVIEW") return [];
  const due = agreements.filter(({ reviewOn, liftedOn }) => !liftedOn && reviewOn && reviewOn <= since);
  const [found, ...more] = due.length > 1 ? due.filter(({ from }) => from === event?.occurred) : due;
  return found && !more.length ? ["renews", found.id] : [];
}

function Contact({ relationship, met }) {
  return html`<article class="card">
    <h3><a href=${to("contact", relationship.id)}>${pair(relationship)}</a></h3>
    <p class="from">${relationship.initiative.name}</p>
    <${AsAgreed} relationship=${relationship} met=${met} />
    <${Lately} id=${relationship.id} />
    <p><a href=${to("record", relationship.id)}>${say("record.all")}</a></p>
  </article>`;
}
