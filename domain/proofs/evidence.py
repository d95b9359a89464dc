"""A bundle of evidence: one zip, every byte of which follows from what is in it, and what it proves of a log.

The platform writes bundles with this, and whoever gets one checks it with this: behind `standalone` it is the rest of `verify.py`. It too
needs Python's standard library and nothing else, from 3.9 on. A bundle holds for each log, in a folder of its name:

    keys           the log's verifier key, then those of its witnesses, one a line
    checkpoint     the newest; its size says how far the bundle goes
    since          the checkpoint of the last visit, where there was one
    entries.jsonl  what was recorded, as it is stored and hashed, one a line: all since the last visit, or what was asked for
    proofs.json    that the log was only added to, and that the entries are in it

The log of events is always there, that of accesses where there is one.
"""

import argparse
import binascii
import hashlib
import json
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any, NamedTuple, TypeVar

from domain.proofs.standalone import (
    Unproven,
    Verifier,
    decode_base64,
    expect,
    leaf,
    node,
    open_checkpoint,
    parse_key,
    verify_consistency,
    verify_inclusion,
)

FORMAT = 1
LOGS = {"events": ("id", "subject", "type"), "access": ()}
"""And what else than a position their entries say, as texts."""
MANIFEST, PROGRAM = "manifest.json", "verify.py"
LAST = 253_402_300_799
"""The last second of the year 9999."""
ERASED = "tussenruimte.participant_erased.v1"
ACTIONS = {"read": "read", "export": "exported", "follow": "began to follow", "told": "was told"}
T = TypeVar("T")


class Proven(NamedTuple):
    """What a bundle proves of one log. `since` is 0 where there was no visit before; `entries` are the proven ones, as their JSON says.

    `whole`: they are all that came after `since`; else some that were asked for."""

    log: Verifier
    size: int
    since: int
    seen: dict[Verifier, int]
    entries: list[dict[str, Any]]
    whole: bool


# The zip: no compression and no dates, so that there is one way only to write it.

LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
HEADER = struct.Struct("<5H3I2H")
MOST, MOST_FILES = (1 << 32) - 1, 100


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The one zip of these files, in this order."""
    parts, directory, offset = [], [], 0
    for name, content in files.items():
        raw = name.encode("latin-1")
        expect(offset + len(content) + 1_000 < MOST, "a bundle has at most 4 GiB")
        header = HEADER.pack(20, 0, 0, 0, 0x21, binascii.crc32(content), len(content), len(content), len(raw), 0)
        parts += [LOCAL + header + raw, content]
        directory.append(CENTRAL + struct.pack("<H", 0x0314) + header + struct.pack("<3H2I", 0, 0, 0, 0o100644 << 16, offset) + raw)
        offset += len(parts[-2]) + len(content)
    listed = b"".join(directory)
    end = END + struct.pack("<4H2IH", 0, 0, len(directory), len(directory), len(listed), offset, 0)
    return b"".join((*parts, listed, end))


def unzipped(raw: bytes) -> dict[str, bytes]:
    """The files of a zip that is written exactly as `zipped` does it."""
    files: dict[str, bytes] = {}
    places: list[tuple[int, str]] = []
    offset = 0
    while raw[offset : offset + 4] == LOCAL and len(raw) >= offset + 30:
        *_, size, length, _ = HEADER.unpack_from(raw, offset + 4)
        name = raw[offset + 30 : offset + 30 + length].decode("latin-1")
        if name in files or len(files) == MOST_FILES:
            break
        places.append((offset, name))
        files[name] = raw[offset + 30 + length : offset + 30 + length + size]
        offset += 30 + length + size
    places.append((offset, "the directory at its end"))
    again = zipped(files)
    if again != raw:
        at = next((place for place, (one, other) in enumerate(zip(again, raw)) if one != other), min(len(again), len(raw)))
        where = [name for offset, name in places if offset <= at][-1] if places[0][0] <= at else places[0][1]
        raise Unproven(f"{where}: the zip was changed, at or after byte {at}")
    return files


# The manifest


def manifest(files: Mapping[str, bytes], asked: Any) -> bytes:
    """What is in a bundle, and what of the log was asked for: none for all of it."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return written({"bundle": FORMAT, "asked": asked, "files": hashes})


