// Questions about who: among those who are in the contact, or who stand beside it.

import { html } from "../vendor/preact.js";
import { say } from "../words.js";
import { Choice, Several, whoSaid } from "./fields.js";

/** `others`: who may be meant beside those in the contact, as `coordinator`. */
function options({ here, called }, others = []) {
  return [...here, ...others].map((one) => [one, whoSaid(one, called)]);
}

export function People({ contact, others, ...asked }) {
  return html`<${Several} options=${options(contact, others)} ...${asked} />`;
}

export function Who({ contact, others, ...asked }) {
  return html`<${Choice} options=${options(contact, others)} ...${asked} />`;
}

/** Who told something of themselves, as the catalogue has it. */
export function Sharers({ value = [], set, ...asked }) {
  return html`<${People} value=${value.map(({ by }) => by)} set=${(told) => set(told.map((by) => value.find((one) => one.by === by) ?? { by }))} ...${asked} />`;
}

/** Where: at the home of one of them, or elsewhere. */
export function Place({ contact, ...asked }) {
  const homes = contact.here.map((one) => [`home:${one}`, say("record.place.home", { who: contact.called[one] })]);
  const places = ["public", "centre", "outdoors", "phone", "online", "message", "other"].map((one) => [one, say(`record.place.${one}`)]);
  return html`<${Choice} options=${[...homes, ...places]} ...${asked} />`;
}

const KINDS = ["practical", "emotional", "transport", "company", "guidance"];

/** Who helped whom with what: as many times as it was. */
export function Helps({ contact, says, value = [], set, wrong }) {
  const who = options(contact, ["group"]);
  const [giver] = contact.here.filter((one) => contact.sides[one] === "GIVES").concat(contact.here, "group");
  const receiver = contact.here.find((one) => one !== giver) ?? "group";
  const change = (number, part) => set(value.map((one, at) => (at === number ? { ...one, ...part } : one)));
  const pick = (number, name, list, key) => html`
    <label>${say(key)} <select value=${value[number][name]} onChange=${({ target }) => change(number, { [name]: target.value })}>
      ${list.map(([one, text]) => html`<option value=${one}>${text}</option>`)}</select></label>`;
  return html`
    <fieldset class="field">
      <legend>${say(says)}</legend>
      ${value.map((_, number) => html`
        <div class="row">
          ${pick(number, "giver", who, "record.giver")}${pick(number, "receiver", who, "record.receiver")}
          ${pick(number, "kind", KINDS.map((one) => [one, say(`record.help.${one}`)]), "record.help_kind")}
          <button type="button" class="plain" onClick=${() => set(value.filter((__, at) => at !== number))}>${say("record.leave_out")}</button>
        </div>`)}
      <button type="button" class="second" onClick=${() => set([...value, { giver, receiver, kind: "practical" }])}>${say(value.length ? "record.more_help" : "record.add_help")}</button>
      ${wrong ? html`<p class="wrong">${wrong}</p>` : null}
    </fieldset>
  `;
}
