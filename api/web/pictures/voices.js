// What each holder said, as bands under one another.

import { html } from "../vendor/preact.js";
import { Legend, legendHeight, LOOKS, Patterns } from "./look.js";
import { Ground } from "./phases.js";
import { Axis, EDGE, NAMES, NotYet, timeScale } from "./time.js";

const NAME = 20;
const ROW = NAME + 28;

/** `rows`: `[{holder, name, pieces}]`, pieces as of `lasted`; `children({x, bottom})` draws them, each at `pieceTop` of its row. */
export function Voices({ rows, span, width, id, says, label, children }) {
  const x = timeScale(span, width);
  const bottom = rows.length * ROW;
  const legend = bottom + NAMES + 12;
  const looks = LOOKS.filter((look) => look === "unobserved" || rows.some(({ pieces }) => pieces.some(({ phase }) => phase === look)));
  return html`
    <svg viewBox=${`0 0 ${width} ${legend + legendHeight(looks, width)}`} role="group" aria-label=${label} aria-describedby=${says}>
      <${Patterns} id=${id} />
      <${NotYet} x=${x} known=${span.known} top=${0} bottom=${bottom} />
      <${Axis} x=${x} top=${0} bottom=${bottom} />
      ${rows.map(
        ({ holder, name }, row) => html`<g key=${holder}>
          <text x=${EDGE} y=${row * ROW + 15} font-size="12" font-weight="600" fill="var(--ink)" stroke="var(--paper)" stroke-width="4" paint-order="stroke">${name}</text>
          <${Ground} x=${x} top=${pieceTop(row)} />
        </g>`,
      )}
      <${Legend} looks=${looks} width=${width} top=${legend} id=${id} />
      ${children({ x, bottom })}
    </svg>
  `;
}

export function pieceTop(row) {
  return row * ROW + NAME;
}
