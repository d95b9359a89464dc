// What lasted for a time in a contact, as a picture on the same axis: terms, agreements, exchanged roles, openings and tensions.

import { daySaid, firstInstant } from "../days.js";
import { joined } from "../people.js";
import { laid, LANE, Lasting } from "../pictures/lasting.js";
import { Cursor } from "../pictures/time.js";
import { html, useMemo, useSignal } from "../vendor/preact.js";
import { say, word } from "../words.js";
import { Marks } from "./along.js";
import { Picture } from "./picture.js";
import { Pointed } from "./why.js";

/** What the picture asks of a contact, as it was known at `$known`. */
export const SPANS = `
  terms(knownAt: $known) { from until kind endedOn lapsed continuation }
  agreements(knownAt: $known) { id kind from liftedOn }
  reversals(knownAt: $known) { id between from restoredOn }
  openings(knownAt: $known) { id about from settledOn }
  tensions(knownAt: $known) { id kind from easedOn }
`;

export function Lasted({ contact, span, called, day }) {
  const pointed = useSignal(null);
  const groups = useMemo(() => groupsOf(contact, called, span.known), [contact, called, span.known]);
  if (!groups.length) return null;
  const [title, says] = [say("course.lasting"), say("course.lasting_says")];
  const table = {
    columns: [say("course.kind"), say("course.which"), say("course.from"), say("course.to")],
    rows: groups.flatMap(({ name, spans }) => spans.map((one) => [say(`lasting.${name}`), one.label, daySaid(one.since), one.until ? daySaid(one.until) : say("course.stands")])),
  };
  return html`
    <${Picture} title=${title} says=${says} table=${table} file=${`${contact.id}-spans`} called=${called}>${(width, told) => {
      const placed = laid(groups, span, width);
      return html`
        <${Lasting} placed=${placed} known=${span.known} width=${width} says=${told} label=${title}>
          <${Cursor} x=${placed.x} day=${day} top=${0} bottom=${placed.bottom} />
          <${Marks} marks=${placed.bars} label=${title} pointed=${({ key }) => (pointed.value = key)}>${({ x, y, width }) => html`<rect x=${x - 4} y=${y} width=${width + 8} height=${LANE} fill="none" pointer-events="all" />`}<//>
        <//>
        <${Pointed} marks=${placed.bars} pointed=${pointed} called=${called} />
      `;
    }}<//>
  `;
}

function groupsOf({ history, terms, agreements, reversals, openings, tensions }, called, known) {
  const standing = history.filter((event) => !event.retractedBy);
  const begun = (type, field) => new Map(standing.filter((event) => event.type === type).map((event) => [(event.amended ?? event.data)[field], event]));
  const [agreed, reversed, opened, felt] = [begun("boundary_agreed", "agreement"), begun("roles_reversed", "reversal"), begun("left_open", "opening"), begun("tension_felt", "tension")];
  const began = standing.filter(({ type }) => type === "match_made" || type === "term_extended");
  // A term that has run out by now had not always done so when this was known.
  const ranOut = ({ lapsed, until }) => (lapsed && (known === null || firstInstant(until) <= known) ? until : null);
  const groups = [
    { name: "terms", spans: terms.map((term) => spanned(termSaid(term, ranOut(term)), term.from, term.endedOn, began.find(({ occurred }) => occurred === term.from), ranOut(term))) },
    { name: "agreements", spans: agreements.map(({ id, kind, from, liftedOn }) => spanned(named("agreement", kind), from, liftedOn, agreed.get(id))) },
    { name: "reversals", spans: reversals.map(({ id, between, from, restoredOn }) => spanned(joined(between.map((handle) => called[handle] ?? handle)), from, restoredOn, reversed.get(id))) },
    { name: "openings", spans: openings.map(({ id, about, from, settledOn }) => spanned(named("opening", about), from, settledOn, opened.get(id))) },
    { name: "tensions", spans: tensions.map(({ id, kind, from, easedOn }) => spanned(named("tension", kind), from, easedOn, felt.get(id))) },
  ];
  return groups
    .filter(({ spans }) => spans.length)
    .map(({ name, spans }) => ({ name, spans: spans.map((one, place) => ({ ...one, key: `${name}-${place}`, said: `${say(`lasting.${name}`)}: ${one.said}` })) }));
}

function spanned(label, since, until, event, lapsed) {
  const lasts = until ? say("course.lasted", { from: daySaid(since), to: daySaid(until) }) : say("course.lasts", { from: daySaid(since) });
  const ran = lapsed ? `, ${say("course.lapsed_on", { day: daySaid(lapsed) })}` : "";
  return { label, since, until, events: event ? [event] : [], said: `${label}, ${lasts}${ran}`, from: firstInstant(since), to: until ? firstInstant(until) : null, lapsed: lapsed ? firstInstant(lapsed) : null };
}

function termSaid({ kind, continuation }, lapsed) {
  return [word("term", kind ?? "none"), continuation ? word("continuation", continuation) : lapsed ? say("course.lapsed") : null].filter(Boolean).join(", ");
}

/** A word of a closed list, or why it cannot be shown. */
function named(group, value) {
  return ["sealed", "erased", "damaged"].includes(value) ? say(`course.${value}`) : word(group, value);
}
