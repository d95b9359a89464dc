// For administrators: where the organisation's days begin, and what asks coordinators for a look.

import { useAnswer } from "../answer.js";
import { ask, Refused, Unreached } from "../ask.js";
import { Answered } from "../parts/told.js";
import { html, useState } from "../vendor/preact.js";
import { say } from "../words.js";

const SETTINGS = "{ settings { timeZone presets { kind on days times } } }";
const ZONE = "mutation Zone($name: String!) { setTimeZone(name: $name) { timeZone } }";
const PRESET = "mutation Preset($kind: AttentionKind!, $on: Boolean!, $number: Int) { setPreset(kind: $kind, on: $on, number: $number) { timeZone } }";

export function SettingsPage() {
  const answer = useAnswer(SETTINGS, {});
  return html`
    <h1>${say("settings.title")}</h1>
    <${Answered} answer=${answer}>${({ settings }) => html`
      <${Saved} save=${(form) => ask(ZONE, { name: form.get("zone").trim() })}>
        <label>${say("settings.zone")} <input name="zone" required value=${settings.timeZone} list="zones" /></label>
        <datalist id="zones">${Intl.supportedValuesOf("timeZone").map((zone) => html`<option value=${zone} />`)}</datalist>
      <//>
      <h2>${say("settings.looks")}</h2>
      ${settings.presets.map((preset) => html`<${Preset} key=${preset.kind} preset=${preset} />`)}
    `}<//>
  `;
}

function Preset({ preset: { kind, on, days, times } }) {
  const number = days ?? times;
  const what = say(`settings.${kind.toLowerCase()}`);
  const save = (form) => ask(PRESET, { kind, on: form.has("on"), number: form.has("number") ? Number(form.get("number")) : null });
  return html`<${Saved} save=${save}>
    <label class="tick"><input type="checkbox" name="on" checked=${on} /> ${what}</label>
    ${number === null ? null : html`<input type="number" name="number" min="1" required value=${number} aria-label=${say("settings.number", { what })} />`}
  <//>`;
}

/** A form that says what became of it. */
function Saved({ save, children }) {
  const [said, setSaid] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    try {
      await save(new FormData(event.currentTarget));
      setSaid(say("settings.saved"));
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreached)) throw error;
      setSaid(error instanceof Refused ? error.message : say("shell.unreached"));
    }
  };
  return html`<form class="find" onSubmit=${submit} onInput=${() => setSaid(null)}>${children}
    <button class="second">${say("settings.save")}</button><span role="status">${said}</span>
  </form>`;
}
