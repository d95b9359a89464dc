// What can be recorded of a contact, and what each form asks: in the words of the catalogue of events, which says what must be said.

import { today } from "../days.js";
import { placeAgain } from "../recordable.js";
import { say } from "../words.js";
import { Ahead, Choice, Degree, Several, Standing, Whole, whoSaid, Words, Yes } from "./fields.js";
import { Helps, People, Place, Sharers, Who } from "./people.js";

const OUTSIDE = ["coordinator", "group", "family"];
const HOLDERS = ["coordinator", "group", "observer"];
const TELLERS = ["coordinator", "observer"];
const CONTINUATIONS = ["as_volunteering", "left_open", "as_private_contact", "winding_down", "stopped", "not_asked"];
const ANSWERABLE = ["not_asked", "left_open", "winding_down"];
const AGREEMENTS = ["role_formalised", "condition_set", "expectation_agreed", "frequency_agreed", "tasks_limited", "setting_agreed", "naming_agreed"];
const TENSIONS = ["overasked", "unclear_expectations", "unreliable", "irritation", "excluded", "strain"];

/** A question of a form: which part of the event it fills in, and how it is asked. */
const ask = (name, of, more = {}) => ({ path: `data.${name}`, name, of, says: `record.field.${name}`, ...more });
const top = (name, of, more = {}) => ({ ...ask(name, of, more), path: name });
const list = (name, group, words, more = {}) => ask(name, Choice, { options: () => words.map((one) => [one, say(`record.${group}.${one}`)]), ...more });
const stands = (name) => ask(name, Standing, { spans: ({ standing }) => standing[name], needed: true });
const holder = (says) => top("perspective", Who, { others: HOLDERS, needed: true, says });
const teller = top("toldby", Who, { others: TELLERS });
const never = () => false;
const fresh = (name) => () => ({ data: { [name]: crypto.randomUUID() } });
const everybody = (name) => ({ here }) => ({ data: { [name]: here } });

/**
 * By the type of event it records (or, where `events` says of what it consists, a name of its own): `main` is asked of everybody, `more` of
 * who wants to say more; `starts` is filled in beforehand; `offered` says of what contacts it can be recorded; `notes`, unless there can be
 * none, begins with the box it gives: where it is what somebody said (`spoken`), theirs, once it is said whose it is.
 */
