// A picture of squares with its table: how often something that is one way, by row, is which way by column. Rows of too few people are not
// told, and it says so.

import { countSaid, rateSaid } from "../numbers.js";
import { Rates } from "../pictures/rates.js";
import { PHASES } from "../standing.js";
import { html } from "../vendor/preact.js";
import { say, word } from "../words.js";
import { Picture } from "./picture.js";

/** `rows`: `[{was, of, counts, withheld}]`, with counts in the order of `phases`; `was` and `held` are words for what rows are and why some are not told. */
export function Squares({ title, says, was, held, rows, phases, named, file }) {
  const told = rows.filter(({ withheld }) => !withheld).map(({ counts, ...row }) => ({ was: row.was.toLowerCase(), of: row.of, next: Object.fromEntries(phases.map((phase, place) => [phase.toLowerCase(), counts[place]])) }));
  if (!told.length) return html`<h3>${title}</h3><p>${held}</p>`;
  const times = (row, phase) => say("research.rate", { rate: rateSaid(row.next[phase] / row.of), times: countSaid(row.next[phase]), count: row.next[phase] });
  const table = {
    columns: [was, ...PHASES.map((phase) => word("phase", phase)), say("research.of_weeks")],
    rows: told.map((row) => [word("phase", row.was), ...PHASES.map((phase) => times(row, phase)), countSaid(row.of)]),
  };
  const data = told.map((row) => ({ [named]: row.was, of: row.of, ...row.next }));
  return html`<${Picture} title=${title} says=${rows.length > told.length ? `${says} ${held}` : says} table=${table} data=${data} file=${file}>
    ${(width, describedBy) => html`<${Rates} rows=${told} told=${rateSaid} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}
