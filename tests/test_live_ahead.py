"""Who listens is told what is recorded before the views have taken it in, where these would have nothing to say of it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from listening import listened, until
from sent_lines import account, ended, line, meeting, note, opened, pair, record, runner_of
from store_places import Place

from api import at_least
from domain.model.catalogue import CATALOGUE
from domain.model.envelope import read
from domain.model.relationship import Relationship, evolve
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
    assert record(store, [meeting("m", "r"), last, meeting("n", "r", occurred="2021-02-02")]).recorded == 3
    before = events_after(questions, PAIR, ALL)
    assert (told(before), before.upto) == ([PAIR + 1], PAIR + 1)
    assert told(events_after(questions, PAIR + 1, ALL)) == []
    runner.catch_up()
    assert told(events_after(questions, PAIR + 1, ALL)) == [PAIR + 2, PAIR + 3]


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


def test_nothing_that_is_told_ahead_changes_a_relationship_by_itself() -> None:
    assert not any(CATALOGUE[name].corrects for name in live.PLAIN.values())
    seen = set()
    for case in EXAMPLES.rglob("*.jsonl"):
        states: dict[str, Relationship] = {}
        events = [read(raw) for raw in case.read_bytes().splitlines()]
        told = [event for event in events if event.stream.startswith("relationship/") and not event.kind.corrects]
        for event in sorted(told, key=lambda event: (event.at, not event.kind.opens)):
            state = states.setdefault(event.stream, Relationship(event.local))
            after = states[event.stream] = evolve(state, event)
            if event.kind.topic in live.PLAIN:
                seen.add(event.kind.name)
                kept = (state.began, state.initiative, state.matched, state.ended)
                assert (after.began, after.initiative, after.matched, after.ended) == kept
    assert len(seen) > 15


def test_a_log_that_came_back_with_less_is_told_by_the_views(store: EventStore, questions: Questions) -> None:
    record(store, [meeting("m", "r")])
    assert events_after(questions, 20, ALL).upto == 20


def test_whoever_comes_while_the_views_are_held_up_is_told_what_others_were(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_least, "PATIENCE_SECONDS", 0.5)

    async def run() -> None:
        async with listened(store) as house:
            first = house.listen()
            await until(first.is_caught_up)
            monkeypatch.setattr(house.organisation.runner, "keep_up", lambda: False)
            await house.record([meeting("m", "r"), line("y", "participant_registered", "participant/other", {"name": "Somebody"})])
            await until(lambda: first.positions()[-1] == PAIR + 1)
            second = house.listen()
            await until(lambda: second.is_caught_up() or second.following.done())
            monkeypatch.undo()
            await house.record([meeting("n", "r")])
            await until(lambda: all(one.positions() == list(range(1, PAIR + 4)) for one in (first, second)))

    asyncio.run(run())


def test_who_is_told_ahead_while_somebody_is_erased_is_told_it_without_their_content(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_least, "PATIENCE_SECONDS", 0.5)
    read = live.events_after

    def frozen_then(*arguments: Any) -> Events:
        page = read(*arguments)
        if page.upto > PAIR:
            store.keys.freeze("participant/r-bram")
            time.sleep(0.05)
        return page

    monkeypatch.setattr(live, "events_after", frozen_then)

    async def run() -> None:
        async with listened(store) as house:
            listeners = [house.listen() for _ in range(3)]
            await until(lambda: all(one.is_caught_up() for one in listeners))
            monkeypatch.setattr(house.organisation.runner, "keep_up", lambda: False)
            await house.record([meeting("m", "r", **note("secret", "b"))])
            await until(lambda: all(one.positions()[-1] == PAIR + 1 or one.following.done() for one in listeners))
            assert all("secret" not in str(one.told) for one in listeners)
            assert all(one.positions()[-1] == PAIR + 1 for one in listeners)

    asyncio.run(run())
