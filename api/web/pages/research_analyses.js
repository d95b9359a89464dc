// What is worked out on the server from all contacts of a project together: how long it takes, what stands around an event, and what went
// alike. Nothing is told of too few people, and it is said so where it would stand.

import { useAnswer } from "../answer.js";
import { countSaid, rateSaid } from "../numbers.js";
import { Behind } from "../parts/behind.js";
import { Picture } from "../parts/picture.js";
import { Answered } from "../parts/told.js";
import { Chronogram } from "../pictures/chronogram.js";
import { Strips } from "../pictures/strips.js";
import { WEEKS } from "../pictures/time.js";
import { Waiting } from "../pictures/waiting.js";
import { PHASES } from "../standing.js";
import { html, useId } from "../vendor/preact.js";
import { say, word } from "../words.js";

const ANALYSES = `query Analyses($lens: String!, $groups: Int!, $weeks: Int!, $reach: Int!) {
  research {
    analyses {
      timeTo(phase: FRIENDSHIP, lens: $lens) { withheld relationships median rows { week atRisk came censored waiting error } }
      around(event: ROLES_REVERSED, reach: $reach, lens: $lens) { withheld relationships phases rows { week of counts } }
      typical(groups: $groups, weeks: $weeks, lens: $lens) {
        withheld relationships leftOut silhouette groups { relationships share silhouette course withheld }
      }
    }
  }
}`;
const GROUPS = 3;
const HALF_YEAR = 26;
const REACH = 13;

export function Analyses({ file, lens, fewest }) {
  const variables = { lens, groups: GROUPS, weeks: HALF_YEAR, reach: REACH };
  const answer = useAnswer(ANALYSES, variables);
  return html`<${Answered} answer=${answer}>${({ research: { analyses } }) => [["waits", Waits, analyses.timeTo], ["around", Around, analyses.around], ["typical", Typical, analyses.typical]].map(
    ([key, Drawn, found]) => html`<${Section} key=${key} title=${say(`research.${key}`)} variables=${variables}>
      ${found.withheld ? html`<p>${say("research.too_few", { fewest })}</p>` : html`<${Drawn} title=${say(`research.${key}_of`)} file=${`${file}-${key}`} ...${found} />`}
    <//>`,
  )}<//>`;
}

function Section({ title, variables, children }) {
  const id = useId();
  return html`<section aria-labelledby=${id}><h2 id=${id}>${title}</h2>${children}<${Behind} query=${ANALYSES} variables=${variables} /></section>`;
}

function Waits({ title, file, relationships, median, rows }) {
  const says = say("research.waits_says", { count: relationships, median: median === null ? say("research.no_median") : say("research.week", { week: median }) });
  const table = {
    columns: ["week_column", "at_risk", "came", "censored", "waiting", "error"].map((name) => say(`research.${name}`)),
    rows: rows.map((row) => [row.week, countSaid(row.atRisk), countSaid(row.came), countSaid(row.censored), rateSaid(row.waiting), rateSaid(row.error)]),
  };
  return html`<${Picture} title=${title} says=${says} table=${table} file=${file}>
    ${(width, describedBy) => html`<${Waiting} rows=${rows} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}

function Around({ title, file, relationships, phases, rows }) {
  const told = rows.filter(({ counts }) => counts).map(({ week, of, counts }) => ({ at: week, of, ...Object.fromEntries(phases.map((phase, place) => [phase.toLowerCase(), counts[place]])) }));
  const table = {
    columns: [say("research.week_column"), ...PHASES.map((phase) => word("phase", phase)), say("research.of_how_many")],
    rows: told.map((row) => [row.at, ...PHASES.map((phase) => row[phase]), row.of]),
  };
  return html`<${Picture} title=${title} says=${say("research.around_says", { count: relationships })} table=${table} file=${file}>
    ${(width, describedBy) => html`<${Chronogram} rows=${told} end=${told.at(-1).at + 1} time=${WEEKS} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}

function Typical({ title, file, relationships, leftOut, silhouette, groups }) {
  const told = groups.filter(({ withheld }) => !withheld);
  if (!told.length) return html`<h3>${title}</h3><p>${say("research.typical_held")}</p>`;
  const strips = told.map(({ course, ...group }) => ({ ...group, phases: course.map((phase) => phase.toLowerCase()) }));
  const table = {
    columns: ["how_many", "part", "apart", "spells"].map((name) => say(`research.${name}`)),
    rows: strips.map((one) => [countSaid(one.relationships), rateSaid(one.share), one.silhouette.toFixed(2), spellsSaid(one.phases)]),
  };
  const held = groups.length > told.length ? ` ${say("research.typical_held")}` : "";
  const says = say("research.typical_says", { count: relationships, left: leftOut, weeks: HALF_YEAR, apart: silhouette.toFixed(2) }) + held;
  return html`<${Picture} title=${title} says=${says} table=${table} file=${file}>
    ${(width, describedBy) => html`<${Strips} rows=${strips} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}

function spellsSaid(phases) {
  const starts = phases.map((phase, week) => [phase, week]).filter(([phase, week]) => phases[week - 1] !== phase);
  return starts.map(([phase, from], place) => {
    const to = starts[place + 1]?.[1] ?? phases.length;
    return say("research.stood", { count: to - from, phase: word("phase", phase), from, to: to - 1 });
  }).join(", ");
}