def bundled(files: Mapping[str, bytes], asked: Any) -> bytes:
    return zipped({MANIFEST: manifest(files, asked), **dict(sorted(files.items()))})


def written(value: Any) -> bytes:
    """JSON in the one way in which it is written here."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def read(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Unproven("this is no JSON") from None


# What is proven


def verify(raw: bytes) -> dict[str, Proven]:
    """What a bundle proves of each of its logs. Raises Unproven, with the place, for all that does not hold."""
    files = unzipped(raw)
    asked = at(MANIFEST, read_asked, files.get(MANIFEST, b""))
    others = {name: content for name, content in files.items() if name != MANIFEST}
    expect(files.get(MANIFEST) == manifest(others, asked), f"{MANIFEST}: it does not say what is in the bundle")
    expect(list(files) == [MANIFEST, *sorted(others)], f"{MANIFEST}: the files do not stand in their order")
    expect(PROGRAM in files, f"{PROGRAM}: it is missing")
    known = {MANIFEST, PROGRAM}
    found = {}
    for log in LOGS:
        held = {name[len(log) + 1 :]: content for name, content in files.items() if name.startswith(log + "/")}
        known |= {f"{log}/{name}" for name in held if name in ("keys", "checkpoint", "since", "entries.jsonl", "proofs.json")}
        if held or log == "events":
            found[log] = at(log, verify_log, held, LOGS[log])
    expect(known == set(files), f"{', '.join(sorted(set(files) - known))}: this belongs to no bundle")
    at("events/entries.jsonl", expect_asked, asked, found["events"])
    expect("access" not in found or found["access"].whole == (asked is None), "access/entries.jsonl: not all of it is there")
    return found


def verify_log(held: Mapping[str, bytes], said: Sequence[str]) -> Proven:
    """What one log's files prove. `said`: what its entries say beside their position."""
    for name in ("keys", "checkpoint", "entries.jsonl", "proofs.json"):
        expect(name in held, f"{name}: it is missing")
    log, *witnesses = at("keys", read_keys, held["keys"])
    size, root, seen = at("checkpoint", open_checkpoint, held["checkpoint"], log, witnesses)
    lines = at("entries.jsonl", split_lines, held["entries.jsonl"])
    entries = [at(f"entries.jsonl, line {number}", read_entry, line, said) for number, line in enumerate(lines, 1)]
    proofs = at("proofs.json", read_proofs, held["proofs.json"])
    since = 0
    if "since" in held:
        since, old_root, _ = at("since", open_checkpoint, held["since"], log, witnesses)
        at("proofs.json, consistency", verify_consistency, since, old_root, size, root, proofs["consistency"])
        if "peaks" in proofs:
            at("proofs.json, peaks", expect_root, since, proofs["peaks"], old_root)
    else:
        expect(not proofs["consistency"] and not proofs.get("peaks"), "proofs.json: there is nothing that these could lead from")
    if "peaks" in proofs:
        at("entries.jsonl", verify_all, since, proofs["peaks"], lines, entries, size, root)
    else:
        expect(len(proofs["inclusion"]) == len(lines), "proofs.json: not every entry has its proof")
        for number, (line, entry, proof) in enumerate(zip(lines, entries, proofs["inclusion"]), 1):
            at(f"entries.jsonl, line {number}", verify_inclusion, leaf(line), entry["position"] - 1, size, proof, root)
        positions = [entry["position"] for entry in entries]
        expect(positions == sorted(set(positions)), "entries.jsonl: the entries do not stand in their order")
    return Proven(log, size, since, seen, entries, "peaks" in proofs)


def verify_all(
    since: int, peaks: Sequence[bytes], lines: Sequence[bytes], entries: Sequence[dict[str, Any]], size: int, root: bytes
) -> None:
    """That these are all entries after the first `since`, and none besides: the tree they make has the root that was signed.

    Of the tree of the first `since` its perfect subtrees are enough."""
    grown, tree = since, list(peaks)
    for number, (line, entry) in enumerate(zip(lines, entries), 1):
        expect(entry["position"] == grown + 1, f"line {number}: it stands in another's place")
        right, full = leaf(line), grown
        while full & 1:
            right, full = node(tree.pop(), right), full >> 1
        tree.append(right)
        grown += 1
    expect(grown == size, f"{size} entries were signed, and with these there are {grown}")
    expect_root(size, tree, root)


