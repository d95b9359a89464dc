"""What the census counts is what is told of each relationship by itself: recounted one by one, over the ten cases and random histories."""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing

import pytest
from corrected_histories import chronicle_of, histories, oracle_of, telling_instants
from histories import Line
from hypothesis import given
from sent_lines import Clock, line, match, opened, person, record, runner_of
from served import NOW, Served
from store_places import Place

from census.neighbourhood import initiative
from domain.model.lens import ACCOUNTS_VERSION, EVIDENCE
from domain.model.time import day, instant, rfc3339
from projections.census.cells import Cell, Rule
from projections.census.contributions import PHASES, Contribution, Turn, contribution, first_of, month_of, next_first
from projections.census.sources import sources
from projections.census.units import EDGES, MATCH, WEEK, Curve, People, unit
from projections.lenses.reading import moves_of, told_by_accounts, told_by_evidence
from projections.views.filters import RelationshipFilter
from projections.views.questions import Questions

THIS_MONTH = month_of(NOW)


class Anything(Rule):
    """By which everything may be told."""

    def safe(self, cells: Iterable[Cell]) -> bool:
        return True


def stands(one: Contribution, month: int) -> str | None:
    """Where a relationship counts at the start of a month; None before it begins."""
    found = [column for start, column in one.states if start <= month]
    return found[-1] if found else None


def counted(phase: str, kind: str | None) -> str:
    return f"{phase}:{kind}" if kind else phase


@given(histories())
def test_a_relationship_counts_where_it_is_read_at_the_start_of_each_month(lines: list[Line]) -> None:
    told, oracle = chronicle_of(lines), oracle_of(lines)
    began, last = told.steps[0].event.at, month_of(max(telling_instants(lines))) + 12
    for lens in ("evidence", "accounts"):
        read = told_by_evidence(told, EVIDENCE) if lens == "evidence" else told_by_accounts(told, ACCOUNTS_VERSION)
        turns = [Turn(move.at, move.was, move.now, move.kind) for move in moves_of(read, None)]
        one = contribution(began, True, None, turns, last)
        for month in range(next_first(began), last + 1):
            said = oracle.reading(first_of(month), None) if lens == "evidence" else oracle.account(first_of(month), None)
            assert stands(one, month) == counted(said["phase"], said.get("kind"))
        moves = [(turn.was, turn.now) for turn in turns if turn.at < first_of(last) and turn.was != turn.now]
        assert [move[1:] for move in one.moves] == [pair for pair in moves if set(pair) <= set(PHASES)]
        assert one.reached.keys() == {turn.now for turn in turns if turn.at <= first_of(last)} & set(PHASES)


@pytest.mark.parametrize("lens", ["evidence", "accounts"])
def test_the_ten_cases_are_counted_as_they_are_told_one_by_one(house: Served, lens: str) -> None:
    questions = house.organisation.questions
    with questions.snapshot() as snapshot:
        found = sources(snapshot, lens, THIS_MONTH)
    page = questions.relationship_page(100, None, RelationshipFilter())
    ids = [node.id for node in page.nodes]
    homes = {id: questions.relationships([id])[id].initiative for id in ids}
    assert {id for told in found.told.values() for id in told} == set(ids)
    assert all(found.told[home].keys() == {id for id in ids if homes[id] == home} for home in found.told)
    moves = questions.moves_of(ids, lens, None, NOW)
    for home, told in found.told.items():
        made = unit(found.places[home], THIS_MONTH, told, People(found.people, frozenset()), Anything())
        for month in range(min(one.states[0][0] for one in told.values()), THIS_MONTH + 1):
            began = [id for id, one in told.items() if one.began <= first_of(month)]
            said = questions.readings(began, first_of(month), lens, None)
            expected = Counter(one.phase.lower() for one in said.values())
            expected += Counter(f"{one.phase}:{one.kind}".lower() for one in said.values() if one.kind)
            cells = made.state(month) or {}
            assert {column: cell.count for column, cell in cells.items() if cell.count} == expected
        pairs = Counter(
            (f"{move.was}>{move.now}".lower(), move.at[:4])
            for id in told
            for move in moves[id]
            if move.was != move.now and {move.was.lower(), move.now.lower()} <= set(PHASES) and move.at < rfc3339(first_of(THIS_MONTH))
        )
        assert Counter({(pair, year): cells[year].count for pair, cells in made.moves.items() for year in cells if len(year) == 4}) == pairs
        seen = first_of(made.states[-1][0])
        began = {id: one.began for id, one in told.items() if one.began <= seen}
        for phase in PHASES:
            first = {id: [instant(move.at)[0] for move in moves[id] if move.now.lower() == phase][:1] for id in began}
            assert _bins(made.curves[phase]) == _recounted(began, first, seen)
        matched = {id: began[id] for id in began if questions.relationships([id])[id].origin == "MATCHED"}
        ended = {id: [day(on)] if (on := questions.relationships([id])[id].ended_on) else [] for id in matched}
        assert _bins(made.curves[MATCH]) == _recounted(matched, ended, seen)


def _bins(curve: Curve) -> tuple[list[int], list[int]]:
    return [cell.count for cell in curve.came[0]], [cell.count for cell in curve.waiting[0]]


def _recounted(began: dict[str, int], ended: dict[str, list[int]], seen: int) -> tuple[list[int], list[int]]:
    """By bin, to how many it came up to when they were seen last, and how many had waited so long until then."""
    bins = ([0] * len(EDGES[0]), [0] * len(EDGES[0]))
    for id, start in began.items():
        came = [at for at in ended[id] if at <= seen]
        weeks = ((came[0] if came else seen) - start) // WEEK
        bins[not came][max(place for place, first in enumerate(EDGES[0]) if first <= weeks)] += 1
    return bins


def test_whoever_was_registered_twice_and_joined_counts_once(place: Place, clock: Clock) -> None:
    with closing(opened(place, clock=clock)) as store:
        runner = runner_of(store)
        people = [raw for who in ("anna", "anna-again", "bram", "cleo") for raw in person(who)]
        join = line("join", "participants_joined", "participant/anna", {"participant": "anna-again"}, "2022-01-01")
        assert not record(store, [initiative("home"), *people, match("r", "anna", "bram"), match("s", "anna-again", "cleo"), join]).refused
        with Questions(store, runner).snapshot() as snapshot:
            people_of = sources(snapshot, "evidence", month_of(clock.now)).people
        assert people_of == {"r": ["anna", "bram"], "s": ["anna", "cleo"]}
        assert People(people_of, frozenset()).cell(["r", "s"]) == Cell(2, 3, 3, 2, 0)
