// The history of one contact for an auditor: every event with what corrected it, as it was known on a day and up to what happened by a day;
// who recorded it and who looked; and the proof of each, checked in this browser.

import { ask, Refused, Unreached } from "../ask.js";
import { useAnswer } from "../answer.js";
import { dayOf, daySaid, firstDay, instantSaid, today } from "../days.js";
import { Answered, Nowhere } from "../parts/told.js";
import { NAMED, names, pair, withNames } from "../people.js";
import { prove, Unproven } from "../proof.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { unreachedSaid } from "../viewer.js";
import { say } from "../words.js";

const LOOKS = 500;
const HISTORY = `query History($id: ID!, $knownAt: DateTime) {
  audit { verifier accessLog(relationship: $id, first: ${LOOKS}) { nodes { position at by role onBehalfOf action place kinds } } }
  relationship(id: $id) {
    ${NAMED} all: history { recorded }
    history(knownAt: $knownAt) { id type position occurred recorded recordedBy retractedBy amendedBy told(marked: true) }
  }
}`;
const PROOF = `query Proof($event: ID!) { audit { inclusionProof(event: $event) { envelope position leaf size proof checkpoint } } }`;

export function AuditedPage({ id }) {
  const [known, setKnown] = useState(null);
  const [happened, setHappened] = useState(null);
  const [instants, setInstants] = useState([]);
  const last = known === null ? null : instants.findLast((instant) => dayOf(instant) <= known);
  const answer = useAnswer(HISTORY, { id, knownAt: last ?? null }, ({ subject }) => subject === `relationship/${id}`);
  useEffect(() => setInstants((answer.data?.relationship?.all ?? []).map(({ recorded }) => recorded).toSorted()), [answer.data]);
  return html`<${Answered} answer=${answer}>${({ audit, relationship }) => {
    if (!relationship) return html`<${Nowhere} />`;
    const told = last === undefined ? [] : relationship.history.filter((event) => !happened || firstDay(event.occurred) <= happened);
    return html`
      <h1>${relationship.id}</h1>
      <p class="under">${pair(relationship)} · ${relationship.initiative.name}</p>
      <p><a class="button" href=${`/evidence.zip?relationship=${encodeURIComponent(relationship.id)}`} download>${say("audit.bundle")}</a></p>
      <h2>${say("audit.history")}</h2>
      <form class="find" onSubmit=${(event) => event.preventDefault()}>
        <label>${say("audit.known")} <input type="date" max=${today()} value=${known ?? ""} onInput=${(event) => setKnown(event.target.value || null)} /></label>
        <label>${say("audit.happened")} <input type="date" max=${today()} value=${happened ?? ""} onInput=${(event) => setHappened(event.target.value || null)} /></label>
        ${known || happened ? html`<button type="button" class="second" onClick=${() => (setKnown(null), setHappened(null))}>${say("audit.now")}</button>` : null}
      </form>
      ${told.length ? html`<${History} told=${told} called=${names(relationship)} verifier=${audit.verifier} />` : html`<p>${say("audit.none")}</p>`}
      <h2>${say("audit.looked")}</h2>
      ${audit.accessLog.nodes.length ? html`<${Looks} nodes=${audit.accessLog.nodes} />` : html`<p>${say("audit.looked_none")}</p>`}
    `;
  }}<//>`;
}

function History({ told, called, verifier }) {
  const columns = ["position", "occurred", "event", "recorded", "by", "proof"];
  return html`<${Wide} title=${say("audit.history")} columns=${columns}>
    ${told.map((event) => html`<tr key=${event.id} class=${event.retractedBy ? "retracted" : null}>
      <th scope="row">${event.position}</th>
      <td>${daySaid(event.occurred)}</td>
      <td class="told">${withNames(event.told, called)}<${Corrected} event=${event} /></td>
      <td>${instantSaid(event.recorded)}</td>
      <td>${event.recordedBy ?? ""}</td>
      <td><${Proof} event=${event} verifier=${verifier} /></td>
    </tr>`)}
  <//>`;
}

function Corrected({ event: { retractedBy, amendedBy } }) {
  if (retractedBy) return html` <small>(${say("audit.retracted", { id: retractedBy })})</small>`;
  return amendedBy ? html` <small>(${say("audit.amended", { id: amendedBy })})</small>` : null;
}

function Proof({ event, verifier }) {
  const [found, setFound] = useState(null);
  // What could not be told yet can be asked again.
  const [open, setOpen] = useState(true);
  const check = async () => {
    setFound(say("audit.checking"));
    setOpen(false);
    try {
      const proof = (await ask(PROOF, { event: event.id })).audit.inclusionProof;
      if (!isOf(proof, event)) throw new Unproven("leaf");
      setFound(say("audit.proven", await prove(proof, verifier)));
    } catch (error) {
      setOpen(error instanceof Refused || error instanceof Unreached);
      if (error instanceof Unproven) setFound(say("audit.unproven", { why: say(`unproven.${error.message}`) }));
      else if (error instanceof Refused) setFound(error.message);
      else if (error instanceof Unreached) setFound(unreachedSaid());
      else if (error instanceof DOMException) setFound(say("audit.cannot"));
      else throw error;
    }
  };
  return html`<span role="status">${found}</span>
    ${open ? html`<button class="plain" aria-label=${say("audit.check_of", { position: event.position })} onClick=${check}>${say("audit.check")}</button>` : null}`;
}

/** Whether a proof is of what stands in the row beside it. */
function isOf({ envelope, position }, event) {
  try {
    const { id, type, recordedby = null } = JSON.parse(envelope);
    return id === event.id && type === `tussenruimte.${event.type}.v1` && recordedby === event.recordedBy && position === event.position;
  } catch {
    return false;
  }
}

function Looks({ nodes }) {
  return html`<${Wide} title=${say("audit.looked")} columns=${["position", "at", "who", "role", "behalf", "did"]}>
    ${nodes.map((look) => html`<tr key=${look.position}>
      <th scope="row">${look.position}</th><td>${instantSaid(look.at)}</td><td>${look.by}</td><td>${say(`role.${look.role}`)}</td><td>${look.onBehalfOf ?? ""}</td>
      <td class="told">${didSaid(look)}</td>
    </tr>`)}
  <//>`;
}

function didSaid({ action, place, kinds }) {
  const did = say(`action.${action}`);
  return `${place === "organisation" ? say("seen.everything", { did }) : did}: ${kinds.map((kind) => say(`seen.${kind}`)).join(", ")}`;
}

function Wide({ title, columns, children }) {
  return html`<div class="wide tall" tabindex="0" role="group" aria-label=${title}><table>
    <thead><tr>${columns.map((name) => html`<th scope="col">${say(`audit.${name}`)}</th>`)}</tr></thead>
    <tbody>${children}</tbody>
  </table></div>`;
}
