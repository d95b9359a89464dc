// What each holder said, as bands under one another.

import { html } from "../vendor/preact.js";
import { Legend, legendHeight, LOOKS, Patterns } from "./look.js";
import { Band } from "./phases.js";
import { Axis, NAMES, NotYet, timeScale } from "./time.js";

const NAME = 20;
export const ROW = NAME + 28;

/** `rows`: `[{holder, name, pieces}]`, pieces as of `lasted`. `children({x, bottom})` draws what can be pointed at over it. */
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
        ({ holder, name, pieces }, row) => html`<g key=${holder}>
          <text x="2" y=${row * ROW + 15} font-size="12" font-weight="600" fill="var(--ink)" stroke="var(--paper)" stroke-width="4" paint-order="stroke">${name}</text>
          <${Band} pieces=${pieces} x=${x} top=${row * ROW + NAME} id=${id} />
        </g>`,
      )}
      <${Legend} looks=${looks} width=${width} top=${legend} id=${id} />
      ${children({ x, bottom })}
    </svg>
  `;
}
