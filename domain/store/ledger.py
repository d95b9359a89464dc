"""The bytes that are proven: RFC 8785 JSON of the envelope as stored, and its leaf in the organisation's RFC 9162 log.

Both are for ever: what is hashed once must hash the same years later, so the tests hold golden bytes of them.
"""

import hashlib
import re
from typing import Any

import msgspec
import rfc8785

_encoder = msgspec.json.Encoder(order="sorted")
_ODD = re.compile(rb"\.0[,}\]]|[0-9]e[-0-9]|-0[,}\]]|[0-9]{16}|[\xf0-\xf4]")


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON of a struct or plain value.

    msgspec sorts and escapes as the RFC asks; only numbers that it would write otherwise (whole floats, exponents, the very
    large) and signs outside the basic plane, by which names might sort otherwise, take the slower library.
    Raises `ValueError` for numbers that JSON cannot hold exactly.
    """
    raw = _encoder.encode(value)
    if _ODD.search(raw) is None:
        return raw
    return rfc8785.dumps(msgspec.json.decode(raw))


def encode(value: Any) -> bytes:
    """`canonical` for what holds no numbers but small whole ones, and no names but ASCII ones."""
    return _encoder.encode(value)


def leaf(state: bytes) -> bytes:
    """The leaf hash of RFC 9162, section 2.1.1, over the canonical envelope."""
    return hashlib.sha256(b"\0" + state).digest()
