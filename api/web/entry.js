// Events as they are sent, of what somebody filled in.

import { today } from "./days.js";

const SOURCE = "urn:tussenruimte:app";
/** Lists that say something where nobody is in them. */
const TOLD_EMPTY = ["present", "members", "roles", "agreed_by", "ended_by"];

/** `filled`: `{type, occurred, data}`, with `perspective`, `toldby` and `method` where there are any. What is not said is left out. */
export function eventOf(subject, { type, data, method = "coordinator_note", ...filled }) {
  const envelope = { specversion: "1.0", id: crypto.randomUUID(), source: SOURCE, type: `tussenruimte.${type}.v1`, subject, method };
  return said({ ...envelope, ...filled, data: said(data) });
}

/** The entry by which an event is withdrawn. */
export function withdrawal(about, event) {
  const typed = { event };
  return { form: "correct", about, typed, events: [eventOf(about, { type: "event_retracted", occurred: today(), data: typed })] };
}

function said(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => TOLD_EMPTY.includes(name) || !unsaid(value)));
}

function unsaid(value) {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);
}
