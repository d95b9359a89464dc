// How each contact stood over time: a row for each.

import { Marks } from "../parts/marks.js";
import { PHASES } from "../standing.js";
import { html, useId, useMemo } from "../vendor/preact.js";
import { filled, Legend, legendHeight, Patterns } from "./look.js";
import { Axis, CALENDAR, NAMES, timeScale } from "./time.js";

const BARS = ["help", "ambiguity", "friendship", "ended"];

/** `contacts`: `[{id, href, text, stood}]`, `stood` being spells of phases; from `from` to `end`, in milliseconds or in weeks. `step`: how high a row is. */
export function Sequences({ contacts, from, end, time = CALENDAR, step = rowStep(contacts.length), width, label, describedBy, named }) {
  const id = useId();
  const top = legendHeight(PHASES, width) + 6;
  const foot = top + contacts.length * step + 4;
  const x = timeScale({ from, to: end }, width, time);
  const marks = useMemo(() => {
    const place = (at) => x(at).toFixed(1);
    return contacts.map((one, row) => ({ ...one, at: `translate(0,${top + row * step})`, drawn: drawn(one.stood, { place, high: step, width, id }) }));
  }, [contacts, from, end, step, width]);
  return html`
    <svg class="sequences" viewBox=${`0 0 ${width} ${foot + NAMES}`} role="group" aria-label=${label} aria-describedby=${describedBy}>
      <${Patterns} id=${id} />
      <${Legend} looks=${PHASES} width=${width} top=${0} id=${id} />
      <${Axis} x=${x} top=${top} bottom=${foot} time=${time} />
      <${Marks} marks=${marks} named=${named} label=${label} />
    </svg>
  `;
}

/** How high a row is where there are so many. */
export function rowStep(count) {
  return count > 250 ? 4 : count > 100 ? 6 : count > 30 ? 9 : 16;
}

/** What stands in a phase is a bar, what has ended a thin one, and what is not observed a dotted line: the picture is of what is between. */
function drawn(stood, { place, high, width, id }) {
  const thick = high - Math.max(1, Math.round(high / 5));
  const of = (phase, each) => stood.filter((one) => one.phase === phase).map(({ from, to }) => each(place(from), place(to))).join("");
  const bar = (much) => (begin, end) => `M${begin},${((thick - much) / 2).toFixed(1)}H${end}v${much}H${begin}Z`;
  const areas = BARS.map((phase) => [phase, of(phase, bar(phase === "ended" ? Math.max(1, Math.round(thick / 4)) : thick))]).filter(([, path]) => path);
  const unobserved = of("unobserved", (begin, end) => `M${begin},${thick / 2}H${end}`);
  return html`
    <rect class="reach" width=${width} height=${high} fill="transparent" />
    ${unobserved && html`<path d=${unobserved} fill="none" stroke="var(--unobserved)" stroke-dasharray="2 4" />`}
    ${areas.map(([phase, path]) => html`<path d=${path} fill=${filled(id, phase)} />`)}
  `;
}
