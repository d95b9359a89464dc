// Numbers as people read them.

import { LOCALES } from "./days.js";
import { language } from "./words.js";

/** `1,234.5`, with one digit after the point where there is something. */
export function countSaid(count) {
  return new Intl.NumberFormat(LOCALES[language.value], { maximumFractionDigits: 1 }).format(count);
}

/** `0.77`, with two digits after the point where there is something; what is nearly nothing has no sign. */
export function fineSaid(number) {
  return new Intl.NumberFormat(LOCALES[language.value], { maximumFractionDigits: 2, signDisplay: "negative" }).format(number);
}

/** A part of a whole, 0 to 1, as `25%`. */
export function partSaid(part) {
  return percent(part, 0);
}

/** How often something is, 0 to 1, as `2.5%`. */
export function rateSaid(rate) {
  return percent(rate, 1);
}

function percent(part, digits) {
  return new Intl.NumberFormat(LOCALES[language.value], { style: "percent", maximumFractionDigits: digits }).format(part);
}
