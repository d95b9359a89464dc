// How whoever is signed in is reminded of what asks for a look: by mail, and in a calendar of their own. Nothing is on that they did not ask for.

import { useAnswer } from "../answer.js";
import { ask } from "../ask.js";
import { daySaid } from "../days.js";
import { html, useState } from "../vendor/preact.js";
import { viewer } from "../viewer.js";
import { language, say } from "../words.js";
import { Copied } from "./copied.js";
import { Saved } from "./saved.js";
import { Answered } from "./told.js";

const REMINDERS = "{ reminders { mail digest { address weekday } calendar } }";
const CHOOSE = `mutation Choose($address: String!, $weekday: Weekday, $language: Language!) {
  remindByMail(address: $address, weekday: $weekday, language: $language) { mail }
}`;
const STOP = "mutation { stopMail { mail } }";
const RENEW = "mutation { renewCalendar { path } }";
const END = "mutation { endCalendar }";
const WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

export function Reminders() {
  const answer = useAnswer(REMINDERS, {});
  return html`
    <section aria-labelledby="remind">
      <h2 id="remind">${say("remind.title")}</h2>
      <p class="under">${say("remind.what")}</p>
      <${Answered} answer=${answer}>${({ reminders }) => html`
        <${Mail} mail=${reminders.mail} digest=${reminders.digest} again=${answer.again} />
        <${Calendar} since=${reminders.calendar} again=${answer.again} />
      `}<//>
    </section>
  `;
}

/** For whoever is nobody in particular, as who signed in by a link of the command line. */
export function NotReminded() {
  return html`<h2>${say("remind.title")}</h2><p>${say("remind.members")}</p>`;
}

function Mail({ mail, digest, again }) {
  if (!mail) return html`<h3>${say("remind.mail")}</h3><p>${say("remind.no_mail")}</p>`;
  const choose = async (form) => {
    await ask(CHOOSE, { address: form.get("address"), weekday: form.get("weekday") || null, language: language.value.toUpperCase() });
    await again();
  };
  const stop = async () => {
    await ask(STOP);
    await again();
  };
  return html`
    <h3>${say("remind.mail")}</h3>
    <p role="status">${say(digest ? "remind.mail_on" : "remind.mail_off")}</p>
    <${Saved} save=${choose} button=${digest ? "settings.save" : "remind.begin"}>
      <label>${say("remind.address")} <input type="email" name="address" required autocomplete="email" maxlength="254" value=${digest?.address ?? ""} /></label>
      <label>${say("remind.when")} <select name="weekday">
        <option value="" selected=${!digest?.weekday}>${say("remind.daily")}</option>
        ${WEEK.map((day) => html`<option value=${day} selected=${digest?.weekday === day}>${say(`remind.${day.toLowerCase()}`)}</option>`)}
      </select></label>
    <//>
    ${digest ? html`<${Saved} save=${stop} button="remind.stop" />` : null}
  `;
}

function Calendar({ since, again }) {
  const [address, setAddress] = useState(null);
  const renew = async () => {
    const { renewCalendar } = await ask(RENEW);
    setAddress(`${location.origin}${renewCalendar.path}${language.value === "nl" ? "?language=nl" : ""}`);
    await again();
  };
  const end = async () => {
    await ask(END);
    setAddress(null);
    await again();
  };
  return html`
    <h3>${say("remind.calendar")}</h3>
    <p role="status">${since ? say("remind.calendar_on", { day: daySaid(dayOf(since)) }) : say("remind.calendar_off")}</p>
    ${address ? html`<div class="behind"><p>${say("remind.once")}</p><${Copied} text=${address} name=${say("remind.the_address")} /></div>` : null}
    <${Saved} save=${renew} button=${since ? "remind.renew" : "remind.make"} done="remind.made" />
    ${since ? html`<${Saved} save=${end} button="remind.end" />` : null}
  `;
}

/** The day of an instant, where the organisation is. */
function dayOf(instant) {
  return new Intl.DateTimeFormat("sv", { timeZone: viewer.value.timeZone }).format(new Date(instant));
}
