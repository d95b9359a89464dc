// An initiative on a day: where each contact stands between help, friendship and ambiguity, and what room there is in all together.

import { useAnswer } from "../answer.js";
import { askAll, now } from "../ask.js";
import { dayOf, daySaid, today, utc } from "../days.js";
import { countSaid, partSaid } from "../numbers.js";
import { Named } from "../parts/marks.js";
import { Picture } from "../parts/picture.js";
import { Answered } from "../parts/told.js";
import { Bars } from "../pictures/room.js";
import { Ternary } from "../pictures/ternary.js";
import { useSettled } from "../settled.js";
import { sum } from "../vendor/d3.js";
import { html, useMemo, useSignal, useState } from "../vendor/preact.js";
import { language, say, word } from "../words.js";

const READINGS = `query Readings($id: ID!, $lens: String!, $at: DateTime!, $after: String) {
  list: relationships(first: 250, after: $after, filter: {initiative: $id}) {
    nodes { id reading(at: $at, lens: $lens) { phase help friendship ambiguity confidence } } pageInfo { hasNextPage endCursor }
  }
}`;
const ROOMS = `query Rooms($id: ID!, $at: DateTime!, $after: String) {
  list: relationships(first: 250, after: $after, filter: {initiative: $id}) {
    nodes { id room(at: $at) { made { of count } limited { of count } } } pageInfo { hasNextPage endCursor }
  }
}`;
const SETTINGS = `query Settings($id: ID!, $to: Date, $after: Position) {
  list: events(first: 500, after: $after, filter: {initiative: $id, types: ["room_made"], occurredTo: $to}) {
    nodes { id subject retractedBy } pageInfo { hasNextPage endCursor }
  }
}`;
const BETWEEN = ["help", "ambiguity", "friendship"];
const INSTRUMENTS = ["setting", "guidance", "response"];
const AGREEMENTS = ["role_formalised", "condition_set", "expectation_agreed", "frequency_agreed", "tasks_limited", "setting_agreed", "naming_agreed"];
const DAY_MS = 86_400_000;

/** `from`: when the first contact began. The day is today until another is chosen, and today is now. */
export function OnADay({ id, lens, contacts, from, end, held, rests }) {
  const [chosen, choose] = useState(null);
  const day = useSettled(chosen);
  const readings = useAnswer(READINGS, { id, lens, day }, rests, askedOn);
  const rooms = useAnswer(ROOMS, { id, day }, rests, askedOn);
  const settings = useAnswer(SETTINGS, { id, to: day }, rests, askAll);
  const ofItself = settings.data?.list.filter(({ subject, retractedBy }) => subject === `initiative/${id}` && !retractedBy).length;
  const on = (shown) => daySaid(shown ?? dayOf(end));
  return html`
    <section aria-labelledby="day">
      <h2 id="day">${say("initiative.on_a_day")}</h2>
      <${Chosen} day=${chosen ?? today()} first=${dayOf(from)} choose=${(other) => choose(other === today() ? null : other)} />
      <${Answered} answer=${readings}>${({ list, day: shown, at }) =>
        html`<${Where} id=${id} list=${list} contacts=${contacts} at=${at} on=${on(shown)} held=${held} />`}<//>
      <${Answered} answer=${rooms}>${({ list, day: shown }) => html`<${Room} id=${id} list=${list} on=${on(shown)} held=${held} />`}<//>
      ${ofItself ? html`<p>${say("initiative.setting", { count: ofItself, day: daySaid(day ?? dayOf(end)) })}</p>` : null}
    </section>
  `;
}

/** All as it stood at the end of a day (none: now), with the day and the instant. */
async function askedOn(query, { day, ...variables }) {
  const at = day ? Math.min(+utc(day) + DAY_MS - 1, +now()) : +now();
  return { ...(await askAll(query, { ...variables, at: new Date(at).toISOString() })), day, at };
}

