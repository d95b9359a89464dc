"""Who listens is told what is recorded before the views have taken it in, where these would have nothing to say of it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sent_lines import account, ended, line, meeting, note, opened, pair, record, runner_of
from store_places import Place

from domain.model.catalogue import CATALOGUE
from domain.model.roles import Reach
from domain.store.database import EVENTS, Put, Update
from domain.store.store import EventStore
from projections.runner import Runner
from projections.set_aside import SET_ASIDE
from projections.views import live
from projections.views.filters import EventFilter
from projections.views.live import Events, events_after
from projections.views.questions import Questions
from projections.views.scope import Scope

EXAMPLES = Path(__file__).parent.parent / "examples"
PAIR = 6
ALL = EventFilter()


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with closing(opened(place)) as store:
        record(store, pair("r"))
        yield store


@pytest.fixture
def runner(store: EventStore) -> Runner:
    runner = runner_of(store)
    runner.catch_up()
    return runner


@pytest.fixture
def questions(store: EventStore, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> Questions:
    """Of which none brings up the views."""
    monkeypatch.setattr(runner, "keep_up", lambda: None)
    return Questions(store, runner)


def told(events: Events) -> list[int]:
    return [int(event.position) for event in events.found]


def test_what_is_plain_is_told_before_the_views_have_it(store: EventStore, questions: Questions) -> None:
    record(store, [meeting("m", "r", **note("They laughed about the rain.", "b")), account("a", "r", named="help")])
    found = events_after(questions, PAIR, ALL, relationships=True)
    assert (told(found), found.upto, found.more) == ([PAIR + 1, PAIR + 2], PAIR + 2, False)
    assert found.found[0].data["notes"][0]["text"] == "They laughed about the rain."
    assert [one.id for one in map(found.of, found.found) if one is not None] == ["r", "r"]
    record(store, [meeting("n", "r")])
    assert told(events_after(questions, PAIR + 2, ALL)) == [PAIR + 3]
    assert told(events_after(questions, PAIR, EventFilter(types=["account_given"]))) == [PAIR + 2]


@pytest.mark.parametrize("case", sorted(EXAMPLES.glob("*.jsonl")), ids=lambda case: case.stem)
def test_what_is_told_ahead_of_the_views_is_what_they_say_when_they_have_it(place: Place, case: Path) -> None:
    ahead = 0
    with closing(opened(place)) as store:
        runner = runner_of(store)
        questions = Questions(store, runner)
        position = 0
        for raw in case.read_bytes().splitlines():
            found = record(store, [raw])
            if not found.recorded:
                continue
            before = live._ahead(questions, position, None, 0, relationships=True)
            runner.catch_up()
            after = events_after(questions, position, ALL, relationships=True)
            assert before in (None, after)
            ahead += before is not None
            position = after.upto
    assert ahead > 0


@pytest.mark.parametrize(
    "last",
    [
        ended("r", "2021-03-01"),
        line("x", "event_retracted", "relationship/r", {"event": "m"}),
        line("y", "participant_registered", "participant/other", {"name": "Somebody"}),
    ],
    ids=["the end", "a correction", "somebody else"],
)
def test_what_changes_what_is_shown_waits_for_the_views(store: EventStore, runner: Runner, questions: Questions, last: bytes) -> None:
    assert record(store, [meeting("m", "r"), last]).recorded == 2
    assert told(events_after(questions, PAIR, ALL)) == []
    runner.catch_up()
    assert told(events_after(questions, PAIR, ALL)) == [PAIR + 1, PAIR + 2]


@pytest.mark.parametrize("asked", [EventFilter(initiative="home"), EventFilter(relationship="r"), EventFilter(recorded_by="system/test")])
def test_what_only_the_views_can_tell_apart_waits_for_them(
    store: EventStore, runner: Runner, questions: Questions, asked: EventFilter
) -> None:
    record(store, [meeting("m", "r")])
    assert told(events_after(questions, PAIR, asked)) == []
    runner.catch_up()
    assert told(events_after(questions, PAIR, asked)) == [PAIR + 1]


def test_whoever_sees_a_part_waits_for_the_views(store: EventStore, questions: Questions) -> None:
    record(store, [meeting("m", "r")])
    part = Scope(store.organisation, "coordinator", Reach(initiatives=("elsewhere",)))
    assert told(events_after(questions.within(part), PAIR, ALL)) == []


def test_views_that_are_far_behind_are_brought_up_by_whoever_listens(
    store: EventStore, questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LIMIT", 3)
    record(store, [meeting(f"m{number}", "r") for number in range(3)])
    assert told(events_after(questions, PAIR, ALL)) == [PAIR + 1, PAIR + 2, PAIR + 3]
    record(store, [meeting("n", "r")])
    assert told(events_after(questions, PAIR, ALL)) == []


def test_where_something_is_set_aside_the_views_are_waited_for(store: EventStore, runner: Runner, questions: Questions) -> None:
    record(store, [meeting("m", "r")])
    with store.database.writing("views") as connection:
        row = ("relationship/other", 1, 1, "cannot be read", 1, 0, 0)
        connection.write([Put(SET_ASIDE, [row])], runner.generation(connection))
    assert told(events_after(questions, PAIR, ALL)) == []


def test_where_an_event_cannot_be_read_the_views_are_waited_for(store: EventStore, questions: Questions) -> None:
    record(store, [meeting("m", "r")])
    with store.database.writing("events") as connection:
        connection.write([Update(EVENTS, ("state",), ("id",), [(b"damaged", "m")])])
    assert told(events_after(questions, PAIR, ALL)) == []


def test_every_kind_that_is_told_ahead_is_of_a_relationship_and_corrects_nothing() -> None:
    plain = {name: CATALOGUE[name] for name in live.PLAIN.values()}
    assert not any(kind.opens or kind.corrects or kind.streams != ("relationship",) for kind in plain.values())
    assert "meeting_held" in plain
