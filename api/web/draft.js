// What somebody was filling in when they took the new version of the app: it goes with the page, in this tab, and is there again.

import { useEffect, useState } from "./vendor/preact.js";

const KEPT = "tussenruimte.draft";

let current = null;

/** As `useState`, of what a form is filled in with. There is one on a page. */
export function useDraft(starts) {
  const [filled, fill] = useState(() => taken() ?? starts);
  useEffect(() => {
    current = filled;
    return () => (current = null);
  }, [filled]);
  return [filled, fill];
}

/** Keep it over the loading of the page that comes now. */
export function keepDraft() {
  if (current) sessionStorage.setItem(KEPT, JSON.stringify({ page: location.pathname, filled: current }));
}

function taken() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT));
  if (kept?.page !== location.pathname) return null;
  sessionStorage.removeItem(KEPT);
  return kept.filled;
}
