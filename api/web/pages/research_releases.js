// The releases of a research project: made as it is known now, and taken along as often as one likes, with what became of each since.

import { useAnswer } from "../answer.js";
import { ask, Refused, Unreached } from "../ask.js";
import { daySaid } from "../days.js";
import { partSaid } from "../numbers.js";
import { download } from "../parts/download.js";
import { Answered } from "../parts/told.js";
import { html, useState } from "../vendor/preact.js";
import { unreachedSaid } from "../viewer.js";
import { language, say } from "../words.js";

const RELEASES = `{ research { releases {
  number made lenses stepWeeks revision relationships sha256 given changed
} } }`;
const RELEASE = "mutation Release($lenses: [String!]!, $step: Int) { releaseResearch(lenses: $lenses, stepWeeks: $step) { number } }";

/** `choices`: the lenses it may be read through, `said` what each is called; `fixed`: those that a release is read through unless somebody says otherwise. */
export function Releases({ project, choices, said, fixed }) {
  const answer = useAnswer(RELEASES, {});
  return html`<section aria-labelledby="releases">
    <h2 id="releases">${say("research.releases")}</h2>
    <p>${say("research.releases_are")}</p>
    <${Freeze} made=${answer.again} choices=${choices} lensSaid=${said} fixed=${fixed} />
    <${Answered} answer=${answer}>${({ research: { releases } }) => html`
      <ul>${releases.toReversed().map((one) => html`<li key=${one.number}><${Release} one=${one} project=${project} taken=${answer.again} /></li>`)}</ul>
    `}<//>
  </section>`;
}

function Freeze({ made, choices, lensSaid, fixed }) {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(null);
  const freeze = async (event) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget);
    setBusy(true);
    setSaid(say("research.freezing"));
    try {
      const { releaseResearch } = await ask(RELEASE, { lenses: chosen.getAll("lens"), step: Number(chosen.get("step")) });
      setSaid(say("research.frozen", { number: releaseResearch.number }));
      await made();
    } catch (error) {
      setSaid(wrong(error));
    } finally {
      setBusy(false);
    }
  };
  return html`<form class="find" onSubmit=${freeze}>
    <fieldset class="field">
      <legend>${say("research.release_through")}</legend>
      ${choices.map((one) => html`<label class="tick" key=${one}><input type="checkbox" name="lens" value=${one} defaultChecked=${fixed.includes(one)} /> ${lensSaid(one)}</label>`)}
    </fieldset>
    <label>${say("research.step")} <input type="number" name="step" min="1" max="520" value="1" required /></label>
    <button disabled=${busy}>${say("research.freeze")}</button> <span role="status">${said}</span>
  </form>`;
}

function Release({ one, project, taken }) {
  const [part, setPart] = useState(null);
  const [said, setSaid] = useState(null);
  const take = async () => {
    setPart(0);
    setSaid(say("research.making"));
    try {
      const { name, blob } = await fetched(`/research.zip?release=${one.number}`, (done) => {
        setPart(done);
        setSaid(say("research.taking", { part: partSaid(done) }));
      });
      download(name ?? `${project}-release-${one.number}.zip`, blob);
      setSaid(say("research.taken"));
      await taken();
    } catch (error) {
      setSaid(wrong(error));
    } finally {
      setPart(null);
    }
  };
  const what = { number: one.number, day: daySaid(one.made.slice(0, 10)), count: one.relationships, lenses: one.lenses.join(", ") };
  return html`
    <h3>${say("research.release", what)}</h3>
    <p>${one.relationships === null ? say("research.release_withheld") : say("research.release_is", { ...what, every: say("research.every", { count: one.stepWeeks }) })}</p>
    ${one.changed && one.changed !== "WITHHELD" ? html`<p class="wrong">${say(`research.${one.given ? "held" : "made"}_${one.changed.toLowerCase()}`)}</p>` : null}
    ${one.changed === "WITHHELD" && one.given ? html`<p class="wrong">${say("research.held_withheld")}</p>` : null}
    ${one.sha256 ? html`<p class="under">SHA-256 <code>${one.sha256}</code></p>` : null}
    ${one.sha256 ? html`<p><button class="second" disabled=${part !== null} onClick=${take}>${say("research.take", what)}</button>
      ${part === null ? null : html` <progress max="1" value=${part || undefined} aria-label=${say("research.making")}></progress>`}
      ${" "}<span role="status">${said}</span></p>` : null}
  `;
}

/** A file, with the name that the server gives it; `heard` is told what part of it is here. */
async function fetched(address, heard) {
  let response;
  try {
    response = await fetch(address, { headers: { "Accept-Language": language.value } });
    if (response.ok) {
      const total = Number(response.headers.get("Content-Length"));
      const parts = [];
      let length = 0;
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        length += value.length;
        heard(total ? length / total : 0);
      }
      const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
      return { name, blob: new Blob(parts, { type: "application/zip" }) };
    }
  } catch {
    // Also where it breaks off half-way: then there is no file.
    throw new Unreached();
  }
  throw new Refused((await response.json()).errors);
}

function wrong(error) {
  if (error instanceof Refused) return error.message;
  if (error instanceof Unreached) return unreachedSaid();
  throw error;
}
