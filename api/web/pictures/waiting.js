// What part has not come to it yet, week after week: a line in steps, with how unsure it is in dots on both sides.

import { scaleLinear } from "../vendor/d3.js";
import { html } from "../vendor/preact.js";
import { Axis, NAMES, WEEKS } from "./time.js";

const DRAWN = 200;
const TOP = 10;
const EDGE = { left: 50, right: 9 };
/** Standard errors to each side: of twenty such lines, one at most lies outside. */
const UNSURE = 1.96;

/** `rows`: `[{week, waiting, error}]`. */
export function Waiting({ rows, width, label, describedBy }) {
  const x = WEEKS.scale([0, rows.at(-1).week + 1], [EDGE.left, width - EDGE.right]);
  const y = scaleLinear([0, 1], [TOP + DRAWN, TOP]);
  const line = (part) => `M${x(0)},${y(1)}${rows.map((row) => `H${x(row.week).toFixed(1)}V${y(Math.min(Math.max(part(row), 0), 1)).toFixed(1)}`).join("")}H${x(rows.at(-1).week + 1)}`;
  return html`
    <svg viewBox=${`0 0 ${width} ${TOP + DRAWN + NAMES}`} role="img" aria-label=${label} aria-describedby=${describedBy}>
      <g font-size="12" fill="var(--soft)" text-anchor="end">
        ${[0, 0.5, 1].map((part) => html`<text x=${EDGE.left - 8} y=${y(part)} dy="0.35em">${part * 100} %</text>`)}
      </g>
      <${Axis} x=${x} top=${TOP} bottom=${TOP + DRAWN} time=${WEEKS} />
      ${[-UNSURE, UNSURE].map((side) => html`<path d=${line((row) => row.waiting + side * row.error)} fill="none" stroke="var(--soft)" stroke-dasharray="2 3" />`)}
      <path d=${line(({ waiting }) => waiting)} fill="none" stroke="var(--ink)" stroke-width="2" />
    </svg>
  `;
}
