// What follows on what: how often a week that stood so is followed by one that stands otherwise, or the same.

import { Analysed } from "../parts/question.js";
import { Squares } from "../parts/squares.js";
import { html } from "../vendor/preact.js";
import { say } from "../words.js";

const FOLLOWING = `query Transitions($lens: String!) { research { analyses {
  found: transitions(lens: $lens) {
    lens lensVersion withheld relationships phases
    rows { was of counts withheld }
  }
} } }`;

export function Follows({ lens, file, fewest }) {
  return html`<${Analysed} query=${FOLLOWING} variables=${{ lens }} few=${say("research.too_few", { fewest })}>
    ${(found) => html`<${Following} found=${found} file=${file} />`}
  <//>`;
}

function Following({ found: { lens, lensVersion, relationships, phases, rows }, file }) {
  const title = say("research.rates");
  if (!rows.length) return html`<h3>${title}</h3><p>${say("research.rates_none")}</p>`;
  const says = say("research.rates_says", { count: relationships });
  return html`<${Squares}
    title=${title} says=${says} was=${say("research.was")} held=${say("research.rates_held")} rows=${rows} phases=${phases} named="was"
    file=${`${file}-${lens}@${lensVersion}-rates`}
  />`;
}
