// An initiative over time: how its contacts stood all together, what moved from phase to phase, and how each of them stood.

import { dayOf, daySaid, today, utc } from "../days.js";
import { Named } from "../parts/marks.js";
import { Picture } from "../parts/picture.js";
import { Chronogram } from "../pictures/chronogram.js";
import { Flows } from "../pictures/flows.js";
import { Sequences } from "../pictures/sequences.js";
import { columns, counted, flows, PHASES } from "../standing.js";
import { sum } from "../vendor/d3.js";
import { html, useMemo, useSignal, useState } from "../vendor/preact.js";
import { language, say, word } from "../words.js";

const MOST_COLUMNS = 120;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

export function OverTime({ id, contacts, from, end, held }) {
  return html`
    <section aria-labelledby="over-time">
      <h2 id="over-time">${say("initiative.over_time")}</h2>
      <${Together} id=${id} contacts=${contacts} from=${from} end=${end} held=${held} />
      <${Moved} id=${id} contacts=${contacts} from=${from} end=${end} held=${held} />
      <${Each} id=${id} contacts=${contacts} from=${from} end=${end} held=${held} />
    </section>
  `;
}

function Together({ id, contacts, from, end, held }) {
  const rows = useMemo(() => {
    const begun = columns(from, end, MOST_COLUMNS).map((at) => Math.max(at, from));
    return counted(contacts.map((one) => one.stood), begun);
  }, [contacts, from, end]);
  const title = say("initiative.time");
  const table = {
    columns: [say("initiative.day_column"), ...PHASES.map((phase) => word("phase", phase))],
    rows: rows.map((row) => [daySaid(dayOf(row.at)), ...PHASES.map((phase) => row[phase])]),
  };
  return html`
    <${Picture} title=${title} says=${say("initiative.time_says", { from: daySaid(dayOf(from)), to: daySaid(dayOf(end)) })} table=${table} file=${`${id}-time`} held=${held}>
      ${(width, describedBy) => html`<${Chronogram} rows=${rows} end=${end} width=${width} label=${title} describedBy=${describedBy} />`}
    <//>
  `;
}

function Moved({ id, contacts, from, end, held }) {
  const [begin, setBegin] = useState(dayOf(Math.max(from, end - YEAR_MS)));
  const [last, setLast] = useState(today());
  const moves = useMemo(() => flows(contacts, +utc(begin), +utc(last) + DAY_MS), [contacts, begin, last]);
  const between = { from: daySaid(begin), to: daySaid(last) };
  const title = say("initiative.moves");
  const table = {
    columns: [say("initiative.was"), say("initiative.now"), say("initiative.times")],
    rows: moves.map(({ was, now, count }) => [word("phase", was), word("phase", now), count]),
  };
  const day = (key, value, set) =>
    html`<label>${say(key)} <input type="date" value=${value} max=${today()} onChange=${({ target }) => target.value && set(target.value)} /></label>`;
  return html`
    <form class="find" onSubmit=${(event) => event.preventDefault()} aria-label=${title}>
      ${day("initiative.from_day", begin, setBegin)} ${day("initiative.to_day", last, setLast)}
    </form>
    ${moves.length
      ? html`<${Picture} title=${title} says=${say("initiative.moves_says", { count: sum(moves, ({ count }) => count), ...between })} table=${table} file=${`${id}-moves`} held=${held}>
          ${(width, describedBy) => html`<${Flows} moves=${moves} width=${width} label=${title} describedBy=${describedBy} />`}
        <//>`
      : html`<h3>${title}</h3><p>${say("initiative.moves_none", between)}</p>`}
  `;
}

function Each({ id, contacts, from, end, held }) {
  const named = useSignal(null);
  const rows = useMemo(() => contacts.map((one) => ({ ...one, text: say("initiative.row", { name: one.name, spells: spellsSaid(one.stood) }) })), [contacts, language.value]);
  const title = say("initiative.each");
  const table = {
    columns: [say("initiative.contact"), say("initiative.start"), say("initiative.spells")],
    rows: rows.map((one) => [html`<a href=${one.href}>${one.name}</a>`, daySaid(one.startedOn), spellsSaid(one.stood)]),
  };
  return html`
    <${Picture} title=${title} says=${say("initiative.each_says")} table=${table} file=${`${id}-each`} held=${held}>${(width, describedBy) => html`
      <${Sequences} contacts=${rows} from=${from} end=${end} width=${width} label=${title} describedBy=${describedBy} named=${named} />
      <${Named} marks=${rows} named=${named} otherwise=${say("initiative.point")} />
    `}<//>
  `;
}

function spellsSaid(stood) {
  return stood.map(({ phase, from }) => say("initiative.stood_from", { phase: word("phase", phase), from: daySaid(dayOf(from)) })).join(", ");
}
