// How contacts stood before and after the first time that something happened in them.

import { Select, Selects } from "../parts/select.js";
import { Picture } from "../parts/picture.js";
import { Analysed } from "../parts/question.js";
import { Chronogram } from "../pictures/chronogram.js";
import { WEEKS } from "../pictures/time.js";
import { PHASES } from "../standing.js";
import { html, useState } from "../vendor/preact.js";
import { say, word } from "../words.js";

const AROUND = `query Around($event: AnalysedEvent!, $reach: Int!, $lens: String!) { research { analyses {
  found: around(event: $event, reach: $reach, lens: $lens) {
    lens lensVersion withheld relationships phases event
    rows { week of counts }
  }
} } }`;
const EVENTS = ["ROLES_REVERSED", "BOUNDARY_AGREED", "TERM_LEFT_OPEN"];
const REACH = 13;

export function Around({ lens, file, fewest }) {
  const [event, setEvent] = useState(EVENTS[0]);
  return html`
    <${Selects}><${Select} label=${say("research.event")} value=${event} set=${setEvent} choices=${EVENTS} said=${(one) => word("around", one)} /><//>
    <${Analysed} query=${AROUND} variables=${{ event, reach: REACH, lens }} few=${say("research.too_few", { fewest })}>
      ${(found) => html`<${Before} found=${found} file=${file} />`}
    <//>
  `;
}

function Before({ found: { lens, lensVersion, relationships, phases, event, rows }, file }) {
  const title = say("research.around", { event: word("around", event) });
  const told = rows.filter(({ counts }) => counts).map(({ week, of, counts }) => ({ week, of, ...Object.fromEntries(phases.map((phase, place) => [phase.toLowerCase(), counts[place]])) }));
  const table = {
    columns: [say("research.week_column"), ...PHASES.map((phase) => word("phase", phase)), say("research.of_how_many")],
    rows: told.map((row) => [row.week, ...PHASES.map((phase) => row[phase]), row.of]),
  };
  const columns = told.map(({ week, ...row }) => ({ at: week, ...row }));
  return html`<${Picture} title=${title} says=${say("research.around_says", { count: relationships })} table=${table} data=${told} file=${`${file}-${lens}@${lensVersion}-around-${event.toLowerCase()}`}>
    ${(width, describedBy) => html`<${Chronogram} rows=${columns} end=${columns.at(-1).at + 1} time=${WEEKS} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}
