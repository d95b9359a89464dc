// How often a week that stood so is followed by one that stands otherwise, or the same: a square for each, as large in area as it is often.
// All squares look the same: none is progress and none is a relapse.

import { PHASES } from "../standing.js";
import { html, useId } from "../vendor/preact.js";
import { word } from "../words.js";
import { Legend, legendHeight, Patterns, Shape, wide } from "./look.js";

const HEAD = 34;
const WIDEST = 96;
const NUMBER = 22;
const EDGE = 9;
/** From this width on there is room for what rows are called. */
const ROOM = 520;

/** `rows`: `[{was, of, next: {help: 3, …}}]`; `told` says a rate. */
export function Rates({ rows, told, width, label, describedBy }) {
  const id = useId();
  const left = EDGE + 26 + (width < ROOM ? 0 : Math.max(...PHASES.map((phase) => wide(word("phase", phase)))) + 10);
  const step = Math.min(WIDEST, (width - left - EDGE) / PHASES.length);
  const top = legendHeight(PHASES, width) + HEAD;
  const middle = (place) => left + (place + 0.5) * step;
  return html`
    <svg viewBox=${`0 0 ${width} ${Math.round(top + rows.length * (step + 4))}`} role="img" aria-label=${label} aria-describedby=${describedBy}>
      <${Patterns} id=${id} />
      <${Legend} looks=${PHASES} width=${width} top=${0} id=${id} />
      ${PHASES.map((phase, place) => html`<${Shape} key=${phase} phase=${phase} x=${middle(place)} y=${top - 14} />`)}
      ${rows.map(({ was, of, next }, row) => {
        const y = top + row * (step + 4);
        return html`<g key=${was} font-size="12" fill="var(--ink)">
          <line x1=${EDGE} x2=${left + step * PHASES.length} y1=${y} y2=${y} stroke="var(--line)" />
          <${Shape} phase=${was} x=${EDGE + 9} y=${y + step / 2} />
          ${width < ROOM ? null : html`<text x=${EDGE + 24} y=${y + step / 2} dy="0.35em">${word("phase", was)}</text>`}
          ${PHASES.map((phase, place) => {
            const side = (step - NUMBER) * Math.sqrt(next[phase] / of);
            return html`
              <rect key=${phase} x=${middle(place) - side / 2} y=${y + 3 + (step - NUMBER - side) / 2} width=${side} height=${side} fill="var(--soft)" />
              <text x=${middle(place)} y=${y + step - 4} text-anchor="middle">${told(next[phase] / of)}</text>
            `;
          })}
        </g>`;
      })}
    </svg>
  `;
}
