// Phases as bands: what each lasted, by the moves between them. What was not observed stays empty.

import { html } from "../vendor/preact.js";
import { word } from "../words.js";
import { filled, wide } from "./look.js";

const BAR = 20;
const ENDED = 6;

/** What lasted from each move to the next, `[{from, to, phase, kind}]`; the last of them until `until`. */
export function lasted(moves, until) {
  return moves
    .map(({ at, now, kind }, place) => ({ from: at, to: Math.min(moves[place + 1]?.at ?? until, until), phase: now.toLowerCase(), kind }))
    .filter(({ from, to }) => from < to);
}

/** One band, 20 high; each piece is named where there is room for its name. */
export function Band({ pieces, x, top, id }) {
  const [left, right] = x.range();
  return html`<g transform=${`translate(0 ${top})`} font-size="12">
    <line x1=${left} x2=${right} y1=${BAR / 2} y2=${BAR / 2} stroke="var(--unobserved)" stroke-dasharray="2 4" />
    ${pieces
      .filter(({ phase }) => phase !== "unobserved")
      .map(({ from, to, phase, kind }) => {
        const [at, width, high] = [x(from), Math.max(x(to) - x(from), 2), phase === "ended" ? ENDED : BAR];
        const said = word(kind ? "kind" : "phase", kind ?? phase);
        const fits = phase !== "ended" && wide(said) + 18 < width;
        return html`<g key=${from}>
          <rect x=${at} y=${(BAR - high) / 2} width=${width} height=${high} fill=${filled(id, phase)} stroke="var(--paper)" stroke-width="1" />
          ${fits ? html`<rect x=${at + 5} y="3" width=${wide(said) + 8} height="14" rx="3" fill="var(--card)" /><text x=${at + 9} y="14" fill="var(--ink)">${said}</text>` : null}
        </g>`;
      })}
  </g>`;
}
