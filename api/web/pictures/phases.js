// Phases as bands: what each lasted, by the moves between them. What was not observed stays empty.

import { html } from "../vendor/preact.js";
import { word } from "../words.js";
import { filled, wide } from "./look.js";

const BAR = 20;
const ENDED = 6;

/**
 * What was observed from each move to the next, `[{from, to, phase, kind, events}]`, with the events that made it so; the last of them until
 * `until`.
 */
export function lasted(moves, until) {
  return moves
    .map(({ at, now, kind, triggers }, place) => ({ from: at, to: Math.min(moves[place + 1]?.at ?? until, until), phase: now.toLowerCase(), kind, events: triggers }))
    .filter(({ from, to, phase }) => from < to && phase !== "unobserved");
}

/** Where nothing was observed, there is nothing but this. */
export function Ground({ x, top }) {
  const [left, right] = x.range();
  return html`<line x1=${left} x2=${right} y1=${top + BAR / 2} y2=${top + BAR / 2} stroke="var(--unobserved)" stroke-dasharray="2 4" />`;
}

/** A piece of a band, 20 high; it is named where there is room for its name. */
export function piece({ from, to, phase, kind }, x, top, id) {
  const [at, width, high] = [x(from), Math.max(x(to) - x(from), 2), phase === "ended" ? ENDED : BAR];
  const named = phase !== "ended" && width > 2 * BAR;
  const said = named ? word(kind ? "kind" : "phase", kind ?? phase) : "";
  const fits = named && wide(said) + 18 < width;
  return html`
    <rect x=${at} y=${top + (BAR - high) / 2} width=${width} height=${high} fill=${filled(id, phase)} stroke="var(--paper)" stroke-width="1" />
    ${fits ? html`<rect x=${at + 5} y=${top + 3} width=${wide(said) + 8} height="14" rx="3" fill="var(--card)" /><text x=${at + 9} y=${top + 14} font-size="12" fill="var(--ink)">${said}</text>` : null}
  `;
}
