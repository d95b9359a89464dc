// A new contact: a match, or one that emerged by itself, with the people in it and what they consent to, in one batch.

import { useAnswer } from "../answer.js";
import { askAll, Unreached } from "../ask.js";
import { today } from "../days.js";
import { useDraft } from "../draft.js";
import { eventOf } from "../entry.js";
import { Ahead, Choice, One, Some, Whole, Words, Yes } from "../forms/fields.js";
import { Sheet, useSending } from "../forms/form.js";
import { When } from "../forms/when.js";
import { record } from "../outbox.js";
import { NoInitiative } from "../parts/no_initiative.js";
import { arrive } from "../parts/recording.js";
import { Answered } from "../parts/told.js";
import { recallAll, recallPage, useSeen } from "../seen.js";
import { html, useState } from "../vendor/preact.js";
import { say, word } from "../words.js";

const INITIATIVES = `query Known($after: String) {
  initiatives(first: 1000) { nodes { id name contact } }
  list: relationships(first: 250, after: $after) { nodes { id members { withdrawn participant { id name } } } pageInfo { hasNextPage endCursor } }
}`;
const ROLES = 'query Roles($id: ID!) { events(filter: {initiative: $id, types: ["initiative_registered", "roles_registered"]}, first: 100) { nodes { retractedBy data amended } } }';
export const KNOWN_ROLES = ["volunteer", "host", "driver", "coach", "help_seeker", "participant", "member", "bonus_grandparent", "bonus_family"];
const nobody = () => ({ key: crypto.randomUUID(), participant: crypto.randomUUID(), known: false, name: "", contact: "", role: undefined, given: undefined, guardian: undefined, research: undefined });

export function NewContact({ entry }) {
  const asked = useSeen("new", ({ initiatives }) => ({ initiatives, list: [] }), INITIATIVES, {}, undefined, askAll);
  const away = asked.error instanceof Unreached;
  const answer = away ? { ...asked, data: withSeen(asked.data) } : asked;
  return html`
    <h1>${say("record.form.new")}</h1>
    ${away && answer.data ? html`<p class="hint">${say("record.new.away")}</p>` : null}
    <${Answered} answer=${answer}>${(data) =>
      data.initiatives.nodes.length ? html`<${Filled} initiatives=${data.initiatives.nodes} people=${peopleOf(data)} entry=${entry} />` : html`<${NoInitiative} />`}<//>
  `;
}

/** Without a network: with the initiatives and people of the contacts that were looked at in this tab. Null where none were. */
function withSeen(data) {
  const { attention, relationships } = recallPage("today")?.data ?? { attention: { nodes: [] }, relationships: { nodes: [] } };
  const seen = [...[...recallAll(), ...attention.nodes].map(({ relationship }) => relationship), ...relationships.nodes];
  const initiatives = new Map([...(data?.initiatives.nodes ?? []), ...seen.map(({ initiative }) => initiative)].map((one) => [one.id, one]));
  return initiatives.size ? { initiatives: { nodes: [...initiatives.values()] }, list: [...(data?.list ?? []), ...seen] } : null;
}

function Filled({ initiatives, people, entry }) {
  const [before, keep] = useState(entry);
  const [filled, fill] = useDraft(before?.typed ?? begun(initiatives));
  const put = (part) => fill((now) => ({ ...now, ...part }));
  const set = (name) => (value) => put({ [name]: value });
  const sending = useSending(async () => {
    const left = await record({ form: "new", about: `relationship/${filled.id}`, typed: filled, events: eventsOf(filled) }, before);
    if (left.refused) keep(left);
    else arrive(filled.id, left);
    return left;
  }, before?.refused);
  const { wrongAt } = sending;
  const roles = useAnswer(ROLES, { id: filled.initiative ?? "" });
  const matched = filled.began === "match_made";
  return html`
    <${Sheet} sending=${sending}>
      <${Choice} says="record.new.initiative" options=${initiatives.map(({ id, name }) => [id, name])} value=${filled.initiative} set=${set("initiative")} needed wrong=${wrongAt("data.initiative")} />
      <${Choice} says="record.new.began" options=${["match_made", "contact_emerged"].map((one) => [one, say(`record.new.${one}`)])} value=${filled.began} set=${set("began")} needed />
      <${When} says="record.new.since" value=${filled.occurred} set=${set("occurred")} wrong=${wrongAt("occurred")} />
      ${filled.members.map((member, number) => html`<${Person} key=${member.key} member=${member} number=${number} people=${people} roles=${rolesOf(roles.data)}
          change=${(part) => put({ members: filled.members.map((one, at) => (at === number ? { ...one, ...part } : one)) })}
          remove=${filled.members.length > 2 ? () => put({ members: filled.members.filter((_, at) => at !== number) }) : null} />`)}
      <p><button type="button" class="second" onClick=${() => put({ members: [...filled.members, nobody()] })}>${say("record.new.one_more")}</button></p>
      ${matched ? html`
        <${Choice} says="record.new.term" options=${["fixed", "one_off", "indefinite"].map((one) => [one, say(`record.term.${one}`)])} value=${filled.term} set=${set("term")} wrong=${wrongAt("data.term")} />
        ${filled.term === "fixed" ? html`<${Ahead} says="record.field.until" value=${filled.until} set=${set("until")} needed />` : null}` : null}
      <details><summary>${say("record.more")}</summary>
        <${Whole} says="record.field.rhythm_days" least=${1} value=${filled.rhythm_days} set=${set("rhythm_days")} wrong=${wrongAt("data.rhythm_days")} />
        ${matched ? html`
          <${Choice} says="record.new.asked_by" options=${["self", "family", "professional"].map((one) => [one, say(`record.new.asked_by.${one}`)])} value=${filled.asked_by} set=${set("asked_by")} />
          <${Yes} says="record.new.contract_signed" value=${filled.contract_signed} set=${set("contract_signed")} />` : html`
          <${Words} says="record.new.setting" value=${filled.setting} set=${set("setting")} wrong=${wrongAt("data.setting")} />
          <${Yes} says="record.new.known_before" value=${filled.known_before} set=${set("known_before")} />
          <${Yes} says="record.new.open_to_all" value=${filled.open_to_all} set=${set("open_to_all")} />`}
      </details>
    <//>
  `;
}

