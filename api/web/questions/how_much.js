// How much happens in contacts: five numbers of each, and how these lie over all of them.

import { countSaid, fineSaid } from "../numbers.js";
import { Picture } from "../parts/picture.js";
import { Analysed } from "../parts/question.js";
import { Spread } from "../pictures/spread.js";
import { html } from "../vendor/preact.js";
import { say, word } from "../words.js";

const INDICATORS = `query Indicators($lens: String!) { research { analyses {
  found: indicators(lens: $lens) {
    lens lensVersion withheld relationships
    means { weeks transitions entropy turbulence complexity }
    each { relationship weeks censoring transitions entropy turbulence complexity }
  }
} } }`;
const NAMES = ["transitions", "entropy", "turbulence", "complexity", "weeks"];
/** Those that are parts of a whole go up to it, whatever is found. */
const MOST = { entropy: 1, complexity: 1 };

export function HowMuch({ lens, file, fewest }) {
  return html`<${Analysed} query=${INDICATORS} variables=${{ lens }} few=${say("research.too_few", { fewest })}>
    ${(found) => html`<${Indicators} found=${found} file=${file} />`}
  <//>`;
}

function Indicators({ found: { lens, lensVersion, relationships, means, each }, file }) {
  const title = say("research.indicators");
  const table = {
    columns: [say("research.pseudonym"), ...NAMES.map((name) => word("indicator", name)), say("research.observed")],
    rows: [
      ...each.map((one) => [one.relationship, ...NAMES.map((name) => fineSaid(one[name])), word("censoring", one.censoring)]),
      [say("research.mean_of", { count: relationships }), ...NAMES.map((name) => fineSaid(means[name])), ""],
    ],
  };
  const rows = NAMES.map((name) => ({ name: word("indicator", name), values: each.map((one) => one[name]), mean: means[name], most: MOST[name] }));
  const says = say("research.indicators_says", { count: countSaid(relationships) });
  return html`<${Picture} title=${title} says=${says} table=${table} data=${each} file=${`${file}-${lens}@${lensVersion}-indicators`}>
    ${(width, describedBy) => html`<${Spread} rows=${rows} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}
