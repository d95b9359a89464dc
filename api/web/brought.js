// What stands in a spreadsheet, as what would be recorded of it: proposed from headings and cells, and nothing of it settled here.
//
// Ids are made from what a row says, so that a row that is brought twice is one event, also when rows were added to the sheet. They are made
// under a key that this browser keeps: without it nobody can tell from an id whose name it was made from.

import { firstDay } from "./days.js";
import { eventOf } from "./entry.js";
import { dayOfSerial } from "./sheet.js";

export const MEANINGS = ["initiative", "one", "one_role", "other", "other_role", "began", "until", "rhythm", "met", "place", "activity", "minutes"];
const DAYS = ["began", "until", "met"];
/** What headings say, the more particular first. */
const HEADINGS = [
  ["one_role", /\b(rol|role)\b.*(1|\ba\b|vrijwilliger|maatje|volunteer|buddy)/],
  ["other_role", /\b(rol|role)\b.*(2|\bb\b|hulpvrager|deelnemer|seeker|participant)/],
  ["initiative", /initiatief|initiative|project|programma?\b/],
  ["place", /plaats|plek|\bwaar\b|locatie|place|\bwhere\b|location/],
  ["activity", /activiteit|activity|^(wat|what)\b/],
  ["minutes", /minu|\bduur\b|duration/],
  ["rhythm", /ritme|rhythm|frequen/],
  ["until", /\b(tot|t\/m|until|end|ends|einde?)\b|eind ?datum|end ?date/],
  ["began", /\b(sinds|vanaf|since|from)\b|start|begin|began|match|koppel/],
  ["met", /ontmoet|bezoek|afspraak|meeting|visit|\bmet\b|^(datum|date|dag|day)$/],
  ["one", /(persoon|person|naam|name|lid|member)\D*(1|\ba)\b|vrijwilliger|volunteer|maatje|buddy|gastheer|host|chauffeur|driver|coach/],
  ["other", /(persoon|person|naam|name|lid|member)\D*(2|\bb)\b|hulpvrager|help ?seeker|deelnemer|participant|cli[eë]nt|oudere/],
];
const ROLES = [
  ["bonus_grandparent", /bonus ?(opa|oma|grand)/],
  ["bonus_family", /bonus ?(gezin|family)/],
  ["volunteer", /vrijwilliger|volunteer|maatje|buddy/],
  ["help_seeker", /hulpvra|seeker|cli[eë]nt/],
  ["host", /gastheer|gastvrouw|host/],
  ["driver", /chauffeur|driver/],
  ["coach", /coach/],
  ["participant", /deelnemer|participant/],
  ["member", /\blid\b|member/],
];
const PLACES = [
  ["phone", /telefo|phone|gebeld|\bbel/],
  ["online", /online|video|zoom|teams/],
  ["message", /bericht|message|whatsapp|\bapp\b|mail/],
  ["outdoors", /buiten|outdoor|outside|park|wandel/],
  ["centre", /centr|buurthuis|community/],
  ["public", /openbaar|public|caf[eé]|bibliotheek|library|winkel|shop/],
];
const HOME = /thuis|\bhuis\b|\bhome\b|\bbij\b/;
const RHYTHMS = [
  [14, /om de week|twee ?wek|2 ?wek|two weeks|fortnight|biweekly/],
  [7, /week|wekel/],
  [30, /maand|month/],
  [1, /dagelijks|daily|elke dag|every day/],
];
const MONTHS = ["jan", "feb", "mrt|maa|mar", "apr", "mei|may", "jun", "jul", "aug", "sep", "okt|oct", "nov", "dec"].map((one) => new RegExp(`^(${one})`));
/** Somewhat below what the server takes in one request. */
const EVENTS = 8_000;
const BYTES = 1_500_000;

// Proposing

/** What each column seems to mean, `""` where that is not clear. */
export function proposed(heading, rows) {
  const meanings = heading.map(() => "");
  const inColumn = (at) => rows.map(({ cells }) => cells[at]).filter(Boolean);
  const areDays = (at) => inColumn(at).length && inColumn(at).filter(isDay).length * 2 >= inColumn(at).length;
  heading.forEach((text, at) => {
    const fits = ([meaning, words]) => !meanings.includes(meaning) && words.test(text.toLowerCase()) && (!DAYS.includes(meaning) || areDays(at));
    meanings[at] = HEADINGS.find(fits)?.[0] ?? "";
  });
  heading.forEach((_, at) => {
    const free = ["met", "began"].find((one) => !meanings.includes(one));
    if (!meanings[at] && free && inColumn(at).every(isDay) && areDays(at)) meanings[at] = free;
  });
  return meanings;
}

