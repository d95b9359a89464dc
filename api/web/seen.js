// What somebody looked at in this tab, as far as recording needs it: so that it goes on without a network. Names stand in it; the browser
// forgets it with the tab, and signing out, in whichever tab, clears it.

import { useAnswer } from "./answer.js";
import { Unreached } from "./ask.js";
import { useEffect } from "./vendor/preact.js";

const CONTACT = "tussenruimte.seen.";
const PAGE = "tussenruimte.page.";

export function remember(id, contact) {
  keep(CONTACT + id, contact);
}

/** A contact as it was when it was last seen here; null where it was not. */
export function recall(id) {
  return JSON.parse(sessionStorage.getItem(CONTACT + id));
}

/** All of them. */
export function recallAll() {
  return Object.keys(sessionStorage)
    .filter((key) => key.startsWith(CONTACT))
    .map((key) => recall(key.slice(CONTACT.length)));
}

/** What is remembered of a page, `{data, at}`; null where there is nothing. */
export function recallPage(name) {
  return JSON.parse(sessionStorage.getItem(PAGE + name));
}

/**
 * An answer as of `useAnswer`. Where the server cannot be reached, as it was when the page was last seen in this tab, and since when (`asOf`,
 * in milliseconds). `part` says what of an answer is remembered.
 */
export function useSeen(name, part, ...asked) {
  const answer = useAnswer(...asked);
  useEffect(() => {
    if (answer.data) keep(PAGE + name, { data: part(answer.data), at: Date.now() });
  }, [answer.data]);
  const kept = answer.error instanceof Unreached ? recallPage(name) : null;
  return kept ? { ...answer, data: answer.data ?? kept.data, asOf: kept.at } : answer;
}

function keep(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // There is no more room: what is there stays, and this is asked for again.
  }
}
