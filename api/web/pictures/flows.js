// Moves from phase to phase as streams between five places in a ring, one for each direction and as wide as there are moves. All streams
// look the same: none is progress and none is a relapse.

import { max } from "../vendor/d3.js";
import { html, useId } from "../vendor/preact.js";
import { word } from "../words.js";
import { filled, Patterns } from "./look.js";

/** From the top, clockwise: help and friendship face each other. */
const RING = ["ambiguity", "friendship", "ended", "unobserved", "help"];
const PLACE = 19;
const WIDEST = 560;
const THICKEST = 15;
const APART = 0.17;
/** A stream begins so much narrower than it comes in, so that it is seen which way it goes. */
const NARROW = 0.4;

/** `moves`: `[{was, now, count}]`. */
export function Flows({ moves, width, label, describedBy }) {
  const id = useId();
  const ring = Math.min(width, WIDEST) / 2 - 52;
  const middle = [width / 2, ring + 46];
  const places = Object.fromEntries(
    RING.map((phase, place) => {
      const angle = (place / RING.length) * 2 * Math.PI - Math.PI / 2;
      return [phase, [middle[0] + ring * Math.cos(angle), middle[1] + ring * Math.sin(angle)]];
    }),
  );
  const beside = width / 2 - ring > 120;
  const most = max(moves, ({ count }) => count);
  const streams = moves.map((move) => ({ ...move, ...bent(places[move.was], places[move.now], Math.max(1.5, (THICKEST * move.count) / most)) }));
  return html`
    <svg viewBox=${`0 0 ${width} ${Math.round(middle[1] + ring * 0.81 + 60)}`} role="img" aria-label=${label} aria-describedby=${describedBy}>
      <${Patterns} id=${id} />
      ${streams.map(({ was, now, path }) => html`<path key=${`${was}>${now}`} d=${path} fill="var(--soft)" fill-opacity="0.42" />`)}
      <g font-size="13" text-anchor="middle" fill="var(--ink)" stroke="var(--paper)" stroke-width="4" stroke-linejoin="round" paint-order="stroke">
        ${RING.map((phase) => {
          const [x, y] = places[phase];
          const sideways = Math.sign(Math.round(x - middle[0]));
          const [dx, dy, anchor] =
            phase === "ambiguity" ? [0, -PLACE - 10, "middle"]
            : y > middle[1] ? [0, PLACE + 18, "middle"]
            : beside ? [sideways * (PLACE + 8), 5, sideways < 0 ? "end" : "start"]
            : [sideways * 10, -PLACE - 10, "middle"];
          return html`
            <circle cx=${x} cy=${y} r=${PLACE} fill=${phase === "unobserved" ? "var(--paper)" : filled(id, phase)} stroke=${phase === "unobserved" ? "var(--soft)" : `var(--${phase})`} stroke-width="1.5"
              stroke-dasharray=${phase === "unobserved" ? "2 4" : undefined} />
            <text x=${x + dx} y=${y + dy} text-anchor=${anchor} font-weight="600">${word("phase", phase)}</text>
          `;
        })}
        ${streams.map(({ was, now, count, told }) => html`<text key=${`${was}>${now}`} x=${told[0]} y=${told[1]} dy="0.35em">${count}</text>`)}
      </g>
    </svg>
  `;
}

/** A stream from a place to another, bent to its left, with a head where it comes in; and where its number is told. */
function bent(from, to, thick) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const far = Math.hypot(dx, dy);
  const bow = [(from[0] + to[0]) / 2 + dy * APART, (from[1] + to[1]) / 2 - dx * APART];
  const head = Math.max(9, thick * 0.9);
  const begin = along(from, bow, PLACE + 6);
  const tip = along(to, bow, PLACE + 3);
  const neck = along(to, bow, PLACE + 3 + head);
  const across = unit(begin, bow, (NARROW * thick) / 2);
  const within = unit(neck, bow, thick / 2);
  const wide = unit(neck, bow, Math.max(5.5, thick * 0.85));
  const bend = [(-dy / far) * (thick * 0.36), (dx / far) * (thick * 0.36)];
  const path = [
    `M${add(begin, across)}`,
    `Q${add(bow, [-bend[0], -bend[1]])},${add(neck, within, -1)}`,
    `L${add(neck, wide, -1)}L${tip}L${add(neck, wide)}L${add(neck, within)}`,
    `Q${add(bow, bend)},${add(begin, across, -1)}Z`,
  ].join("");
  const told = [0, 1].map((axis) => 0.25 * begin[axis] + 0.5 * bow[axis] + 0.25 * neck[axis]);
  return { path, told };
}

function along(from, to, distance) {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
  return [0, 1].map((axis) => from[axis] + ((to[axis] - from[axis]) * distance) / far);
}

/** What leads so far away at a right angle from the way to somewhere. */
function unit(from, to, distance) {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
  return [((to[1] - from[1]) / far) * distance, (-(to[0] - from[0]) / far) * distance];
}

function add(point, more, times = 1) {
  return point.map((at, axis) => (at + times * more[axis]).toFixed(1));
}
