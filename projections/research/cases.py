"""Histories on which a lens is tried: what a lens concludes of each of them, pooled, for as long as it is observed.

A conclusion is the moves that were made and how it stood at the end of each week. So lenses are laid side by side, and one lens beside
itself with other numbers.
"""

from collections.abc import Iterable, Sequence
from random import Random

from msgspec import Struct

from domain.model.errors import Refusal, Refused
from domain.model.lens import Definition
from domain.model.time import DAY
from projections.lenses import accounts, looks
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import Contribution, Move, weigh

WEEK = 7 * DAY
WORK = 4_000_000
"""Events that are weighed and weeks that are read, each as often as it is: some half a minute."""
PHASES = ("help", "friendship", "ambiguity", "unobserved", "ended")
Way = tuple[str, Definition]
"""A lens by its name; that of `accounts` has no weights, so its definition counts for nothing."""


class Case(Struct, frozen=True):
    """A history, the instants at which it is looked how it stood, and the last instant of which anything is told."""

    id: str
    told: Chronicle
    instants: Sequence[int]
    upto: int


class Conclusion(Struct, frozen=True):
    """`changes` of phase, each with its instant, from what and to what; `phases` at the instants of the case."""

    changes: list[tuple[int, str, str]]
    phases: list[str]


def case(id: str, told: Chronicle, now: int) -> Case:
    """A history from its first event to now, or to its end, looked at once a week."""
    began, upto = told.steps[0].event.at, now
    if told.steps[-1].after.ended:
        upto = next(step.event.at for step in reversed(told.steps) if not step.before.ended)
    weeks = range(began + WEEK - 1, upto, WEEK)
    return Case(id, told, [*weeks, upto], upto)


def drawn(ids: Iterable[str], most: int, seed: int) -> list[str]:
    """So many of these at the most, the same ones for the same seed."""
    chance = Random(seed)
    return sorted(id for _, id in sorted((chance.random(), id) for id in sorted(ids))[:most])


def bounded(cases: Sequence[Case], times: int, field: str) -> None:
    """Raises `Refused` where it is more than is done at once to read these cases so often. `field`: what would make it less."""
    if (size := sum(len(case.told.steps) + len(case.instants) for case in cases) * times) > WORK:
        raise Refused(Refusal("TOO_COSTLY", "lens_sweep", field, {"limit": WORK, "size": size}))


def read(case: Case, way: Way) -> Conclusion:
    name, lens = way
    if name == "accounts":
        return concluded(case, accounts.read(case.told, ())[None].moves)
    return weighed(case, weigh(case.told, lens), lens)


def weighed(case: Case, items: Sequence[Contribution], lens: Definition) -> Conclusion:
    """What a lens concludes from contributions that it weighed."""
    return concluded(case, looks.moves(case.told, items, lens, None))


def concluded(case: Case, moves: Sequence[Move]) -> Conclusion:
    changes = [(move.at, move.was, move.now) for move in moves if move.at <= case.upto and move.was != move.now]
    phases, phase, place = [], "unobserved", 0
    for at in case.instants:
        while place < len(changes) and changes[place][0] <= at:
            phase, place = changes[place][2], place + 1
        phases.append(phase)
    return Conclusion(changes, phases)
