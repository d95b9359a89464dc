"""A history as one holder's lens weighs it, instant by instant, under no name: what a segment holds a row of.

Of events there is left when a look is taken and what weighs from then on. A reading is worked out from that alone, wherever it is. It is
not nothing: whoever knows when week 0 was knows the days, and from weights it can be told what was said.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from domain.model.lens import Weight
from domain.store.pseudonyms import WEEK
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import NOTHING, Contribution
from projections.lenses.looks import instants
from projections.views.observation import Observation

LAPSE = 1
"""The look is taken since a term lapsed."""
ENDED = 2
"""The relationship is over from then on."""
HALVED = 4
"""An agreement that weighs is in force from then on."""


class Look(NamedTuple):
    """`at` in microseconds since week 0 began; what is deposited at that instant, what stands from then on, and LAPSE, ENDED, HALVED."""

    at: int
    deposited: Weight
    standing: Weight
    marks: int


class Track(Struct, frozen=True):
    """It is read at the end of every week of `points`, `step` weeks apart, and at `upto` at the latest, after
    which nothing of it is told; instants as in `Look`."""

    looks: list[Look]
    upto: int
    points: int


def track(told: Chronicle, items: Sequence[Contribution], holder: str | None, seen: Observation, step: int) -> Track:
    """One holder's (None: pooled), of whom `items` are the contributions."""
    looks = _looks(told, items, holder, origin(seen)) if items or told.ends else ()
    return Track(list(looks), seen.upto - origin(seen), len(seen.grid(step)))


def origin(seen: Observation) -> int:
    """When week 0 began."""
    return seen.weeks.last_instant(0) + 1 - WEEK


def _looks(told: Chronicle, items: Sequence[Contribution], holder: str | None, origin: int) -> Iterator[Look]:
    waiting = sorted(items, key=lambda item: item.at)[::-1]
    standing: list[Contribution] = []
    for at, ended, lapsed in _when(told, items, holder):
        deposited: list[Contribution] = []
        while waiting and waiting[-1].at <= at:
            item = waiting.pop()
            (standing if item.standing else deposited).append(item)
        standing = [item for item in standing if item.ends is None or item.ends > at]
        halved = any(item.halves for item in standing)
        yield Look(at - origin, _sum(deposited), _sum(standing), LAPSE * lapsed + ENDED * ended + HALVED * halved)


def _when(told: Chronicle, items: Sequence[Contribution], holder: str | None) -> Iterator[tuple[int, bool, bool]]:
    """When looks are taken that are not taken in silence, whether it is over by then, and whether a term lapsed."""
    for one in instants(told, items, holder):
        yield one.at, one.ended, False
        yield from ((lapse, one.ended, True) for lapse in one.lapses)


def _sum(items: Sequence[Contribution]) -> Weight:
    if not items:
        return NOTHING
    weights = [item.weight for item in items]
    return sum(w[0] for w in weights), sum(w[1] for w in weights), sum(w[2] for w in weights)
