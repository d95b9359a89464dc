// Whether an event is in the log that cannot be rewritten, worked out in this browser from what the server gave: the leaf is hashed anew,
// the way to the root is gone (RFC 9162, section 2.1.3.2), and the signature under the checkpoint is checked (C2SP signed-note, Ed25519).

/** What does not hold, by its name: `form`, `leaf`, `path`, `root`, `origin` or `signature`. */
export class Unproven extends Error {}

const PLAIN = 1;
const KEY = 32;
const ID = 4;

/** Checks an inclusion proof as the schema gives it against the verifier key of the log. Gives back `{size}`; raises `Unproven`. */
export async function prove({ envelope, position, leaf, size, proof, checkpoint }, verifier) {
  const hashed = await sha256(Uint8Array.of(0), utf8(envelope));
  if (base64(hashed) !== leaf) throw new Unproven("leaf");
  const signed = await opened(checkpoint, verifier);
  if (signed.size !== Number(size)) throw new Unproven("root");
  const root = await way(hashed, Number(position) - 1, signed.size, proof.map(bytes));
  if (base64(root) !== signed.root) throw new Unproven("root");
  return { size: signed.size };
}

/** The root to which a leaf and the hashes beside its way lead. */
async function way(leaf, index, size, proof) {
  if (!(index >= 0 && index < size)) throw new Unproven("path");
  let [first, second, found] = [index, size - 1, leaf];
  for (const other of proof) {
    if (second === 0) throw new Unproven("path");
    if (first % 2 === 1 || first === second) {
      found = await sha256(Uint8Array.of(1), other, found);
      while (first % 2 === 0 && first !== 0) [first, second] = [first / 2, Math.floor(second / 2)];
    } else {
      found = await sha256(Uint8Array.of(1), found, other);
    }
    [first, second] = [Math.floor(first / 2), Math.floor(second / 2)];
  }
  if (second !== 0) throw new Unproven("path");
  return found;
}

/** The size and root of a checkpoint that the log signed. */
async function opened(note, verifier) {
  const [name, id, key] = split(verifier);
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split("\n");
  if (end < 0 || origin !== name || !/^(0|[1-9]\d{0,14})$/.test(size)) throw new Unproven("origin");
  const typed = bytes(key);
  const known = hex((await sha256(utf8(`${name}\n`), typed)).slice(0, ID));
  if (typed[0] !== PLAIN || typed.length !== 1 + KEY || known !== id) throw new Unproven("signature");
  const lines = note.slice(end + 2).split("\n").map((line) => line.split(" "));
  const own = lines.filter(([dash, by, signature]) => dash === "—" && by === name && hex(bytes(signature).slice(0, ID)) === id);
  if (own.length !== 1) throw new Unproven("signature");
  const imported = await crypto.subtle.importKey("raw", typed.slice(1), "Ed25519", false, ["verify"]);
  if (!(await crypto.subtle.verify("Ed25519", imported, bytes(own[0][2]).slice(ID), utf8(text)))) throw new Unproven("signature");
  return { size: Number(size), root };
}

/** Name, id and key: the key may hold plus signs, the name none. */
function split(verifier) {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(verifier);
  if (found === null) throw new Unproven("form");
  return found.slice(1);
}

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
}

function utf8(text) {
  return new TextEncoder().encode(text);
}

function bytes(base64) {
  try {
    return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  } catch {
    throw new Unproven("form");
  }
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
