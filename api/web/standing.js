// How contacts stood over time, worked out from their moves: pure, and what the pictures of an initiative count.

import { firstInstant } from "./days.js";

/** As they lie beside one another in a picture, which is no order. */
export const PHASES = ["help", "ambiguity", "friendship", "unobserved", "ended"];

/** `[{phase, from, to}]` of a contact, in milliseconds, from its start to `end`. Before its first move nothing is observed. */
export function spells({ startedOn, moves }, end) {
  const turns = moves.filter(({ was, now }) => was !== now).map(({ now, at }) => ({ phase: now.toLowerCase(), from: Date.parse(at) }));
  const begun = { phase: "unobserved", from: Math.min(firstInstant(startedOn), turns[0]?.from ?? end) };
  const all = [begun, ...turns];
  return all.map((one, place) => ({ ...one, to: all[place + 1]?.from ?? end })).filter(({ from, to }) => to > from);
}

/** How it stood at an instant; null where it had not begun. */
export function standing(stood, at) {
  return stood.findLast(({ from }) => from <= at)?.phase ?? null;
}

/** `{at, help: 2, …}` for each of the instants: how many stood where, of those that had begun. */
export function counted(all, instants) {
  return instants.map((at) => {
    const row = { at, ...Object.fromEntries(PHASES.map((phase) => [phase, 0])) };
    for (const stood of all) {
      const phase = standing(stood, at);
      if (phase) row[phase]++;
    }
    return row;
  });
}

/** `[{was, now, count}]` of the moves from `from` up to before `to`: from phase to phase, and whatever changes within one left out. */
export function flows(contacts, from, to) {
  const counts = new Map();
  for (const { moves } of contacts) {
    for (const { was, now, at } of moves) {
      const when = Date.parse(at);
      if (was === now || when < from || when >= to) continue;
      const pair = `${was}>${now}`.toLowerCase();
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  const places = PHASES.flatMap((was) => PHASES.map((now) => ({ was, now, count: counts.get(`${was}>${now}`) ?? 0 })));
  return places.filter(({ count }) => count);
}

const WEEK_MS = 7 * 86_400_000;

/** The instants at which columns begin from `from` to `to`: Mondays, or the first of every month, quarter or year, `most` at most. */
export function columns(from, to, most) {
  if ((to - from) / WEEK_MS < most) {
    const monday = from - ((from / 86_400_000 + 3) % 7) * 86_400_000;
    return Array.from({ length: Math.floor((to - monday) / WEEK_MS) + 1 }, (_, week) => monday + week * WEEK_MS).map(atMidnight);
  }
  const [first, last] = [new Date(from), new Date(to)];
  const months = (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth() + 1;
  const step = [1, 3, 12].find((step) => months / step <= most) ?? 12 * Math.ceil(months / 12 / most);
  const begin = first.getUTCMonth() - (first.getUTCMonth() % Math.min(step, 12));
  return Array.from({ length: Math.ceil(months / step) }, (_, place) => Date.UTC(first.getUTCFullYear(), begin + place * step)).filter((at) => at <= to);
}

function atMidnight(instant) {
  return instant - (instant % 86_400_000);
}