function Chosen({ day, first, choose }) {
  const last = today();
  const place = (text) => Math.round((utc(text) - utc(first)) / DAY_MS);
  const within = (text) => text && text >= first && text <= last && choose(text);
  return html`
    <form class="find" onSubmit=${(event) => event.preventDefault()}>
      <label>${say("initiative.day")} <input type="date" value=${day} min=${first} max=${last} onChange=${(event) => within(event.target.value)} /></label>
      <label class="slide">${say("initiative.slide")}
        <input type="range" min="0" max=${place(last)} value=${place(day)} aria-valuetext=${daySaid(day)}
          onInput=${(event) => choose(new Date(+utc(first) + event.target.valueAsNumber * DAY_MS).toISOString().slice(0, 10))} />
      </label>
    </form>
  `;
}

function Where({ id, list, contacts, at, on, held }) {
  const named = useSignal(null);
  const stands = useMemo(() => {
    const found = new Map(list.map(({ id, reading }) => [id, { ...reading, phase: reading.phase.toLowerCase() }]));
    return contacts.filter((one) => found.has(one.id)).map((one) => ({ ...one, ...found.get(one.id) }));
  }, [list, contacts]);
  const begun = stands.filter(({ began }) => began <= at);
  const between = begun.filter(({ phase }) => BETWEEN.includes(phase));
  const placed = useMemo(() => between.filter(({ help }) => help !== null).map((one) => ({ ...one, text: standsSaid(one) })), [stands, at, language.value]);
  const title = say("initiative.where");
  const beside = [
    ["initiative.unobserved", begun.filter(({ phase }) => phase === "unobserved").length],
    ["initiative.ended", begun.filter(({ phase }) => phase === "ended").length],
    ["initiative.not_begun", stands.length - begun.length],
  ].filter(([, count]) => count);
  const numbers = html`<p class="numbers">${[
    say("initiative.in", { count: placed.length }),
    beside.length && say("initiative.beside", { which: beside.map(([key, count]) => say(key, { count })).join(", ") }),
  ].filter(Boolean).join("; ")}.</p>`;
  if (!placed.length) {
    return html`<h3>${title}</h3><p>${between.length ? say("initiative.where_words") : say("initiative.where_none", { day: on })}</p>${between.length ? null : numbers}`;
  }
  const table = {
    columns: [say("initiative.contact"), say("initiative.phase"), ...BETWEEN.map((phase) => word("phase", phase)), say("initiative.known")],
    rows: placed.map((one) => [html`<a href=${one.href}>${one.name}</a>`, word("phase", one.phase), ...[one.help, one.ambiguity, one.friendship, one.confidence].map(partSaid)]),
  };
  return html`
    <${Picture} title=${title} says=${say("initiative.where_says", { day: on })} table=${table} file=${`${id}-where`} held=${held}>${(width, describedBy) => html`
      <${Ternary} contacts=${placed} width=${width} label=${title} describedBy=${describedBy} named=${named} />
      ${numbers}
      <${Named} marks=${placed} named=${named} otherwise=${say("initiative.point")} />
    `}<//>
  `;
}

function standsSaid({ name, phase, help, friendship, ambiguity, confidence }) {
  return say("initiative.stands", {
    name, phase: word("phase", phase), help: partSaid(help), friendship: partSaid(friendship), ambiguity: partSaid(ambiguity), confidence: partSaid(confidence),
  });
}

function Room({ id, list, on, held }) {
  const tallied = (field, group, words) =>
    words.map((one) => ({ of: word(group, one), count: sum(list, ({ room }) => room[field].find(({ of }) => of === one)?.count ?? 0) }));
  const groups = [
    { title: say("initiative.made"), tallies: tallied("made", "instrument", INSTRUMENTS) },
    { title: say("initiative.limited"), tallies: tallied("limited", "agreement", AGREEMENTS) },
  ];
  const title = say("initiative.room");
  if (!groups.some(({ tallies }) => tallies.some(({ count }) => count))) return html`<h3>${title}</h3><p>${say("initiative.room_none", { day: on })}</p>`;
  const table = {
    columns: [say("initiative.what"), say("initiative.how_much")],
    rows: groups.flatMap((group) => group.tallies.map(({ of, count }) => [`${group.title}: ${of}`, countSaid(count)])),
  };
  return html`
    <${Picture} title=${title} says=${say("initiative.room_says", { day: on })} table=${table} file=${`${id}-room`} held=${held}>${(width, describedBy) =>
      html`<${Bars} groups=${groups} width=${width} told=${countSaid} label=${title} describedBy=${describedBy} />`}<//>
  `;
}
