// How contacts stood over time, all together: a column for each week or month, in it the part of each phase of those that are counted. What
// was not observed stays empty.

import { PHASES } from "../standing.js";
import { area, curveStepAfter, scaleLinear, stack, sum } from "../vendor/d3.js";
import { html, useId } from "../vendor/preact.js";
import { filled, Legend, legendHeight, Patterns } from "./look.js";
import { Axis, CALENDAR, NAMES } from "./time.js";

const DRAWN = 220;
const EDGE = { left: 50, right: 9 };

/** `rows`: what `counted` or `weekly` gives; the last lasts until `end`, and there is room until `until`. */
export function Chronogram({ rows, end, until = end, time = CALENDAR, width, label, describedBy }) {
  const id = useId();
  const top = legendHeight(PHASES, width) + 8;
  const x = time.scale([rows[0].at, until], [EDGE.left, width - EDGE.right]);
  const y = scaleLinear([0, 1], [top + DRAWN, top]);
  const shares = [...rows, { ...rows.at(-1), at: end }].map((row) => share(row));
  const shape = area((point) => x(point.data.at), (point) => y(point[0]), (point) => y(point[1])).curve(curveStepAfter);
  return html`
    <svg viewBox=${`0 0 ${width} ${top + DRAWN + NAMES}`} role="img" aria-label=${label} aria-describedby=${describedBy}>
      <${Patterns} id=${id} />
      <${Legend} looks=${PHASES} width=${width} top=${0} id=${id} />
      <g font-size="12" fill="var(--soft)" text-anchor="end">
        ${[0, 0.5, 1].map((part) => html`<text x=${EDGE.left - 8} y=${y(part)} dy="0.35em">${part * 100} %</text>`)}
      </g>
      <${Axis} x=${x} top=${top} bottom=${top + DRAWN} time=${time} />
      ${stack().keys(PHASES)(shares).map((layer) => html`<path d=${shape(layer)} fill=${layer.key === "unobserved" ? "var(--paper)" : filled(id, layer.key)} fill-opacity=${layer.key === "ended" ? 0.5 : 1} stroke="var(--paper)" stroke-width="0.8" />`)}
    </svg>
  `;
}

function share(row) {
  const whole = sum(PHASES, (phase) => row[phase]) || 1;
  return { at: row.at, ...Object.fromEntries(PHASES.map((phase) => [phase, row[phase] / whole])) };
}
