// Which contacts went alike: in as many groups as somebody chooses, each shown by the one in its middle.

import { countSaid, fineSaid, rateSaid } from "../numbers.js";
import { Select, Selects } from "../parts/select.js";
import { Picture } from "../parts/picture.js";
import { Analysed } from "../parts/question.js";
import { spellsSaid } from "../parts/spells.js";
import { Strips } from "../pictures/strips.js";
import { html, useState } from "../vendor/preact.js";
import { spells } from "../weeks.js";
import { say } from "../words.js";

const TYPICAL = `query Typical($groups: Int!, $weeks: Int!, $lens: String!) { research { analyses {
  found: typical(groups: $groups, weeks: $weeks, lens: $lens) {
    lens lensVersion withheld relationships weeks leftOut silhouette
    groups { relationships share silhouette medoid course withheld }
  }
} } }`;
const GROUPS = [2, 3, 4, 5, 6, 7, 8];
const HALF_YEAR = 26;

export function Alike({ lens, file, fewest }) {
  const [groups, setGroups] = useState(3);
  return html`
    <${Selects}><${Select} label=${say("research.groups")} value=${groups} set=${(chosen) => setGroups(Number(chosen))} choices=${GROUPS} said=${String} /><//>
    <${Analysed} query=${TYPICAL} variables=${{ groups, weeks: HALF_YEAR, lens }} few=${say("research.too_few", { fewest })}>
      ${(found) => html`<${Typical} found=${found} file=${file} />`}
    <//>
  `;
}

function Typical({ found: { lens, lensVersion, relationships, weeks, leftOut, silhouette, groups }, file }) {
  const title = say("research.typical");
  const told = groups.filter(({ withheld }) => !withheld).map(({ course, ...group }) => ({ ...group, phases: course.map((phase) => phase.toLowerCase()) }));
  if (!told.length) return html`<h3>${title}</h3><p>${say("research.typical_held")}</p>`;
  const table = {
    columns: ["pseudonym_middle", "how_many", "part", "apart", "spells"].map((name) => say(`research.${name}`)),
    rows: told.map((one) => [one.medoid, countSaid(one.relationships), rateSaid(one.share), fineSaid(one.silhouette), spellsSaid(spells(one.phases))]),
  };
  const data = told.map(({ medoid, relationships, share, silhouette, phases }) => ({ medoid, relationships, share, silhouette, course: phases.join("-") }));
  const held = groups.length > told.length ? ` ${say("research.typical_held")}` : "";
  const says = say("research.typical_says", { count: relationships, left: say("research.left_out", { count: leftOut }), weeks, apart: fineSaid(silhouette) }) + held;
  return html`<${Picture} title=${title} says=${says} table=${table} data=${data} file=${`${file}-${lens}@${lensVersion}-typical-${groups.length}`}>
    ${(width, describedBy) => html`<${Strips} rows=${told} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}
