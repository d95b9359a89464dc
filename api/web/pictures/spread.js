// How numbers of contacts lie: for each number an axis of its own, on it a bar as high as there are many of that size, and under it a mark
// where their mean is. All look the same: more is not better.

import { max, scaleLinear } from "../vendor/d3.js";
import { fineSaid } from "../numbers.js";
import { html } from "../vendor/preact.js";
import { say } from "../words.js";
import { EDGE } from "./time.js";

const STEP = 96;
const HIGH = 34;
const AXIS = 58;
const BARS = 24;

/** `rows`: `[{name, values, mean, most}]`, from 0 to `most`, or to the largest of the values. */
export function Spread({ rows, width, label, describedBy }) {
  return html`
    <svg viewBox=${`0 0 ${width} ${rows.length * STEP}`} role="img" aria-label=${label} aria-describedby=${describedBy}>
      ${rows.map((row, place) => html`<g key=${place} transform=${`translate(0 ${place * STEP})`} font-size="12" fill="var(--ink)"><${Lying} ...${row} width=${width} /></g>`)}
    </svg>
  `;
}

function Lying({ name, values, mean, most = max(values) || 1, width }) {
  const x = scaleLinear([0, most], [EDGE, width - EDGE]);
  const counts = Array(BARS).fill(0);
  for (const value of values) counts[Math.min(BARS - 1, Math.floor((value / most) * BARS))]++;
  const highest = max(counts);
  const wide = (width - 2 * EDGE) / BARS;
  const bars = counts.map((count, bar) => (count ? `M${(EDGE + bar * wide + 1).toFixed(1)} ${AXIS}v${((-HIGH * count) / highest).toFixed(1)}h${(wide - 2).toFixed(1)}V${AXIS}Z` : "")).join("");
  return html`
    <text x=${EDGE} y="14">${say("research.mean", { name, mean: fineSaid(mean) })}</text>
    <path d=${bars} fill="var(--soft)" />
    <line x1=${EDGE} x2=${width - EDGE} y1=${AXIS} y2=${AXIS} stroke="var(--soft)" />
    <path d="M0 2L-6 12H6Z" transform=${`translate(${x(mean).toFixed(1)} ${AXIS})`} />
    <g fill="var(--soft)"><text x=${EDGE} y=${AXIS + 26}>0</text><text x=${width - EDGE} y=${AXIS + 26} text-anchor="end">${fineSaid(most)}</text></g>
  `;
}
