// The web app: who is there, and which page the address is of.

import { ask, Refused, Unreached } from "./ask.js";
import { keepDraft } from "./draft.js";
import { keepFocus } from "./focus.js";
import { connected, goOnListening } from "./live.js";
import { sendFor } from "./outbox.js";
import { Nowhere } from "./parts/told.js";
import { Count } from "./parts/waiting.js";
import { go, route, to } from "./route.js";
import { html, render, signal, useEffect, useRef, useState } from "./vendor/preact.js";
import { isHere, records, unreachedSaid, viewer, wasHere } from "./viewer.js";
import { choose, language, say } from "./words.js";

const WHO = "{ viewer { role id name may recordedBy initiatives organisation } settings { timeZone } }";

const REST_MS = 3_000;

/** By the first part of the address: the page, what somebody has to be allowed to do for it (or instead), and how it is listed. One begins with the first. */
const PAGES = {
  today: { page: async () => (await import("./pages/today.js")).TodayPage, may: ["open", "record"], listed: "shell.today" },
  contacts: { page: async () => (await import("./pages/contacts.js")).ContactsPage, may: ["open"], listed: "shell.contacts" },
  contact: { page: async () => (await import("./pages/contact.js")).ContactPage, may: ["open"] },
  initiatives: { page: async () => (await import("./pages/initiatives.js")).InitiativesPage, may: ["open"], listed: "shell.initiatives" },
  initiative: { page: async () => (await import("./pages/initiative.js")).InitiativePage, may: ["open"] },
  audit: { page: async () => (await import("./pages/audit.js")).AuditPage, may: ["audit"], listed: "audit.title" },
  bring: { page: async () => (await import("./pages/bring.js")).BringPage, may: ["open", "record"] },
  record: { page: async () => (await import("./pages/record.js")).RecordPage, may: ["open", "record"] },
  research: { page: async () => (await import("./pages/research.js")).ResearchPage, may: ["research"], listed: "research.title" },
  settings: { page: async () => (await import("./pages/settings.js")).SettingsPage, may: ["manage"], or: ["open", "record"], listed: "settings.title" },
  begin: { page: async () => (await import("./pages/new_initiative.js")).NewInitiativePage, may: ["record"] },
};

/** The pages that were loaded, by the first part of their address: the first is there sooner without the others. */
const loaded = signal({});

/** When all other pages are loaded (a timer), and a promise once they are. */
const others = {};

/** Whether the server has newer files than those of this page, ready to be shown. */
const newer = signal(false);
/** Why nothing can be shown, if so. */
const trouble = signal(null);

function App() {
  const [name, ...rest] = route.value;
  const main = useRef(null);
  const shown = useRef(null);
  const page = route.value.join("/");
  useEffect(() => {
    if (viewer.value === null) return;
    // Whoever listens to the page, or goes through it by keyboard, begins where the new page begins.
    if (shown.current !== null && shown.current !== page) main.current.focus();
    shown.current = page;
  });
  useEffect(() => {
    const named = () => (document.title = [main.current?.querySelector("h1")?.textContent, "Tussenruimte"].filter(Boolean).join(" · "));
    const watch = new MutationObserver(named);
    watch.observe(document.getElementById("app"), { subtree: true, childList: true, characterData: true });
    return () => watch.disconnect();
  }, []);
  if (viewer.value === null) return html`<main class="page" aria-busy="true">${trouble.value ? html`<${Trouble} why=${trouble.value} again=${begin} />` : html`<p>${say("shell.loading")}</p>`}</main>`;
  const allowed = pagesOf(viewer.value.may);
  const found = allowed.find(([known]) => known === name);
  return html`
    <a class="skip" href="#main">${say("shell.skip")}</a>
    <${Head} listed=${allowed.filter(([, { listed }]) => listed)} name=${name} />
    <main id="main" class="page" tabindex="-1" ref=${main}>${found ? html`<${Shown} key=${name} name=${name} rest=${rest} />` : html`<${Nowhere} />`}</main>
  `;
}

function Shown({ name, rest }) {
  const [failed, setFailed] = useState(false);
  const load = async () => {
    setFailed(false);
    try {
      const page = await PAGES[name].page();
      loaded.value = { ...loaded.value, [name]: page };
    } catch (error) {
      // What a browser says where a file does not come.
      if (!(error instanceof TypeError)) throw error;
      setFailed(true);
    }
  };
  useEffect(() => {
    if (!loaded.value[name]) load();
  }, []);
  const Page = loaded.value[name];
  if (Page) return html`<${Page} rest=${rest} />`;
  return failed ? html`<${Trouble} why=${unreachedSaid()} again=${load} />` : html`<p aria-busy="true">${say("shell.loading")}</p>`;
}

