// For who does research: the contacts of their project, under pseudonyms and by weeks since each began. Nothing here knows of more than the
// server tells of a project.

import { useAnswer } from "../answer.js";
import { askAll } from "../ask.js";
import { daySaid } from "../days.js";
import { download } from "../parts/download.js";
import { Answered } from "../parts/told.js";
import { html, useMemo, useState } from "../vendor/preact.js";
import { csv, grouped, observed } from "../weeks.js";
import { say, word } from "../words.js";
import { Analyses } from "./research_analyses.js";
import { Pictures } from "./research_pictures.js";
import { Releases } from "./research_releases.js";

const PROJECT = `query Project {
  research { project { id purpose since until relationships persons withheld lenses } lenses { name version description } }
  census { fewest }
}`;
const WEEKS = `query Weeks($lens: String!, $after: String) {
  research {
    list: relationships(first: 250, after: $after) {
      nodes {
        id: pseudonym
        origin
        weeks
        censoring
        initiative { id: pseudonym kind guidance contact }
        members { person }
        trajectory(lens: $lens) {
          lens lensVersion week phase help friendship ambiguity confidence
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
/** Those that every organisation has have words of their own; of others each version is named, since an answer is to be cited. */
const BUILT_IN = ["evidence", "accounts"];
/** By what contacts are compared: what group each is of, and where its name has a word. */
const GROUPS = {
  all: { of: () => "", words: "research" },
  kind: { of: ({ initiative }) => initiative.kind, words: "initiative_kind" },
  guidance: { of: ({ initiative }) => initiative.guidance, words: "guidance" },
  contact: { of: ({ initiative }) => initiative.contact, words: "meant" },
  origin: { of: ({ origin }) => origin, words: "contact" },
};

export function ResearchPage() {
  const answer = useAnswer(PROJECT, {});
  return html`
    <h1>${say("research.title")}</h1>
    <${Answered} answer=${answer}>${({ research: { project, lenses }, census: { fewest } }) => html`
      <p>${project.purpose}</p>
      <p class="under">${period(project)}</p>
      ${project.withheld
        ? html`<p>${say("research.withheld", { fewest })}</p>`
        : html`<p>${say("research.holds", { count: project.relationships, persons: project.persons })}</p>`}
      <p>${say("research.consent")} ${say("research.rule", { fewest })}</p>
      <p>${say("research.weeks_are")}</p>
      ${project.withheld ? null : html`<${Study} id=${project.id} only=${project.lenses} lenses=${lenses} fewest=${fewest} />`}
      <${Releases} project=${project.id} />
    `}<//>
  `;
}

function period({ since, until }) {
  const which = since && until ? "between" : since ? "since" : until ? "until" : "ever";
  return say(`research.began_${which}`, { since: daySaid(since), until: daySaid(until) });
}

function Study({ id, only, lenses, fewest }) {
  const own = lenses.filter(({ name }) => !BUILT_IN.includes(name)).map((one) => ({ ...one, id: `${one.name}@${one.version}` }));
  const choices = only ?? [...BUILT_IN, ...own.map(({ id }) => id)];
  const [lens, setLens] = useState(choices[0]);
  const [by, setBy] = useState("all");
  const chosen = own.find(({ id }) => id === lens);
  const answer = useAnswer(WEEKS, { lens }, undefined, askedBy);
  const choice = (key, value, set, choices, said) => html`<label>${say(key)} ${" "}
    <select value=${value} onChange=${({ target }) => set(target.value)}>${choices.map((one) => html`<option value=${one}>${said(one)}</option>`)}</select>
  </label>`;
  return html`
    <form class="find" onSubmit=${(event) => event.preventDefault()}>
      ${choice("initiative.lens", lens, setLens, choices, lensSaid)}
      ${choice("research.compare", by, setBy, Object.keys(GROUPS), (name) => say(`research.by_${name}`))}
    </form>
    ${chosen?.description ? html`<p class="from">${chosen.id}: ${chosen.description}</p>` : null}
    <${Answered} answer=${answer}>${({ list, lens: read }) => html`<${Compared} file=${`${id}-${read}`} list=${list} lens=${read} by=${by} fewest=${fewest} />`}<//>
    <${Analyses} file=${`${id}-${lens}`} lens=${lens} fewest=${fewest} />
  `;
}

/** One that every organisation has is said in words, another as it is called. */
function lensSaid(lens) {
  const [name] = lens.split("@");
  return BUILT_IN.includes(name) ? word("lens", name) : lens;
}

/** All pages, with the lens they were read with. */
async function askedBy(query, { lens }) {
  return { ...(await askAll(query, { lens }, ({ research }) => research)), lens };
}

function Compared({ file, list, lens, by, fewest }) {
  const contacts = useMemo(() => observed(list), [list]);
  const { of, words } = GROUPS[by];
  const { told, held } = useMemo(() => grouped(contacts, of, fewest), [contacts, by, fewest]);
  const called = (name) => name && word(words, name);
  return html`
    ${held.length ? html`<p class="from">${by === "all" ? say("research.none_yet", { fewest }) : say("research.held", { fewest, which: held.map(called).join(", ") })}</p>` : null}
    ${told.length
      ? html`
        <p><button class="second" onClick=${() => download(`${file}.csv`, new Blob([csv(contacts)], { type: "text/csv" }))}>${say("research.csv")}</button></p>
        <${Pictures} file=${file} told=${told} called=${called} fewest=${fewest} query=${WEEKS} variables=${{ lens }} />
      `
      : null}
  `;
}