/** Somebody in it: known here, or to be registered, with what they consent to. */
function Person({ member, number, people, roles, change, remove }) {
  const choose = ({ target: { value } }) => change(value ? { participant: value, known: true } : nobody());
  return html`
    <fieldset class="person">
      <legend>${say("record.new.person", { number: number + 1 })}</legend>
      ${people.length ? html`<${One} says="record.new.who">${(own) => html`<select ...${own} value=${member.known ? member.participant : ""} onChange=${choose}>
        <option value="">${say("record.new.somebody")}</option>${people.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}</select>`}<//>` : null}
      ${member.known ? null : html`
        <${One} says="record.new.name">${(own) => html`<input ...${own} type="text" required dir="auto" autocomplete="off" value=${member.name} onInput=${({ target }) => change({ name: target.value })} />`}<//>
        <${One} says="record.new.reached" hint=${say("record.new.sealed")}>${(own) => html`<input ...${own} type="text" dir="auto" autocomplete="off" value=${member.contact} onInput=${({ target }) => change({ contact: target.value })} />`}<//>
        <${Choice} says="record.new.consent" hint=${say("record.new.consent_why")} options=${["oral", "written"].map((one) => [one, say(`record.new.${one}`)])} value=${member.given} set=${(given) => change({ given })} needed />
        <${Yes} says="record.new.guardian" value=${member.guardian} set=${(guardian) => change({ guardian })} />
        <${Yes} says="record.new.research" value=${member.research} set=${(research) => change({ research })} />`}
      <${Choice} says="record.new.role" options=${roles.map((one) => [one, word("record.role", one)])} value=${member.role} set=${(role) => change({ role })} />
      ${remove ? html`<button type="button" class="plain" onClick=${remove}>${say("record.leave_out")}</button>` : null}
    </fieldset>
  `;
}

function begun(initiatives) {
  return { id: crypto.randomUUID(), initiative: initiatives.length === 1 ? initiatives[0].id : undefined, began: "match_made", occurred: today(), members: [nobody(), nobody()] };
}

/** Registrations and consents are of today, whenever the contact itself began. */
function eventsOf(filled) {
  const people = filled.members.filter(({ known }) => !known).flatMap(({ participant, name, contact, given, guardian, research }) => {
    const consent = (scope) => eventOf(`participant/${participant}`, { type: "consent_given", occurred: today(), data: { scope, given, by: guardian ? "guardian" : "self" } });
    const registered = eventOf(`participant/${participant}`, { type: "participant_registered", occurred: today(), data: { name, contact } });
    return [registered, consent("record"), ...(research ? [consent("research")] : [])];
  });
  const members = filled.members.map(({ participant, role }, number) => ({ handle: handle(number), participant, roles: role ? [role] : [] }));
  const { initiative, rhythm_days, term, until, asked_by, contract_signed, setting, known_before, open_to_all } = filled;
  const own = filled.began === "match_made" ? { term: term && { kind: term, ...(term === "fixed" ? { until } : {}) }, asked_by, contract_signed } : { setting, known_before, open_to_all };
  const opening = eventOf(`relationship/${filled.id}`, { type: filled.began, occurred: filled.occurred, data: { initiative, members, rhythm_days, ...own } });
  return [...people, opening];
}

/** `a` to `z`, then `m27` and on. */
function handle(number) {
  return number < 26 ? String.fromCharCode(97 + number) : `m${number + 1}`;
}

function peopleOf({ list }) {
  const people = list.flatMap(({ members }) => members).filter(({ withdrawn, participant }) => !withdrawn && typeof participant?.name === "string");
  const known = new Map(people.map(({ participant }) => [participant.id, participant]));
  return [...known.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** The roles that everybody knows, and the initiative's own. */
function rolesOf(data) {
  const nodes = data?.events.nodes ?? [];
  const own = nodes.filter(({ retractedBy }) => !retractedBy).flatMap((event) => (event.amended ?? event.data).roles ?? []);
  return [...new Set([...KNOWN_ROLES, ...own.map(({ role }) => role)])];
}
