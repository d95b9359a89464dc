// Keeps the app's own files, so that its pages open without a network; of what the server is asked nothing is kept. `files.js` is made by
// the server: it says which files there are and what they hash to, so that those of one version are kept together or not at all.

importScripts("/app/files.js");

const { version, hashes } = self.FILES;
const NAME = `tussenruimte.files.${version}`;
const BEGIN = "/app/";
const MODULES = /(?:\bfrom|\bimport\()\s*"(\.[^"]+)"/g;
const LINKED = /(?:src|href)="(\/app\/[^"]+)"/g;

addEventListener("install", (event) => event.waitUntil(keepAll()));
addEventListener("message", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => clients.claim())));
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const path = event.request.mode === "navigate" ? BEGIN : pathname;
  if (event.request.method === "GET" && origin === location.origin && path in hashes) event.respondWith(kept(event.request, path));
});

async function keepAll() {
  const cache = await caches.open(NAME);
  await cache.addAll(Object.entries(hashes).map(([path, integrity]) => new Request(path, { integrity, cache: "no-cache" })));
  for (const path in hashes) checkNamed(path, await (await cache.match(path)).text());
}

/** What a file takes from others is there: else this version is not whole, and the one before stays. */
function checkNamed(path, text) {
  const named = path.endsWith(".js") ? MODULES : path === BEGIN ? LINKED : /$^/g;
  for (const [, other] of text.matchAll(named)) {
    if (!(new URL(other, location.origin + path).pathname in hashes)) throw new Error(`${path} names ${other}, which is not there`);
  }
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name !== NAME && name.startsWith("tussenruimte.files.")) await caches.delete(name);
}

async function kept(request, path) {
  return (await (await caches.open(NAME)).match(path)) ?? fetch(request);
}
