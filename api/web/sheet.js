// A spreadsheet as rows of text, read in the browser: nothing of the file leaves it. CSV by RFC 4180, with what programs make of it; XLSX
// as far as values stand in it. Formulas are not worked out, and a day is one where its cell is formatted as a day.

const FILE = 10 * 2 ** 20;
const PART = 12 * 2 ** 20;
const COLUMNS = 100;
const ROWS = 10_000;
const DAY_FORMATS = [14, 15, 16, 17, 22];
const DAY_MS = 86_400_000;

/** A file that cannot be read; `why` is the last part of a key of `words/bring.js`. */
export class Unreadable extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

/** The sheets of a file, `[{name, rows()}]`; of each, `rows()` gives `[{number, cells: [text]}]` without those in which nothing stands. */
export async function sheetsOf(file) {
  if (file.size > FILE) throw new Unreadable("large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return sheetsOfWorkbook(bytes);
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) throw new Unreadable("old");
  return [{ name: file.name, rows: async () => filled(csv(textOf(bytes))) }];
}

function filled(rows) {
  const found = rows.map((row) => ({ ...row, cells: row.cells.map((cell) => (cell ?? "").trim()) })).filter(({ cells }) => cells.some(Boolean));
  if (!found.length) throw new Unreadable("empty");
  if (found.length > ROWS) throw new Unreadable("large");
  if (found.some(({ cells }) => cells.length > COLUMNS)) throw new Unreadable("wide");
  return found;
}

// CSV

function textOf(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.includes(0)) throw new Unreadable("other");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function csv(text) {
  // Some programs say in a line of its own what stands between cells; rows keep the numbers that such a program shows.
  const said = /^sep=(.)\r?\n/i.exec(text);
  const body = said ? text.slice(said[0].length) : text;
  const between = said?.[1] ?? separatorOf(body);
  const rows = [];
  let cells = [];
  let cell = "";
  let at = 0;
  const end = () => {
    cells.push(cell);
    cell = "";
  };
  const endRow = () => {
    end();
    rows.push({ number: rows.length + 1, cells });
    if (rows.length > 10 * ROWS) throw new Unreadable("large");
    cells = [];
  };
  while (at < body.length) {
    const one = body[at];
    if (one === '"' && cell === "") {
      const [quoted, next] = quotedFrom(body, at + 1);
      cell = quoted;
      at = next;
      continue;
    }
    if (one === between) end();
    else if (one === "\n" || (one === "\r" && body[at + 1] !== "\n")) endRow();
    else if (one !== "\r") cell += one;
    at++;
  }
  if (cell || cells.length) endRow();
  return rows;
}

function quotedFrom(text, from) {
  let quoted = "";
  for (;;) {
    const to = text.indexOf('"', from);
    if (to < 0) throw new Unreadable("quote");
    quoted += text.slice(from, to);
    if (text[to + 1] !== '"') return [quoted, to + 1];
    quoted += '"';
    from = to + 2;
  }
}

/** Of `;`, `,` and tab, what stands most in the first line, outside of quotes. */
function separatorOf(text) {
  const first = text.replace(/"(?:[^"]|"")*"/g, "").trimStart().split(/[\r\n]/, 1)[0];
  const count = (one) => first.split(one).length;
  return [";", ",", "\t"].reduce((most, one) => (count(one) > count(most) ? one : most));
}

// XLSX: a zip of XML

async function sheetsOfWorkbook(bytes) {
  const parts = partsOf(bytes);
  const xml = async (name) => (parts.has(name) ? parsed(await inflated(bytes, parts.get(name))) : null);
  const book = await xml("xl/workbook.xml");
  const links = await xml("xl/_rels/workbook.xml.rels");
  if (!book || !links) throw new Unreadable("other");
  const targets = new Map(all(links, "Relationship").map((one) => [one.getAttribute("Id"), one.getAttribute("Target")]));
  const since1904 = ["1", "true"].includes(all(book, "workbookPr")[0]?.getAttribute("date1904"));
  return all(book, "sheet").map((sheet) => ({
    name: sheet.getAttribute("name"),
    rows: async () => {
      const link = [...sheet.attributes].find(({ localName, prefix }) => localName === "id" && prefix);
      const target = targets.get(link?.value) ?? "";
      const page = await xml(target.startsWith("/") ? target.slice(1) : `xl/${target}`);
      if (!page) throw new Unreadable("other");
      const texts = all(await xml("xl/sharedStrings.xml"), "si").map(textIn);
      return filled(rowsOf(page, texts, dayStyles(await xml("xl/styles.xml")), since1904));
    },
  }));
}

