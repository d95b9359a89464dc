"""Moves that no event brings about are announced when their time has come: each once, whoever looks, however the clock jumps."""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sent_lines import Clock, initiative, line, match, meeting, opened, person, record, runner_of
from served import EXAMPLES
from store_places import Place
from test_set_aside import DAMAGED, change
from worker_processes import eventually, workers

from domain.model.time import DAY, SECOND, day, rfc3339
from domain.store.database import ANNOUNCED
from domain.store.store import EventStore
from projections.runner import Runner
from projections.views import announcements
from projections.views.announcements import Looked, announce
from projections.views.trajectories import MOVES

Announced = tuple[str, str, str, int]
QUICK = {"version": "1", "definition": {"half_life_days": 2e-5, "look_days": 1e-5, "unobserved_below": 0.01}}
"""A lens through which everything fades in seconds."""
TERM = {"term": {"kind": "fixed", "until": "2021-03-01"}}


class Machine(Clock):
    """The clock that the workers have."""

    def __call__(self) -> int:
        return time.time_ns() // 1_000


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = day("2021-01-10")
    return clock


@pytest.fixture
def store(place: Place, clock: Clock) -> Iterator[EventStore]:
    with closing(opened(place, clock=clock)) as store:
        yield store


@pytest.fixture
def runner(store: EventStore) -> Runner:
    return runner_of(store)


def announced(store: EventStore) -> list[Announced]:
    """In their order; their numbers have no gaps."""
    columns = "number, relationship, lens, holder, at"
    with store.reading() as connection:
        rows = connection.execute(f"SELECT {columns} FROM {connection.table(ANNOUNCED)} a ORDER BY number").fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    return [(id, lens, holder, at) for _, id, lens, holder, at in rows]


def silent_moves(store: EventStore, runner: Runner, since: int, upto: int) -> set[Announced]:
    """The moves in the views that no event brought about."""
    runner.catch_up()
    with store.reading() as connection:
        moves = connection.table(MOVES, runner.generation(connection))
        query = f"SELECT relationship, lens, holder, at FROM {moves} m WHERE at > ? AND at <= ? AND cause <> 'events'"
        return set(connection.execute(query, (since, upto)).fetchall())


def matched(store: EventStore) -> None:
    assert not record(store, [*person("anna"), *person("bram"), initiative(), match("r", "anna", "bram", **TERM)]).refused


def test_a_term_that_lapsed_is_announced_once_and_not_before_its_time(store: EventStore, runner: Runner, clock: Clock) -> None:
    matched(store)
    assert announce(store, runner) == Looked(0, False)
    clock.now = day("2021-03-01") - 1
    assert announce(store, runner).announced == 0
    clock.now += 1
    came = silent_moves(store, runner, 0, clock.now)
    assert came
    assert announce(store, runner).announced == len(came)
    assert set(announced(store)) == came
    for _ in range(3):
        assert announce(store, runner) == Looked(0, False)
        clock.now += DAY // 3
    assert set(announced(store)) == came


def test_what_was_before_the_first_look_is_no_news(store: EventStore, runner: Runner, clock: Clock) -> None:
    matched(store)
    clock.now = day("2024-01-01")
    assert announce(store, runner).announced == 0
    clock.now += DAY
    assert announce(store, runner).announced == 0
    assert silent_moves(store, runner, 0, clock.now)


def test_what_an_event_brought_about_or_undid_is_not_announced(store: EventStore, runner: Runner, clock: Clock) -> None:
    matched(store)
    record(store, [*person("cees"), *person("dirk"), match("undone", "cees", "dirk", **TERM)])
    announce(store, runner)
    clock.now = day("2021-03-02")
    # Before anybody looks, what had lapsed is said to have gone on, and a history comes in whose term lapsed before it was known.
    longer = line("longer", "term_extended", "relationship/undone", {"until": "2021-05-01"}, "2021-02-01")
    assert record(store, [longer, *person("eva"), *person("finn"), match("late", "eva", "finn", **TERM)]).recorded == 6
    assert {id for id, _, _, _ in silent_moves(store, runner, day("2021-02-28"), clock.now)} == {"r", "late"}
    announce(store, runner)
    assert {(id, at) for id, _, _, at in announced(store)} == {("r", day("2021-03-01"))}
    clock.now = day("2021-05-02")
    announce(store, runner)
    assert {at for id, _, _, at in announced(store) if id == "undone"} == {day("2021-05-01")}


def test_a_clock_that_jumps_a_day_both_ways_makes_nothing_come_twice_and_passes_nothing_over(
    store: EventStore, runner: Runner, clock: Clock
) -> None:
    matched(store)
    clock.now = day("2021-02-28") + DAY // 2
    announce(store, runner)
    clock.now += DAY
    assert announce(store, runner).announced > 0
    before = announced(store)
    clock.now -= DAY
    assert announce(store, runner).announced == 0
    # What is recorded now, and comes in the day that the clock was ahead, is not passed over.
    term = {"term": {"kind": "fixed", "until": "2021-03-01"}}
    assert not record(store, [*person("cees"), *person("dirk"), match("s", "cees", "dirk", **term)]).refused
    with store.reading() as connection:
        assert runner.position(connection) < store.head(connection)
    clock.now += 2 * DAY
    announce(store, runner)
    found = announced(store)
    assert found[: len(before)] == before
    assert len(set(found)) == len(found)
    assert {id for id, _, _, _ in found[len(before) :]} == {"s"}


