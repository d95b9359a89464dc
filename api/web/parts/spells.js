// How long a contact stood in which phase, in words.

import { say, word } from "../words.js";

/** `stood`: spells of phases, `[{phase, from, to}]` in weeks, each up to before the week `to`. */
export function spellsSaid(stood) {
  return stood.map(({ phase, from, to }) => say("research.stood", { count: to - from, phase: word("phase", phase), from, to: to - 1 })).join(", ");
}
