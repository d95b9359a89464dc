// A meeting as agreed: today, with all who are in the contact, where and as they met last.

import { asked, SignedOut, Unreached } from "./ask.js";
import { today } from "./days.js";
import { eventOf, withdrawal } from "./entry.js";
import { record, throwAway } from "./outbox.js";
import { here, MEETINGS, placeAgain, usual } from "./recordable.js";
import { recall } from "./seen.js";

const LAST = `query Last($id: ID!) { ${MEETINGS} }`;
const ANSWER_MS = 3_000;

/**
 * Record it of a contact with `id` and `members` (`handle`, `left`, `withdrawn`). Gives the entry as `record` does. `met`: where and how they
 * usually meet, where that is known.
 */
export async function recordAsAgreed(relationship, met) {
  const about = `relationship/${relationship.id}`;
  const data = asAgreed(relationship, met ?? (await lastOf(relationship.id)));
  const typed = { occurred: today(), data };
  return record({ form: "meeting_held", about, typed, events: [eventOf(about, { type: "meeting_held", ...typed })] });
}

/** What such a meeting says. */
export function asAgreed(relationship, { place, activity }) {
  const present = here(relationship);
  return { present, place: placeAgain(place, present), activity };
}

/** Take back what was just recorded: where it cannot have arrived yet it never goes out, else it is withdrawn. */
export async function takeBack({ number, events: [{ id, subject }] }) {
  if (await throwAway(number, { sure: true })) return null;
  return record(withdrawal(subject, id));
}

async function lastOf(id) {
  try {
    return usual(await asked(LAST, { id }, ANSWER_MS));
  } catch (error) {
    if (!(error instanceof Unreached || error instanceof SignedOut)) throw error;
    return recall(id)?.usual ?? {};
  }
}
