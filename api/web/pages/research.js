// For who does research: the contacts of their project, under pseudonyms and by weeks since each began. Nothing here knows of more than the
// server tells of a project.

import { useAnswer } from "../answer.js";
import { askAll } from "../ask.js";
import { csv } from "../csv.js";
import { daySaid } from "../days.js";
import { BUILT_IN, Described } from "../parts/described.js";
import { Select, Selects } from "../parts/select.js";
import { download } from "../parts/download.js";
import { Question } from "../parts/question.js";
import { Answered } from "../parts/told.js";
import { Alike } from "../questions/alike.js";
import { Around } from "../questions/around.js";
import { TwoHolders, TwoLenses } from "../questions/differ.js";
import { Follows } from "../questions/follows.js";
import { HowLong } from "../questions/how_long.js";
import { HowMuch } from "../questions/how_much.js";
import { html, useMemo, useState } from "../vendor/preact.js";
import { grouped, observed, weekRows } from "../weeks.js";
import { say, word } from "../words.js";
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
  return html`<h1>${say("research.title")}</h1><${Answered} answer=${answer}>${(found) => html`<${Project} ...${found.research} fewest=${found.census.fewest} />`}<//>`;
}

function Project({ project, lenses, fewest }) {
  // Of each every version is named, since an answer is to be cited.
  const own = lenses.filter(({ name }) => !BUILT_IN.includes(name)).map((one) => ({ ...one, id: `${one.name}@${one.version}` }));
  const choices = project.lenses ?? [...BUILT_IN, ...own.map(({ id }) => id)];
  return html`
    <p>${project.purpose}</p>
    <p class="under">${period(project)}</p>
    ${project.withheld
      ? html`<p>${say("research.withheld", { fewest })}</p>`
      : html`<p>${say("research.holds", { count: project.relationships, persons: project.persons })}</p>`}
    <p>${say("research.consent")} ${say("research.rule", { fewest })}</p>
    <p>${say("research.weeks_are")}</p>
    ${project.withheld ? null : html`<${Study} id=${project.id} choices=${choices} own=${own} fewest=${fewest} />`}
    <${Releases} project=${project.id} choices=${choices} said=${lensSaid} fixed=${project.lenses ?? BUILT_IN} />
  `;
}

function period({ since, until }) {
  const which = since && until ? "between" : since ? "since" : until ? "until" : "ever";
  return say(`research.began_${which}`, { since: daySaid(since), until: daySaid(until) });
}

function Study({ id, choices, own, fewest }) {
  const [lens, setLens] = useState(choices[0]);
  const [by, setBy] = useState("all");
  const answer = useAnswer(WEEKS, { lens }, undefined, askedBy);
  const shared = { lens, file: id, fewest };
  return html`
    <${Selects}>
      <${Select} label=${say("initiative.lens")} value=${lens} set=${setLens} choices=${choices} said=${lensSaid} />
      <${Select} label=${say("research.compare")} value=${by} set=${setBy} choices=${Object.keys(GROUPS)} said=${(name) => say(`research.by_${name}`)} />
    <//>
    <${Described} lenses=${own} chosen=${lens} />
    <${Answered} answer=${answer}>${({ list, lens: read }) => html`<${Compared} file=${`${id}-${read}`} list=${list} lens=${read} by=${by} fewest=${fewest} />`}<//>
    <${Question} name="rates"><${Follows} ...${shared} /><//>
    <${Question} name="waits"><${HowLong} ...${shared} /><//>
    <${Question} name="around"><${Around} ...${shared} /><//>
    <${Question} name="typical"><${Alike} ...${shared} /><//>
    <${Question} name="indicators"><${HowMuch} ...${shared} /><//>
    <${Question} name="lenses"><${TwoLenses} ...${shared} own=${own} choices=${choices} said=${lensSaid} /><//>
    <${Question} name="holders"><${TwoHolders} ...${shared} /><//>
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
        <p><button class="second" onClick=${() => download(`${file}.csv`, new Blob([csv(weekRows(contacts))], { type: "text/csv" }))}>${say("research.csv")}</button></p>
        <${Pictures} file=${file} told=${told} called=${called} fewest=${fewest} query=${WEEKS} variables=${{ lens }} />
      `
      : null}
  `;
}
