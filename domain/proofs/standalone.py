"""Verifies what the log proves, with Python's standard library and nothing else: for those who would rather not trust the platform.

It shares no code with the platform, runs from Python 3.9 on, and goes into every bundle of evidence. Whatever a bundle contains,
`Unproven` is raised for what does not hold, and nothing else is. Sources: RFC 9162 (trees and proofs), RFC 8032 (Ed25519), and of
C2SP signed-note, tlog-checkpoint and tlog-cosignature (what is signed). Numbers of sections and steps are theirs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple


class Unproven(Exception):
    """A proof, a note or a key that does not hold; the message says why."""


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unproven(otherwise)


# Trees and proofs: RFC 9162.

EMPTY = hashlib.sha256(b"").digest()


def leaf(envelope: bytes) -> bytes:
    """The leaf of an event, over the bytes of its envelope as they are stored: RFC 8785 JSON. Section 2.1.1."""
    return hashlib.sha256(b"\0" + envelope).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Section 2.1.1."""
    return hashlib.sha256(b"\1" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """That the tree of this size and root has this leaf at this index, from 0. Section 2.1.3.2."""
    expect_types((index, size), (leaf, root), proof)
    expect(0 <= index < size, "there is no such leaf in the tree")
    _, found = climb(index, size - 1, leaf, leaf, proof)
    expect(found == root, "the proof leads to another root")


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """That the tree of this size begins with all leaves of the old one, in their places. Section 2.1.4.2."""
    expect_types((old, size), (old_root, root), proof)
    expect(0 < old <= size, "nothing leads from the one tree to the other")
    if old == size:  # Not in the RFC: a tree is consistent with itself.
        expect(old_root == root and not proof, "two trees of one size have one root, and no proof between them")
        return
    expect(len(proof) > 0, "the consistency proof is empty")
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old_found, found = climb(fn, sn, path[0], path[0], path[1:])
    expect(old_found == old_root and found == root, "the proof leads to another root")


def climb(fn: int, sn: int, fr: bytes, sr: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Section 2.1.4.2, step 6; and 2.1.3.2, step 4, which has `r` for `sr` and no `fr`."""
    for c in path:
        expect(sn != 0, "the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    expect(sn == 0, "the proof is too short")
    return fr, sr


def expect_types(numbers: Sequence[object], hashes: Sequence[object], proof: Sequence[object]) -> None:
    """What is read from JSON can be anything."""
    expect(all(type(number) is int for number in numbers), "an index or a size is a whole number")
    expect(isinstance(proof, (list, tuple)), "a proof is a list of hashes")
    expect(all(isinstance(each, bytes) and len(each) == 32 for each in [*hashes, *proof]), "a hash has 32 bytes")


# Ed25519: RFC 8032, section 5.1. A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x * y = T/Z, section 5.1.4.

Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """Section 5.1.4; it holds for all points, also where both are one."""
    e_minus, e_plus = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    c, d = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = e_plus - e_minus, d - c, d + c, e_plus + e_minus
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """The point added to itself so often: doubled for each bit, from the lowest on."""
    total = NEUTRAL
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def same(a: Point, b: Point) -> bool:
    """x and y, compared without dividing by Z."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decode_point(encoded: bytes) -> Point:
    """Section 5.1.3: y in 255 bits, then the lowest bit of x, which follows from x² = (y² - 1) / (d y² + 1).

    A point of small order, which times the cofactor 8 is neutral, is refused: under such a key anything can be made to look signed.
    Those with x = 0, which could be written in two ways, are among them.
    """
    number = int.from_bytes(encoded, "little")
    y, odd = number & ((1 << 255) - 1), number >> 255
    expect(len(encoded) == 32 and y < P, "a point is not written as it should be")
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    x = x if v * x * x % P == u else x * ROOT_OF_MINUS_1 % P
    expect(v * x * x % P == u, "a point is not on the curve")
    x = P - x if x & 1 != odd else x
    point = x, y, 1, x * y % P
    expect(not same(times(8, point), NEUTRAL), "a point is of small order")
    return point


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))  # Section 5.1: y = 4/5, x even.


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Section 5.1.7, with [S]B = R + [k]A; strictly: each of the three parts is written in one way only, and no point is of small order."""
    expect(len(signature) == 64, "a signature has 64 bytes")
    r, s = decode_point(signature[:32]), int.from_bytes(signature[32:], "little")
    expect(s < ORDER, "the signature is not written as it should be")
    a = decode_point(public)
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    expect(same(times(s, BASE), add(r, times(k, a))), "the signature does not hold")


# Keys, notes and checkpoints: C2SP.

PLAIN, COSIGNATURE = 0x01, 0x04
LONGEST = 128 * 1024
ODD = re.compile("[\0-\x1f\ud800-\udfff]")


class Verifier(NamedTuple):
    """A key that signatures are checked with, type 0x01 (of the text) or 0x04 (of the text and the time)."""

    name: str
    kind: int
    public: bytes
    id: bytes


def parse_key(text: str) -> Verifier:
    """signed-note, verifier keys: name, id in hex, and type and key in base64, joined by plus signs."""
    expect(isinstance(text, str), "a key is a text")
    name, _, rest = text.partition("+")
    typed = decode_base64(rest[9:])
    expect(is_name(name) and len(typed) == 33 and typed[0] in (PLAIN, COSIGNATURE), "this is no key in use here")
    decode_point(typed[1:])
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    expect(rest[:9] == key_id.hex() + "+", "the id of the key is not that of its name, type and key")
    return Verifier(name, typed[0], typed[1:], key_id)


def open_note(raw: bytes, known: Sequence[Verifier]) -> tuple[str, dict[Verifier, int | None]]:
    """signed-note: the text, and the known keys that signed it, at least one and each once; with the time, where they tell it."""
    keys = {(key.name, key.id): key for key in known}
    expect(len(keys) == len(known), "two known keys have the same name and id")
    text, lines = split_note(raw)
    found: dict[Verifier, int | None] = {}
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.rpartition(" ")
        signature = decode_base64(encoded)
        expect(dash == "—" and is_name(name) and len(signature) > 4, "a signature is a dash, a name and base64")
        key = keys.get((name, signature[:4]))
        if key is not None:
            expect(key not in found, "the note is signed twice by one key")
            found[key] = verify_line(key, text, signature[4:])
    expect(len(found) > 0, "the note is signed by no known key")
    return text, found


def split_note(raw: bytes) -> tuple[str, list[str]]:
    """signed-note, format: the text, and the lines after the last empty one."""
    expect(isinstance(raw, bytes) and len(raw) <= LONGEST, "a note is bytes, and not too many")
    try:
        note = raw.decode()
    except UnicodeDecodeError:
        raise Unproven("a note is UTF-8") from None
    text, empty, lines = note.rpartition("\n\n")
    expect(empty != "" and lines.endswith("\n"), "a note is a text, an empty line and signatures")
    expect(not ODD.search(note.replace("\n", "")), "a note has no control signs")
    return text + "\n", lines[:-1].split("\n")


def verify_line(key: Verifier, text: str, signature: bytes) -> int | None:
    """signed-note, Ed25519 signatures; tlog-cosignature, Ed25519 signed message."""
    if key.kind == PLAIN:
        verify_signature(key.public, text.encode(), signature)
        return None
    at = int.from_bytes(signature[:8], "big")
    expect(at < 1 << 63, "a cosignature is of no time")
    verify_signature(key.public, f"cosignature/v1\ntime {at}\n{text}".encode(), signature[8:])
    return at


def open_checkpoint(raw: bytes, log: Verifier, witnesses: Sequence[Verifier] = ()) -> tuple[int, bytes, dict[Verifier, int]]:
    """tlog-checkpoint: the size and root that the log signed, and which of the witnesses saw that when, in seconds since 1970."""
    expect(log.kind == PLAIN and all(key.kind == COSIGNATURE for key in witnesses), "a log signs, a witness cosigns")
    text, found = open_note(raw, [log, *witnesses])
    expect(log in found, "the checkpoint is not signed by the log")
    lines = text.split("\n")
    expect(len(lines) == 4 and lines[0] == log.name, "a checkpoint of this log is its name, a size and a root")
    expect(re.fullmatch("0|[1-9][0-9]{0,17}", lines[1]) is not None, "the size is not written as it should be")
    size, root = int(lines[1]), decode_base64(lines[2])
    expect(len(root) == 32 and (size > 0 or root == EMPTY), "the root is not one of a tree of this size")
    return size, root, {key: at for key, at in found.items() if at is not None}


def is_name(name: str) -> bool:
    """signed-note, format, of key names."""
    return name != "" and not any(sign == "+" or sign.isspace() for sign in name) and not ODD.search(name)


def decode_base64(text: str) -> bytes:
    """RFC 4648, section 4, in the one way in which it is written."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Unproven("this is no base64") from None
    expect(base64.b64encode(raw).decode() == text, "this is not how base64 is written")
    return raw
