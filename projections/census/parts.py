"""Initiatives whose numbers are told together, because one of them by itself may not be.

Parts are the whole of the protection: they share no initiative, and every number that leaves is a sum over whole parts. Who knows all of
them knows the sum of each part and no more: what is hidden in it may be anything from nothing to that sum. No programme can work out more,
linear or not, for there is no more in what was told.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from msgspec import Struct

from projections.census.cells import Cell, Rule

Column = Sequence[Cell]
"""What an initiative adds to numbers that are told together or not at all; mostly to one."""
Part = tuple[str, ...]


class Place(Struct, frozen=True, array_like=True):
    """Where an initiative is added to: every one is in all initiatives, in its kind, and in its guidance."""

    kind: str
    guidance: str


LEVELS: tuple[Callable[[Place], tuple[str, ...]], ...] = (
    lambda place: (place.kind, place.guidance),
    lambda place: (place.kind,),
    lambda place: (),
)
"""Within which initiatives are put together, the narrowest first: so that the numbers of kinds, and of guidance, stay whole parts."""


def safe(rule: Rule, columns: Sequence[Column]) -> bool:
    """Whether the sums of what these initiatives add may be told, each number of them."""
    if len(columns) == 1:
        return all(rule.safe([cell]) for cell in columns[0])
    return bool(columns) and all(rule.hides(cells) for cells in zip(*columns, strict=True))


def parts(rule: Rule, columns: Mapping[str, Column], places: Mapping[str, Place], chance: Random) -> list[Part]:
    """Every initiative in one part: alone, where it may be; else with others that cannot be told alone, and where these are too few, with
    some that can. What cannot be told even so is one part, which is not told.

    Which are taken in besides is left to chance. Were it the smallest, it would tell of those that were taken that they are smaller than
    those that were not."""
    alone = [id for id in sorted(columns) if safe(rule, [columns[id]])]
    chance.shuffle(alone)
    hidden = sorted(columns.keys() - set(alone))
    found: list[Part] = []
    for level in LEVELS:
        for group in sorted({level(places[id]) for id in hidden}):
            within = [id for id in hidden if level(places[id]) == group]
            spare = [id for id in alone if level(places[id]) == group]
            while within and not safe(rule, [columns[id] for id in within]) and spare:
                within.append(spare.pop(0))
            if len(within) > 1 and safe(rule, [columns[id] for id in within]):
                found.append(tuple(sorted(within)))
                hidden = [id for id in hidden if id not in within]
                alone = [id for id in alone if id not in within]
    if hidden:
        # Nothing that is left hides them: what was told beside them would tell of them by what is missing from a sum.
        found.append(tuple(hidden))
    return sorted([*found, *((id,) for id in alone)])
