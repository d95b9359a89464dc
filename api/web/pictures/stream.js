// Help, ambiguity and friendship as a stream: as wide as much is known, ambiguity in between the two.

import { area, curveMonotoneX, curveStepAfter } from "../vendor/d3.js";
import { html } from "../vendor/preact.js";
import { filled } from "./look.js";

/** Days that are drawn so far apart are told from one another: what happens on one shows at once. */
const APART = 3;
const ORDER = ["friendship", "ambiguity", "help"];
/** How high a stream is of which everything is known. */
export const TALL = 150;

/** `points`: `[{at, help, friendship, ambiguity, confidence}]`, shares and confidence null where nothing is known; the last holds `until`. */
export function Stream({ points, until, x, top, id }) {
  const middle = top + TALL / 2;
  const edges = [...points, { ...points.at(-1), at: until }].map(({ at, confidence, ...shares }) => {
    let y = middle - (TALL * (confidence ?? 0)) / 2;
    const bounds = [y, ...ORDER.map((share) => (y += TALL * (confidence ?? 0) * (shares[share] ?? 0)))];
    return { at: x(at), bounds };
  });
  const curve = edges[1].at - edges[0].at > APART ? curveStepAfter : curveMonotoneX;
  const layer = (place) =>
    area(
      ({ at }) => at,
      ({ bounds }) => bounds[place],
      ({ bounds }) => bounds[place + 1],
    ).curve(curve)(edges);
  const [left, right] = x.range();
  return html`<g>
    <line x1=${left} x2=${right} y1=${middle} y2=${middle} stroke="var(--unobserved)" stroke-dasharray="2 4" />
    ${ORDER.map((share, place) => html`<path key=${share} d=${layer(place)} fill=${filled(id, share)} stroke="var(--paper)" stroke-width="1" stroke-linejoin="round" />`)}
  </g>`;
}
