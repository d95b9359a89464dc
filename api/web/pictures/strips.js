// A typical trajectory of each group, week by week: a row for each, with of how many it is.

import { PHASES } from "../standing.js";
import { html, useId } from "../vendor/preact.js";
import { filled, Legend, legendHeight, Patterns } from "./look.js";
import { Axis, NAMES, timeScale, WEEKS } from "./time.js";

const STEP = 46;
const BAR = 20;

/** `rows`: `[{relationships, phases}]`. */
export function Strips({ rows, width, label, describedBy }) {
  const id = useId();
  const top = legendHeight(PHASES, width) + 8;
  const x = timeScale({ from: 0, to: rows[0].phases.length }, width, WEEKS);
  return html`
    <svg viewBox=${`0 0 ${width} ${top + rows.length * STEP + NAMES}`} role="img" aria-label=${label} aria-describedby=${describedBy}>
      <${Patterns} id=${id} />
      <${Legend} looks=${PHASES} width=${width} top=${0} id=${id} />
      <${Axis} x=${x} top=${top} bottom=${top + rows.length * STEP} time=${WEEKS} />
      ${rows.map(({ relationships, phases }, row) => html`<g key=${row} transform=${`translate(0 ${top + row * STEP})`}>
        <text x=${x(0)} y="14" font-size="12" fill="var(--ink)">${relationships}</text>
        ${phases.map((phase, week) => phase === "unobserved"
          ? html`<path d=${`M${x(week)},${18 + BAR / 2}H${x(week + 1)}`} stroke="var(--unobserved)" stroke-dasharray="2 4" />`
          : html`<rect x=${x(week)} y="18" width=${x(week + 1) - x(week) + 0.2} height=${BAR} fill=${filled(id, phase)} />`)}
      </g>`)}
    </svg>
  `;
}
