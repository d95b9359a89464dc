"""Columns of rows as PostgreSQL takes them in one go: arrays in its binary form, packed here since psycopg writes them value by value; or,
for few rows, as SQL writes them.

The form is that of `array_recv`: the number of dimensions, whether there are nulls, the type of the elements, length and lower bound of the
dimension; then of each element its length and its bytes, all numbers in network order.
"""

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from domain.store.postgres_sql import quoted

_head = Struct(">iiiii").pack
_size = Struct(">i").pack
_whole = Struct(">q").pack
_NULL = _size(-1)


class Packed(bytes):
    """An array in binary form; the statement says of what type it is."""


class PackedDumper(Dumper):
    """Passes on what is packed as it is."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> Packed:
        return obj


def _text(value: str) -> bytes:
    raw = value.encode()
    if b"\0" in raw:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return _size(len(raw)) + raw


def _integer(value: int) -> bytes:
    return b"\0\0\0\x08" + _whole(value)


def _bytes(value: bytes) -> bytes:
    return _size(len(value)) + value


_ELEMENTS: dict[str, tuple[int, Callable[[Any], bytes]]] = {"text": (25, _text), "integer": (20, _integer), "bytes": (17, _bytes)}
"""By the kind of a column: the number of the type in PostgreSQL, and an element with its length."""


def packed(kind: str, values: Sequence[Any]) -> Packed:
    """The values of a column of that kind."""
    number, element = _ELEMENTS[kind.rstrip("?")]
    head = _head(1, None in values, number, len(values), 1)
    return Packed(head + b"".join([_NULL if value is None else element(value) for value in values]))


class Texts(tuple[str, ...]):
    """Texts to be written as an array."""


def literal(value: Any) -> str:
    """A value as SQL writes it. Backslashes stand for themselves, as `standard_conforming_strings` has it."""
    match value:
        case None:
            return "NULL"
        case str():
            return quoted(value)
        case int():
            return f"({int(value)})"  # A minus by itself counts after what is cast.
        case bytes():
            return f"'\\x{value.hex()}'::bytea"
        case Texts():
            return f"ARRAY[{','.join(map(quoted, value))}]::text[]"
    raise TypeError(f"{type(value).__name__} is no type of a column")