def expect_root(size: int, peaks: Sequence[bytes], root: bytes) -> None:
    """That perfect subtrees, the largest first, make up the tree of this size and root. RFC 9162, section 2.1.1."""
    expect(size > 0 and len(peaks) == bin(size).count("1"), "a tree of this size does not consist of so many")
    right = peaks[-1]
    for left in reversed(peaks[:-1]):
        right = node(left, right)
    expect(right == root, "they lead to another root than the one that was signed")


def expect_asked(asked: Any, proven: Proven) -> None:
    """That what was asked for is there, and else nothing but erasures."""
    if proven.whole:
        expect(asked is None, "all of it is there, and the manifest says that some was asked for")
        return
    expect(asked is not None, "the manifest does not say what was asked for")
    streams = {f"relationship/{one}" for one in asked["relationships"]}
    expect(streams <= {entry["subject"] for entry in proven.entries}, "of a relationship that was asked for there is nothing")
    expect(set(asked["events"]) <= {entry["id"] for entry in proven.entries}, "an event that was asked for is not there")
    for entry in proven.entries:
        wanted = entry["subject"] in streams or entry["id"] in asked["events"] or entry["type"] == ERASED
        expect(wanted, f"nobody asked for position {entry['position']}")


# What the files hold


def read_asked(raw: bytes) -> Any:
    """What of the log was asked for, `events` and `relationships` by their ids; None for all of it."""
    found = read(raw)
    expect(isinstance(found, dict) and "asked" in found, "this is no manifest")
    asked = found["asked"]
    if asked is not None:
        expect(isinstance(asked, dict) and set(asked) == {"events", "relationships"}, "it does not say what was asked for")
        for named in asked.values():
            expect(isinstance(named, list) and all(isinstance(one, str) for one in named), "it does not say what was asked for")
    return asked


def read_keys(raw: bytes) -> list[Verifier]:
    try:
        lines = [line.decode() for line in split_lines(raw)]
    except UnicodeDecodeError:
        raise Unproven("a key is UTF-8") from None
    expect(len(lines) > 0, "there are none")
    return [parse_key(line) for line in lines]


def split_lines(raw: bytes) -> list[bytes]:
    expect(raw == b"" or raw.endswith(b"\n"), "its last line has no end")
    return raw.split(b"\n")[:-1]


def read_entry(line: bytes, said: Sequence[str]) -> dict[str, Any]:
    found = read(line)
    expect(isinstance(found, dict) and type(found.get("position")) is int, "this is no entry")
    expect(all(isinstance(found.get(name), str) for name in said), "this is no entry")
    return dict(found)


def read_proofs(raw: bytes) -> dict[str, Any]:
    """`consistency`, and `peaks` where all entries are there or else `inclusion`; hashes in base64."""
    found = read(raw)
    expect(isinstance(found, dict) and sorted(found) in (["consistency", "inclusion"], ["consistency", "peaks"]), "these are other proofs")
    decoded: dict[str, Any] = {name: read_hashes(found[name]) for name in ("consistency", "peaks") if name in found}
    if "inclusion" in found:
        expect(isinstance(found["inclusion"], list), "these are other proofs")
        decoded["inclusion"] = [read_hashes(proof) for proof in found["inclusion"]]
    expect(written(found) == raw, "it is not written as it should be")
    return decoded


def read_hashes(found: Any) -> list[bytes]:
    expect(isinstance(found, list) and all(isinstance(each, str) for each in found), "a proof is a list of hashes")
    hashes = [decode_base64(each) for each in found]
    expect(all(len(each) == 32 for each in hashes), "a hash has 32 bytes")
    return hashes


def at(place: str, ask: Callable[..., T], *told: Any) -> T:
    """What does not hold is told with its place."""
    try:
        return ask(*told)
    except Unproven as why:
        raise Unproven(f"{place}: {why}" if ask is not verify_log else f"{place}/{why}") from None


# The program


