// Which page an address under /app/ is of. Links within the app change the address without loading it anew.

import { signal } from "./vendor/preact.js";

const BASE = "/app/";

/** The parts of the address: `["relationship", "petra-maaike"]`. */
export const route = signal(parts());

/** The address of a page. */
export function to(...named) {
  return BASE + named.map(encodeURIComponent).join("/");
}

/** Go to a page of the app. */
export function go(address, { instead = false } = {}) {
  history[instead ? "replaceState" : "pushState"](null, "", address);
  route.value = parts();
  scrollTo(0, 0);
}

function parts() {
  return location.pathname.slice(BASE.length).split("/").filter(Boolean).map(decoded);
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

addEventListener("popstate", () => (route.value = parts()));
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!plain || !link || link.hasAttribute("target") || link.hasAttribute("download")) return;
  // A link within a picture says where it leads in its attribute alone.
  const address = new URL(link.getAttribute("href"), location.href);
  if (address.origin !== location.origin || !address.pathname.startsWith(BASE) || (address.pathname === location.pathname && address.hash)) return;
  event.preventDefault();
  go(address.pathname + address.search);
});
