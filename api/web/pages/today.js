// Today: what asks for a look, and the contacts in which something can be recorded with one tap.

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

/** By what asks: the form that answers it, and what stays open where it is left so. */
const ANSWERS = {
  CHECK_IN_DUE: { form: "check_in_held", about: "needs" },
  TERM_ENDS_SOON: { form: "term", about: "continuation" },
  TERM_LAPSED: { form: "term", about: "continuation" },
  LONG_SILENCE: { form: "meeting_held", about: "needs" },
  TENSION_STANDS: { form: "tension_eased", about: "needs" },
  AGREEMENT_REVIEW: { form: "boundary_agreed", about: "needs" },
};

export function TodayPage() {
  const [day, setDay] = useState(today());
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
        <ul class="cards">${attention.nodes.map((task) => html`<li key=${keyOf(task)}><${Task} task=${task} /></li>`)}</ul>
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

function keyOf({ relationship, kind, event }) {
  return `${relationship.id} ${kind} ${event?.id}`;
}

function Task({ task }) {
  const { relationship, kind, since, until, event } = task;
  const [left, setLeft] = useState(null);
  const called = names(relationship);
  const what = say(`today.${kind.toLowerCase()}`, { since: daySaid(since), until: daySaid(until) });
  const { form, about } = ANSWERS[kind];
  const waits = entriesAbout(`relationship/${relationship.id}`).some((entry) => entry.form === "left_open" && entry.typed.data.about === about && !entry.refused);
  const leave = async () => {
    const data = { opening: crypto.randomUUID(), about, by: ["coordinator"] };
    const typed = { occurred: today(), perspective: "coordinator", data };
    const subject = `relationship/${relationship.id}`;
    try {
      const { refused } = await record({ form: "left_open", about: subject, typed, events: [eventOf(subject, { type: "left_open", ...typed })] });
      setLeft(refused?.rule ?? say("today.left"));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setLeft(say("record.not_kept"));
    }
  };
  return html`<article class="card">
    <h3><a href=${to("contact", relationship.id)}>${pair(relationship)}</a></h3>
    <p class="told">${what}</p>
    <p class="from">${relationship.initiative.name}${event ? ` · ${say("today.rests", { told: withNames(event.told, called), day: daySaid(event.occurred) })}` : ""}</p>
    ${left || waits ? html`<p role="status">${left ?? say("today.left")}</p>` : html`<p class="row">
      <a class="button" href=${to("record", relationship.id, form, ...renewing(task))}>${say(`today.do.${kind.toLowerCase()}`)}</a>
      <button class="second" aria-label=${say("today.leave_of", { what })} onClick=${leave}>${say("today.leave")}</button>
    </p>`}
  </article>`;
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
