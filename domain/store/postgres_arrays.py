"""Columns of rows as PostgreSQL takes them in one go: arrays in its binary form, packed here since psycopg writes them value by value; or,
for few rows, as SQL writes them.

The form is that of `array_recv`: the number of dimensions, whether there are nulls, the type of the elements, length and lower bound of the
dimension; then of each element its length and its bytes, all numbers in network order.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from struct import Struct
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from domain.store.postgres_sql import quoted

_head = Struct(">iiiii").pack
_size = Struct(">i").pack
_whole = Struct(">q").pack


class Packed(bytes):
    """An array in binary form; the statement says of what type it is."""


class PackedDumper(Dumper):
    """Passes on what is packed as it is."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> Packed:
        return obj


def _encoded(values: Sequence[str | None]) -> list[bytes]:
    raws = [b"" if value is None else value.encode() for value in values]
    if b"\0" in b"".join(raws):
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return raws


def _numbers(values: Sequence[int | None]) -> list[bytes]:
    return [b"" if value is None else _whole(value) for value in values]


def _given(values: Sequence[bytes | None]) -> list[bytes]:
    return [b"" if value is None else value for value in values]


_ELEMENTS: dict[str, tuple[int, Callable[[Sequence[Any]], list[bytes]]]] = {
    "text": (25, _encoded),
    "integer": (20, _numbers),
    "bytes": (17, _given),
}
"""By the kind of a column: the number of the type in PostgreSQL, and its elements."""


def packed(kind: str, values: Sequence[Any]) -> Packed:
    """The values of a column of that kind."""
    number, elements = _ELEMENTS[kind.rstrip("?")]
    is_null, raws = None in values, elements(values)
    lengths = [-1 if value is None else len(raw) for value, raw in zip(values, raws, strict=True)] if is_null else map(len, raws)
    return Packed(b"".join([_head(1, is_null, number, len(values), 1), *chain.from_iterable(zip(map(_size, lengths), raws, strict=True))]))


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
