"""Which initiatives are told together. The counties are an example of the literature: every row and every column hides two numbers
or more, and one of them can be worked out (Statistical Policy Working Paper 22, Federal Committee on Statistical Methodology, 2005)."""

from collections.abc import Iterator, MutableSequence
from itertools import permutations
from random import Random
from typing import Any

import pytest

from census.attacker import Programme, Range
from projections.census.cells import Cell, Rule
from projections.census.parts import Place, parts, safe

RULE = Rule(5)
COUNTIES = {
    "alpha": (15, 1, 3, 1),
    "beta": (20, 10, 10, 15),
    "gamma": (3, 10, 10, 2),
    "delta": (12, 14, 7, 2),
}
HERE = Place("county", "none")


def cell(count: int) -> Cell:
    """So many persons, each counted once, who are in no other initiative."""
    return Cell(count, count, count, min(count, 1), 0)


class InOrder(Random):
    """No chance: what is shuffled comes in this order."""

    def __init__(self, order: str) -> None:
        super().__init__()
        self.order = order

    def shuffle(self, x: MutableSequence[Any]) -> None:
        x[:] = sorted(x, key=lambda id: self.order.index(id[0]))


def found(column: int, order: str) -> list[tuple[str, ...]]:
    return parts(RULE, {id: [cell(row[column])] for id, row in COUNTIES.items()}, dict.fromkeys(COUNTIES, HERE), InOrder(order))


def hiding(where: set[tuple[str, int]]) -> dict[tuple[str, int], Range]:
    """What the attacker places exactly, where these cells are hidden, and all sums of rows and columns are told."""
    programme = Programme()
    for id, row in COUNTIES.items():
        for column, count in enumerate(row):
            if (id, column) not in where:
                programme.know(programme(id, str(column)), count)
        programme.know(programme(id), sum(row))
        programme.same([programme(id)], [programme(id, str(column)) for column in range(4)])
    for column in range(4):
        programme.know(programme(str(column)), sum(row[column] for row in COUNTIES.values()))
        programme.same([programme(str(column))], [programme(id, str(column)) for id in COUNTIES])
    places = {hidden: programme(hidden[0], str(hidden[1])) for hidden in where}
    close = programme.close(list(places.values()), 1)
    return {hidden: close[place] for hidden, place in places.items() if place in close}


def test_the_attacker_solves_the_example_of_the_literature() -> None:
    two_in_every_row_and_column = {
        ("alpha", 1), ("alpha", 2), ("alpha", 3), ("beta", 1), ("beta", 2), ("gamma", 0), ("gamma", 3), ("delta", 0), ("delta", 3),
    }  # fmt: skip
    assert hiding(two_in_every_row_and_column) == {("alpha", 3): Range(1, 1)}


def test_the_example_of_the_literature_is_told_in_the_parts_that_were_found_by_hand() -> None:
    # Gamma's 3 needs two others: without any one of the three, five at the least are left.
    assert found(0, "dabg") == [("alpha", "delta", "gamma"), ("beta",)]
    assert found(0, "badg") == [("alpha", "beta", "gamma"), ("delta",)]
    assert found(1, "bgda") == [("alpha", "beta", "gamma"), ("delta",)]
    assert found(2, "dbga") == [("alpha", "beta", "delta"), ("gamma",)]
    # 1, 2 and 2 are five, but whoever knows one of them would know of fewer; with the 15, who knows that knows of five.
    assert found(3, "abgd") == [("alpha", "beta", "delta", "gamma")]


def test_where_nothing_hides_the_rest_it_is_not_told_and_who_can_be_told_alone_is() -> None:
    assert parts(RULE, {"a": [cell(1)], "b": [cell(9)]}, dict.fromkeys("ab", HERE), Random(0)) == [("a",), ("b",)]
    assert not safe(RULE, [[cell(1)]])


