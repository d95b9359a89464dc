// A research project's contacts by weeks since each began, worked out from their readings: pure, and what its pictures count.

import { PHASES } from "./standing.js";
import { group } from "./vendor/d3.js";

/** Those of which a week is told, longest first, each with its `phases` week by week and, of these, the spells in which it `stood`. */
export function observed(list) {
  return list
    .filter(({ trajectory }) => trajectory?.week.length)
    .map((one) => ({ ...one, phases: one.trajectory.phase.map((phase) => phase.toLowerCase()) }))
    .map((one) => ({ ...one, stood: spells(one.phases) }))
    .sort((one, other) => other.phases.length - one.phases.length || (one.id < other.id ? -1 : 1));
}

/** `[{phase, from, to}]` of phases week by week, each up to before the week `to`. */
export function spells(phases) {
  const found = [];
  phases.forEach((phase, week) => {
    if (found.at(-1)?.phase === phase) found.at(-1).to = week + 1;
    else found.push({ phase, from: week, to: week + 1 });
  });
  return found;
}

/** Of how many people they are, each counted once. */
function persons(contacts) {
  return new Set(contacts.flatMap(({ members }) => members.map(({ person }) => person))).size;
}

/** `{at: 4, help: 2, …}` for each week: how many stood where of those that were observed in it, as long as they are of `fewest` people. */
export function weekly(contacts, fewest) {
  const rows = [];
  for (let at = 0; ; at++) {
    const seen = contacts.filter(({ phases }) => at < phases.length);
    if (persons(seen) < fewest) return rows;
    const row = { at, ...Object.fromEntries(PHASES.map((phase) => [phase, 0])) };
    for (const { phases } of seen) row[phases[at]]++;
    rows.push(row);
  }
}

/**
 * `{told: [[name, contacts]], held: [name]}` of the groups that `of` makes. A group of fewer than `fewest` people is held back. As long as
 * those held back are of fewer together, so is the next smallest: taken off the whole, the others would tell of them.
 */
export function grouped(contacts, of, fewest) {
  const told = [...group(contacts, of)].sort(([, one], [, other]) => persons(other) - persons(one));
  const held = [];
  const few = (groups) => persons(groups.flatMap(([, list]) => list)) < fewest;
  while (told.length && (few(told.slice(-1)) || (held.length && few(held)))) held.push(told.pop());
  const names = (groups) => groups.map(([name]) => name).sort();
  return { told: told.sort(([one], [other]) => (one < other ? -1 : 1)), held: names(held) };
}

/** A row for each week of each contact, under its pseudonym. */
export function weekRows(contacts) {
  return contacts.flatMap(({ id, initiative, origin, weeks, censoring, trajectory: t }) => {
    const same = {
      relationship: id, initiative: initiative.id, kind: initiative.kind, guidance: initiative.guidance, contact: initiative.contact, origin,
      weeks, censoring, lens: t.lens, lens_version: t.lensVersion,
    };
    return t.week.map((week, n) => ({
      ...same, week, phase: t.phase[n], help: t.help[n], friendship: t.friendship[n], ambiguity: t.ambiguity[n], confidence: t.confidence[n],
    }));
  });
}
