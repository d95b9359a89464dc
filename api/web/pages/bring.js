// Bringing in a spreadsheet of matches and meetings: read here, shown as what would be recorded, tried on the server without a trace, and
// recorded only then.

import { askAll, asked, Refused, SignedOut, Unreached } from "../ask.js";
import { useAnswer } from "../answer.js";
import { eventsIn, idMaker, keyOf, knownContacts, MEANINGS, namesIn, orderOf, planOf, proposed, rolesProposed } from "../brought.js";
import { daySaid, today } from "../days.js";
import { Choice, Yes } from "../forms/fields.js";
import { NoInitiative } from "../parts/no_initiative.js";
import { Answered } from "../parts/told.js";
import { joined, NAMED } from "../people.js";
import { to } from "../route.js";
import { sheetsOf, Unreadable } from "../sheet.js";
import { html, useEffect, useId, useMemo, useRef, useState } from "../vendor/preact.js";
import { owner, viewer } from "../viewer.js";
import { say, word } from "../words.js";
import { KNOWN_ROLES } from "./new_contact.js";

const INITIATIVES = "query Initiatives($after: String) { list: initiatives(first: 100, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }";
const CONTACTS = `query Contacts($after: String) { list: relationships(first: 100, after: $after) { nodes { ${NAMED} } pageInfo { hasNextPage endCursor } } }`;
const RECORD = "mutation Bring($events: [JSON!]!, $by: String!, $try: Boolean!) { recordEvents(events: $events, recordedBy: $by, tryOnly: $try) { recorded already } }";
const SHOWN = 10;
const MORE = 100;
const EXAMPLES = 3;

