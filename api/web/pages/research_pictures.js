// The pictures of a research project: all contacts together, and each of them; of groups one under another, on the same scales.

import { Behind } from "../parts/behind.js";
import { Named } from "../parts/marks.js";
import { Picture } from "../parts/picture.js";
import { Question } from "../parts/question.js";
import { spellsSaid } from "../parts/spells.js";
import { Chronogram } from "../pictures/chronogram.js";
import { rowStep, Sequences } from "../pictures/sequences.js";
import { WEEKS } from "../pictures/time.js";
import { PHASES } from "../standing.js";
import { max, sum } from "../vendor/d3.js";
import { html, useMemo, useSignal } from "../vendor/preact.js";
import { weekly } from "../weeks.js";
import { language, say, word } from "../words.js";

/** `told`: `[[name, contacts]]`, what `grouped` gives; `file`: how the names of files begin. */
export function Pictures({ file, told, called, fewest, query, variables }) {
  const groups = useMemo(
    () => told.map(([name, contacts]) => ({ name, contacts, rows: weekly(contacts, fewest) })),
    [told, fewest],
  );
  const until = max(groups, ({ rows }) => rows.length);
  const end = max(groups, ({ contacts }) => contacts[0].phases.length);
  const step = rowStep(max(groups, ({ contacts }) => contacts.length));
  const drawn = [
    ["together", (group) => html`<${Together} ...${group} until=${until} fewest=${fewest} />`],
    ["each", (group) => html`<${Each} ...${group} end=${end} step=${step} />`],
  ];
  return drawn.map(([key, draw]) => html`
    <${Question} key=${key} name=${key} begins=${key === "together"}>
      ${groups.map(({ name, ...group }) => {
        const title = name ? say("research.of", { title: say(`research.${key}`), group: called(name) }) : say("research.of_all", { title: say(`research.${key}`) });
        return html`<div key=${name}>${draw({ ...group, title, file: [file, key, name.toLowerCase()].filter(Boolean).join("-") })}</div>`;
      })}
      <${Behind} query=${query} variables=${variables} />
    <//>
  `);
}

function Together({ title, file, contacts, rows, until, fewest }) {
  const count = (row) => sum(PHASES, (phase) => row[phase]);
  const says = say("research.together_says", { count: contacts.length, last: rows.length - 1, rest: count(rows.at(-1)), fewest });
  const table = {
    columns: [say("research.week_column"), ...PHASES.map((phase) => word("phase", phase)), say("research.of_how_many")],
    rows: rows.map((row) => [row.at, ...PHASES.map((phase) => row[phase]), count(row)]),
  };
  return html`<${Picture} title=${title} says=${says} table=${table} data=${rows.map(({ at, ...row }) => ({ week: at, ...row }))} file=${file}>
    ${(width, describedBy) => html`<${Chronogram} rows=${rows} end=${rows.length} until=${until} time=${WEEKS} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}

function Each({ title, file, contacts, end, step }) {
  const named = useSignal(null);
  const marks = useMemo(() => contacts.map((one) => ({ ...one, text: say("research.row", { id: one.id, spells: spellsSaid(one.stood) }) })), [contacts, language.value]);
  const table = {
    columns: [say("research.pseudonym"), say("research.weeks"), say("research.observed"), say("research.spells")],
    rows: contacts.map((one) => [one.id, one.weeks, word("censoring", one.censoring), spellsSaid(one.stood)]),
  };
  const data = contacts.flatMap(({ id, stood }) => stood.map(({ phase, from, to }) => ({ pseudonym: id, phase, begin: from, end: to - 1 })));
  return html`<${Picture} title=${title} says=${say("research.each_says")} table=${table} data=${data} file=${file}>${(width, describedBy) => html`
    <${Sequences} contacts=${marks} from=${0} end=${end} time=${WEEKS} step=${step} width=${width} label=${title} describedBy=${describedBy} named=${named} />
    <${Named} marks=${marks} named=${named} otherwise=${say("initiative.point")} />
  `}<//>`;
}
