// Where contacts stand between help, friendship and ambiguity: each a mark in a triangle whose corners are these three. No corner is
// above another; ambiguity has the one at the top because it is what the two others have between them.

import { Marks } from "../parts/marks.js";
import { html, useId, useMemo } from "../vendor/preact.js";
import { say } from "../words.js";
import { Legend, legendHeight, Patterns, SHAPES } from "./look.js";

const HEIGHT = Math.sqrt(3) / 2;
const WIDEST = 640;
const EDGE = { top: 40, side: 26, bottom: 40 };
/** How far shapes reach. */
const SHAPE = 7;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const PHASES = ["help", "ambiguity", "friendship"];

/** `contacts`: `[{id, href, text, phase, help, friendship, ambiguity, confidence}]`; what is known little is drawn lighter. */
export function Ternary({ contacts, width, label, describedBy, named }) {
  const id = useId();
  const side = Math.min(width, WIDEST) - 2 * EDGE.side;
  const left = (width - side) / 2;
  const foot = Math.round(EDGE.top + legendHeight(PHASES, width) + side * HEIGHT);
  const point = ({ help, friendship, ambiguity }) => {
    const whole = help + friendship + ambiguity;
    return [left + (side * (friendship + ambiguity / 2)) / whole, foot - (side * HEIGHT * ambiguity) / whole];
  };
  const radius = contacts.length > 300 ? 4 : contacts.length > 80 ? 5.5 : 8;
  const marks = useMemo(
    () => spread(contacts.map((one) => ({ ...one, where: point(one) })), radius).map((one) => ({ ...one, at: `translate(${one.where.map(Math.round)})`, drawn: drawn(one, radius) })),
    [contacts, width],
  );
  const [help, ambiguity, friendship] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(([h, a, f]) => point({ help: h, ambiguity: a, friendship: f }));
  return html`
    <svg class="ternary" viewBox=${`0 0 ${width} ${foot + EDGE.bottom}`} role="group" aria-label=${label} aria-describedby=${describedBy}>
      <${Patterns} id=${id} />
      <${Legend} looks=${PHASES} width=${width} top=${0} id=${id} />
      <path d=${`M${help}L${ambiguity}L${friendship}Z`} fill="var(--card)" stroke="var(--soft)" stroke-linejoin="round" />
      ${[0.25, 0.5, 0.75].map((share) => html`<path fill="none" stroke="var(--line)" stroke-dasharray=${share === 0.5 ? undefined : "2 4"} d=${lines(share).map((line) => `M${line.map(point).join("L")}`).join("")} />`)}
      <g fill="var(--ink)" font-size="14" font-weight="600" text-anchor="middle">
        <text x=${ambiguity[0]} y=${ambiguity[1] - 18}>${say("phase.ambiguity")}</text>
        <text x=${help[0]} y=${foot + 26} text-anchor=${left < 60 ? "start" : "middle"} dx=${left < 60 ? -EDGE.side : 0}>${say("phase.help")}</text>
        <text x=${friendship[0]} y=${foot + 26} text-anchor=${left < 60 ? "end" : "middle"} dx=${left < 60 ? EDGE.side : 0}>${say("phase.friendship")}</text>
      </g>
      <${Marks} marks=${marks} named=${named} label=${label} />
    </svg>
  `;
}

function drawn({ phase, confidence }, radius) {
  const colour = `var(--${phase})`;
  const times = radius / SHAPE;
  return html`<path d=${SHAPES[phase]} transform=${`scale(${times.toFixed(2)})`} fill=${colour} fill-opacity=${(0.12 + 0.78 * confidence).toFixed(2)}
    stroke=${colour} stroke-width=${(1.3 / times).toFixed(2)} stroke-opacity=${(0.45 + 0.55 * confidence).toFixed(2)} />`;
}

/** The lines along which one of the three has a share. */
function lines(share) {
  const rest = 1 - share;
  return [
    [{ help: share, ambiguity: rest, friendship: 0 }, { help: share, ambiguity: 0, friendship: rest }],
    [{ ambiguity: share, help: rest, friendship: 0 }, { ambiguity: share, help: 0, friendship: rest }],
    [{ friendship: share, help: rest, ambiguity: 0 }, { friendship: share, help: 0, ambiguity: rest }],
  ];
}

/** The marks that stand at one place lie around it, as seeds do in a flower: none hides another. */
function spread(marks, radius) {
  const taken = new Map();
  return marks.map((mark) => {
    const cell = mark.where.map((at) => Math.round(at / radius / 2)).join();
    const place = taken.get(cell) ?? 0;
    taken.set(cell, place + 1);
    const away = radius * 1.35 * Math.sqrt(place);
    return { ...mark, where: [mark.where[0] + away * Math.cos(place * GOLDEN), mark.where[1] + away * Math.sin(place * GOLDEN)] };
  });
}