function Head({ listed, name }) {
  const other = language.value === "nl" ? "en" : "nl";
  return html`
    <header class="head">
      <a class="mark" href=${to()}><img src="/app/icon.svg" alt="" width="28" height="28" /><span>Tussenruimte</span></a>
      <nav aria-label=${say("shell.pages")}>
        ${listed.map(([known, { listed: key }]) => html`<a href=${to(known)} aria-current=${known === name ? "page" : undefined}>${say(key)}</a>`)}
      </nav>
      <div class="who">
        <${Count} />
        ${newer.value ? html`<button class="plain" onClick=${takeNewer}>${say("shell.newer")}</button>` : null}
        ${connected.value !== false ? null : html`<span class="quiet" role="status">${say("shell.quiet")}</span>`}
        <button class="plain" lang=${other} onClick=${() => choose(other)}>${say("shell.language")}</button>
        <a href="/sign-in" title=${say("shell.as", { name: viewer.value.name, role: say(`role.${viewer.value.role}`) })}>${say("shell.account")}</a>
      </div>
    </header>
  `;
}

function Trouble({ why, again }) {
  return html`<p role="alert">${why}</p><button onClick=${again}>${say("shell.again")}</button>`;
}

/** The pages of whoever may do this, by the first part of their address. */
function pagesOf(may) {
  return Object.entries(PAGES).filter(([, needed]) => [needed.may, needed.or].some((rights) => rights?.every((right) => may.includes(right))));
}

async function begin() {
  trouble.value = null;
  try {
    const found = await ask(WHO);
    // Before anything is asked for that something recorded meanwhile could change.
    if (found.viewer.may.includes("look")) await goOnListening();
    isHere({ ...found.viewer, timeZone: found.settings.timeZone });
  } catch (error) {
    if (!(error instanceof Unreached || error instanceof Refused)) throw error;
    wasHere();
    if (viewer.value === null) return void (trouble.value = error instanceof Refused ? error.message : unreachedSaid());
    if (viewer.value.may.includes("look")) goOnListening();
  }
  const { may } = viewer.value;
  if (may.includes("own")) return location.replace("/own");
  const [first] = pagesOf(may);
  if (first === undefined) return location.replace("/sign-in");
  if (!route.value.length) go(to(first[0]), { instead: true });
  if (records()) sendFor(viewer.value);
}

/** Keep the app's files here, and say when the server has newer ones than those of this page. */
function keepFiles() {
  const files = navigator.serviceWorker;
  if (!files) return;
  // Another tab may have wanted newer ones, also before it is known here what there is.
  let kept = files.controller;
  files.addEventListener("controllerchange", () => {
    newer.value ||= kept !== null;
    kept = files.controller;
  });
  // Where that fails, the pages are asked for each time, as without it.
  files.register("/app/sw.js", { scope: "/app/", updateViaCache: "none" }).then(lookOut, () => {});
}

/** Newer files wait until they are wanted: what was loaded before would not fit what is loaded then. */
function lookOut(registration) {
  const files = navigator.serviceWorker;
  const found = () => files.controller && registration.waiting && (newer.value = true);
  found();
  registration.addEventListener("updatefound", () => registration.installing.addEventListener("statechange", found));
  // Where the server cannot be reached, there is another time.
  document.addEventListener("visibilitychange", () => document.hidden || registration.update().catch(() => {}));
}

async function takeNewer() {
  // Chromium lets a version take over once nothing is loaded by the one before, and where something is may not look again for minutes.
  clearTimeout(others.due);
  await others.loaded;
  const { waiting } = await navigator.serviceWorker.getRegistration("/app/");
  const load = () => {
    keepDraft();
    location.reload();
  };
  if (!waiting) return load();
  // Before it took over, a still newer one may have come in its place.
  waiting.addEventListener("statechange", () => (waiting.state === "redundant" ? takeNewer() : load()), { once: true });
  waiting.postMessage("take over");
}

/** Load the other pages too, once the first has had its time: all are then of one version, also where the server has newer ones later. */
function loadRest() {
  const load = () => (others.loaded = Promise.allSettled(pagesOf(viewer.value?.may ?? []).map(([, { page }]) => page())));
  others.due = setTimeout(load, REST_MS);
}

render(html`<${App} />`, document.getElementById("app"));
keepFocus(document.getElementById("app"));
begin().then(loadRest);
keepFiles();