/** The roles of the two, as the headings of their columns say them. */
export function rolesProposed(heading, meanings) {
  return ["one", "other"].map((one) => wordOf(ROLES, (heading[meanings.indexOf(one)] ?? "").toLowerCase()));
}

/** `dmy` or `mdy`, as the days themselves show it; `unclear` where they do not, and none where it makes no difference. */
export function orderOf(rows, meanings) {
  const days = rows.flatMap(({ cells }) => cells.filter((_, at) => DAYS.includes(meanings[at])));
  const numbers = days.map((one) => NUMBERS.exec(one)?.slice(1, 3).map(Number)).filter(Boolean);
  if (numbers.some(([first]) => first > 12)) return "dmy";
  if (numbers.some(([, second]) => second > 12)) return "mdy";
  return numbers.some(([first, second]) => first !== second) ? "unclear" : null;
}

// Reading cells

const ISO = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ]\d.*)?$/;
const NUMBERS = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:,? .*)?$/;
const WORDS = /^(\d{1,2})\s+([a-z]{3,})\.?\s+(\d{4})$/i;
const SERIAL = /^[2-6]\d{4}(\.\d+)?$/;

function isDay(text) {
  return [ISO, NUMBERS, WORDS, SERIAL].some((one) => one.test(text));
}

/** A day, month or year as EDTF; none where the text is no day that ever was. */
export function dayOf(text, order) {
  if (SERIAL.test(text)) return dayOfSerial(Number(text));
  const iso = ISO.exec(text);
  if (iso) return dated(...iso.slice(1));
  const [, day, month, year] = WORDS.exec(text) ?? [];
  if (day) return dated(year, MONTHS.findIndex((one) => one.test(month.toLowerCase())) + 1, day);
  const [, first, second, of] = NUMBERS.exec(text) ?? [];
  return first ? (order === "mdy" ? dated(of, first, second) : dated(of, second, first)) : null;
}

function dated(year, month, day) {
  const edtf = [year, month, day].filter((one) => one !== undefined).map((one, at) => (at ? String(one).padStart(2, "0") : one)).join("-");
  const whole = `${edtf}${"-01".repeat(3 - edtf.split("-").length)}`;
  const found = new Date(`${whole}T00:00:00Z`);
  return Number.isFinite(+found) && found.toISOString().startsWith(whole) ? edtf : null;
}

function minutesOf(text) {
  const [, hours, rest] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hours) return Number(hours) * 60 + Number(rest);
  return /^\d{1,4}(\.0+)?( ?min\w*)?$/i.test(text) ? parseInt(text, 10) : null;
}

function rhythmOf(text) {
  return /^\d{1,4}( ?(dagen|days))?$/i.test(text) ? parseInt(text, 10) : (wordOf(RHYTHMS, text.toLowerCase()) ?? null);
}

function roleOf(text) {
  return text && (wordOf(ROLES, text.toLowerCase()) ?? text.toLowerCase().replace(/\W+/g, "_"));
}

/** `home` and whose, where just one of them is named; what has no word of its own is elsewhere. */
function placeOf(text, names) {
  const said = text.toLowerCase();
  const words = said.split(/[^\p{L}\p{M}]+/u);
  const named = names.flatMap((name, at) => (said.includes(keyOf(name)) || words.includes(keyOf(name).split(" ")[0]) ? [at] : []));
  if (HOME.test(said) && named.length === 1) return `home:${named[0]}`;
  return wordOf(PLACES, said) ?? "other";
}

function wordOf(list, text) {
  return list.find(([, words]) => words.test(text))?.[0];
}

/** A name as it is compared. */
export function keyOf(name) {
  return name.normalize("NFC").replace(/\s+/g, " ").trim().toLowerCase();
}

// Planning

/**
 * What the rows come to: `{contacts, meetings, problems, elsewhere}`. `told` is what the columns mean and what was chosen beside them;
 * `known` the initiatives and contacts that there are. A problem is `{row, says, …}`, of which nothing can be recorded.
 */
