// The frame of every picture: a title, a sentence that says what it shows, the picture as wide as there is room, the same as a table, and
// a way to keep it. A picture is drawn in SVG, with colours by name (`var(--help)`) in its own attributes, so that it stands by itself
// where it is saved.

import { csv } from "../csv.js";
import { html, useEffect, useId, useRef, useState } from "../vendor/preact.js";
import { say } from "../words.js";
import { download } from "./download.js";

const NARROW = 300;
const PRINTED = 2;

/**
 * `children(width, describedBy)` draws an `<svg>`; `table` is `{columns: [text], rows: [[text]]}`, the same in words. `file`: what it is
 * called where it is saved. `data`: the numbers of it as rows of objects, to be kept too. `called`: what members are called by name there; in what is saved they stand by handle. `held`: it may not leave the page, which says why; then it is neither saved nor printed.
 */
export function Picture({ title, says, table, data, file, called = {}, held, children }) {
  const id = useId();
  const frame = useRef(null);
  const [width, setWidth] = useState(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => setWidth(Math.max(NARROW, Math.floor(contentRect.width))));
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);
  const svg = () => frame.current.querySelector("svg");
  return html`
    <figure class=${held ? "picture held" : "picture"} aria-labelledby=${`${id}-title`}>
      <figcaption><h3 id=${`${id}-title`}>${title}</h3><p id=${`${id}-says`}>${says}</p></figcaption>
      <div class="drawn" ref=${frame}>${width === null ? null : children(width, `${id}-says`)}</div>
      <div class="kept">
        <details onToggle=${({ currentTarget }) => setOpen(currentTarget.open)}><summary>${say("picture.table")}</summary>${open ? html`<${Twin} title=${title} table=${table} />` : null}</details>
        ${held ? null : html`
          <button class="plain" onClick=${() => download(`${file}.svg`, new Blob([standing(svg(), called)], { type: "image/svg+xml" }))}>${say("picture.svg")}</button>
          <button class="plain" onClick=${async () => download(`${file}.png`, await printed(svg(), called))}>${say("picture.png")}</button>
          ${data && html`<button class="plain" onClick=${() => download(`${file}.csv`, new Blob([csv(data)], { type: "text/csv" }))}>${say("picture.csv")}</button>`}
        `}
      </div>
    </figure>
  `;
}

function Twin({ title, table: { columns, rows } }) {
  return html`
    <div class="wide" tabindex="0" role="group" aria-label=${title}>
      <table>
        <caption class="unseen">${title}</caption>
        <thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
  `;
}

/** The picture as a document of its own: with the colours that it has now, on paper of its own, and without links, names and what is only told. */
function standing(svg, called) {
  const copy = svg.cloneNode(true);
  const [, , width, height] = copy.getAttribute("viewBox").split(" ");
  for (const link of copy.querySelectorAll("a, [data-mark]")) {
    const plain = document.createElementNS("http://www.w3.org/2000/svg", "g");
    if (link.hasAttribute("transform")) plain.setAttribute("transform", link.getAttribute("transform"));
    plain.append(...link.childNodes);
    link.replaceWith(plain);
  }
  for (const told of copy.querySelectorAll("[aria-label]")) told.removeAttribute("aria-label");
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = byHandle(texts.currentNode.data, called);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("font-family", "system-ui, sans-serif");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: "var(--paper)" })) paper.setAttribute(name, value);
  copy.prepend(paper);
  const colours = getComputedStyle(svg);
  return new XMLSerializer().serializeToString(copy).replace(/var\((--[\w-]+)\)/g, (_, name) => colours.getPropertyValue(name).trim());
}

function byHandle(text, called) {
  return Object.entries(called).reduce((told, [handle, name]) => told.replaceAll(name, handle), text);
}

async function printed(svg, called) {
  const address = URL.createObjectURL(new Blob([standing(svg, called)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * PRINTED;
    canvas.height = image.naturalHeight * PRINTED;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}
