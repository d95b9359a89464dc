// When something happened: today, yesterday, another day, or as far as somebody knows.

import { daySaid, today, utc } from "../days.js";
import { html, useState } from "../vendor/preact.js";
import { say } from "../words.js";
import { Choice, One } from "./fields.js";

const DAY = /^\d{4}-\d\d-\d\d$/;
const VAGUE = /^(\d{0,4})(?:-(\d\d))?(~?)$/;
const WITHIN = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "21", "22", "23", "24"];

/** `value` is an EDTF date. One that cannot be made here stays as it was told, until another is chosen. */
export function When({ value, set, wrong, says = "record.when" }) {
  const [first] = useState(value);
  const [way, setWay] = useState(wayOf(value));
  const choose = (chosen) => {
    setWay(chosen);
    set({ today: today(), yesterday: yesterday(), day: DAY.test(value) ? value : today(), vague: today().slice(0, 7), told: first }[chosen]);
  };
  const ways = ["today", "yesterday", "day", "vague"].map((one) => [one, say(`record.when.${one}`)]);
  const all = wayOf(first) === "told" ? [["told", daySaid(first)], ...ways] : ways;
  return html`
    <${Choice} says=${says} options=${all} value=${way} set=${choose} needed wrong=${wrong} />
    ${way === "day" ? html`<${One} says="record.when.day">${(own) => html`<input ...${own} type="date" required max=${today()} value=${value} onInput=${({ target }) => set(target.value)} />`}<//>` : null}
    ${way === "vague" ? html`<${Vague} value=${value} set=${set} />` : null}
  `;
}

function Vague({ value, set }) {
  const [, year, within = "", about] = VAGUE.exec(value);
  const put = (part) => {
    const [y, w, a] = [part.year ?? year, part.within ?? within, part.about ?? about];
    set(y + (w && `-${w}`) + a);
  };
  const shown = /^\d{4}$/.test(year) ? year : today().slice(0, 4);
  return html`
    <div class="row">
      <${One} says="record.when.year">${(own) => html`<input ...${own} type="text" inputmode="numeric" size="5" required pattern="[0-9]{4}" value=${year} onInput=${({ target }) => put({ year: target.value.replace(/\D/g, "").slice(0, 4) })} />`}<//>
      <${One} says="record.when.within">${(own) => html`<select ...${own} value=${within} onChange=${({ target }) => put({ within: target.value })}>
        <option value="">${say("record.unsaid")}</option>${WITHIN.map((one) => html`<option value=${one}>${daySaid(`${shown}-${one}`)}</option>`)}</select>`}<//>
      <label class="tick"><input type="checkbox" checked=${about === "~"} onChange=${({ target }) => put({ about: target.checked ? "~" : "" })} /> ${say("record.when.about")}</label>
    </div>
  `;
}

function wayOf(value) {
  if (value === today()) return "today";
  if (value === yesterday()) return "yesterday";
  if (DAY.test(value)) return "day";
  return VAGUE.test(value) ? "vague" : "told";
}

function yesterday() {
  return new Date(utc(today()) - 86_400_000).toISOString().slice(0, 10);
}
