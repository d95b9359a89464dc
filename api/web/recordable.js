// A contact as recording needs it: who is in it, what stands in it and can be closed, and how they met last.

import { useAnswer } from "./answer.js";
import { Unreached } from "./ask.js";
import { NAMED, names } from "./people.js";
import { recall, remember } from "./seen.js";
import { useEffect } from "./vendor/preact.js";

/** The latest meetings; to be asked with `$id`. */
export const MEETINGS = 'events(filter: {relationship: $id, types: ["meeting_held"]}, first: 10) { nodes { occurred retractedBy data amended } }';
// What is felt and what is left open is sealed: to close it, it is enough to know for whom it stands and since when.
const RECORDABLE = `query Recordable($id: ID!) {
  relationship(id: $id) {
    ${NAMED} members { roles side } terms { kind until endedOn lapsed continuation }
    agreements { id kind parties from liftedOn } reversals { id between from restoredOn }
    openings { id holder from settledOn } tensions { id holder from easedOn }
  }
  ${MEETINGS}
}`;

/** An answer of which `data` is `{relationship, usual}`; where the server cannot be reached, as it was when last seen in this tab. */
export function useRecordable(id) {
  const answer = useAnswer(RECORDABLE, { id }, ({ subject }) => subject === `relationship/${id}`);
  const asked = answer.data && { relationship: answer.data.relationship, usual: usual(answer.data) };
  useEffect(() => {
    if (asked?.relationship) remember(id, asked);
  }, [answer.data]);
  return { ...answer, data: asked ?? (answer.error instanceof Unreached ? recall(id) : null) };
}

/** Where and when they met last and what they did, as far as it was told. */
export function usual({ events: { nodes } }) {
  const standing = nodes.filter(({ retractedBy }) => !retractedBy);
  const [last] = standing.sort((one, other) => other.occurred.localeCompare(one.occurred));
  const { place, activity } = last ? (last.amended ?? last.data) : {};
  return { place, activity, on: last?.occurred };
}

/** The handles of those who are in it, and of whom something may be recorded. */
export function here(relationship) {
  return relationship.members.filter(({ left, withdrawn }) => !left && !withdrawn).map(({ handle }) => handle);
}

/** Where they meet as they did last: not at the home of somebody who is not there. */
export function placeAgain(place, present) {
  return place?.startsWith("home:") && !present.includes(place.slice(5)) ? undefined : place;
}

/** What a form has to know of a contact: `{id, here, called, sides, began, ended, terms, standing, usual}`. */
export function contactOf({ relationship, usual }) {
  const { id, members, startedOn, endedOn, terms, agreements, reversals, openings, tensions } = relationship;
  return {
    id,
    here: here(relationship),
    called: names(relationship),
    sides: Object.fromEntries(members.map(({ handle, side }) => [handle, side])),
    began: startedOn,
    ended: endedOn,
    terms,
    usual,
    standing: {
      agreement: agreements.filter(({ liftedOn }) => !liftedOn),
      reversal: reversals.filter(({ restoredOn }) => !restoredOn),
      opening: openings.filter(({ settledOn }) => !settledOn),
      tension: tensions.filter(({ easedOn }) => !easedOn),
    },
  };
}