/** Where each part of a zip stands, by its name: `{at, size, way}`, as its directory says. */
function partsOf(bytes) {
  const view = new DataView(bytes.buffer);
  try {
    let end = bytes.length - 22;
    while (view.getUint32(end, true) !== 0x06054b50) end--;
    const parts = new Map();
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left; left--) {
      const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
      const called = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
      const header = view.getUint32(at + 42, true);
      const begins = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
      parts.set(called, { at: begins, size: view.getUint32(at + 20, true), way: view.getUint16(at + 10, true) });
      at += 46 + name + extra + comment;
    }
    return parts;
  } catch (error) {
    if (error instanceof RangeError) throw new Unreadable("damaged");
    throw error;
  }
}

/** The text of a part. What it unpacks to is counted as it comes, whatever the file says of its size. */
async function inflated(bytes, { at, size, way }) {
  if (way !== 0 && way !== 8) throw new Unreadable("damaged");
  const packed = new Blob([bytes.subarray(at, at + size)]).stream();
  const reader = (way ? packed.pipeThrough(new DecompressionStream("deflate-raw")) : packed).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let much = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      much += step.value.length;
      if (much > PART) {
        reader.cancel();
        throw new Unreadable("large");
      }
      text += decoder.decode(step.value, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new Unreadable("damaged");
    throw error;
  }
}

/** A workbook declares no entities; one that does is not looked at. */
function parsed(text) {
  if (text.includes("<!DOCTYPE")) throw new Unreadable("damaged");
  const found = new DOMParser().parseFromString(text, "application/xml");
  if (found.getElementsByTagName("parsererror").length) throw new Unreadable("damaged");
  return found;
}

function all(node, name) {
  return node ? [...node.getElementsByTagNameNS("*", name)] : [];
}

/** What stands in a cell or a shared text, in parts of its own where it is formatted; how it is pronounced stands beside it and is no part. */
function textIn(node) {
  return all(node, "t").filter((one) => one.parentNode.localName !== "rPh").map((one) => one.textContent).join("");
}

/** The numbers of the styles that show a number as a day. */
function dayStyles(styles) {
  const own = all(styles, "numFmt").filter((one) => /[dy]/i.test((one.getAttribute("formatCode") ?? "").replace(/"[^"]*"|\[[^\]]*\]|\\./g, "")));
  const days = new Set([...DAY_FORMATS.map(String), ...own.map((one) => one.getAttribute("numFmtId"))]);
  const formats = all(all(styles, "cellXfs")[0], "xf").map((one) => one.getAttribute("numFmtId"));
  return new Set([...formats.keys()].filter((at) => days.has(formats[at])).map(String));
}

function rowsOf(page, texts, days, since1904) {
  let number = 0;
  return all(page, "row").map((row) => {
    number = Number(row.getAttribute("r")) || number + 1;
    const cells = [];
    for (const cell of all(row, "c")) {
      const at = columnOf(cell.getAttribute("r")) ?? cells.length;
      if (at >= COLUMNS) throw new Unreadable("wide");
      while (cells.length < at) cells.push("");
      cells[at] = valueOf(cell, texts, days, since1904);
    }
    return { number, cells };
  });
}

/** `A` is 0, `AA` is 26. */
function columnOf(place) {
  const letters = /^[A-Z]{1,3}/.exec(place ?? "")?.[0];
  return letters ? [...letters].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1 : undefined;
}

function valueOf(cell, texts, days, since1904) {
  const kind = cell.getAttribute("t");
  if (kind === "inlineStr") return textIn(cell);
  const value = all(cell, "v")[0]?.textContent ?? "";
  if (kind === "s") return texts[value] ?? "";
  if (kind === "d") return value.slice(0, 10);
  if (kind === "e") return "";
  return !kind || kind === "n" ? (days.has(cell.getAttribute("s")) && value ? dayOfSerial(Number(value), since1904) : value) : value;
}

/** The day that a spreadsheet counts as this number. Its year 1900 has a 29 February that never was. */
export function dayOfSerial(serial, since1904 = false) {
  const days = Math.floor(serial) + (since1904 ? 1_462 : serial < 60 ? 1 : 0);
  const day = new Date(Date.UTC(1899, 11, 30) + days * DAY_MS);
  return Number.isFinite(+day) ? day.toISOString().slice(0, 10) : String(serial);
}
