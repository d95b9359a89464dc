"""The tables of the census, put together from the parts of an edition: every number in them is a sum over whole parts, or hidden.

No filter can be asked for, so that no two answers can be laid side by side for what the one leaves out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from domain.model.errors import bad
from projections.census.cells import Cell, Rule
from projections.census.contributions import AMBIGUITY, ENDED, PHASES, UNOBSERVED
from projections.census.edition import (
    KINDS,
    NOTHING,
    PAIRS,
    Edition,
    Parts,
    against_insiders,
    counted,
    latest,
    of_kinds,
    of_states,
    rest_is_safe,
)
from projections.census.units import EDGES, Unit, periods

By = Literal["all", "initiative", "kind", "guidance"]
Every = Literal["month", "quarter", "year"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Counted(Struct, frozen=True):
    """A number of a row and a period; None where it is hidden, which says nothing of how many they are: none, too few, or many."""

    row: str
    period: str
    of: str
    count: int | None


class Bin(Struct, frozen=True):
    """Of `at_risk` that had not come to it when the bin began, so many came within it, and so many were last seen in it, `waiting`."""

    at_risk: int
    came: int
    waiting: int


class CurveTold(Struct, frozen=True):
    """How long something took: after how many weeks each bin begins, the last one being open; and the bins, None where they are hidden."""

    of: str
    weeks: tuple[int, ...]
    bins: list[Bin] | None


class Tables:
    """What is told of the units of an edition. `units` without those that came later: they are told from the next edition on."""

    def __init__(self, rule: Rule, edition: Edition, units: Mapping[str, Unit]) -> None:
        self._rule = rule
        self._edition = edition
        self._units = {id: units[id] for id in edition.places}
        self._upto = latest(self._units)

    def rows(self, by: By) -> list[tuple[str, frozenset[str]]]:
        """What is told by, and the initiatives that are in it."""
        found: dict[str, list[str]] = {}
        for id, place in self._edition.places.items():
            key = {"all": "", "initiative": id, "kind": place.kind, "guidance": place.guidance}[by]
            found.setdefault(key, []).append(id)
        return [(key, frozenset(found[key])) for key in sorted(found)]

    # How relationships stood

    def states(self, by: By, every: Every) -> list[Counted]:
        """How many stood where when each period began; kinds of ambiguity, in a lens that has them, only of all initiatives."""
        found = []
        for month in self._months(MONTHS[every]):
            columns = of_states(self._rule, self._edition, self._units, month)
            kinds = self._kinds(month, columns) if by == "all" else {}
            name = dict(zip(("year", "quarter", "month"), periods(month), strict=True))[every]
            there = frozenset(id for id, unit in self._units.items() if unit.state(month) is not None)
            for row, ids in self.rows(by):
                if not ids & there:
                    continue
                found += [Counted(row, name, column, parts.sum(ids)) for column, parts in columns.items()]
                found += [Counted(row, name, f"{AMBIGUITY}:{kind}", count) for kind, count in kinds.items()]
        return found

    def _months(self, step: int) -> list[int]:
        first = min((unit.states[0][0] for unit in self._units.values()), default=self._upto + 1)
        return [month for month in range(first, self._upto + 1) if month % step == 0]

    def _kinds(self, month: int, columns: Mapping[str, Parts]) -> dict[str, int | None]:
        there = {id: state for id, unit in self._units.items() if (state := unit.state(month)) is not None}
        if not any(key.startswith(f"{AMBIGUITY}:") for state in there.values() for key in state):
            return {}
        named = self._edition.kinds
        cells = of_kinds(self._rule, there, named)
        whole = columns[AMBIGUITY].sum(frozenset(self._units)) is not None
        may = whole and all(against_insiders(self._rule, of) for of in cells) and rest_is_safe(self._rule, there, named)
        told = {name: _count(of) for name, of in zip(named, cells, strict=True)} if may else {}
        return {name: told.get(name) for name in KINDS}

    # Moves

    def moves(self, by: By, every: Every) -> list[Counted]:
        """How many moves there were from one phase to another. Quarters and months are told of all initiatives only: a year by quarters
        where each of them may be, a quarter by months likewise."""
        if every == "year":
            years = sorted({year for told in self._edition.moves.values() for year in told})
            return [
                Counted(row, year, pair, self._year(pair, year).sum(ids)) for year in years for pair in PAIRS for row, ids in self.rows(by)
            ]
        if by != "all":
            raise bad("census_every", "every")
        return [told for pair in PAIRS for year in sorted(self._edition.moves[pair]) for told in self._within(pair, year, every)]

    def _cells(self, pair: str, period: str) -> dict[str, Cell]:
        return {id: unit.moves.get(pair, {}).get(period, NOTHING) for id, unit in self._units.items()}

    def _year(self, pair: str, year: str) -> Parts:
        return counted(self._rule, self._edition.moves[pair].get(year, []), self._cells(pair, year))

    def _within(self, pair: str, year: str, every: Every) -> Iterator[Counted]:
        first = int(year) * 12
        months = [periods(month) for month in range(first, min(first + 12, self._upto))]
        quarters = list(dict.fromkeys(quarter for _, quarter, _ in months))
        told = self._split(pair, quarters, self._year(pair, year).sum(frozenset(self._units)) is not None)
        for quarter in quarters:
            if every == "quarter":
                yield Counted("", quarter, pair, told[quarter])
            else:
                within = [month for _, of, month in months if of == quarter]
                for month, count in self._split(pair, within, told[quarter] is not None).items():
                    yield Counted("", month, pair, count)

    def _split(self, pair: str, names: Sequence[str], whole: bool) -> dict[str, int | None]:
        """What is told as a whole, by its periods, where each may be told; else none is."""
        cells = {name: list(self._cells(pair, name).values()) for name in names}
        may = whole and all(against_insiders(self._rule, of) for of in cells.values())
        return {name: _count(of) if may else None for name, of in cells.items()}

    # Time

    def curves(self) -> list[CurveTold]:
        """How long it took from the start to the first move into a phase, and how long matches last; of all initiatives."""
        return [CurveTold(name, EDGES[edges], self._bins(name, edges)) for name, edges in self._edition.curves.items()]

    def _bins(self, name: str, edges: int) -> list[Bin] | None:
        curves = [unit.curves[name] for unit in self._units.values()]
        columns = [list(cells) for cells in zip(*(curve.column(edges) for curve in curves), strict=True)]
        beside = [list(cells) for cells in zip(*(curve.beside for curve in curves), strict=True)]
        may = columns and all(against_insiders(self._rule, cells) for cells in (*columns, *filter(_count, beside)))
        if not may or not self._leaves_room():
            return None
        half = len(EDGES[edges])
        counts = [_count(cells) for cells in columns]
        came, waiting = counts[:half], counts[half:]
        return [Bin(sum(came[place:]) + sum(waiting[place:]), came[place], waiting[place]) for place in range(half)]

    def _leaves_room(self) -> bool:
        """Whether a curve may be told beside the states. It tells how many relationships there are by now, and how many have come to a
        phase: no more stood there in any month. So all states of now have to be told, and in each month there has to be room for what is
        not."""
        everywhere = frozenset(self._units)
        there = sum(cell.count for unit in self._units.values() for cell in unit.curves[ENDED].column(-1))
        reached = {phase: sum(unit.curves[phase].came[-1][0].count for unit in self._units.values()) for phase in PHASES}
        for month in self._months(1):
            columns = of_states(self._rule, self._edition, self._units, month)
            hidden = [column for column, parts in columns.items() if parts.sum(everywhere) is None]
            if hidden and month == self._upto:
                return False
            room = [there - sum(parts.known() for parts in columns.values())] if hidden else []
            if any(left < self._rule.width for left in (*room, *(reached[column] - columns[column].known() for column in hidden))):
                return False
        unobserved = [state[UNOBSERVED] for unit in self._units.values() if (state := unit.state(self._upto)) is not None]
        return not _count(unobserved) or against_insiders(self._rule, unobserved)


def _count(cells: Sequence[Cell]) -> int:
    return sum(cell.count for cell in cells)
