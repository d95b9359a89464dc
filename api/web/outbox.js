// Everything that is recorded goes through here: it is kept first, and leaves when the server has it. Each event has its id before it is
// sent, so that what is sent again, since nobody knows what became of it, is recorded once.

import { asked, Refused, SignedOut, Unreached } from "./ask.js";
import { drop, entriesOf, keep } from "./kept.js";
import { signal } from "./vendor/preact.js";
import { owner as ownerOf } from "./viewer.js";

const RECORD = "mutation Record($events: [JSON!]!, $by: String!) { recordEvents(events: $events, recordedBy: $by) { position } }";
const LATER_MS = [2_000, 5_000, 15_000, 60_000, 300_000];
const ANSWER_MS = 30_000;
const SHOWN_MS = 5_000;
const PASSING = ["RATE_LIMITED", "UNAVAILABLE"];
const NAME = "tussenruimte.outbox";

/**
 * What was recorded here by whoever is signed in and is not with the server yet, in order: `{number, form, about, typed, events, at, tried,
 * refused}`. `about` is a stream, `typed` what was filled in, `tried` whether it may have arrived, `refused` the rule where there is one.
 */
export const entries = signal([]);

/** Whether nobody, or somebody else, is signed in by now: then all waits. */
export const shut = signal(false);

const tabs = new BroadcastChannel(NAME);
let owner = null;
let by = null;
let failures = 0;
let later = null;

/** Send what `viewer` recorded, from now on by itself; of anybody else nothing is looked at. */
export async function sendFor(viewer) {
  owner = ownerOf(viewer);
  by = viewer.recordedBy;
  tabs.onmessage = look;
  addEventListener("online", anew);
  document.addEventListener("visibilitychange", () => document.hidden || anew());
  try {
    await look();
  } catch (error) {
    // A browser that keeps nothing is told of when there is something to keep.
    if (!(error instanceof DOMException)) throw error;
  }
  anew();
}

/**
 * Record events about a stream: `form` and `typed` say how they were filled in. `before`: the refused entry in whose place they come. Gives
 * the entry as it is after a moment: `refused`, or still here (`waits`); else it was recorded.
 */
export async function record({ form, about, typed, events }, before = null) {
  // What is mended goes by the ids it had: should it have arrived after all, that is noticed.
  const known = [...(before?.events ?? [])];
  for (const event of events) {
    const at = known.findIndex(({ type, subject }) => type === event.type && subject === event.subject);
    if (at >= 0) [{ id: event.id }] = known.splice(at, 1);
  }
  const entry = { owner, form, about, typed, events, at: new Date().toISOString(), tried: false, refused: null };
  if (before) entry.number = before.number;
  const number = await keep(entry);
  await changed();
  await Promise.race([send(), new Promise((done) => setTimeout(done, SHOWN_MS))]);
  const left = entries.value.find((one) => one.number === number);
  return { ...entry, number, refused: left?.refused ?? null, waits: Boolean(left) && !left.refused };
}

/** Forget an entry; says whether it was still here. `sure`: only where it cannot have arrived. */
export function throwAway(number, { sure = false } = {}) {
  return navigator.locks.request(NAME, async () => {
    const entry = (await entriesOf(owner)).find((one) => one.number === number);
    if (!entry || (sure && entry.tried)) return false;
    await drop(number);
    await changed();
    return true;
  });
}

/** The entries about a stream. */
export function entriesAbout(stream) {
  return entries.value.filter(({ about }) => about === stream);
}

function anew() {
  failures = 0;
  if (entries.value.some(({ refused }) => !refused)) send();
}

/** One batch after the other, and of all tabs one at a time. */
async function send() {
  clearTimeout(later);
  await navigator.locks.request(NAME, async () => {
    for (const entry of await entriesOf(owner)) if (!entry.refused && !(await sent(entry))) return;
    failures = 0;
  });
}

/** Whether it can go on with the next. */
async function sent(entry) {
  try {
    await asked(RECORD, { events: entry.events, by }, ANSWER_MS);
    await drop(entry.number);
    shut.value = false;
  } catch (error) {
    if (error instanceof Unreached || PASSING.includes(error.code)) return waits(entry);
    if (error instanceof SignedOut || error.field === "recordedBy") {
      shut.value = true;
      return false;
    }
    if (!(error instanceof Refused)) throw error;
    const [first] = error.refused;
    entry.refused = { rule: withoutIds(error.message, entry.events), field: error.field ?? null, type: entry.events[first?.index ?? 0].type };
    await keep(entry);
  }
  await changed();
  return true;
}

/** A rule as it is told beside a form of the very contact, or of the very people: their ids say nothing there. */
function withoutIds(rule, events) {
  return events.reduce((told, { subject }) => told.replaceAll(` '${subject.slice(subject.indexOf("/") + 1)}'`, ""), rule);
}

async function waits(entry) {
  if (!entry.tried) {
    entry.tried = true;
    await keep(entry);
    navigator.storage.persist();
    await changed();
  }
  later = setTimeout(send, LATER_MS[Math.min(failures++, LATER_MS.length - 1)]);
  return false;
}

async function changed() {
  tabs.postMessage(null);
  await look();
}

async function look() {
  entries.value = await entriesOf(owner);
}
