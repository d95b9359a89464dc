// How long it takes until contacts come to a phase, though many are followed for less.

import { countSaid, rateSaid } from "../numbers.js";
import { Select, Selects } from "../parts/select.js";
import { Picture } from "../parts/picture.js";
import { Analysed } from "../parts/question.js";
import { Waiting } from "../pictures/waiting.js";
import { PHASES } from "../standing.js";
import { html, useState } from "../vendor/preact.js";
import { say, word } from "../words.js";

const TIME = `query TimeTo($phase: Phase!, $lens: String!) { research { analyses {
  found: timeTo(phase: $phase, lens: $lens) {
    lens lensVersion withheld relationships phase median
    rows { week atRisk came censored waiting error }
  }
} } }`;

export function HowLong({ lens, file, fewest }) {
  const [phase, setPhase] = useState("friendship");
  return html`
    <${Selects}><${Select} label=${say("research.phase")} value=${phase} set=${setPhase} choices=${PHASES} said=${(one) => word("phase", one)} /><//>
    <${Analysed} query=${TIME} variables=${{ phase: phase.toUpperCase(), lens }} few=${say("research.too_few", { fewest })}>
      ${(found) => html`<${Waits} found=${found} file=${file} />`}
    <//>
  `;
}

function Waits({ found: { lens, lensVersion, relationships, phase, median, rows }, file }) {
  const title = say("research.waits", { until: word("until", phase) });
  const half = median === null ? say("research.no_median") : say("research.week", { week: median });
  const ends = say(phase === "ENDED" ? "research.waits_end" : "research.waits_otherwise");
  const table = {
    columns: ["week_column", "at_risk", "came", "censored", "waiting", "error"].map((name) => say(`research.${name}`)),
    rows: rows.map((row) => [row.week, countSaid(row.atRisk), countSaid(row.came), countSaid(row.censored), rateSaid(row.waiting), rateSaid(row.error)]),
  };
  const says = say("research.waits_says", { count: relationships, half, ends });
  return html`<${Picture} title=${title} says=${says} table=${table} data=${rows} file=${`${file}-${lens}@${lensVersion}-until-${phase.toLowerCase()}`}>
    ${(width, describedBy) => html`<${Waiting} rows=${rows} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}
