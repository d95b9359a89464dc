// The course of a contact through one lens: its stream, or its phases where the lens knows no shares, with the changes above it.

import { html } from "../vendor/preact.js";
import { Legend, legendHeight, LOOKS, Patterns } from "./look.js";
import { Ground, lasted, piece } from "./phases.js";
import { Stream, TALL } from "./stream.js";
import { Axis, NAMES, NotYet, timeScale } from "./time.js";

const MARKS = 30;
const SHARES = ["help", "ambiguity", "friendship"];

/**
 * `points` as of `Stream`, or null; `moves`: `[{at, now, kind}]`; `span`: `{from, to, until, known}` in milliseconds, `known` null where all is
 * shown that is known now. `children({x, marks, top, bottom})` draws what can be pointed at over it.
 */
export function Course({ points, moves, span, width, id, says, label, children }) {
  const x = timeScale(span, width);
  const top = MARKS;
  const bottom = top + (points ? TALL : 26);
  const legend = bottom + NAMES + 12;
  const pieces = lasted(moves, span.until);
  const ends = points ? pieces.filter(({ phase }) => phase === "ended") : [];
  const looks = LOOKS.filter((look) => (points && SHARES.includes(look)) || look === "unobserved" || pieces.some(({ phase }) => phase === look));
  return html`
    <svg viewBox=${`0 0 ${width} ${legend + legendHeight(looks, width)}`} role="group" aria-label=${label} aria-describedby=${says}>
      <${Patterns} id=${id} />
      <${NotYet} x=${x} known=${span.known} top=${top} bottom=${bottom} />
      <${Axis} x=${x} top=${top} bottom=${bottom} />
      ${points ? html`<${Stream} points=${points} until=${span.until} x=${x} top=${top} id=${id} />` : html`<${Ground} x=${x} top=${top + 3} />${pieces.map((one) => piece(one, x, top + 3, id))}`}
      ${ends.map(({ from, to }) => html`<rect key=${from} x=${x(from)} y=${top} width=${x(to) - x(from)} height=${bottom - top} fill="var(--paper)" fill-opacity="0.65" />`)}
      ${moves.map(({ at }, place) => html`<line key=${place} x1=${x(at)} x2=${x(at)} y1=${MARKS / 2} y2=${bottom} stroke="var(--ink)" stroke-opacity="0.35" />`)}
      <${Legend} looks=${looks} width=${width} top=${legend} id=${id} />
      ${children({ x, marks: MARKS / 2, top, bottom })}
    </svg>
  `;
}