def report(raw: bytes, found: Mapping[str, Proven], key: str | None, kept: bytes | None) -> list[str]:
    """What a bundle proves, to be read. `key` and `kept`: the keys of the logs and the checkpoint that whoever asks had already."""
    said = []
    for name, log in found.items():
        said += [f"The log of {name}, {shown(log.log.name)}, of {log.size} entries, is signed by", f"  {key_text(log.log)}"]
        said.append("  as you said." if key is not None else "  Compare that with the key that was published, or give it with --key.")
        said += [
            f"Seen by {shown(witness.name)} on {formatdate(min(seconds, LAST), usegmt=True)}, if this is its key: {key_text(witness)}"
            for witness, seconds in log.seen.items()
        ]
        if log.since:
            visit = "your last visit" if kept is not None and name == "events" else "the checkpoint before"
            said.append(f"Since {visit}, of {log.since} entries, it was only added to.")
        if not log.whole:
            said.append(f"Proven: what was asked for, {len(log.entries)} in number; not that there is no more of its kind.")
            said += [f"  {one['position']}  {shown(looked(one) if name == 'access' else recorded(one))}" for one in log.entries]
        elif log.entries:
            said.append(f"Proven: all that was recorded from position {log.since + 1} to {log.size}, and that there is nothing else.")
        else:
            said.append("Proven: nothing more was signed since.")
    if "access" not in found:
        said.append("No log of who looked is in it.")
    erased = [one for one in found["events"].entries if one["type"] == ERASED]
    said.append(f"Erased in what is proven: {len(erased) or 'nobody'}.")
    said += [f"  {one['position']}  {shown(one['subject'])}  {shown(json.dumps(one.get('data'), sort_keys=True))}" for one in erased]
    program = hashlib.sha256(unzipped(raw)[PROGRAM]).hexdigest()
    return [*said, f"The {PROGRAM} in the bundle has the SHA-256 {program}.", "Nothing in the bundle was changed."]


def recorded(event: Mapping[str, Any]) -> str:
    return "  ".join(event[part] for part in LOGS["events"])


def looked(entry: Mapping[str, Any]) -> str:
    """Who looked where, at what kinds of content; of a feed or of everything, how much of it they were given."""
    behalf = f", for {entry['behalf']}" if "behalf" in entry else ""
    kinds = ", ".join(str(kind) for kind in entry["kinds"]) if isinstance(entry.get("kinds"), list) else ""
    action, place = (str(entry.get(part)) for part in ("action", "place"))
    where = "all that was recorded" if place == "organisation" else place
    if "since" in entry:
        where += f" after position {entry['since']}, up to {entry.get('upto')}"
    return f"{entry.get('at')}  {entry.get('by')} ({entry.get('role')}{behalf}) {ACTIONS.get(action, action)} {where}: {kinds}"


def key_text(key: Verifier) -> str:
    typed = bytes([key.kind]) + key.public
    return f"{key.name}+{key.id.hex()}+{binascii.b2a_base64(typed, newline=False).decode()}"


def shown(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def checked(raw: bytes, key: str | None = None, kept: bytes | None = None) -> list[str]:
    """The report on a bundle, with what was known before; `key`: the keys of the logs, one a line. Raises Unproven."""
    found = verify(raw)
    log = found["events"]
    for name, proven in found.items():
        mine = key is None or key_text(proven.log) in key.split()
        expect(mine, f"{name}/keys: the log is signed with another key than yours; each log has its own")
    if kept is not None:
        size, root, _ = at("your checkpoint", open_checkpoint, kept, log.log)
        before = unzipped(raw).get("events/since")
        expect(before is not None, "events/since: the bundle does not begin at your checkpoint")
        expect(open_checkpoint(before or b"", log.log)[:2] == (size, root), "events/since: this is another checkpoint than yours")
    return report(raw, found, key, kept)


def main() -> None:
    asked = argparse.ArgumentParser(description="Say what a bundle of evidence proves.")
    asked.add_argument("bundle")
    asked.add_argument("--key", help="the verifier keys of the logs, as they were published, with spaces or line ends between")
    asked.add_argument("--since", metavar="FILE", help="the checkpoint that you kept at your last visit")
    told = asked.parse_args()
    try:
        with open(told.bundle, "rb") as file:
            raw = file.read()
        kept = None
        if told.since:
            with open(told.since, "rb") as file:
                kept = file.read()
        lines = checked(raw, told.key, kept)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
    except Unproven as why:
        sys.exit(f"REFUSED: {shown(str(why))}")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
