// Marks in a picture that each stand for one contact: links to it where it has a page, named under the picture where somebody points at one
// or comes to it by keyboard. All marks are one stop of the tab key; the arrows go on from mark to mark.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** `marks`: `[{id, href, text, at, drawn}]`, of which `drawn` is what stands at `at`; `named` is a signal of the id that is pointed at. */
export function Marks({ marks, named, label }) {
  const group = useRef(null);
  const [stop, setStop] = useState(null);
  const first = marks.some(({ id }) => id === stop) ? stop : marks[0]?.id;
  const leave = () => (named.value = null);
  // Once for all marks, and around the picture: of an SVG element that hears of the focus Chromium makes a stop of the tab key.
  useEffect(() => {
    const around = group.current.ownerSVGElement.parentElement;
    const come = ({ target }) => {
      const mark = group.current?.contains(target) && target.closest("[data-mark]");
      if (!mark) return;
      named.value = mark.dataset.mark;
      setStop(named.value);
    };
    around.addEventListener("focusin", come);
    around.addEventListener("focusout", leave);
    return () => {
      around.removeEventListener("focusin", come);
      around.removeEventListener("focusout", leave);
    };
  }, []);
  const goOn = (event) => {
    const links = [...group.current.querySelectorAll("[data-mark]")];
    const here = links.indexOf(event.target.closest("[data-mark]"));
    const next = { Home: 0, End: links.length - 1 }[event.key] ?? (STEPS[event.key] ? here + STEPS[event.key] : null);
    if (next === null) return;
    event.preventDefault();
    links[Math.max(0, Math.min(links.length - 1, next))].focus();
  };
  return html`
    <g class="marks" role="group" aria-label=${label} ref=${group} onKeyDown=${goOn}
      onPointerOver=${({ target }) => (named.value = target.closest("[data-mark]")?.dataset.mark ?? null)} onPointerLeave=${leave}>
      ${marks.map(({ id, href, text, at, drawn }) => html`
        <${href ? "a" : "g"} key=${id} href=${href} role=${href ? undefined : "img"} data-mark=${id} aria-label=${text} tabindex=${id === first ? 0 : -1} transform=${at}>${drawn}<//>
      `)}
    </g>
  `;
}

/** What is pointed at, in words; else how to. */
export function Named({ marks, named, otherwise }) {
  const found = marks.find(({ id }) => id === named.value);
  return html`<p class="named" aria-hidden="true">${found ? found.text : otherwise}</p>`;
}
