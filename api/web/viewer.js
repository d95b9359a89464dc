// Who is signed in here. It is remembered for as long as the tab is open, so that a page that is loaded anew without a network knows for
// whom it keeps what is recorded; what was remembered for somebody else goes first. Whoever signs out in one tab does so in all.

import { zone } from "./days.js";
import { signal } from "./vendor/preact.js";
import { say } from "./words.js";

const KEPT = "tussenruimte.viewer";
/** When somebody last signed out in this browser, in milliseconds; the page of signing in says so. */
const SIGNED_OUT = "tussenruimte.signed_out";

/**
 * `{role, id, name, may, recordedBy, initiatives, organisation, timeZone}`; none before it is known. `id`: as a member, if they are one;
 * `initiatives`: those that they are bound to, null where they are to none.
 */
export const viewer = signal(null);

export function isHere(found) {
  if (owner(recalled()) !== owner(found)) sessionStorage.clear();
  sessionStorage.setItem(KEPT, JSON.stringify({ ...found, at: Date.now() }));
  zone.value = found.timeZone;
  viewer.value = found;
}

/** Whoever was here when the server was last reached, if anybody was. */
export function wasHere() {
  const found = recalled();
  // A tab that slept did not hear of it.
  if (found?.at < Number(localStorage.getItem(SIGNED_OUT))) return leave();
  if (found) zone.value = found.timeZone;
  viewer.value = found;
}

/** Whether they record in these pages, without a network too. */
export function records() {
  return ["open", "record"].every((right) => viewer.value?.may.includes(right));
}

/** Whether they set up what others work in: whoever records for the whole organisation. */
export function setsUp() {
  const { may, initiatives } = viewer.value;
  return may.includes("record") && initiatives === null;
}

/** That the server cannot be reached, and for whom that matters what becomes of what they record. */
export function unreachedSaid() {
  return say(records() ? "shell.unreached_kept" : "shell.unreached");
}

/** Whose something is that is kept in this browser. */
export function owner(viewer) {
  return viewer && JSON.stringify([viewer.organisation, viewer.recordedBy]);
}

addEventListener("storage", ({ key }) => key === SIGNED_OUT && leave());

function leave() {
  sessionStorage.clear();
  location.replace("/sign-in");
}

function recalled() {
  return JSON.parse(sessionStorage.getItem(KEPT));
}
