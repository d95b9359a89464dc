// The words of the pages, in Dutch and in English. What the server says comes in the same language.

import { signal } from "./vendor/preact.js";
import { en } from "./words/en.js";
import { nl } from "./words/nl.js";

const KEPT = "tussenruimte.language";
const ALL = { nl, en };

/** `nl` or `en`: as somebody chose, else as their browser asks. */
export const language = signal(chosen());

/** A text with its values; also one that counts: `[one, more]`, by `count`. */
export function say(key, values = {}) {
  const told = ALL[language.value][key];
  if (told === undefined) throw new Error(`no words for ${key}`);
  const text = Array.isArray(told) ? told[values.count === 1 ? 0 : 1] : told;
  return text.replace(/{(\w+)}/g, (_, name) => values[name]);
}

/** Whether there are words for this. */
export function known(key) {
  return key in ALL[language.value];
}

export function choose(other) {
  localStorage.setItem(KEPT, other);
  language.value = other;
  document.documentElement.lang = other;
}

function chosen() {
  const kept = localStorage.getItem(KEPT);
  const found = kept in ALL ? kept : navigator.language.startsWith("nl") ? "nl" : "en";
  document.documentElement.lang = found;
  return found;
}