export function planOf(rows, { meanings, order, initiative, roles }, known) {
  const plan = { contacts: new Map(), meetings: [], problems: [], elsewhere: new Set() };
  const read = rows.map((row) => readRow(row, { meanings, order, initiative, roles }, known, plan)).filter(Boolean);
  for (const row of read) if (row.began) begin(row, plan);
  for (const row of read) if (row.met) meet(row, known, plan);
  plan.problems.sort((one, other) => one.row - other.row);
  return { ...plan, contacts: [...plan.contacts.values()] };
}

function readRow({ number, cells }, { meanings, order, initiative, roles }, known, plan) {
  const cell = Object.fromEntries(MEANINGS.map((one) => [one, (cells[meanings.indexOf(one)] ?? "").trim()]));
  const problem = (says, values = {}) => void plan.problems.push({ row: number, says, ...values });
  if (!cell.one || !cell.other) return problem("names");
  if (keyOf(cell.one) === keyOf(cell.other)) return problem("alone", { name: cell.one });
  const home = cell.initiative ? known.initiatives.find(({ name }) => keyOf(name) === keyOf(cell.initiative))?.id : initiative;
  if (!home) return problem("initiative", { name: cell.initiative });
  const row = { number, home, names: [cell.one, cell.other], roles: [roleOf(cell.one_role) || roles[0], roleOf(cell.other_role) || roles[1]], place: cell.place, activity: cell.activity };
  for (const [name, reading] of [...DAYS.map((day) => [day, (text) => dayOf(text, order)]), ["rhythm", rhythmOf], ["minutes", minutesOf]]) {
    if (!cell[name]) continue;
    row[name] = reading(cell[name]);
    if (row[name] === null) return problem(DAYS.includes(name) ? "day" : "number", { text: cell[name] });
  }
  return row.began || row.met ? row : problem("nothing");
}

function pairOf(home, names) {
  return JSON.stringify([home, ...names.map(keyOf).sort()]);
}

function begin(row, plan) {
  const pair = pairOf(row.home, row.names);
  const key = JSON.stringify([pair, row.began]);
  const { number, home, names, roles, began, until, rhythm } = row;
  const before = plan.contacts.get(key);
  if (!before) plan.contacts.set(key, { key, pair, row: number, home, names, roles, began, until, rhythm });
  else if (before.until !== until || before.rhythm !== rhythm || names.some((name, at) => roleIn(before, name) !== roles[at])) plan.problems.push({ row: number, says: "differs", other: before.row });
}

function roleIn({ names, roles }, name) {
  return roles[names.findIndex((one) => keyOf(one) === keyOf(name))];
}

function meet(row, known, plan) {
  const pair = pairOf(row.home, row.names);
  const own = [...plan.contacts.values()].filter((one) => one.pair === pair).sort((one, other) => one.began.localeCompare(other.began));
  const here = known.contacts.filter((one) => one.pair === pair);
  const contact = own.filter(({ began }) => began <= row.met).at(-1) ?? own[0] ?? here[0];
  if (!own.length && here.length !== 1) return plan.problems.push({ row: row.number, says: here.length ? "several" : "unmatched", names: row.names });
  const place = row.place && placeOf(row.place, contact.names);
  if (place === "other") plan.elsewhere.add(row.place);
  plan.meetings.push({ row: row.number, contact, met: row.met, place, activity: row.activity, minutes: row.minutes });
}

/** Contacts as the server told them, as they are compared with those of a file. */
export function knownContacts(relationships) {
  return relationships.flatMap(({ id, startedOn, initiative, members }) => {
    const here = members.filter(({ left, withdrawn, participant }) => !left && !withdrawn && typeof participant?.name === "string");
    if (here.length !== 2 || members.length !== 2) return [];
    const names = here.map(({ participant }) => participant.name);
    return [{ id, began: startedOn, names, people: here.map(({ participant }) => participant.id), handles: here.map(({ handle }) => handle), pair: pairOf(initiative.id, names) }];
  });
}

/** By name, in how many contacts of the file somebody is. */
export function namesIn({ contacts }) {
  const names = new Map();
  for (const name of contacts.flatMap((one) => one.names)) names.set(keyOf(name), { name, count: (names.get(keyOf(name))?.count ?? 0) + 1 });
  return names;
}

// Making events

