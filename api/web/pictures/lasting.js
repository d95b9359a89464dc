// What lasted for a time, as bars under one another, a group for each kind: terms, agreements, exchanged roles, openings, tensions.

import { html } from "../vendor/preact.js";
import { say } from "../words.js";
import { wide } from "./look.js";
import { Axis, EDGE, NAMES, NotYet, timeScale } from "./time.js";

const HEAD = 22;
export const LANE = 22;
const BAR = 16;
const GAP = 8;

/**
 * Where everything stands: `groups` are `[{name, spans: [{from, to, lapsed, label}]}]`, in milliseconds, null where there is none; bars that would touch are in
 * lanes of their own.
 */
export function laid(groups, span, width) {
  const x = timeScale(span, width);
  const [, right] = x.range();
  const { until } = span;
  let top = 0;
  const heads = [];
  const bars = [];
  for (const { name, spans } of groups) {
    heads.push({ name, y: top + 15 });
    top += HEAD;
    const free = [];
    for (const one of spans.toSorted((a, b) => a.from - b.from)) {
      const from = x(Math.max(one.from, span.from));
      const to = Math.max(x(Math.min(one.to ?? until, until)), from + 4);
      const label = wide(one.label) + 10;
      // Beside its bar where there is room, else within it, on its own ground; else it is told where somebody points at it.
      const at = to + label <= right ? to + 6 : label < to - from ? from + 5 : null;
      const takes = at !== null && at > to ? to + label : to;
      let lane = free.findIndex((end) => end + GAP <= from);
      if (lane < 0) lane = free.push(0) - 1;
      free[lane] = takes;
      bars.push({ ...one, x: from, width: to - from, y: top + lane * LANE, lapse: one.lapsed && one.lapsed < Math.min(one.to ?? until, until) ? x(one.lapsed) : null, label: at === null ? null : { x: at, text: one.label, within: at < to } });
    }
    top += free.length * LANE + 4;
  }
  return { x, heads, bars, bottom: top };
}

/** `children` draws what can be pointed at over it. */
export function Lasting({ placed: { x, heads, bars, bottom }, known, width, says, label, children }) {
  return html`
    <svg viewBox=${`0 0 ${width} ${bottom + NAMES}`} role="group" aria-label=${label} aria-describedby=${says}>
      <${NotYet} x=${x} known=${known} top=${0} bottom=${bottom} />
      <${Axis} x=${x} top=${0} bottom=${bottom} />
      <g font-size="12" font-weight="600" fill="var(--ink)">${heads.map(({ name, y }) => html`<text key=${name} x=${EDGE} y=${y} stroke="var(--paper)" stroke-width="4" paint-order="stroke">${say(`lasting.${name}`)}</text>`)}</g>
      <g font-size="12" fill="var(--ink)">${bars.map((bar) => html`<${Bar} key=${bar.key} bar=${bar} />`)}</g>
      ${children}
    </svg>
  `;
}

function Bar({ bar: { x, y, width, to, lapse, label } }) {
  const middle = y + LANE / 2;
  const whole = lapse === null ? width : Math.max(lapse - x, 0);
  return html`<g>
    <rect x=${x} y=${middle - BAR / 2} width=${whole} height=${BAR} fill="var(--accent)" fill-opacity="0.24" />
    ${lapse === null ? null : html`<line x1=${lapse} x2=${x + width} y1=${middle} y2=${middle} stroke="var(--accent)" stroke-width="2" stroke-dasharray="2 4" />
      <path d=${`M${lapse} ${middle - 7} l4 7 l-4 7 l-4 -7 Z`} fill="var(--card)" stroke="var(--accent)" stroke-width="1.5" />`}
    <line x1=${x} x2=${x} y1=${middle - 9} y2=${middle + 9} stroke="var(--accent)" stroke-width="2.5" />
    ${to === null ? null : html`<line x1=${x + width} x2=${x + width} y1=${middle - 9} y2=${middle + 9} stroke="var(--accent)" stroke-width="2.5" />`}
    ${label ? html`<text x=${label.x} y=${middle + 4} stroke=${label.within ? "none" : "var(--paper)"} stroke-width="3" paint-order="stroke">${label.text}</text>` : null}
  </g>`;
}
