// The contacts that somebody looked at in this tab, as far as recording needs them: so that it goes on without a network. Names stand in
// it; the browser forgets it with the tab, and the page of signing out clears it.

const KEPT = "tussenruimte.seen.";

export function remember(id, contact) {
  try {
    sessionStorage.setItem(KEPT + id, JSON.stringify(contact));
  } catch {
    // There is no more room: those that are there stay, and this one is asked for again.
  }
}

/** A contact as it was when it was last seen here; null where it was not. */
export function recall(id) {
  return JSON.parse(sessionStorage.getItem(KEPT + id));
}

/** All of them. */
export function recallAll() {
  return Object.keys(sessionStorage)
    .filter((key) => key.startsWith(KEPT))
    .map((key) => recall(key.slice(KEPT.length)));
}
