// The words of the pages, in Dutch and in English, a module for each subject. What the server says comes in the same language.

import { signal } from "./vendor/preact.js";
import { accesses } from "./words/accesses.js";
import { audit } from "./words/audit.js";
import { begin } from "./words/begin.js";
import { bring } from "./words/bring.js";
import { contact } from "./words/contact.js";
import { course } from "./words/course.js";
import { days } from "./words/days.js";
import { initiative } from "./words/initiative.js";
import { picture } from "./words/picture.js";
import { record } from "./words/record.js";
import { remind } from "./words/remind.js";
import { research } from "./words/research.js";
import { shell } from "./words/shell.js";
import { today } from "./words/today.js";

const TEXTS = { ...accesses, ...audit, ...begin, ...bring, ...contact, ...course, ...days, ...initiative, ...picture, ...record, ...remind, ...research, ...shell, ...today };
const LANGUAGES = ["nl", "en"];
const KEPT = "tussenruimte.language";

/** `nl` or `en`: as somebody chose, else as their browser asks. */
export const language = signal(chosen());
document.documentElement.lang = language.value;

/** A text with its values. Of two texts, `one | more`, the first is for a `count` of one. */
export function say(key, values = {}) {
  if (!(key in TEXTS)) throw new Error(`no words for ${key}`);
  const [one, more = one] = TEXTS[key][LANGUAGES.indexOf(language.value)].split(" | ");
  return (values.count === 1 ? one : more).replace(/{(\w+)}/g, (_, name) => values[name]);
}

/** A word of a closed list of the catalogue, as `group.word`; one that is not known reads as it is written. */
export function word(group, value) {
  const key = `${group}.${value.toLowerCase()}`;
  return key in TEXTS ? say(key) : value.toLowerCase().replaceAll("_", " ");
}

export function choose(other) {
  localStorage.setItem(KEPT, other);
  document.documentElement.lang = other;
  language.value = other;
}

function chosen() {
  const kept = localStorage.getItem(KEPT);
  return LANGUAGES.includes(kept) ? kept : navigator.language.startsWith("nl") ? "nl" : "en";
}
