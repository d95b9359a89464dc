"""Arguments that many fields share, and what their texts mean.

Left out and null mean the same everywhere. What cannot be read is refused with the name of the argument.
"""

from enum import Enum
from typing import Annotated, TypeVar

import strawberry

from api.scalars import Date, DateTime, Position
from domain.model.envelope import dated
from domain.model.errors import bad
from domain.model.time import DAY, day

T = TypeVar("T")

KnownAt = Annotated[
    DateTime | None, strawberry.argument(description="As the platform knew it at this instant; without it, as it is known now.")
]
LensName = Annotated[str | None, strawberry.argument(description="The lens to read with; without it, `evidence`.")]
UNNAMED = "Without it, the first of those that the project is read through, or `evidence` where it is through all."
ProjectLens = Annotated[str | None, strawberry.argument(description=f"The lens to read with. {UNNAMED}")]
Holder = Annotated[
    str | None,
    strawberry.argument(description="Whose reading: a member's handle, `coordinator`, `group` or `observer`; without it, pooled over all."),
]
First = Annotated[int | None, strawberry.argument(description="How many at most, 1 to 1000.")]
After = Annotated[str | None, strawberry.argument(description="The `endCursor` of the page before; without it, from the start.")]


def given(value: T | None) -> T | None:
    """None where the argument was left out."""
    return None if value is strawberry.UNSET else value


def first_instant(on: Date | None, field: str) -> int | None:
    """The first instant of a day."""
    known = given(on)
    return None if known is None else int(dated(day, known, field))


def last_instant(on: Date | None, field: str) -> int | None:
    """The instant at which a day is over."""
    begins = first_instant(on, field)
    return None if begins is None else begins + DAY


def place(position: Position | None, field: str) -> int | None:
    known = given(position)
    if known is None:
        return None
    if not (known.isascii() and known.isdecimal() and len(known) <= 18):
        raise bad("position", field)
    return int(known)


def word(value: Enum | None) -> str | None:
    """The word that an enum value stands for."""
    known = given(value)
    return None if known is None else str(known.value)


def size(first: int | None, otherwise: int) -> int:
    """How many a page holds; null asks for the default."""
    return otherwise if first is None else first
