"""Columns of rows as PostgreSQL takes them in one go: arrays in its binary form, packed here since psycopg writes them value by value; or,
for few rows, as SQL writes them.

The form is that of `array_recv`: the number of dimensions, whether there are nulls, the type of the elements, length and lower bound of the
dimension; then of each element its length and its bytes, all numbers in network order.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import add
from struct import Struct
from typing import Any, NamedTuple

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from domain.store.postgres_sql import quoted

_head = Struct(">iiiii").pack
_size = Struct(">i").pack
_sized_whole = Struct(">iq").pack
_SIZES = [_size(size) for size in range(4_096)]
"""Looked up in half the time in which they are packed: most are short."""
_NULL = _size(-1)


class Packed(NamedTuple):
    """An array in binary form; the statement says of what type it is."""

    raw: bytes


class PackedDumper(Dumper):
    """Passes on what is packed as it is."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj.raw


def _texts(values: Sequence[str]) -> Iterable[bytes]:
    if "\0" in "".join(values):
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return _bytes([value.encode() for value in values])


def _numbers(values: Sequence[int]) -> Iterable[bytes]:
    return [_sized_whole(8, value) for value in values]


def _bytes(values: Sequence[bytes]) -> Iterable[bytes]:
    try:
        sizes = [_SIZES[len(value)] for value in values]
    except IndexError:
        sizes = [_size(len(value)) for value in values]
    return map(add, sizes, values)


_ELEMENTS: dict[str, tuple[int, Callable[[Sequence[Any]], Iterable[bytes]]]] = {
    "text": (25, _texts),
    "integer": (20, _numbers),
    "bytes": (17, _bytes),
}
"""By the kind of a column: the number of the type in PostgreSQL, and its elements, each behind its length."""


def packed(kind: str, values: Sequence[Any]) -> Packed:
    """The values of a column of that kind."""
    number, form = _ELEMENTS[kind.rstrip("?")]
    if None not in values:
        elements: Iterable[bytes] = form(values)
    else:
        given = iter(form([value for value in values if value is not None]))
        elements = [_NULL if value is None else next(given) for value in values]
    return Packed(b"".join([_head(1, None in values, number, len(values), 1), *elements]))


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