def test_kinds_and_guidance_stay_whole_where_their_own_initiatives_suffice() -> None:
    columns = {id: [cell(4)] for id in "abcdef"}
    places = {id: Place("buddy" if id in "abc" else "chores", "none") for id in columns}
    assert parts(RULE, columns, places, Random(0)) == [("a", "b", "c"), ("d", "e", "f")]


def test_who_knows_one_initiative_learns_of_no_fewer_than_k_persons() -> None:
    assert RULE.hides([cell(4), cell(4), cell(1)])
    assert not RULE.hides([cell(9), cell(2), cell(2)])
    assert not RULE.hides([cell(9), cell(9)])


def test_no_sum_is_told_of_which_the_rule_says_what_each_is() -> None:
    """Each pair has two persons. Three of one pair each are six, and without any one four: so none could be of two pairs."""
    one_pair = Cell(1, 2, 2, 1, 0)
    assert not Rule(4).hides([one_pair] * 3)
    assert Rule(4).hides([one_pair] * 4)


def test_one_person_in_more_than_half_of_what_is_counted_keeps_it_hidden() -> None:
    assert RULE.safe([Cell(6, 7, 7, 3, 0)])
    assert not RULE.safe([Cell(6, 7, 7, 4, 0)])


def test_who_is_in_several_initiatives_is_counted_in_all_of_them_for_one_person() -> None:
    shared = Cell(4, 5, 1, 1, 3)
    assert not RULE.safe([shared, shared])
    assert RULE.safe([shared, cell(6)])


def test_an_empty_number_is_hidden_as_a_small_one_is() -> None:
    assert not RULE.safe([cell(0)])
    assert not RULE.safe([])


@pytest.mark.parametrize("k", [10, 11])
def test_no_fewer_relationships_are_told_of_than_k_persons_make_two_by_two(k: int) -> None:
    group = Cell(1, 40, 40, 1, 0)
    assert not Rule(k).safe([group] * 4)
    assert Rule(11).width == 6


Told = list[tuple[tuple[str, ...], int | None]]


def told(rule: Rule, counts: dict[str, int], places: dict[str, Place], order: str) -> Told:
    """The parts, and what is told of each, where every relationship has two persons whom no other has."""
    columns = {id: [Cell(count, 2 * count, 2 * count, min(count, 1), 0)] for id, count in counts.items()}
    found = parts(rule, columns, places, InOrder(order))
    return [(part, sum(counts[id] for id in part) if safe(rule, [columns[id] for id in part]) else None) for part in found]


def sums(of: int, whole: int) -> Iterator[tuple[int, ...]]:
    if of == 1:
        yield (whole,)
    else:
        yield from ((first, *rest) for first in range(whole + 1) for rest in sums(of - 1, whole - first))


@pytest.mark.parametrize("seed", range(40))
def test_who_knows_the_rules_and_all_else_is_left_with_as_many_values_of_a_hidden_number_as_is_safe(seed: int) -> None:
    """They go through all numbers that a part may have, and hide each time as it is hidden here; only chance they cannot know."""
    rng = Random(seed)
    rule, ids = Rule(rng.choice([4, 6])), "abcde"[: rng.randint(3, 5)]
    places = {id: Place(rng.choice(["buddy", "chores"]), "none") for id in ids}
    counts = {id: rng.choice([0, 1, 1, 2, 3, 4, 5, 6]) for id in ids}
    chances = ["".join(order) for order in permutations(ids)]
    known = told(rule, counts, places, rng.choice(chances))
    for part, whole in known:
        if len(part) == 1 or whole is None:
            continue
        values: dict[str, set[int]] = {id: set() for id in part}
        for guess in sums(len(part), whole):
            guessed = dict(zip(part, guess, strict=True))
            news = any(count not in values[id] for id, count in guessed.items())
            if news and any(told(rule, counts | guessed, places, chance) == known for chance in chances):
                for id, count in guessed.items():
                    values[id].add(count)
        assert min(map(len, values.values())) >= rule.width
