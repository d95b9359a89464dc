"""What one initiative adds to the census, counted: the cells of all tables, and nobody in them.

States stand still for a while: those of an initiative go on when what stands differently than it did is enough to be told of. Between two
months, then, nothing changes by which one person's move could be seen.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from domain.model.time import DAY
from projections.census.cells import Cell, Rule
from projections.census.contributions import PHASES, UNOBSERVED, Contribution, first_of
from projections.census.parts import Place

WEEK = 7 * DAY
MATCH = "match"
EDGES = ((0, 4, 8, 13, 26, 39, 52, 78, 104), (0, 13, 26, 52, 104), (0, 26, 52, 104), (0, 26, 52), (0, 52), (0,))
"""In weeks, the bins in which it may be told how long something took, the finest first; the last bin of each is open."""


class Curve(Struct, frozen=True, array_like=True):
    """Of something that takes time, in the bins of each of `EDGES`: those that came to it, and those that had not when they were last seen.
    `beside` are the relationships that who knows the states can tell from these: that are no more in the phase, or were never matched, by
    whether they ended."""

    came: tuple[tuple[Cell, ...], ...]
    waiting: tuple[tuple[Cell, ...], ...]
    beside: tuple[Cell, ...]

    def column(self, edges: int) -> tuple[Cell, ...]:
        return (*self.came[edges], *self.waiting[edges])


class Unit(Struct, frozen=True, array_like=True):
    """Told up to the start of the month `upto`. `states`: by month, where they went on, what is counted where; a kind of ambiguity
    counts in ambiguity too. `moves` by was and now with `>` between, and by period. `curves` by phase, and under `match` how long matches
    last."""

    place: Place
    upto: int
    states: tuple[tuple[int, dict[str, Cell]], ...]
    moves: dict[str, dict[str, Cell]]
    curves: dict[str, Curve]

    def state(self, month: int) -> dict[str, Cell] | None:
        """What counts at the start of a month; None where nothing is told yet."""
        told = None
        for start, cells in self.states:
            if start > month:
                break
            told = cells
        return told


class People(NamedTuple):
    """Who is or was in each relationship of an initiative, and those of them who are in relationships of others too."""

    of: Mapping[str, Sequence[str]]
    elsewhere: frozenset[str]

    def cell(self, relationships: Iterable[str]) -> Cell:
        """What these count together; a relationship may be there more often than once."""
        counted = list(relationships)
        parts = Counter(person for id in counted for person in self.of.get(id, ()))
        own = {person: times for person, times in parts.items() if person not in self.elsewhere}
        shared = max((times for person, times in parts.items() if person in self.elsewhere), default=0)
        return Cell(len(counted), len(parts), len(own), max(own.values(), default=0), shared)


def periods(month: int) -> tuple[str, str, str]:
    """The year, quarter and month that a month is in, as they are named."""
    year, place = divmod(month, 12)
    return f"{year:04}", f"{year:04}-Q{place // 3 + 1}", f"{year:04}-{place + 1:02}"


def unit(place: Place, upto: int, told: Mapping[str, Contribution], people: People, rule: Rule) -> Unit:
    states = tuple(_states(told, people, rule))
    curves = _curves(told, people, states[-1][0]) if states else {}
    return Unit(place, upto, states, _moves(told, people), curves)


def _curves(told: Mapping[str, Contribution], people: People, month: int) -> dict[str, Curve]:
    """Of those who count in the last state, which is that of the start of a month."""
    seen = first_of(month)
    counted = {id: one for id, one in told.items() if one.began <= seen}
    last = {id: [column for start, column in one.states if start <= month][-1] for id, one in counted.items()}
    curves = {}
    for phase in PHASES:
        came = {id: (one.reached.get(phase), one) for id, one in counted.items()}
        gone = [id for id, (after, one) in came.items() if _by(one, after, seen) and not last[id].startswith(phase)]
        curves[phase] = _curve(came, people, seen, (people.cell(gone),))
    matched = {id: (one.ended, one) for id, one in counted.items() if one.matched}
    others = [id for id in counted if id not in matched]
    ended = [id for id in others if _by(counted[id], counted[id].ended, seen)]
    beside = (people.cell(ended), people.cell(id for id in others if id not in ended))
    return curves | {MATCH: _curve(matched, people, seen, beside)}


def _by(one: Contribution, after: int | None, seen: int) -> bool:
    """Whether what came so long after the start had come by an instant."""
    return after is not None and one.began + after <= seen


def _curve(after: Mapping[str, tuple[int | None, Contribution]], people: People, seen: int, beside: tuple[Cell, ...]) -> Curve:
    came: list[tuple[int, str]] = []
    waiting: list[tuple[int, str]] = []
    for id, (time, one) in after.items():
        so_far = seen - one.began
        if time is not None and _by(one, time, seen):
            came.append((time // WEEK, id))
        else:
            waiting.append((so_far // WEEK, id))

    def cells(found: Sequence[tuple[int, str]], starts: tuple[int, ...]) -> tuple[Cell, ...]:
        bins: list[list[str]] = [[] for _ in starts]
        for weeks, id in found:
            bins[bisect_right(starts, weeks) - 1].append(id)
        return tuple(map(people.cell, bins))

    return Curve(tuple(cells(came, starts) for starts in EDGES), tuple(cells(waiting, starts) for starts in EDGES), beside)


def _states(told: Mapping[str, Contribution], people: People, rule: Rule) -> Iterable[tuple[int, dict[str, Cell]]]:
    changes: dict[int, dict[str, str]] = {}
    for id, one in told.items():
        for month, column in one.states:
            changes.setdefault(month, {})[id] = column
    current: dict[str, str] = {}
    shown: dict[str, str] = {}
    for month in sorted(changes):
        current |= changes[month]
        if not rule.safe([people.cell(id for id, column in current.items() if shown.get(id) != column)]):
            continue
        shown = dict(current)
        columns: dict[str, list[str]] = {phase: [] for phase in (*PHASES, UNOBSERVED)}
        for id, column in shown.items():
            phase, _, kind = column.partition(":")
            columns[phase].append(id)
            if kind:
                columns.setdefault(column, []).append(id)
        yield month, {column: people.cell(ids) for column, ids in columns.items()}


def _moves(told: Mapping[str, Contribution], people: People) -> dict[str, dict[str, Cell]]:
    found: dict[str, dict[str, list[str]]] = {}
    for id, one in told.items():
        for month, was, now in one.moves:
            by_period = found.setdefault(f"{was}>{now}", {})
            for period in periods(month):
                by_period.setdefault(period, []).append(id)
    return {pair: {period: people.cell(ids) for period, ids in by_period.items()} for pair, by_period in found.items()}
