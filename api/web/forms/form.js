// A form as it is filled in: its questions, the notes, and what was refused, beside the question it is about. Nothing that was typed is lost
// by a refusal.

import { useDraft } from "../draft.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { say } from "../words.js";
import { FORMS } from "./forms.js";
import { moved, Notes } from "./notes.js";
import { When } from "./when.js";

const NOTHING = { main: [], notes: undefined };

/**
 * `form` is a name of `FORMS`; of an event that has none, when it happened and its notes are asked. `send(filled)` gives the entry as
 * `record` does; `refused` is what was wrong before. What somebody says stays theirs where it is amended: whose it is is not asked (`amends`).
 */
export function Form({ form, contact, starts, refused = null, send, amends = false }) {
  const { main, more = [], notes = () => undefined, spoken = false } = FORMS[form] ?? NOTHING;
  const [filled, fill] = useDraft(starts);
  const sending = useSending(() => send(filled), refused);
  const { wrongAt } = sending;
  const asked = (questions) => questions.filter(({ path }) => !amends || path.startsWith("data."));
  const put = (path, value) => fill((now) => {
    const next = path.startsWith("data.") ? { ...now, data: { ...now.data, [path.slice(5)]: value } } : { ...now, [path]: value };
    return spoken ? { ...next, notes: moved(next.notes, notes(now), notes(next)) } : next;
  });
  const question = ({ path, name, of: Of, options, spans, when, hint, ...rest }) =>
    when && !when(filled.data, contact)
      ? null
      : html`<${Of} key=${path} contact=${contact} value=${path.startsWith("data.") ? filled.data[name] : filled[name]} set=${(value) => put(path, value)}
          hint=${hint && say(hint)} wrong=${wrongAt(path)} ...${options && { options: options(contact) }} ...${spans && { spans: spans(contact) }} ...${rest} />`;
  return html`
    <${Sheet} sending=${sending}>
      <${When} value=${filled.occurred} set=${(value) => put("occurred", value)} wrong=${wrongAt("occurred")} />
      ${asked(main).map(question)}
      ${asked(more).length ? html`<details open=${more.some(({ path, name }) => wrongAt(path) || starts.data[name] !== undefined)}><summary>${say("record.more")}</summary>${asked(more).map(question)}</details>` : null}
      ${notes ? html`<${Notes} contact=${contact} value=${filled.notes ?? []} set=${(value) => put("notes", value)} first=${notes(filled)} spoken=${spoken} wrong=${(number) => wrongAt(`data.notes[${number}]`)} />` : null}
    <//>
  `;
}

/** The form itself: what was refused, its questions, and the button that records it. `hint`: what becomes of it until the server has it. */
export function Sheet({ sending: { busy, wrong, submit, form }, hint = say("record.in_the_clear"), children }) {
  return html`
    <form class="sheet" ref=${form} onSubmit=${submit} aria-busy=${busy}>
      ${wrong ? html`<div class="wrong" role="alert" tabindex="-1"><p>${wrong.rule}</p></div>` : null}
      ${children}
      <p><button disabled=${busy}>${say(busy ? "record.saving" : "record.save")}</button></p>
      ${hint ? html`<p class="hint">${hint}</p>` : null}
    </form>
  `;
}

/** How a form is sent, and what was refused of it. */
export function useSending(send, refused) {
  const [wrong, setWrong] = useState(refused);
  const [busy, setBusy] = useState(false);
  const form = useRef(null);
  useEffect(() => {
    if (wrong) form.current.querySelector("[aria-invalid=true], .wrong")?.focus();
  }, [wrong]);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setWrong(null);
    try {
      setWrong((await send()).refused);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      // The browser keeps nothing: in a private window, or without room.
      setWrong({ rule: say("record.not_kept"), field: null });
    } finally {
      setBusy(false);
    }
  };
  const wrongAt = (path) => {
    const field = wrong?.field?.replace(/^data\.data\./, "data.");
    return field === path || field?.startsWith(`${path}.`) || field?.startsWith(`${path}[`) ? wrong.rule : undefined;
  };
  return { busy, wrong, submit, form, wrongAt };
}
