// A contact through one lens: its course as a picture, and beside it how it stood on the day that is looked at, and why.

import { useAnswer } from "../answer.js";
import { daySaid } from "../days.js";
import { holderSaid } from "../people.js";
import { Course } from "../pictures/course.js";
import { phaseSaid, Shape } from "../pictures/look.js";
import { Cursor } from "../pictures/time.js";
import { html, useId, useMemo } from "../vendor/preact.js";
import { say, word } from "../words.js";
import { dayAt, Days, Marks } from "./along.js";
import { Picture } from "./picture.js";
import { Answered } from "./told.js";
import { Why } from "./why.js";

const DAY_MS = 86_400_000;
const POINTS = 400;
const ROWS = 60;
const MARK = 11;
const COURSE = `query Course($id: ID!, $lens: String!, $holder: String, $from: DateTime!, $to: DateTime!, $step: Int!, $known: DateTime) {
  relationship(id: $id) {
    trajectory(from: $from, to: $to, stepDays: $step, lens: $lens, holder: $holder, knownAt: $known) { at help friendship ambiguity confidence }
    moves(lens: $lens, holder: $holder, to: $to, knownAt: $known) { was wasKind now kind at cause triggers { id occurred told(marked: true) } }
  }
}`;

/** `span`: `{from, to, until, known}` in milliseconds; `known`: the instant of knowing, or null; `day`: a signal of the one looked at, or null. */
export function Lens({ id, lens, holder, known, span, called, day, rests }) {
  const answer = useAnswer(COURSE, { id, lens, holder, known, ...steps(span) }, rests);
  return html`<${Answered} answer=${answer}>${({ relationship }) => html`
    <${Drawn} ...${{ id, lens, holder, span, called, day }} found=${relationship} />
    <${Why} ...${{ id, lens, holder, known, span, called, day, rests }} moves=${relationship.moves} />
  `}<//>`;
}

function Drawn({ id, lens, holder, span, called, day, found }) {
  const name = useId();
  const { points, moves } = useMemo(() => read(found), [found]);
  const whose = holder === null ? say("course.seen_pooled") : say("course.seen_by", { holder: holderSaid(holder, called) });
  const title = say("course.lens", { lens, holder: whose });
  const says = [say(points ? "course.shares" : "course.phases", { holder: whose }), span.cut ? say("course.until", { day: daySaid(dayAt(span.to)) }) : ""].join(" ");
  const said = (on) => say("course.at", { day: daySaid(on), phase: phaseOn(moves, on) });
  const marks = moves.map((move, place) => ({ key: place, at: move.at, phase: move.now.toLowerCase(), said: moveSaid(move) }));
  return html`
    <${Picture} title=${title} says=${says} table=${table(points, moves)} file=${`${id}-${lens}`} called=${called}>${(width, told) => html`
      <${Course} points=${points} moves=${moves} span=${span} width=${width} id=${name} says=${told} label=${title}>${({ x, marks: y, top, bottom }) => html`
        <${Days} x=${x} top=${top} bottom=${bottom} span=${{ from: span.from, to: Math.max(span.from, span.until) }} day=${day} label=${say("course.days", { lens })} said=${said} />
        <${Cursor} x=${x} day=${day} top=${y - MARK} bottom=${bottom} />
        <${Marks} marks=${marks} label=${say("course.marks", { lens })} pointed=${(mark) => (day.value = dayAt(mark.at))}>${(mark) => html`
          <circle cx=${x(mark.at)} cy=${y} r=${MARK} fill="none" pointer-events="all" />
          <${Shape} phase=${mark.phase} x=${x(mark.at)} y=${y} />`}<//>`}<//>`}<//>
  `;
}

/** The instants to ask for: beginnings of days, as events count from there, about as many as can be told apart, the last of them that of the end. */
function steps({ from, until }) {
  const last = Math.floor(until / DAY_MS);
  const days = Math.max(0, last - Math.floor(from / DAY_MS));
  const step = Math.max(1, Math.ceil(days / POINTS));
  const first = last - Math.ceil(days / step) * step;
  return { from: new Date(first * DAY_MS).toISOString(), to: new Date(until).toISOString(), step };
}

function read({ trajectory, moves }) {
  const { at, help, friendship, ambiguity, confidence } = trajectory;
  const shares = confidence.some((much) => much !== null);
  return {
    points: shares ? at.map((instant, n) => ({ at: Date.parse(instant), help: help[n], friendship: friendship[n], ambiguity: ambiguity[n], confidence: confidence[n] })) : null,
    moves: moves.map((move) => ({ ...move, at: Date.parse(move.at) })),
  };
}

function phaseOn(moves, day) {
  const over = Date.parse(day) + DAY_MS;
  const last = moves.findLast(({ at }) => at < over);
  return last ? phaseSaid(last.now, last.kind) : word("phase", "unobserved");
}

function moveSaid({ at, was, wasKind, now, kind }) {
  return say("course.moved", { day: daySaid(dayAt(at)), was: phaseSaid(was, wasKind), now: phaseSaid(now, kind) });
}

/** The changes, and between them some of the days, in words. */
function table(points, moves) {
  const shares = points ? ["help", "ambiguity", "friendship"] : [];
  const each = points ? Math.max(1, Math.ceil(points.length / ROWS)) : 1;
  const days = (points ?? []).filter((_, place) => place % each === 0).map((point) => {
    const day = dayAt(point.at);
    return { at: point.at, cells: [daySaid(day), phaseOn(moves, day), ...[...shares, "confidence"].map((share) => percent(point[share]))] };
  });
  const changes = moves.map((move) => ({ at: move.at, cells: [daySaid(dayAt(move.at)), `${phaseSaid(move.was, move.wasKind)} → ${phaseSaid(move.now, move.kind)}`, ...(points ? ["", "", "", ""] : [])] }));
  return {
    columns: [say("course.day"), say("course.stood"), ...shares.map((share) => word("phase", share)), ...(points ? [say("course.known_much")] : [])],
    rows: [...days, ...changes].toSorted((a, b) => a.at - b.at).map(({ cells }) => cells),
  };
}

function percent(share) {
  return share === null ? "" : `${Math.round(share * 100)}%`;
}
