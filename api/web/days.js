// Days and instants as people read them. Days of the history are days; instants are shown in the organisation's time zone.

import { signal } from "./vendor/preact.js";
import { language, say } from "./words.js";

/** The organisation's time zone, an IANA name. */
export const zone = signal("Europe/Amsterdam");

/** By language, as dates and numbers are written. */
export const LOCALES = { nl: "nl-NL", en: "en-GB" };
const SEASONS = { 21: "spring", 22: "summer", 23: "autumn", 24: "winter" };

/** Today in the organisation's time zone, `2026-01-31`. */
export function today() {
  return dayOf(new Date());
}

/** The day of an instant in the organisation's time zone. */
export function dayOf(instant) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone.value }).format(new Date(instant));
}

/** `4 November 2021, 10:30`, in the organisation's time zone. */
export function instantSaid(instant) {
  return format(new Date(instant), { dateStyle: "long", timeStyle: "short", timeZone: zone.value });
}

/** An EDTF date as somebody would say it: `4 November 2021`, `November 2021`, `about 2021`, `spring 2021`, `2020 to 2021`. */
export function daySaid(edtf) {
  if (!edtf) return "";
  const [from, to] = edtf.split("/");
  if (to !== undefined) return to && to !== ".." ? say("days.span", { from: one(from), to: one(to) }) : say("days.from", { from: one(from) });
  return one(from);
}

/** The first day that an EDTF date allows, `2021-03-01`. */
export function firstDay(edtf) {
  const [year, month = "01", day = "01"] = edtf.split("/")[0].replace(/[?~%]/, "").slice(0, 10).split("-");
  const first = (part, least) => (part.includes("X") ? least : part);
  const began = { 21: "03", 22: "06", 23: "09", 24: "12" }[month] ?? first(month, "01");
  return `${year.replaceAll("X", "0")}-${began}-${first(day, "01")}`;
}

function one(edtf) {
  const [, date, mark] = /^([^?~%]*)([?~%]?)$/.exec(edtf);
  const said = plain(date.slice(0, 10).replace("T", ""));
  return mark ? say(`days.${{ "?": "perhaps", "~": "about", "%": "perhaps" }[mark]}`, { day: said }) : said;
}

function plain(date) {
  if (date.includes("X")) return say("days.some", { year: date.slice(0, 4).replace(/X+$/, (gone) => "0".repeat(gone.length)) });
  const [year, month, day] = date.split("-");
  if (month in SEASONS) return say(`days.${SEASONS[month]}`, { year });
  if (day) return format(utc(date), { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  if (month) return format(utc(`${date}-01`), { month: "long", year: "numeric", timeZone: "UTC" });
  return year;
}

/** The first instant that an EDTF date allows, in milliseconds: the one from which it counts. */
export function firstInstant(edtf) {
  const [from] = edtf.split("/");
  return from.includes("T") ? Date.parse(from.replace(/[?~%]$/, "")) : +utc(firstDay(edtf));
}

/** A mark on an axis of time: `2021` where a year begins, `Mar` where a month does, else `4 Mar`; `whole`: with its year. */
export function markSaid(instant, whole) {
  const [, month, day] = instant.toISOString().slice(0, 10).split("-");
  const shown = day !== "01" ? { day: "numeric", month: "short" } : month !== "01" ? { month: "short" } : {};
  return format(instant, { ...shown, ...(whole || !shown.month ? { year: "numeric" } : {}), timeZone: "UTC" });
}

/** The first instant of a day, UTC. */
export function utc(day) {
  return new Date(`${day}T00:00:00Z`);
}

function format(instant, options) {
  return new Intl.DateTimeFormat(LOCALES[language.value], options).format(instant);
}
