// Going along a picture by pointer, by finger or by keys: along its days, or from mark to mark. Each is one stop of the Tab key, however
// many marks there are.

import { html, useRef } from "../vendor/preact.js";

const DAY_MS = 86_400_000;
const REST_MS = 150;

/** The day of an instant in milliseconds, as days of the history are counted. */
export function dayAt(instant) {
  return new Date(instant).toISOString().slice(0, 10);
}

/** The days of a picture: `span` is `{from, to}`, `day` a signal of the one looked at or null; `said(day)` tells how it stood. */
export function Days({ x, top, bottom, span, day, label, said }) {
  const [left, right] = x.range();
  const [first, last] = [span.from, span.to].map((instant) => Math.floor(instant / DAY_MS));
  const now = day.value === null ? last : Math.floor(Date.parse(day.value) / DAY_MS);
  const chosen = (number) => (day.value = dayAt(Math.max(first, Math.min(last, number)) * DAY_MS));
  const keys = (event) => {
    const to = { ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1, PageUp: now + 30, PageDown: now - 30, Home: first, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    chosen(to);
  };
  const point = ({ currentTarget, clientX }) => {
    const svg = currentTarget.ownerSVGElement;
    const frame = svg.getBoundingClientRect();
    chosen(Math.floor(+x.invert(((clientX - frame.left) * svg.viewBox.baseVal.width) / frame.width) / DAY_MS));
  };
  return html`
    <g class="along" role="slider" tabindex="0" aria-label=${label} aria-valuemin=${first} aria-valuemax=${last} aria-valuenow=${now} aria-valuetext=${said(dayAt(now * DAY_MS))}
      onKeyDown=${keys} onClick=${point} onPointerMove=${(event) => event.buttons === 1 && point(event)}>
      <rect x=${left} y=${top} width=${right - left} height=${bottom - top} fill="none" pointer-events="all" />
    </g>
  `;
}

/** Marks of which one at a time is in the way of the Tab key: `[{key, said}]`, each drawn by `children(mark)`; `pointed(mark)` is told of the one pointed at. */
export function Marks({ marks, label, pointed, children }) {
  const current = useRef(0);
  const group = useRef(null);
  const rest = useRef(null);
  current.current = Math.max(0, Math.min(current.current, marks.length - 1));
  const keys = (event) => {
    const at = current.current;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return pointed(marks[at]);
    }
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    if (!marks[to]) return;
    event.preventDefault();
    group.current.children[to].focus();
  };
  const hover = (event, mark) => {
    clearTimeout(rest.current);
    // Who passes over a mark on the way to something else does not mean it.
    if (event.pointerType === "mouse") rest.current = setTimeout(() => pointed(mark), REST_MS);
  };
  const taken = (mark, place) => {
    // Set by hand: of thousands of marks only two change.
    group.current.children[current.current]?.setAttribute("tabindex", -1);
    group.current.children[place].setAttribute("tabindex", 0);
    current.current = place;
    pointed(mark);
  };
  if (!marks.length) return null;
  return html`
    <g ref=${group} role="group" aria-label=${label} onKeyDown=${keys} onPointerLeave=${() => clearTimeout(rest.current)}>
      ${marks.map(
        (mark, place) => html`<g key=${mark.key} class="mark" role="button" tabindex=${place === current.current ? 0 : -1} aria-label=${mark.said}
          onFocus=${() => taken(mark, place)} onClick=${() => taken(mark, place)} onPointerEnter=${(event) => hover(event, mark)} onPointerLeave=${() => clearTimeout(rest.current)}>${children(mark)}</g>`,
      )}
    </g>
  `;
}
