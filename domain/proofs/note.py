"""Signed notes, as C2SP signed-note has them: a text and who signed it, in a form that people and machines read alike.

A note is parsed strictly: what the specification does not allow is refused, and so is what it leaves to the verifier and no honest
signer does. Signatures are Ed25519 (RFC 8032), of two types: of the text, and with the time of signing (C2SP tlog-cosignature).
What the platform accepts the verifier for outsiders, `standalone`, accepts too: it takes the same keys and the same signatures.
"""

import base64
import re
from collections.abc import Collection, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from domain.proofs.errors import Unproven

PLAIN, COSIGNATURE = 0x01, 0x04
"""Signature types: of the text, and of the text and a time."""
LONGEST = 128 * 1024
"""Bytes of a note; room for the 16 signatures that must be taken, of the longest that the specification foresees."""
KEY, SIGNATURE, STAMP, ID = 32, 64, 8, 4

_ODD = re.compile("[\0-\x1f\ud800-\udfff]")
"""Control signs, and halves of a sign that UTF-8 cannot write."""
_FIELD = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL = frozenset({0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8})
"""The y of the eight points of small order, under which anything can be made to look signed."""


class Verifier(Struct, frozen=True):
    """A key as those know it who check. Its text form is that of the specification: name, id and key, joined by plus signs."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise Unproven("the name of a key is not empty and has no spaces, plus or control signs")
        if self.kind not in (PLAIN, COSIGNATURE):
            raise Unproven(f"signatures of type {self.kind} are not in use here")
        if len(self.public) != KEY or _height(self.public) >= _FIELD or _height(self.public) in _SMALL:
            raise Unproven("this is no Ed25519 key that only one can sign with")

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self._typed).digest()[:ID]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encoded(self._typed)}"

    @property
    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.public

    def verify(self, text: str, signature: bytes) -> int | None:
        """When it was signed, where the type of the key tells; raises Unproven where this is no signature of the text."""
        at = int.from_bytes(signature[:STAMP], "big") if self.kind == COSIGNATURE else None
        raw = signature if at is None else signature[STAMP:]
        if len(raw) != SIGNATURE or (at or 0) >> 63 or _height(raw[:KEY]) in _SMALL:
            raise Unproven(f"the signature by {self.name} is of no form in use here")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw, _message(text, at))
        except InvalidSignature:
            raise Unproven(f"the signature by {self.name} does not hold") from None
        return at


class Signer(Struct, frozen=True):
    """A name and 32 secret random bytes that no print, log line or traceback shows."""

    name: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Signer(name={self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [("name", self.name)]

    def verifier(self, kind: int) -> Verifier:
        return Verifier(self.name, kind, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """A line for `signed`."""
        return f"— {self.name} {_encoded(self.verifier(PLAIN).id + self._key.sign(text.encode()))}\n"

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)


def signed(text: str, *lines: str) -> bytes:
    """A note of a text that ends with its line, and of the lines that `Signer` makes."""
    if not text.endswith("\n") or _ODD.search(text.replace("\n", "")):
        raise Unproven("the text of a note ends with its line and has no control signs")
    return "".join((text, "\n", *lines)).encode()


def open_note(raw: bytes, known: Sequence[Verifier]) -> tuple[str, dict[Verifier, int | None]]:
    """The text of a note and which of the known keys signed it, at least one; for a cosignature when, in seconds since 1970.

    Signatures by other keys say nothing and are passed over. Raises Unproven where any by a known key does not hold or stands there twice.
    """
    keys = {(key.name, key.id): key for key in known}
    if len(keys) != len(known):
        raise Unproven("two known keys have the same name and id")
    text, lines = _split(raw)
    found: dict[Verifier, int | None] = {}
    for name, signature in map(_read, lines):
        key = keys.get((name, signature[:ID]))
        if key is None:
            continue
        if key in found:
            raise Unproven(f"the note is signed twice by {name}")
        found[key] = key.verify(text, signature[ID:])
    if not found:
        raise Unproven("the note is signed by no known key")
    return text, found


def lines_by(raw: bytes, keys: Collection[Verifier]) -> str:
    """Those of its lines that stand under the names and ids of these keys, unverified: see `open_note`."""
    wanted = {(key.name, key.id) for key in keys}
    found = {line: _read(line) for line in _split(raw)[1]}
    return "".join(f"{line}\n" for line, (name, signature) in found.items() if (name, signature[:ID]) in wanted)


def parse_key(text: str) -> Verifier:
    """A key from its text form; raises Unproven where it is not exactly that."""
    name, _, rest = text.partition("+")
    typed = decoded(rest[2 * ID + 1 :])
    key = Verifier(name, typed[0] if typed else 0, typed[1:])
    if key.text != text:
        raise Unproven("the id of the key is not that of its name, type and key")
    return key


def decoded(text: str) -> bytes:
    """Base64 in the one way in which it is written (RFC 4648, section 4, with its padding and without stray bits)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Unproven("this is no base64") from None
    if _encoded(raw) != text:
        raise Unproven("this is not how base64 is written")
    return raw


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _split(raw: bytes) -> tuple[str, list[str]]:
    """The text, and the lines after the last empty one."""
    if len(raw) > LONGEST:
        raise Unproven(f"a note has at most {LONGEST} bytes")
    try:
        note = raw.decode()
    except UnicodeDecodeError:
        raise Unproven("a note is UTF-8") from None
    text, empty, lines = note.rpartition("\n\n")
    if not empty or not lines.endswith("\n") or _ODD.search(note.replace("\n", "")):
        raise Unproven("a note is a text, an empty line and lines of signatures, without control signs")
    return text + "\n", lines[:-1].split("\n")


def _read(line: str) -> tuple[str, bytes]:
    """The name in a line, and the id of the key with the signature."""
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.rpartition(" ")
    signature = decoded(encoded)
    if dash != "—" or not _is_name(name) or len(signature) <= ID:
        raise Unproven("a signature is a dash, a name and base64, one space between them")
    return name, signature


def _message(text: str, at: int | None) -> bytes:
    """What is signed: the text, under the two lines of tlog-cosignature where there is a time."""
    return text.encode() if at is None else f"cosignature/v1\ntime {at}\n{text}".encode()


def _is_name(name: str) -> bool:
    return name != "" and not any(sign == "+" or sign.isspace() for sign in name) and not _ODD.search(name)


def _height(point: bytes) -> int:
    """The y of a point (RFC 8032, section 5.1.2)."""
    return int.from_bytes(point, "little") & ((1 << 255) - 1)