/** Gives an id for what it is told, the same each time, under a key that stays in this browser. */
export async function idMaker(owner) {
  const kept = `tussenruimte.ids.${owner}`;
  if (!localStorage.getItem(kept)) localStorage.setItem(kept, hex(crypto.getRandomValues(new Uint8Array(32))));
  const raw = Uint8Array.from(localStorage.getItem(kept).match(/../g), (one) => parseInt(one, 16));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (...parts) => hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(JSON.stringify(parts))))).slice(0, 32);
}

function hex(bytes) {
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}

/**
 * `{batches, rows, twice}`: batches of events, each of which can be taken by itself; the row of each event, by its id; and contacts that seem
 * to be here already under another id. `who` says by name whether it is `apart` people in each contact, or somebody known, by id; `research`
 * that who is new consents to that too.
 */
export async function eventsIn(plan, { id, who, given, research, today, known }) {
  const rows = new Map();
  const openings = new Map();
  const twice = [];
  const event = async (row, told, subject, type, occurred, data) => {
    const made = { ...eventOf(subject, { type, occurred, data, method: "import" }), id: await id(...told) };
    if (!rows.has(made.id)) rows.set(made.id, row);
    return made;
  };
  const opening = async (contact) => {
    const { key, row, names, roles, home, began, until, rhythm: rhythm_days } = contact;
    contact.id = await id("contact", key);
    if (known.contacts.some((one) => one.id !== contact.id && one.pair === contact.pair && one.began === firstDay(began))) twice.push(contact);
    const events = [];
    const members = [];
    for (const [at, name] of names.entries()) {
      const chosen = who[keyOf(name)] ?? "one";
      const participant = chosen === "one" ? await id("person", keyOf(name)) : chosen === "apart" ? await id("person", keyOf(name), key) : chosen;
      members.push({ handle: "ab"[at], participant, roles: roles[at] ? [roles[at]] : [] });
      // Whoever is here already was registered, and said themselves what they consent to.
      if (known.people.has(participant)) continue;
      const subject = `participant/${participant}`;
      events.push(await event(row, ["registered", participant], subject, "participant_registered", today, { name }));
      events.push(await event(row, ["consent", participant], subject, "consent_given", today, { scope: "record", given }));
      if (research) events.push(await event(row, ["research", participant], subject, "consent_given", today, { scope: "research", given }));
    }
    const term = until && { kind: "fixed", until };
    events.push(await event(row, ["match", key], `relationship/${contact.id}`, "match_made", began, { initiative: home, members, term, rhythm_days }));
    return events;
  };
  for (const contact of plan.contacts) openings.set(contact, await opening(contact));
  const batch = batching();
  for (const events of openings.values()) batch.add(events);
  const seen = new Map();
  for (const { row, contact, met, place, activity, minutes } of plan.meetings) {
    const handles = contact.handles ?? ["a", "b"];
    const where = place?.startsWith("home:") ? `home:${handles[place.slice(5)]}` : place;
    const says = JSON.stringify([contact.id, met, place, activity, minutes]);
    // Two rows that say the same are two meetings.
    seen.set(says, (seen.get(says) ?? 0) + 1);
    const data = { present: handles, place: where, activity, minutes };
    batch.add(openings.get(contact) ?? [], await event(row, ["meeting", says, seen.get(says)], `relationship/${contact.id}`, "meeting_held", met, data));
  }
  return { batches: batch.all, rows, twice };
}

/** Puts events together with what they rest on; what an earlier batch brought is brought again, and recorded once. */
function batching() {
  const all = [];
  let ids = new Set();
  let bytes = 0;
  const add = (rests, event) => {
    const wanted = [...rests, ...(event ? [event] : [])];
    let fresh = wanted.filter(({ id }) => !ids.has(id));
    let much = sizeOf(fresh);
    if (!all.length || ids.size + fresh.length > EVENTS || bytes + much > BYTES) {
      all.push([]);
      [ids, bytes, fresh, much] = [new Set(), 0, wanted, sizeOf(wanted)];
    }
    for (const one of fresh) {
      if (!ids.has(one.id)) all.at(-1).push(one);
      ids.add(one.id);
    }
    bytes += much;
  };
  return { all, add };
}

function sizeOf(events) {
  return new TextEncoder().encode(JSON.stringify(events)).length;
}
