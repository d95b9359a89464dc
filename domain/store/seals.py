"""A seal is how a personal text stands in an event: enciphered under the keys of those it is about, for the one place it was written for.

The seal is stored for ever and proofs are over it, so its form never changes; another form would get another scheme byte. It is base64url
without padding of: scheme 0x01, count of keys (u8), their versions (u16 each), commitment (32), MAC (16), nonce (12), and the ciphertext of
AES-256-GCM with its tag; numbers are big endian. Nothing is kept between two calls: what a key opens lives no longer than the key.
"""

import binascii
import hmac
import os
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SCHEME = "tussenruimte/seal/1"
SIZES = (64, 256, 1_024, 4_096, 16_384, 65_536)
KEY, COMMITMENT, MAC, NONCE, TAG = 32, 32, 16, 12, 16

_SALT = SCHEME.encode()
_SCHEME_BYTE = b"\x01"
_SHA256 = SHA256()
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


class Damaged(Exception):
    """The seal is not what was sealed here: altered, moved from another place, or made under other keys."""


class TooLong(ValueError):
    """A text longer than the largest seal takes: 65,532 bytes."""


class Context(msgspec.Struct, frozen=True):
    """The one place a seal belongs to. `topic` is the event's type and version, `about` the sorted handles of those it is about."""

    organisation: str
    stream: str
    event: str
    topic: str
    field: str
    about: tuple[str, ...]


class DataKey(msgspec.Struct, frozen=True):
    """A participant's or the organisation's own key: 32 random bytes that no print, log line or traceback shows."""

    secret: bytes
    version: int

    def __post_init__(self) -> None:
        if len(self.secret) != KEY or not 0 < self.version < 1 << 16:
            raise ValueError(f"a data key has {KEY} bytes and a version of 1 to 65535")

    def __repr__(self) -> str:
        return f"DataKey(version={self.version})"

    def __rich_repr__(self) -> list[tuple[str, int]]:
        return [("version", self.version)]


class _Parts(msgspec.Struct, frozen=True):
    """A seal taken apart, its commitment found right; with the keys that belong to it."""

    field_key: bytes
    mac_key: bytes
    info: bytes
    mac: bytes
    nonce: bytes
    ciphertext: bytes


def seal(plain: bytes, context: Context, keys: Sequence[DataKey], nonce: bytes | None = None) -> str:
    """Takes one key for each handle of `about`, in its order; where `about` is empty, the one key. Raises TooLong; `nonce` is for tests."""
    if not _fit(context, keys):
        raise ValueError("a seal takes one key for each handle it is about; handles are sorted and named once, at most 255 of them")
    body = padded(plain)
    nonce = os.urandom(NONCE) if nonce is None else nonce
    header = _header(keys)
    info = _info(context, header)
    field_key, commitment, mac_key = _derive(info, keys)
    mac = hmac.digest(mac_key, plain, "sha256")[:MAC]
    return _encode(b"".join((header, commitment, mac, nonce, AESGCM(field_key).encrypt(nonce, body, info))))


def open_seal(sealed: str, context: Context, keys: Sequence[DataKey]) -> bytes:
    """What was sealed; raises Damaged for anything else."""
    parts = _take_apart(sealed, context, keys)
    try:
        plain = unpadded(AESGCM(parts.field_key).decrypt(parts.nonce, parts.ciphertext, parts.info))
    except InvalidTag:
        raise Damaged("the content of the seal was altered") from None
    if not _made_by(parts, plain):
        raise Damaged("the content does not fit the seal's own check")
    return plain


def same(plain: bytes, sealed: str, context: Context, keys: Sequence[DataKey]) -> bool:
    """Whether the seal says it holds `plain`, without opening it; raises Damaged where it is not a seal of this place and these keys."""
    return _made_by(_take_apart(sealed, context, keys), plain)


