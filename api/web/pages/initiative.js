// An initiative: where its contacts stand, how they stood over time and what moved, and what room there was. All of it is read with one
// lens, by whoever may see each of these contacts.

import { useAnswer } from "../answer.js";
import { askAll, now } from "../ask.js";
import { firstInstant } from "../days.js";
import { Answered, Nowhere } from "../parts/told.js";
import { NAMED, pair } from "../people.js";
import { to } from "../route.js";
import { spells } from "../standing.js";
import { extent } from "../vendor/d3.js";
import { html, useMemo, useState } from "../vendor/preact.js";
import { language, say, word } from "../words.js";
import { OnADay } from "./initiative_day.js";
import { OverTime } from "./initiative_time.js";
import { meant } from "./initiatives.js";

const INITIATIVE = `query Initiative($id: ID!) {
  initiative(id: $id) { id name kind guidance contact } lenses { name } census { fewest }
}`;
const HISTORY = `query History($id: ID!, $lens: String!, $after: String) {
  list: relationships(first: 250, after: $after, filter: {initiative: $id}) {
    nodes { ${NAMED} moves(lens: $lens) { was now at } } pageInfo { hasNextPage endCursor }
  }
}`;

export function InitiativePage({ rest: [id] }) {
  return id ? html`<${Asked} key=${id} id=${id} />` : html`<${Nowhere} />`;
}

function Asked({ id }) {
  const rests = ({ subject, initiative }) => initiative === id || subject === `initiative/${id}` || /^(participant|lens)\//.test(subject);
  const answer = useAnswer(INITIATIVE, { id }, rests);
  return html`<${Answered} answer=${answer}>${({ initiative, lenses, census }) =>
    initiative ? html`<${Initiative} initiative=${initiative} lenses=${lenses} fewest=${census.fewest} rests=${rests} />` : html`<${Nowhere} />`}<//>`;
}

function Initiative({ initiative, lenses, fewest, rests }) {
  const [lens, setLens] = useState("evidence");
  const history = useAnswer(HISTORY, { id: initiative.id, lens }, rests, askAll);
  const names = [...new Set(lenses.map(({ name }) => name))];
  return html`
    <h1>${initiative.name}</h1>
    <p class="under">${meant(initiative)}</p>
    <form class="find views" onSubmit=${(event) => event.preventDefault()}>
      <label>
        ${say("initiative.lens")}
        <select value=${lens} onChange=${(event) => setLens(event.target.value)}>${names.map((name) => html`<option value=${name}>${word("lens", name)}</option>`)}</select>
      </label>
    </form>
    <${Answered} answer=${history}>${({ list }) => html`<${Contacts} id=${initiative.id} lens=${lens} list=${list} fewest=${fewest} rests=${rests} />`}<//>
  `;
}

function Contacts({ id, lens, list, fewest, rests }) {
  const end = useMemo(() => +now(), [list]);
  const contacts = useMemo(
    () => list.map((one) => ({ ...one, href: to("contact", one.id), name: pair(one), began: firstInstant(one.startedOn), stood: spells(one, end) })).sort(inOrder),
    [list, language.value],
  );
  if (!list.length) return html`<p>${say("initiative.none")}</p>`;
  // A contact may begin a day ahead of now.
  const from = Math.min(end, extent(contacts, ({ began, stood }) => stood[0]?.from ?? began)[0]);
  const held = areFew(list, fewest);
  return html`
    <p>${say("initiative.contacts", { count: list.length })}</p>
    ${held ? html`<p class="from">${say("initiative.held", { fewest })}</p>` : null}
    <${OnADay} id=${id} lens=${lens} contacts=${contacts} from=${from} end=${end} held=${held} rests=${rests} />
    <${OverTime} id=${id} contacts=${contacts} from=${from} end=${end} held=${held} />
  `;
}

function inOrder(one, other) {
  return one.began - other.began || (one.id < other.id ? -1 : 1);
}

/**
 * Whether pictures of these contacts may not leave the page: they are of fewer people than the census tells a number of. On the page itself
 * each contact is one that whoever looks may see.
 */
function areFew(list, fewest) {
  return new Set(list.flatMap(({ members }) => members.map(({ participant }) => participant?.id).filter(Boolean))).size < fewest;
}

