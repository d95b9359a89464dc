"""Who pages on meets everything once, however much is recorded meanwhile."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sent_lines import account, initiative, match, meeting, opened, person, record, runner_of

from domain.store.store import EventStore
from projections.views.filters import EventFilter, MoveFilter, RelationshipFilter
from projections.views.questions import Questions

COUNT = 40


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    store = opened(tmp_path / "events.sqlite")
    lines = [initiative(), *person("anna"), *person("bram")]
    for number in range(COUNT):
        lines += [match(f"r{number}", "anna", "bram"), meeting(f"m{number}", f"r{number}", f"2021-03-{number % 28 + 1:02}")]
    record(store, lines)
    yield store
    store.close()


@pytest.mark.parametrize("seed", range(5))
def test_no_relationship_is_missed_or_met_twice_while_events_are_recorded(store: EventStore, seed: int) -> None:
    chance, questions = random.Random(seed), Questions(store, runner_of(store))
    met: list[str] = []
    after = None
    for number in range(1_000):
        page = questions.relationship_page(7, after, RelationshipFilter())
        met += [node.id for node in page.nodes]
        if not page.has_next_page:
            break
        after = page.end_cursor
        some = [chance.randrange(COUNT) for _ in range(5)]
        days = [f"2021-0{chance.randrange(4, 9)}-01" for _ in some]
        record(store, [meeting(f"n{number}-{place}", f"r{id}", days[place]) for place, id in enumerate(some)])
        record(store, [match(f"new{number}", "anna", "bram")])
    assert len(met) == len(set(met))
    assert set(met) == {f"r{number}" for number in range(COUNT)}


def test_no_event_is_missed_or_met_twice_while_others_are_recorded(store: EventStore) -> None:
    questions = Questions(store, runner_of(store))
    met: list[str] = []
    after = None
    for number in range(1_000):
        page = questions.event_page(10, after, EventFilter())
        met += [node.position for node in page.nodes]
        if not page.has_next_page:
            break
        after = int(page.cursors[-1])
        record(store, [meeting(f"n{number}", f"r{number % COUNT}")])
    assert met == [str(position) for position in range(5 + 2 * COUNT, 0, -1)]


def test_no_move_is_missed_or_met_twice_while_later_ones_come(store: EventStore) -> None:
    questions = Questions(store, runner_of(store))
    there = [(move.relationship, move.at) for move in questions.move_page(1_000, None, MoveFilter(), None).nodes]
    met: list[tuple[str, str]] = []
    after = None
    for number in range(1_000):
        page = questions.move_page(7, after, MoveFilter(), None)
        met += [(move.relationship, move.at) for move in page.nodes]
        if not page.has_next_page:
            break
        after = page.end_cursor
        record(store, [account(f"said{number}", f"r{number}", occurred="2021-05-01", named="both")])
    assert met == there
    assert len(there) == COUNT