def padded(plain: bytes) -> bytes:
    """The length (u32) and the content, filled with zeros up to the next of SIZES, so that a length tells little."""
    length = len(plain) + 4
    for size in SIZES:
        if length <= size:
            return (len(plain).to_bytes(4) + plain).ljust(size, b"\0")
    raise TooLong(f"a sealed text has at most {SIZES[-1] - 4} bytes, this one {len(plain)}")


def unpadded(body: bytes) -> bytes:
    """Undoes `padded`; raises Damaged for any other form of the same content."""
    plain = body[4 : 4 + int.from_bytes(body[:4], "big")]
    if len(plain) + 4 > SIZES[-1] or padded(plain) != body:
        raise Damaged("the content of the seal is not filled up as it should be")
    return plain


def framed(*parts: str) -> bytes:
    """Each part with its length (u32) before it, so that no two lists of parts give the same bytes."""
    pieces: list[bytes] = []
    for part in parts:
        text = part.encode()
        pieces.append(len(text).to_bytes(4))
        pieces.append(text)
    return b"".join(pieces)


_SCHEME = framed(SCHEME)


def _fit(context: Context, keys: Sequence[DataKey]) -> bool:
    about = context.about
    return len(keys) == (len(about) or 1) < 256 and (len(about) < 2 or list(about) == sorted(set(about)))


def _header(keys: Sequence[DataKey]) -> bytes:
    """The scheme byte, the count of keys (u8) and their versions (u16 each)."""
    return b"".join([_SCHEME_BYTE, len(keys).to_bytes(1), *[key.version.to_bytes(2) for key in keys]])


def _info(context: Context, header: bytes) -> bytes:
    """The scheme and five parts, framed; the count of handles (u32) and each framed; the count of keys (u32) and their versions (u16)."""
    about, versions = context.about, header[2:]
    place = framed(context.organisation, context.stream, context.event, context.topic, context.field)
    return b"".join((_SCHEME, place, len(about).to_bytes(4), framed(*about), (len(versions) // 2).to_bytes(4), versions))


def _derive(info: bytes, keys: Sequence[DataKey]) -> tuple[bytes, bytes, bytes]:
    """HKDF-SHA256 (RFC 5869): AES key, commitment, MAC key. All secrets have 32 bytes, so that joining them is unambiguous."""
    okm = HKDF(_SHA256, KEY + COMMITMENT + KEY, _SALT, info).derive(b"".join([key.secret for key in keys]))
    return okm[:KEY], okm[KEY : KEY + COMMITMENT], okm[KEY + COMMITMENT :]


def _take_apart(sealed: str, context: Context, keys: Sequence[DataKey]) -> _Parts:
    if not _fit(context, keys):
        raise Damaged("the keys are not those of the people the seal is about")
    raw, header = _decode(sealed), _header(keys)
    commitment_at = len(header)
    mac_at = commitment_at + COMMITMENT
    nonce_at = mac_at + MAC
    text_at = nonce_at + NONCE
    if not raw.startswith(header) or len(raw) - text_at - TAG not in SIZES:
        raise Damaged("this is no seal in use here, or one for other versions of the keys")
    info = _info(context, header)
    field_key, commitment, mac_key = _derive(info, keys)
    # Before anything is opened: AES-GCM alone lets one ciphertext open under two keys, to two texts.
    if not hmac.compare_digest(raw[commitment_at:mac_at], commitment):
        raise Damaged("the seal belongs to another place or to other keys")
    return _Parts(field_key, mac_key, info, raw[mac_at:nonce_at], raw[nonce_at:text_at], raw[text_at:])


def _made_by(parts: _Parts, plain: bytes) -> bool:
    return hmac.compare_digest(parts.mac, hmac.digest(parts.mac_key, plain, "sha256")[:MAC])


def _encode(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


def _decode(sealed: str) -> bytes:
    """Only the one way in which `_encode` would have written these bytes is accepted."""
    try:
        raw = binascii.a2b_base64(sealed.encode().translate(_FROM_URL) + b"=" * (-len(sealed) % 4))
    except ValueError:
        raise Damaged("this is no base64url text") from None
    if _encode(raw) != sealed:
        raise Damaged("this is not how a seal is written")
    return raw
