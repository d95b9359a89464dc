// How the people in a contact are called: by name where it may be known, else by the handle that stands for them there.

import { say } from "./words.js";

/** What a page asks of a contact to be able to name those in it. */
export const NAMED = "id startedOn endedOn origin initiative { id name } members { handle withdrawn left participant { id name } }";

/** What each handle is called, `{a: "Petra"}`. */
export function names(relationship) {
  return Object.fromEntries(relationship.members.map((member) => [member.handle, called(member)]));
}

/** `Petra and Maaike`: those who are in a contact, or were until it ended. */
export function pair(relationship) {
  const all = relationship.members;
  const present = all.filter((member) => !member.left);
  return joined((present.length ? present : all).map(called)) || say("contact.open_table");
}

/** `a, b and c`. */
export function joined(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} ${say("contact.and")} ${parts.at(-1)}`;
}

/** Who a view is of: a member by name, or one of those who look from outside. */
export function holderSaid(holder, called) {
  if (holder === null) return say("holder.pooled");
  return ["coordinator", "group", "observer"].includes(holder) ? say(`holder.${holder}`) : (called[holder] ?? holder);
}

/** A sentence of the server in which members stand by handle, `{a}`, with what they are called. */
export function withNames(told, called) {
  return told.replace(/{([^{}]+)}/g, (whole, handle) => called[handle] ?? handle);
}

function called(member) {
  const name = member.participant?.name;
  if (typeof name === "string") return name;
  return member.withdrawn ? say("contact.withdrawn") : member.handle;
}
