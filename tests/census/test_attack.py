"""Nobody works out what is hidden: a linear programme over all tables together, and what it finds where a protection is taken away."""

from collections.abc import Callable, Mapping
from random import Random

import pytest

from census.attacker import DIMENSIONS, Key, Published, Range, attack, published
from census.worlds import NOW, World, world
from projections.census.cells import Cell, Rule
from projections.census.contributions import PHASES
from projections.census.parts import Place, parts, safe
from projections.census.units import Unit, periods

WORLDS = 22
"""Of 11 tables each; `make soak-census` attacks 10,000."""

Protection = Callable[[Rule, Mapping[str, Cell], Mapping[str, frozenset[str]]], dict[str, int | None]]
"""Given what each initiative counts, and the initiatives of each row, what is told of each row."""


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_hidden_number_can_be_worked_out_from_all_tables_together(seed: int) -> None:
    small = world(seed)
    assert attack(published(small.tables()), small.rule.width) == {}


@pytest.mark.parametrize("seed", range(8))
def test_a_coordinator_who_knows_one_initiative_works_out_no_number_of_another(seed: int) -> None:
    small = world(seed)
    known, units = published(small.tables()), small.units()
    for own in known.rows["initiative"]:
        told = {key: _own(units[own], key) if key[1] == own else count for key, count in known.told.items()}
        found = attack(Published(told, known.rows), small.rule.width)
        assert [key for key in found if key[0].endswith(" initiative")] == []


def _own(unit: Unit, key: Key) -> int:
    """What a coordinator knows a number of their own initiative to be."""
    table, _, period, of = key
    if table.startswith("moves"):
        cell = unit.moves.get(of, {}).get(period)
        return cell.count if cell is not None else 0
    state = unit.state(int(period[:4]) * 12 + int(period[5:]) - 1)
    assert state is not None
    return state[of].count


def test_where_only_small_numbers_are_hidden_others_give_them_away() -> None:
    """The control: nothing is hidden but what may not be told by itself."""

    def small_only(rule: Rule, cells: Mapping[str, Cell], rows: Mapping[str, frozenset[str]]) -> dict[str, int | None]:
        return {row: _count(cells, ids) if rule.safe(cells[id] for id in ids) else None for row, ids in rows.items()}

    assert _given_away(small_only)


def test_where_every_table_is_protected_by_itself_another_gives_its_numbers_away() -> None:
    """The control: the rows of a table are told together in parts that suit it, as if there were no other table."""

    def by_itself(rule: Rule, cells: Mapping[str, Cell], rows: Mapping[str, frozenset[str]]) -> dict[str, int | None]:
        columns = {row: [_together([cells[id] for id in ids])] for row, ids in rows.items()}
        found = parts(rule, columns, dict.fromkeys(rows, Place("", "")), Random(0))
        told = {part[0] for part in found if len(part) == 1 and safe(rule, [columns[part[0]]])}
        return {row: _count(cells, ids) if row in told else None for row, ids in rows.items()}

    assert _given_away(by_itself)


def _given_away(protection: Protection) -> list[Range]:
    """What the attacker places closely, in the last states of some worlds."""
    return [found for seed in range(WORLDS) for found in attack(_states(world(seed), protection), world(seed).rule.width).values()]


def _states(small: World, protection: Protection) -> Published:
    rows = {by: dict(small.tables().rows(by)) for by in DIMENSIONS}
    month = periods(NOW)[2]
    told = {}
    states = {id: state for id, unit in small.units().items() if (state := unit.state(NOW)) is not None}
    for column in PHASES:
        cells = {id: state[column] for id, state in states.items()}
        for by, ids in rows.items():
            told |= {(f"states {by}", row, month, column): count for row, count in protection(small.rule, cells, ids).items()}
    return Published(told, rows)


def _count(cells: Mapping[str, Cell], ids: frozenset[str]) -> int:
    return sum(cells[id].count for id in ids)


def _together(cells: list[Cell]) -> Cell:
    own, shared = sum(cell.own for cell in cells), sum(cell.top_shared for cell in cells)
    top = max([shared, *(cell.top for cell in cells)])
    return Cell(sum(cell.count for cell in cells), max([own, *(cell.persons for cell in cells)]), own, top, 0)