export const FORMS = {
  meeting_held: {
    starts: ({ here, usual: { place, activity } }) => ({ data: { present: here, place: placeAgain(place, here), activity } }),
    main: [
      ask("present", People),
      ask("place", Place),
      ask("activity", Words),
      list("mood", "mood", ["light", "serious", "mixed", "strained"]),
    ],
    more: [ask("help", Helps), ask("shared", Sharers), ask("others", Whole), ask("initiated_by", Who, { others: OUTSIDE }), ask("minutes", Whole)],
  },
  meeting_missed: {
    // Never why: nothing is asked of it, and there is no room to write it.
    notes: null,
    main: [list("notice", "notice", ["early", "late", "none"], { needed: true }), ask("cancelled_by", Who, { others: OUTSIDE })],
  },
  check_in_held: {
    starts: ({ here }) => ({ method: "check_in", data: { with: here, asked_about: "experience" } }),
    main: [ask("with", People), list("asked_about", "asked", ["experience", "status"], { needed: true }), ask("next_on", Ahead)],
  },
  account_given: {
    starts: () => ({ method: "check_in", data: {} }),
    spoken: true,
    notes: ({ perspective }) => perspective && (HOLDERS.includes(perspective) ? [] : [perspective]),
    main: [
      holder("record.field.holder"),
      list("named", "named", ["help", "friendship", "both", "neither", "alternating", "unsure"], { hint: "record.named_hint" }),
      ask("help", Degree, { says: "record.field.help_degree" }),
      ask("friendship", Degree),
    ],
    more: [teller, ask("beside", Yes), list("meaning_for", "meaning", ["self", "other"])],
  },
  moment_noted: {
    starts: everybody("between"),
    main: [ask("between", People), list("what", "moment", ["laughter", "confidence", "gesture", "talk", "silence", "other"], { needed: true })],
  },
  roles_reversed: {
    offered: ({ here }) => here.length > 1,
    starts: ({ here }) => ({ data: { reversal: crypto.randomUUID(), between: here.length === 2 ? here : [] } }),
    main: [ask("between", People), list("expected", "expected", ["temporary", "lasting", "open"])],
  },
  roles_restored: { offered: ({ standing }) => standing.reversal.length, main: [stands("reversal")] },
  term: {
    offered: ({ terms }) => terms.length,
    starts: ({ here }) => ({ method: "check_in", data: { with: here } }),
    main: [
      ask("with", People, { says: "record.field.spoken_with" }),
      ask("continuation", Choice, { needed: true, options: continuations }),
      ask("until", Ahead, { when: ({ continuation }) => continuation === "extended" }),
      ask("next_on", Ahead, { when: ({ continuation, with: spoken }) => continuation !== "stopped" && spoken.length }),
    ],
    events: ({ data: { with: spoken, continuation, until, next_on }, ...same }) => [
      ...(spoken.length ? [{ ...same, type: "check_in_held", data: { with: spoken, asked_about: "experience", next_on: continuation === "stopped" ? undefined : next_on } }] : []),
      continuation === "extended" ? { ...same, type: "term_extended", data: { until } } : { ...same, type: "term_ended", data: { continuation } },
    ],
  },
  regular: {
    starts: ({ here, terms }) => ({ data: { agreed_by: here, goes_on: terms.at(-1)?.kind === "one_off" ? "indefinite" : undefined } }),
    main: [
      ask("rhythm_days", Whole, { least: 1, needed: true }),
      ask("agreed_by", People),
      list("goes_on", "goes_on", ["indefinite", "fixed"], { when: (_, { terms }) => terms.length }),
      ask("until", Ahead, { needed: true, when: ({ goes_on }) => goes_on === "fixed" }),
    ],
    events: ({ data: { rhythm_days, agreed_by, goes_on, until }, ...same }) => [
      ...(goes_on ? [{ ...same, type: "term_extended", data: { until: goes_on === "fixed" ? until : undefined } }] : []),
      { ...same, type: "rhythm_changed", data: { rhythm_days, agreed_by } },
    ],
  },
  boundary_agreed: {
    starts: ({ here, sides, standing }, renewed) => {
      const { id: replaces, kind, parties = [...here, "coordinator"] } = standing.agreement.find(({ id }) => id === renewed) ?? {};
      return { data: { agreement: crypto.randomUUID(), kind, parties: parties.filter((one) => !(one in sides) || here.includes(one)), replaces } };
    },
    main: [
      list("kind", "agreement", AGREEMENTS, { needed: true, says: "record.field.agreement_kind" }),
      ask("parties", Several, { options: ({ here, called }) => [...here, "coordinator", "all"].map((one) => [one, whoSaid(one, called)]) }),
      list("prompted_by", "prompted", ["request", "situation", "prevention"], { needed: true }),
      ask("review_on", Ahead),
    ],
    more: [ask("tacit", Yes), ask("replaces", Standing, { spans: ({ standing }) => standing.agreement, when: (_, { standing }) => standing.agreement.length })],
  },
  boundary_lifted: { offered: ({ standing }) => standing.agreement.length, main: [stands("agreement")] },
  left_open: {
    starts: fresh("opening"),
    main: [
      list("about", "about", ["nature", "roles", "continuation", "joining_in", "needs", "background"], { needed: true }),
      holder("record.field.open_for"),
      ask("by", People, { others: ["coordinator", "group", "nobody"] }),
    ],
  },
  settled: { offered: ({ standing }) => standing.opening.length, main: [stands("opening")] },
  tension_felt: {
    starts: fresh("tension"),
    main: [holder("record.field.felt_by"), list("kind", "tension", TENSIONS, { needed: true, says: "record.field.tension_kind" })],
    more: [teller],
  },
  tension_eased: { offered: ({ standing }) => standing.tension.length, main: [stands("tension"), list("how", "eased", ["agreement", "talk", "time", "ending"])] },
  help_given: {
    main: [ask("giver", Who, { others: ["group"], needed: true }), ask("receiver", Who, { others: ["group"], needed: true }), list("kind", "help", ["practical", "emotional", "transport", "company", "guidance"], { needed: true, says: "record.help_kind" })],
    more: [ask("asked", Yes)],
  },
  introduction_held: { starts: everybody("with"), main: [ask("with", People, { says: "record.field.introduced" })] },
  relationship_ended: {
    starts: everybody("ended_by"),
    main: [list("mode", "ended", ["mutual", "one_sided", "drifted"], { needed: true }), ask("ended_by", People, { others: ["coordinator", "family"] }), ask("farewell", Yes)],
  },
  // What the two calls above record, one by one, for who corrects it.
  term_ended: { offered: never, main: [ask("continuation", Choice, { needed: true, options: () => worded(CONTINUATIONS) })] },
  term_extended: { offered: never, main: [ask("until", Ahead)] },
  rhythm_changed: { offered: never, main: [ask("rhythm_days", Whole, { least: 1, needed: true }), ask("agreed_by", People)] },
};

/** Of what happened after the end of a contact too. */
const AFTER_END = ["account_given"];

/** Whether something is recorded by a form that is called so. */
export function isForm(name) {
  return Object.hasOwn(FORMS, name) && FORMS[name].offered !== never;
}

/** The forms that a contact can have now. */
export function offered(contact) {
  return Object.entries(FORMS)
    .filter(([name, { offered = () => true }]) => (!contact.ended || AFTER_END.includes(name)) && offered(contact))
    .map(([name]) => name);
}

/** What a form begins with. `renewed`: the id of what stands and is to be renewed by it, if any. */
export function begun(name, contact, renewed) {
  return { occurred: today(), data: {}, ...FORMS[name].starts?.(contact, renewed) };
}

/** What is recorded of what was filled in. Notes stand with the last of its events. */
export function eventsOf(name, { notes, ...filled }) {
  const { events = (one) => [{ type: name, ...one }] } = FORMS[name];
  const all = events(filled);
  return all.map((event, number) => (number === all.length - 1 ? { ...event, data: { ...event.data, notes } } : event));
}

function continuations({ terms }) {
  const last = terms.at(-1);
  const open = !last.endedOn || ANSWERABLE.includes(last.continuation);
  return worded([...(open ? CONTINUATIONS.slice(0, 3) : []), "extended", ...(open ? CONTINUATIONS.slice(3) : [])]);
}

function worded(words) {
  return words.map((one) => [one, say(`record.continuation.${one}`)]);
}
