// The axis of time that pictures share, so that what stands above one another happened at the same time: in days of the calendar, or in weeks
// since each contact began.

import { markSaid } from "../days.js";
import { scaleLinear, scaleUtc } from "../vendor/d3.js";
import { html } from "../vendor/preact.js";
import { say } from "../words.js";
import { wide } from "./look.js";

/** How far from its sides a picture begins and ends. */
export const EDGE = 9;
const APART = 64;
/** How high the names under the axis are. */
export const NAMES = 22;

/** What runs along an axis: from what to where, in what a mark is whole, and how it is called, `whole` where it is the first. */
export const CALENDAR = { scale: scaleUtc, unit: 86_400_000, said: markSaid };
export const WEEKS = { scale: scaleLinear, unit: 1, said: (week, whole) => (whole ? say("research.week", { week }) : String(week)) };

/** From an instant to where it stands in a picture of this width. `span`: `{from, to}` in milliseconds, or in weeks. */
export function timeScale({ from, to }, width, time = CALENDAR) {
  return time.scale([from, to], [EDGE, width - EDGE]);
}

/** Upright lines from `top` to `bottom`, and their names under them; as many as there is room for. */
export function Axis({ x, top, bottom, time = CALENDAR }) {
  const [left, right] = x.range();
  const marks = x.ticks(Math.max(2, Math.floor((right - left) / APART))).filter((mark) => mark % time.unit === 0);
  let free = 0;
  return html`<g font-size="12" fill="var(--soft)">
    ${marks.map((mark, place) => {
      const [at, said] = [x(mark), time.said(mark, place === 0)];
      const fits = at >= free && at + 4 + wide(said) <= right + EDGE;
      if (fits) free = at + wide(said) + 12;
      return html`<g key=${+mark}><line x1=${at} x2=${at} y1=${top} y2=${bottom + (fits ? 6 : 0)} stroke="var(--line)" />${fits ? html`<text x=${at + 4} y=${bottom + 16}>${said}</text>` : null}</g>`;
    })}
    <line x1=${left} x2=${right} y1=${bottom} y2=${bottom} stroke="var(--soft)" />
  </g>`;
}

/** Over what came after the instant up to which anything was known. */
export function NotYet({ x, known, top, bottom }) {
  const [, right] = x.range();
  const from = known === null ? right : Math.max(x(known), x.range()[0]);
  if (from >= right) return null;
  const said = say("course.unknown_yet");
  return html`<g>
    <rect x=${from} y=${top} width=${right - from} height=${bottom - top} fill="var(--line)" fill-opacity="0.45" />
    <line x1=${from} x2=${from} y1=${top} y2=${bottom} stroke="var(--ink)" stroke-dasharray="5 3" />
    ${wide(said) + 12 < right - from ? html`<text x=${from + 6} y=${top + 15} font-size="12" fill="var(--ink)">${said}</text>` : null}
  </g>`;
}

/** The day that is looked at: a signal, so that whoever goes along the days draws this anew and nothing else. */
export function Cursor({ x, day, top, bottom }) {
  if (day.value === null) return null;
  const at = Date.parse(day.value);
  return html`<line x1=${x(at)} x2=${x(at)} y1=${top} y2=${bottom} stroke="var(--ink)" stroke-width="1.5" pointer-events="none" />`;
}
