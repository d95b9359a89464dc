// A form that says what became of it.

import { Refused, Unreached } from "../ask.js";
import { html, useState } from "../vendor/preact.js";
import { unreachedSaid } from "../viewer.js";
import { say } from "../words.js";

export function Saved({ save, button = "settings.save", done = "settings.saved", children }) {
  const [said, setSaid] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    try {
      await save(new FormData(event.currentTarget));
      setSaid(say(done));
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreached)) throw error;
      setSaid(error instanceof Refused ? error.message : unreachedSaid());
    }
  };
  return html`<form class="find" onSubmit=${submit} onInput=${() => setSaid(null)}>${children}
    <button class="second">${say(button)}</button><span role="status">${said}</span>
  </form>`;
}
