"""Which initiatives are told together, fixed for a while.

Were the parts found anew for every month and every number that changed, what is the same in both would tell of the difference between two
parts: of somebody who is in neither alone. So an edition has the same parts for all months of a column, until the next one.
"""

from collections.abc import Mapping, Sequence
from random import Random

from msgspec import Struct

from projections.census.cells import Cell, Rule
from projections.census.contributions import AMBIGUITY, PHASES
from projections.census.parts import Part, Place, parts, safe
from projections.census.units import EDGES, MATCH, Unit

KINDS = ("both", "neither", "alternating", "unsure", "left_open", "differing")
PAIRS = tuple(f"{was}>{now}" for was in PHASES for now in PHASES if was != now)
CURVES = (*PHASES, MATCH)
NOTHING = Cell(0, 0, 0, 0, 0)
WINDOWS = (24, 12, 6, 3, 1, 0)
"""Over how many months back all of a column is told, where that can be."""


class Edition(Struct, frozen=True, array_like=True):
    """The parts of the columns of states, and of moves by year; which kinds of ambiguity are told by name; and in which of `EDGES` the bins
    of a curve begin."""

    places: dict[str, Place]
    states: dict[str, list[Part]]
    kinds: tuple[str, ...]
    moves: dict[str, dict[str, list[Part]]]
    curves: dict[str, int]


class Parts(Struct, frozen=True):
    """How many each part has of one number; None where it is not told."""

    told: list[tuple[frozenset[str], int | None]]

    def sum(self, row: frozenset[str]) -> int | None:
        """Over a row of initiatives, where that is a sum over whole parts which are told; None also where none of them is there yet."""
        total = None
        for part, count in self.told:
            if inside := part & row:
                if count is None or inside != part:
                    return None
                total = (total or 0) + count
        return total

    def known(self) -> int:
        """Over all parts that are told."""
        return sum(count for _, count in self.told if count is not None)


def counted(rule: Rule, fixed: Sequence[Part], cells: Mapping[str, Cell]) -> Parts:
    """`cells`: of the initiatives that are there by then. The others of their part stand beside it: they add nothing yet."""
    found = []
    for part in fixed:
        there = [id for id in part if id in cells]
        if there:
            columns = [[cells[id]] for id in there]
            may = safe(rule, columns) and (len(there) > 1 or len(part) == 1)
            found.append((frozenset(there), sum(cells[id].count for id in there) if may else None))
    return Parts(found)


def of_states(rule: Rule, edition: Edition, units: Mapping[str, Unit], month: int) -> dict[str, Parts]:
    there = {id: cells for id in edition.places if (cells := units[id].state(month)) is not None}
    return {column: counted(rule, fixed, {id: cells[column] for id, cells in there.items()}) for column, fixed in edition.states.items()}


def latest(units: Mapping[str, Unit]) -> int:
    """The month up to which the census goes."""
    return max((unit.upto for unit in units.values()), default=0)


def edition(rule: Rule, units: Mapping[str, Unit], chance: Random) -> Edition:
    """The parts that suit how it is now. Initiatives of which nothing is told yet are in none."""
    units = {id: unit for id, unit in units.items() if unit.states}
    places = {id: unit.place for id, unit in units.items()}
    last = {id: unit.states[-1][1] for id, unit in units.items()}
    states = {column: _states(rule, column, units, places, chance) for column in PHASES}
    years = sorted({name for unit in units.values() for of in unit.moves.values() for name in of if len(name) == len("2021")})
    moves = {pair: {year: _moves(rule, pair, year, units, places, chance) for year in years} for pair in PAIRS}
    return Edition(places, states, _kinds(rule, last), moves, {name: _bins(rule, name, units) for name in CURVES})


def _states(rule: Rule, column: str, units: Mapping[str, Unit], places: Mapping[str, Place], chance: Random) -> list[Part]:
    """Such that all is told for as long back as may be: whoever has grown since is told together with others."""
    upto = latest(units)
    for back in WINDOWS:
        months = range(upto - back, upto + 1)
        columns = {id: [(unit.state(month) or {}).get(column, NOTHING) for month in months] for id, unit in units.items()}
        found = parts(rule, columns, places, chance)
        if all(safe(rule, [columns[id] for id in part]) for part in found):
            break
    return found


def _moves(rule: Rule, pair: str, year: str, units: Mapping[str, Unit], places: Mapping[str, Place], chance: Random) -> list[Part]:
    return parts(rule, {id: [unit.moves.get(pair, {}).get(year, NOTHING)] for id, unit in units.items()}, places, chance)


def _bins(rule: Rule, name: str, units: Mapping[str, Unit]) -> int:
    """The finest in which everything may be told; else one."""
    for edges in range(len(EDGES)):
        if all(against_insiders(rule, cells) for cells in zip(*(unit.curves[name].column(edges) for unit in units.values()), strict=True)):
            break
    return edges


def against_insiders(rule: Rule, cells: Sequence[Cell]) -> bool:
    """Whether a number of all initiatives may be told to who knows one of them. Where there is only one, nobody learns of another."""
    return rule.safe(cells) if len(cells) == 1 else rule.hides(cells)


def of_kinds(rule: Rule, last: Mapping[str, Mapping[str, Cell]], names: Sequence[str]) -> list[list[Cell]]:
    """By kind of ambiguity, what each initiative adds."""
    return [[cells.get(f"{AMBIGUITY}:{name}", NOTHING) for cells in last.values()] for name in names]


def rest_is_safe(rule: Rule, last: Mapping[str, Mapping[str, Cell]], named: Sequence[str]) -> bool:
    """Whether the kinds of ambiguity that are not named, known together as what is missing from all, may be known so."""
    rest = [name for name in KINDS if name not in named]
    if len(rest) < 2:
        return not rest
    return against_insiders(rule, [_joined(cells) for cells in zip(*of_kinds(rule, last, rest), strict=True)])


def _kinds(rule: Rule, last: Mapping[str, Mapping[str, Cell]]) -> tuple[str, ...]:
    cells = dict(zip(KINDS, of_kinds(rule, last, KINDS), strict=True))
    named = [name for name in KINDS if cells[name] and against_insiders(rule, cells[name])]
    named.sort(key=lambda name: -sum(cell.count for cell in cells[name]))
    while named and not rest_is_safe(rule, last, named):
        named.pop()
    return tuple(named)


def _joined(cells: Sequence[Cell]) -> Cell:
    """What disjoint relationships of one initiative count at the least, and at the most by one person."""
    persons, own = max(cell.persons for cell in cells), max(cell.own for cell in cells)
    return Cell(sum(c.count for c in cells), persons, own, sum(c.top for c in cells), sum(c.top_shared for c in cells))