export function BringPage() {
  const initiatives = useAnswer(INITIATIVES, {}, () => false, askAll);
  const contacts = useAnswer(CONTACTS, {}, () => false, askAll);
  return html`
    <h1>${say("bring.title")}</h1>
    <p class="under">${say("bring.what")}</p>
    <${Answered} answer=${initiatives}>${({ list }) => (list.length
      ? html`<${Answered} answer=${contacts}>${(here) => html`<${Bringing} initiatives=${list} relationships=${here.list} again=${contacts.again} />`}<//>`
      : html`<${NoInitiative} />`)}<//>
  `;
}

function Bringing({ initiatives, relationships, again }) {
  const [sheets, setSheets] = useState(null);
  const [sheet, setSheet] = useState(null);
  const [wrong, setWrong] = useState(null);
  const [busy, setBusy] = useState(false);
  const latest = useRef(0);
  const known = useMemo(() => knownFrom(initiatives, relationships), [initiatives, relationships]);
  const reading = async (work) => {
    const mine = ++latest.current;
    setBusy(true);
    setWrong(null);
    setSheet(null);
    try {
      const done = await work();
      if (mine === latest.current) done();
    } catch (error) {
      if (!(error instanceof Unreadable || error instanceof DOMException)) throw error;
      if (mine === latest.current) setWrong(error.why ?? "damaged");
    } finally {
      if (mine === latest.current) setBusy(false);
    }
  };
  const open = async (found, number) => {
    const rows = await found[number].rows();
    return () => {
      setSheets(found);
      setSheet({ number, rows, key: crypto.randomUUID() });
    };
  };
  const choose = ({ target: { files } }) => files.length && reading(async () => {
    setSheets(null);
    const [found] = await Promise.all([sheetsOf(files[0]), again()]);
    return open(found, 0);
  });
  // A file that was mended meanwhile would else count as the one that is chosen already.
  const forget = ({ target }) => (target.value = "");
  const id = useId();
  return html`
    <div class="field"><label for=${id}>${say("bring.file")}</label>
      <input id=${id} type="file" accept=".csv,.tsv,.txt,.xlsx" onClick=${forget} onChange=${choose} aria-describedby=${`${id}-said`} />
      <p class="hint" id=${`${id}-said`}>${say("bring.file_limits")}</p></div>
    ${busy ? html`<p role="status" aria-busy="true">${say("shell.loading")}</p>` : null}
    ${wrong ? html`<p class="wrong" role="alert">${say(`bring.wrong.${wrong}`)}</p>` : null}
    ${sheets?.length > 1 ? html`<${Choice} says="bring.sheet" options=${sheets.map(({ name }, number) => [number, name])} value=${sheet?.number} set=${(number) => reading(() => open(sheets, number))} needed />` : null}
    ${sheet ? html`<${Mapped} key=${sheet.key} rows=${sheet.rows} known=${known} />` : null}
  `;
}

function knownFrom(initiatives, relationships) {
  const people = new Map();
  for (const { participant } of relationships.flatMap(({ members }) => members)) if (participant) people.set(participant.id, participant.name);
  return { initiatives, contacts: knownContacts(relationships), people };
}

/** What the rows mean, which is proposed and can be changed, and what they come to. */
function Mapped({ rows: [{ cells: heading }, ...rows], known }) {
  const [told, tell] = useState(() => {
    const meanings = proposed(heading, rows);
    return { meanings, roles: rolesProposed(heading, meanings), initiative: known.initiatives.length === 1 ? known.initiatives[0].id : undefined, order: undefined, who: {}, given: undefined, consents: undefined, research: undefined };
  });
  const put = (part) => tell((now) => ({ ...now, ...part }));
  // What was said of consent was said of those who stood there.
  const mean = (at, meaning) => put({ consents: undefined, research: undefined, meanings: told.meanings.map((one, other) => (other === at ? meaning : one === meaning ? "" : one)) });
  const { meanings } = told;
  const found = orderOf(rows, meanings);
  const order = found === "unclear" ? told.order : (found ?? "dmy");
  const lacks = ["one", "other"].some((one) => !meanings.includes(one)) || !["began", "met"].some((one) => meanings.includes(one));
  const waits = lacks || !order || (!meanings.includes("initiative") && !told.initiative);
  const plan = useMemo(() => (waits ? null : planOf(rows, { ...told, order }, known)), [rows, told.meanings, told.roles, told.initiative, order, known]);
  return html`
    <section aria-labelledby="columns"><h2 id="columns">${say("bring.columns")}</h2><p class="under">${say("bring.columns_what")}</p>
      <div class="columns">${heading.map((text, at) => html`<${Column} text=${text} number=${at + 1} examples=${rows.map(({ cells }) => cells[at]).filter(Boolean).slice(0, EXAMPLES)} value=${meanings[at]} set=${(meaning) => mean(at, meaning)} />`)}</div>
      ${found === "unclear" ? html`<${Choice} says="bring.order" hint=${say("bring.order_why")} options=${["dmy", "mdy"].map((one) => [one, say(`bring.order.${one}`)])} value=${told.order} set=${(one) => put({ order: one })} needed />` : null}
      ${meanings.includes("initiative") ? null : html`<${Choice} says="bring.initiative" options=${known.initiatives.map(({ id, name }) => [id, name])} value=${told.initiative} set=${(initiative) => put({ initiative })} needed />`}
      ${["one", "other"].map((one, at) => (meanings.includes(`${one}_role`) || !meanings.includes("began") ? null : html`<${Choice} says=${`bring.role.${one}`} options=${KNOWN_ROLES.map((role) => [role, word("record.role", role)])} value=${told.roles[at]} set=${(role) => put({ roles: told.roles.map((before, other) => (other === at ? role : before)) })} />`))}
      ${lacks ? html`<p role="status">${say("bring.lacks")}</p>` : null}
    </section>
    ${plan ? html`<${Planned} plan=${plan} told=${told} put=${put} known=${known} />` : null}
  `;
}

function Column({ text, number, examples, value, set }) {
  const id = useId();
  return html`<div class="field"><label for=${id}>${text || say("bring.column", { number })}</label>
    <select id=${id} aria-describedby=${`${id}-said`} value=${value} onChange=${({ target }) => set(target.value)}>
      <option value="">${say("bring.mean.nothing")}</option>${MEANINGS.map((one) => html`<option value=${one}>${say(`bring.mean.${one}`)}</option>`)}</select>
    <p class="hint" id=${`${id}-said`} dir="auto">${examples.join(" · ")}</p></div>`;
}

function Planned({ plan, told, put, known }) {
  const { contacts, meetings, problems, elsewhere } = plan;
  const names = namesIn(plan);
  const doubted = [...names].map(([key, { name, count }]) => ({ key, name, count, same: [...known.people].filter(([, one]) => typeof one === "string" && keyOf(one) === key) })).filter(({ count, same }) => count > 1 || same.length);
  const [shown, show] = useState(SHOWN);
  const sentences = [...contacts, ...meetings].sort((one, other) => one.row - other.row);
  return html`
    <section aria-labelledby="becomes"><h2 id="becomes">${say("bring.becomes")}</h2>
      <p>${countsSaid({ contacts, meetings, people: names.size })}</p>
      <ol class="story">${sentences.slice(0, shown).map((one) => html`<li><span class="from">${say("bring.row", { row: one.row })}</span><p class="told" dir="auto">${one.met ? metSaid(one) : beganSaid(one, known)}</p></li>`)}</ol>
      ${sentences.length > shown ? html`<p><button class="second" onClick=${() => show(shown + MORE)}>${say("bring.more", { count: sentences.length - shown })}</button></p>` : null}
      ${elsewhere.size ? html`<p class="hint">${say("bring.elsewhere", { places: joined([...elsewhere].slice(0, SHOWN).map((one) => `‘${one}’`)) })}</p>` : null}
      ${problems.length ? html`<div class="wrong" role="alert"><p>${say("bring.problems", { count: problems.length })}</p>
        <ul>${problems.slice(0, 5 * SHOWN).map((one) => html`<li>${say("bring.row", { row: one.row })}: ${say(`bring.problem.${one.says}`, { ...one, names: one.names && joined(one.names), known: joined(known.initiatives.slice(0, SHOWN).map(({ name }) => name)) })}</li>`)}</ul></div>` : null}
    </section>
    ${doubted.length ? html`<section aria-labelledby="same"><h2 id="same">${say("bring.same")}</h2><p class="under">${say("bring.same_what")}</p>
      <div class="columns">${doubted.map((one) => html`<${Who} key=${one.key} ...${one} known=${known} value=${told.who[one.key] ?? "one"} set=${(chosen) => put({ who: { ...told.who, [one.key]: chosen } })} />`)}</div></section>` : null}
    ${problems.length || !sentences.length ? null : html`<${Recorded} plan=${plan} told=${told} put=${put} known=${known} />`}
  `;
}

function Who({ name, count, same, known, value, set }) {
  const id = useId();
  const withWhom = (person) => joined(known.contacts.filter(({ people }) => people.includes(person)).map(({ people, names }) => names[1 - people.indexOf(person)]));
  return html`<div class="field"><label for=${id} dir="auto">${name}</label>
    <select id=${id} value=${value} onChange=${({ target }) => set(target.value)}>
      <option value="one">${say("bring.who.one", { count })}</option>
      ${count > 1 ? html`<option value="apart">${say("bring.who.apart", { count })}</option>` : null}
      ${same.map(([person, called]) => html`<option value=${person}>${say(withWhom(person) ? "bring.who.known_with" : "bring.who.known", { name: called, others: withWhom(person) })}</option>`)}
    </select></div>`;
}

/** Consent, trying, and recording. What was tried holds for what it was tried with. */
function Recorded({ plan, told, put, known }) {
  const { who, given, consents, research } = told;
  const [held, setState] = useState({});
  const [again, setAgain] = useState(undefined);
  const done = useRef(null);
  const key = useMemo(() => ({}), [plan, who, given, consents, research]);
  // Of what was tried before something was changed nothing may be recorded any more.
  const state = held.key === key || held.recording ? held : {};
  const isNew = plan.contacts.length > 0;
  useEffect(() => done.current?.focus(), [state.told, state.recorded]);
  const send = async (batches, tryOnly) => {
    const sum = { recorded: 0, already: 0 };
    for (const [at, events] of batches.entries()) {
      setState((now) => ({ ...now, busy: tryOnly ? "bring.trying" : "bring.recording", part: at + 1, of: batches.length, told: undefined }));
      const { recordEvents } = await asked(RECORD, { events, by: viewer.value.recordedBy, try: tryOnly });
      sum.recorded += recordEvents.recorded;
      sum.already += recordEvents.already;
    }
    return sum;
  };
  const carefully = async (work, rows) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreached || error instanceof SignedOut)) throw error;
      const lines = (error.refused ?? []).map(({ id, rule }) => ({ row: rows()?.get(id), rule }));
      const message = error instanceof Unreached ? say("bring.unreached") : error instanceof SignedOut ? say("bring.signed_out") : error.message;
      setState((now) => ({ ...now, busy: null, recording: false, told: { message, lines } }));
    }
  };
  const attempt = (event) => {
    event.preventDefault();
    let made = null;
    return carefully(async () => {
      setState({ key, busy: "bring.trying", part: 1, of: 1 });
      made = await eventsIn(plan, { id: await idMaker(owner(viewer.value)), who, given, research, today: today(), known });
      const tried = await send(made.batches, true);
      setAgain(undefined);
      setState({ key, tried, made });
    }, () => made?.rows);
  };
  const record = () => carefully(async () => {
    setState({ ...state, recording: true });
    const recorded = await send(state.made.batches, false);
    setState({ recorded, recording: true });
  }, () => state.made.rows);
  const { busy, tried, made, recorded } = state;
  return html`
    <section aria-labelledby="recording"><h2 id="recording">${say("bring.record")}</h2>
      <form class="sheet" onSubmit=${attempt}>
        ${isNew ? html`<${Choice} says="bring.given" options=${["oral", "written"].map((one) => [one, say(`record.new.${one}`)])} value=${given} set=${(one) => put({ given: one })} needed />
        <${Yes} says="bring.consents" hint=${say("record.new.consent_why")} value=${consents} set=${(one) => put({ consents: one })} />
        <${Yes} says="bring.research" hint=${say("bring.research_why")} value=${research} set=${(one) => put({ research: one })} />` : null}
        <p><button class="second" disabled=${busy || (isNew && !(given && consents))}>${say("bring.try")}</button></p>
        <p class="hint">${say("bring.try_what")}</p>
      </form>
      ${busy ? html`<p role="status">${say(busy, { part: state.part, of: state.of })}</p>` : null}
      ${state.told ? html`<div class="wrong" role="alert" tabindex="-1" ref=${done}>${state.told.lines.length ? html`<p>${say("bring.refused")}</p><ul>${state.told.lines.map(({ row, rule }) => html`<li>${row ? `${say("bring.row", { row })}: ` : ""}${rule}</li>`)}</ul>` : html`<p>${state.told.message}</p>`}</div>` : null}
      ${tried && !busy ? html`<div role="status"><p>${say("bring.tried", { recorded: tried.recorded, already: tried.already })}</p></div>
        ${made.twice.length ? html`<div class="wrong"><p>${say("bring.twice")}</p><ul>${made.twice.slice(0, SHOWN).map((one) => html`<li>${say("bring.row", { row: one.row })}: ${beganSaid(one, known)}</li>`)}</ul>
          <${Yes} says="bring.twice_sure" value=${again} set=${setAgain} /></div>` : null}
        ${tried.recorded ? html`<p><button disabled=${made.twice.length > 0 && !again} onClick=${record}>${say("record.save")}</button></p>` : null}` : null}
      ${recorded ? html`<p role="status" tabindex="-1" ref=${done}>${say("bring.recorded", recorded)} <a href=${to("contacts")}>${say("contact.list")}</a></p>` : null}
    </section>
  `;
}

function countsSaid({ contacts, meetings, people }) {
  return joined([say("bring.contacts", { count: contacts.length }), say("bring.meetings", { count: meetings.length }), say("bring.people", { count: people })]);
}

function beganSaid({ names, roles, home, began, until, rhythm }, { initiatives }) {
  const people = joined(names.map((name, at) => (roles[at] ? `${name} (${word("record.role", roles[at])})` : name)));
  const more = [until && say("bring.said.until", { day: daySaid(until) }), rhythm && say("bring.said.rhythm", { count: rhythm })];
  return [say("bring.said.began", { people, day: daySaid(began), home: initiatives.find(({ id }) => id === home).name }), ...more].filter(Boolean).join(" · ");
}

function metSaid({ contact, met, place, activity, minutes }) {
  const where = place?.startsWith("home:") ? say("record.place.home", { who: contact.names[place.slice(5)] }) : place && say(`record.place.${place}`);
  return [say("bring.said.met", { people: joined(contact.names), day: daySaid(met) }), where, activity, minutes && say("bring.said.minutes", { count: minutes })].filter(Boolean).join(" · ");
}
