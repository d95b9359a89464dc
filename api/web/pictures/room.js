// Room that was made, and agreements that were made, beside each other: bars of one measure, neither of which is better where it is longer.

import { max, scaleLinear } from "../vendor/d3.js";
import { html, useId } from "../vendor/preact.js";

const LINE = 30;
const HEAD = 30;
const THICK = 14;
const NUMBER = 44;
const LETTER = 7.4;

/** `groups`: `[{title, tallies: [{of, count}]}]`, each with a pattern of its own. */
export function Bars({ groups, width, told, label, describedBy }) {
  const id = useId();
  const all = groups.flatMap(({ tallies }) => tallies);
  const words = Math.ceil(LETTER * max(all, ({ of }) => of.length));
  // Where names and bars do not fit beside one another, each bar stands under its name.
  const beside = words + NUMBER + 160 < width;
  const high = beside ? LINE : LINE + 14;
  const x = scaleLinear([0, max(all, ({ count }) => count) || 1], [0, width - NUMBER - (beside ? words + 12 : 0)]);
  let y = 0;
  return html`
    <svg viewBox=${`0 0 ${width} ${groups.length * HEAD + all.length * high}`} role="img" aria-label=${label} aria-describedby=${describedBy}>
      <defs>
        <pattern id=${`${id}-1`} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" fill="var(--card)" /><path d="M-1,7L7,-1M-1,1L1,-1M5,7L7,5" stroke="var(--accent)" stroke-width="1.6" />
        </pattern>
      </defs>
      ${groups.map(({ title, tallies }, place) => {
        const head = y;
        y += HEAD;
        return html`
          <text y=${head + 18} font-size="14" font-weight="600" fill="var(--ink)">${title}</text>
          ${tallies.map(({ of, count }) => {
            const [line, left] = [y, beside ? words + 12 : 0];
            const bar = line + (beside ? 4 : 20);
            y += high;
            return html`
              <text y=${line + 15} font-size="13" fill="var(--soft)">${of}</text>
              <line x1=${left} x2=${left} y1=${bar - 3} y2=${bar + THICK + 3} stroke="var(--soft)" />
              <rect x=${left} y=${bar} width=${x(count)} height=${THICK} fill=${place ? `url(#${id}-${place})` : "var(--accent)"} stroke="var(--accent)" stroke-opacity=${count ? 1 : 0} />
              <text x=${left + x(count) + 8} y=${bar + 11.5} font-size="13" fill="var(--ink)">${told(count)}</text>
            `;
          })}
        `;
      })}
    </svg>
  `;
}
