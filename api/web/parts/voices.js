// What each holder said a contact was, or left open, as a picture: the lens `accounts`, holder by holder.

import { useAnswer } from "../answer.js";
import { daySaid } from "../days.js";
import { holderSaid } from "../people.js";
import { phaseSaid } from "../pictures/look.js";
import { lasted, piece } from "../pictures/phases.js";
import { Cursor } from "../pictures/time.js";
import { pieceTop, Voices } from "../pictures/voices.js";
import { html, useId, useSignal } from "../vendor/preact.js";
import { say } from "../words.js";
import { dayAt, Marks } from "./along.js";
import { Picture } from "./picture.js";
import { Answered } from "./told.js";
import { Pointed } from "./why.js";

const FEW = 6;
const MOST = 24;
const OUTSIDE = ["coordinator", "group", "observer"];
const MOVES = "{ now kind at triggers { id occurred told(marked: true) } }";

/** `members`: the handles of all; `heard`: the holders who said something; `holder`: the one that was chosen, who is always there. */
export function Heard({ id, members, heard, holder, known, span, called, day, rests }) {
  const shown = members.length > FEW ? members.filter((handle) => heard.has(handle)) : members;
  const wanted = [...shown, "coordinator", ...OUTSIDE.slice(1).filter((one) => heard.has(one))];
  const holders = wanted.slice(0, MOST);
  if (holder !== null && !holders.includes(holder)) holders.push(holder);
  const answer = useAnswer(question(holders), { id, known, to: new Date(span.until).toISOString() }, rests);
  const silent = members.length - shown.length;
  const others = wanted.filter((one) => !holders.includes(one)).length;
  const says = [say("course.voices_say"), silent ? say("course.voices_silent", { count: silent }) : "", others ? say("course.voices_others", { count: others }) : ""].filter(Boolean).join(" ");
  return html`<${Answered} answer=${answer}>${({ relationship }) => html`<${Drawn} ...${{ id, says, span, called, day }} rows=${rowsOf(relationship, [...holders, null], span, called)} />`}<//>`;
}

function question(holders) {
  const asked = holders.map((holder, place) => `h${place}: moves(lens: "accounts", holder: ${JSON.stringify(holder)}, to: $to, knownAt: $known) ${MOVES}`);
  return `query Voices($id: ID!, $to: DateTime, $known: DateTime) { relationship(id: $id) { ${asked.join(" ")} h${holders.length}: moves(lens: "accounts", to: $to, knownAt: $known) ${MOVES} } }`;
}

function rowsOf(found, holders, span, called) {
  return holders.map((holder, place) => {
    const moves = (found[`h${place}`] ?? []).map((move) => ({ ...move, at: Date.parse(move.at) }));
    const pieces = lasted(moves, span.until);
    return { holder, name: holder === null ? say("course.voices_pooled") : holderSaid(holder, called), pieces };
  });
}

function Drawn({ id, says, rows, span, called, day }) {
  const name = useId();
  const pointed = useSignal(null);
  const title = say("course.voices");
  const ends = ({ to }) => (to < span.until ? daySaid(dayAt(to)) : say("course.stands"));
  const marks = rows.flatMap(({ holder, name: who, pieces }, row) =>
    pieces.map((one) => ({ ...one, key: `${holder}-${one.from}`, row, said: `${who}: ${phaseSaid(one.phase, one.kind)}, ${daySaid(dayAt(one.from))} – ${ends(one)}` })),
  );
  const table = {
    columns: [say("course.holder"), say("course.stood"), say("course.from"), say("course.to")],
    rows: rows.flatMap(({ name: who, pieces }) => (pieces.length ? pieces.map((one) => [who, phaseSaid(one.phase, one.kind), daySaid(dayAt(one.from)), ends(one)]) : [[who, phaseSaid("unobserved"), "", ""]])),
  };
  return html`
    <${Picture} title=${title} says=${says} table=${table} file=${`${id}-accounts`} called=${called}>${(width, told) => html`
      <${Voices} rows=${rows} span=${span} width=${width} id=${name} says=${told} label=${title}>${({ x, bottom }) => html`
        <${Marks} marks=${marks} label=${title} pointed=${({ key }) => (pointed.value = key)}>${(one) => piece(one, x, pieceTop(one.row), name)}<//>
        <${Cursor} x=${x} day=${day} top=${0} bottom=${bottom} />`}<//>
      <${Pointed} marks=${marks} pointed=${pointed} called=${called} />`}<//>
  `;
}
