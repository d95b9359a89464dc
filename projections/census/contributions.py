"""What one relationship adds to the census: how it stood at the start of each month, its moves, and how long what takes time took.

Everything is told in whole months that are over, so that nobody can tell by a number on which day something was recorded.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from domain.model.time import day, iso_day

UNOBSERVED, AMBIGUITY, ENDED = "unobserved", "ambiguity", "ended"
PHASES = ("help", "friendship", AMBIGUITY, ENDED)
"""In which a relationship is observed. A move is told from one of these to another: that something became known, or that nothing is known
any more, is no move between them. So states and moves do not balance, and nobody can work out the ones from the others."""


class Turn(NamedTuple):
    """A change of the pooled reading."""

    at: int
    was: str
    now: str
    kind: str | None = None


class Contribution(Struct, frozen=True, array_like=True, gc=False):
    """`states`: from which start of a month on it counts where; a kind of ambiguity stands behind a colon. `moves`: month, was and now.
    `reached`: how long after its start it first came to a phase. `ended`: how long after it ended, where it has."""

    began: int
    matched: bool
    states: tuple[tuple[int, str], ...]
    moves: tuple[tuple[int, str, str], ...]
    reached: dict[str, int]
    ended: int | None


@lru_cache(maxsize=4_096)
def first_of(month: int) -> int:
    """The first instant of a month in UTC. Months are numbered from that of the year 0."""
    return day(date(month // 12, month % 12 + 1, 1).isoformat())


def month_of(at: int) -> int:
    year, month, _ = iso_day(at).split("-")
    return int(year) * 12 + int(month) - 1


def next_first(at: int) -> int:
    """The month that begins at an instant or next after it."""
    month = month_of(at)
    return month if first_of(month) == at else month + 1


def contribution(began: int, matched: bool, ended: int | None, turns: Iterable[Turn], month: int) -> Contribution:
    """Of a relationship, from all changes of its reading in order, up to the start of a month."""
    upto = first_of(month)
    past = [turn for turn in turns if turn.at <= upto]
    states = {next_first(began): UNOBSERVED}
    for turn in past:
        states[max(next_first(turn.at), next_first(began))] = f"{turn.now}:{turn.kind}" if turn.kind else turn.now
    changes: list[tuple[int, str]] = []
    for start, column in states.items():
        if start <= month and (not changes or changes[-1][1] != column):
            changes.append((start, column))
    reached: dict[str, int] = {}
    for turn in past:
        if turn.now in PHASES:
            reached.setdefault(turn.now, max(turn.at - began, 0))
    moves = tuple(
        (month_of(turn.at), turn.was, turn.now)
        for turn in past
        if turn.at < upto and turn.was != turn.now and turn.was in PHASES and turn.now in PHASES
    )
    return Contribution(began, matched, tuple(changes), moves, reached, ended - began if ended is not None and ended <= upto else None)
