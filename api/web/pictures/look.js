// How help, friendship, ambiguity and the end look in every picture: a pattern and a shape each beside its colour, so that nothing is told
// by colour alone. `id` tells the patterns of one picture from those of another.

import { html } from "../vendor/preact.js";
import { say, word } from "../words.js";

export const LOOKS = ["help", "ambiguity", "friendship", "ended", "unobserved"];
const LINES = {
  help: html`<path d="M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6" stroke="var(--card)" stroke-width="1.6" stroke-opacity="0.55" />`,
  ambiguity: html`<path d="M0 4 L4 0 L8 4 L4 8 Z" fill="none" stroke="var(--card)" stroke-width="1" stroke-opacity="0.6" />`,
  friendship: html`<circle cx="2" cy="2" r="1.1" fill="var(--card)" fill-opacity="0.7" /><circle cx="6" cy="6" r="1.1" fill="var(--card)" fill-opacity="0.7" />`,
  ended: html`<path d="M4 0 V8" stroke="var(--card)" stroke-width="2" stroke-opacity="0.5" />`,
};
/** As paths around 0,0. */
export const SHAPES = {
  help: "M-6 -6 H6 V6 H-6 Z",
  ambiguity: "M0 -8 L8 0 L0 8 L-8 0 Z",
  friendship: "M-7 0 A7 7 0 1 0 7 0 A7 7 0 1 0 -7 0 Z",
  ended: "M-6 -3 H6 V3 H-6 Z",
  unobserved: "M-6 0 A6 6 0 1 0 6 0 A6 6 0 1 0 -6 0 Z",
};
const ROW = 24;
const INDENT = 9;
const ruler = document.createElement("canvas").getContext("2d");
ruler.font = `12px ${getComputedStyle(document.documentElement).fontFamily}`;

export function Patterns({ id }) {
  return html`<defs>${Object.entries(LINES).map(
    ([look, lines]) => html`<pattern id=${`${id}-${look}`} width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill=${`var(--${look})`} />${lines}</pattern>`,
  )}</defs>`;
}

export function filled(id, look) {
  return `url(#${id}-${look})`;
}

/** The shape of a phase, about 14 wide. */
export function Shape({ phase, x, y }) {
  const open = phase === "unobserved";
  return html`<path d=${SHAPES[phase]} transform=${`translate(${x} ${y})`} fill=${open ? "var(--paper)" : `var(--${phase})`} stroke=${open ? "var(--soft)" : "var(--paper)"}
    stroke-width="1.5" stroke-dasharray=${open ? "3 2" : undefined} />`;
}

/** How wide a text of 12 px is. */
export function wide(text) {
  return ruler.measureText(text).width;
}

/** A phase in words, with what kind of ambiguity it is where that is told. */
export function phaseSaid(phase, kind) {
  const said = word("phase", phase);
  return kind ? say("course.phase", { phase: said, kind: word("kind", kind) }) : said;
}

/** How high a legend is. */
export function legendHeight(looks, width) {
  return ROW * (placed(looks, width).at(-1).row + 1);
}

/** What each shape and pattern stands for, in as many rows as it takes. */
export function Legend({ looks, width, top, id }) {
  return html`<g transform=${`translate(${INDENT} ${top})`} font-size="12" fill="var(--ink)">
    ${placed(looks, width).map(
      ({ look, said, x, row }) => html`<g key=${look} transform=${`translate(${x} ${row * ROW + 14})`}>
        ${look === "unobserved" ? html`<line x1="0" x2="22" stroke="var(--soft)" stroke-dasharray="2 4" />` : html`<rect y="-6" width="22" height="12" fill=${filled(id, look)} />`}
        <${Shape} phase=${look} x=${35} y=${0} /><text x="48" y="4">${said}</text>
      </g>`,
    )}
  </g>`;
}

function placed(looks, width) {
  let x = 0;
  let row = 0;
  return looks.map((look) => {
    const said = word("phase", look);
    const takes = 48 + wide(said) + 18;
    if (x && INDENT + x + takes > width) [x, row] = [0, row + 1];
    const place = { look, said, x, row };
    x += takes;
    return place;
  });
}
