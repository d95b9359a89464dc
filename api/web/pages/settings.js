// For administrators where the organisation's days begin, and what asks coordinators for a look; for coordinators how they are reminded of it.

import { useAnswer } from "../answer.js";
import { ask } from "../ask.js";
import { ToBegin } from "../parts/no_initiative.js";
import { NotReminded, Reminders } from "../parts/reminders.js";
import { Saved } from "../parts/saved.js";
import { Answered } from "../parts/told.js";
import { html } from "../vendor/preact.js";
import { viewer } from "../viewer.js";
import { say } from "../words.js";

const SETTINGS = "{ settings { timeZone presets { kind on days times } } }";
const ZONE = "mutation Zone($name: String!) { setTimeZone(name: $name) { timeZone } }";
const PRESET = "mutation Preset($kind: AttentionKind!, $on: Boolean!, $number: Int) { setPreset(kind: $kind, on: $on, number: $number) { timeZone } }";

export function SettingsPage() {
  const { id, may } = viewer.value;
  const own = id ? html`<${Reminders} />` : html`<${NotReminded} />`;
  return html`
    <h1>${say("settings.title")}</h1>
    ${may.includes("manage") ? html`<${ToBegin} /><${OfOrganisation} />` : null}
    ${may.includes("open") && may.includes("record") ? own : null}
  `;
}

function OfOrganisation() {
  const answer = useAnswer(SETTINGS, {});
  return html`
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