def test_a_long_absence_is_made_up_for_in_pages(store: EventStore, runner: Runner, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "PAGE", 3)
    matched(store)
    record(store, [line for number in range(5) for line in [*person(f"c{number}"), *person(f"d{number}")]])
    terms = [{"term": {"kind": "fixed", "until": f"2021-03-0{number + 1}"}} for number in range(5)]
    record(store, [match(f"s{number}", f"c{number}", f"d{number}", **term) for number, term in enumerate(terms)])
    announce(store, runner)
    since = clock.now
    clock.now = day("2024-01-01")
    steps = 1
    while announce(store, runner).more:
        steps += 1
        assert steps < 1_000
    assert steps > 2
    assert set(announced(store)) == silent_moves(store, runner, since, clock.now)


@pytest.mark.parametrize("seed", range(2))
def test_all_that_was_foreseen_is_announced_whatever_is_recorded_and_whenever_it_is_looked(
    store: EventStore, runner: Runner, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    clock.now = day("2018-01-01")
    names = chance.sample([file.stem for file in sorted(EXAMPLES.glob("*.jsonl"))], 3)
    waiting: list[dict[str, Any]] = [json.loads(raw) for name in names for raw in (EXAMPLES / f"{name}.jsonl").read_text().splitlines()]
    announce(store, runner)
    foreseen: set[Announced] = set()
    recorded: list[dict[str, Any]] = []
    for number in range(60):
        since, ahead = clock.now, chance.randrange(1, 90) * DAY
        foreseen |= silent_moves(store, runner, since, since + ahead)
        clock.now += ahead
        announce(store, runner)
        assert set(announced(store)) == foreseen, rfc3339(clock.now)
        offered, waiting = waiting[:25], waiting[25:]
        if recorded and chance.random() < 0.3:
            back = {"id": f"back-{number}", "type": "tussenruimte.event_retracted.v1", "occurred": "2018-01-01"}
            wrong = {name: value for name, value in chance.choice(recorded).items() if name != "perspective"}
            offered = [{**wrong, **back, "data": {"event": wrong["id"]}}, *offered]
        for event in offered:
            if not record(store, [json.dumps(event).encode()]).refused:
                recorded += [event] if event["subject"].startswith("relationship/") else []
            elif "retracted" not in event["type"]:
                waiting.insert(chance.randrange(len(waiting) + 1), event)
    assert len(foreseen) > 10


def test_those_who_look_at_once_announce_each_move_once(place: Place, store: EventStore, runner: Runner, clock: Clock) -> None:
    matched(store)
    announce(store, runner)
    clock.now = day("2024-01-01")
    others = [opened(place, clock=clock) for _ in range(4)]
    began = threading.Barrier(len(others))
    counts: list[int] = []

    def look(other: EventStore) -> None:
        mine = runner_of(other)
        began.wait()
        counts.append(announce(other, mine).announced)

    threads = [threading.Thread(target=look, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert sorted(counts)[:-1] == [0, 0, 0]
    assert max(counts) == len(announced(store)) > 0


def test_a_history_that_cannot_be_read_any_more_stops_no_announcement(store: EventStore, runner: Runner, clock: Clock) -> None:
    matched(store)
    record(store, [*person("cees"), *person("dirk"), match("s", "cees", "dirk", **TERM)])
    announce(store, runner)
    clock.now = day("2021-03-01") + SECOND
    record(store, [meeting("m", "r", "2021-03-01", mood="light")])
    runner.catch_up()
    with store.reading() as connection:
        position = store.head(connection)
    change(store, position, DAMAGED["no JSON"])
    assert announce(store, runner).announced > 0
    assert {id for id, _, _, _ in announced(store)} == {"s"}


def test_workers_announce_what_fades_while_they_run_and_one_of_them_dies(place: Place) -> None:
    machine = Machine()
    with closing(opened(place, clock=machine)) as store:
        runner = runner_of(store)
        members = [{"handle": handle, "participant": who, "roles": ["member"]} for handle, who in (("a", "anna"), ("b", "bram"))]
        contact = line("c", "contact_emerged", "relationship/r", {"initiative": "home", "members": members})
        record(store, [initiative(), *person("anna"), *person("bram"), contact, line("l", "lens_published", "lens/quick", QUICK)])
        with workers(place, "watch", count=2) as both:
            eventually(lambda: any(worker.leads("watch") for worker in both), "a leader")
            first = next(worker for worker in both if worker.leads("watch"))
            (second,) = (worker for worker in both if worker is not first)
            since = machine()
            for number in range(3):
                now = rfc3339(machine())
                data = {"present": ["a", "b"], "mood": "light"}
                assert record(store, [line(f"m{number}", "meeting_held", "relationship/r", data, now[:10], time=now)]).recorded == 1
                foreseen = silent_moves(store, runner, since, since + DAY)
                assert len(foreseen) > 3 * number
                if number == 1:
                    first.kill()
                    eventually(lambda: second.leads("watch"), "another leader")
                last = max(at for _, _, _, at in foreseen)
                while machine() <= last:
                    time.sleep(0.1)
            eventually(lambda: foreseen <= set(announced(store)), "that they are announced")
            assert set(announced(store)) == silent_moves(store, runner, since, machine())
            assert second.end() == 0
