"""Questions may be answered by a replica, which follows some way behind; who has just recorded asks for what they recorded, and is told it.

The replica is a real one, by streaming replication; a test holds its replay back and lets it go.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from follower import Follower
from listening import listened, until
from live import EVENTS, MOVES, live
from sent_lines import ROOT, meeting, pair, record
from served import NOW, Served, served_at
from servers import Postgres
from store_places import Databases

from api import at_least
from api.meeting import MoveMeeting
from domain.store.places import on_postgres
from domain.store.replica import Replica
from domain.store.store import EventStore
from projections.views.accesses import access_page
from projections.views.filters import EventFilter, MoveFilter
from projections.views.live import Behind, Events, MoveFeed, events_after

ASKED = "query($at: Position) { events(atLeast: $at, first: 1) { nodes { id } } }"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Postgres, Follower, Databases]]:
    with Postgres() as primary:
        databases = Databases(primary)
        with Follower(primary) as replica:
            yield primary, replica, databases


@pytest.fixture
def store(servers: tuple[Postgres, Follower, Databases]) -> Iterator[EventStore]:
    """An organisation's, with a replica. Its replay goes on at the end."""
    _, replica, databases = servers
    databases.empty()
    behind = urlsplit(databases.url)._replace(netloc=urlsplit(replica.url).netloc).geturl()
    yield on_postgres(databases.url, databases.keys_url, ROOT, "buurtmaat", lambda: NOW, behind)
    replica.holding_back(False)


@pytest.fixture
def house(servers: tuple[Postgres, Follower, Databases], store: EventStore) -> Iterator[tuple[Served, Follower]]:
    """An organisation that asks the replica."""
    with served_at(store) as found:
        found.ask(ASKED, at="0")
        yield found, servers[1]
        servers[1].holding_back(False)


def recorded(house: Served, lines: list[bytes]) -> str:
    answer = house.ask(
        "mutation($events: [JSON!]!) { recordEvents(events: $events) { position } }", events=[json.loads(raw) for raw in lines]
    )
    return str(answer["recordEvents"]["position"])


def held_back(replica: Follower) -> None:
    replica.holding_back(True)
    while not replica.replaying_paused():
        pass


def test_who_asks_for_what_they_recorded_is_told_it_when_it_has_come_and_others_are_told_what_is_there(
    house: tuple[Served, Follower],
) -> None:
    served, replica = house
    first = recorded(served, pair())
    assert served.ask(ASKED, at=first) == {"events": {"nodes": [{"id": "r-match"}]}}
    held_back(replica)
    position = recorded(served, [meeting("m", "r")])
    assert served.ask(ASKED) == {"events": {"nodes": [{"id": "r-match"}]}}
    told: list[Any] = []
    asking = threading.Thread(target=lambda: told.append(served.ask(ASKED, at=position)))
    asking.start()
    replica.holding_back(False)
    asking.join()
    assert told == [{"events": {"nodes": [{"id": "m"}]}}]


def test_who_asks_for_what_they_recorded_is_told_it_though_whoever_recorded_died_before_the_views_had_it(
    house: tuple[Served, Follower],
) -> None:
    served, _ = house
    outcome = record(served.organisation.store, pair())
    assert served.ask(ASKED, at=str(outcome.position)) == {"events": {"nodes": [{"id": "r-match"}]}}


def test_who_would_wait_too_long_is_told_so(house: tuple[Served, Follower], monkeypatch: pytest.MonkeyPatch) -> None:
    served, replica = house
    monkeypatch.setattr(at_least, "PATIENCE_SECONDS", 0.2)
    held_back(replica)
    position = recorded(served, pair())
    refusal = served.refusal(ASKED, at=position)
    assert (refusal["code"], refusal["field"]) == ("UNAVAILABLE", "atLeast")
    assert served.refusal(ASKED, at="soon")["code"] == "BAD_INPUT"


def test_a_question_that_is_asked_without_a_replica_is_told_all_at_once(empty: Served) -> None:
    position = recorded(empty, pair())
    assert empty.ask(ASKED, at=position) == {"events": {"nodes": [{"id": "r-match"}]}}
    assert empty.refusal(ASKED, at="7")["code"] == "BAD_INPUT"


@pytest.mark.parametrize("query", [EVENTS, MOVES])
def test_who_follows_from_what_they_recorded_is_told_what_comes_after_it_when_that_has_come(
    house: tuple[Served, Follower], query: str
) -> None:
    served, replica = house
    served.ask(ASKED, at=recorded(served, pair()))
    held_back(replica)
    position = recorded(served, [meeting("m", "r")])
    with live(served) as client:
        client.subscribe(query, after=position)
        replica.holding_back(False)
        assert client.told() == {"__typename": "CaughtUp", "position": position}


@pytest.mark.parametrize("query", [EVENTS, MOVES])
def test_who_follows_from_what_does_not_come_is_told_so_and_from_what_is_recorded_nowhere_to_begin_anew(
    house: tuple[Served, Follower], query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, replica = house
    monkeypatch.setattr(at_least, "PATIENCE_SECONDS", 0.2)
    held_back(replica)
    position = recorded(served, pair())
    for after, code, status in ((position, "UNAVAILABLE", 503), (f"{position}0", "BAD_INPUT", 400)):
        answer = served.client.get(f"/events?after={after}", headers={"Accept": "text/event-stream"})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
        with live(served) as client:
            client.subscribe(query, after=after)
            refusal = client.message()["payload"]["errors"][0]["extensions"]
            assert (refusal["code"], refusal["field"]) == (code, "after")


def test_of_two_replicas_the_slower_says_nothing_new_to_who_heard_the_other_and_keeps_who_comes_waiting(
    servers: tuple[Postgres, Follower, Databases], store: EventStore
) -> None:
    _, replica, _ = servers
    slow, store.replica = store.replica, Replica(store.database)

    async def run() -> None:
        async with listened(store) as house:
            questions, runner = house.organisation.questions, house.organisation.runner

            async def record(lines: list[bytes]) -> None:
                await house.record(lines)
                await asyncio.to_thread(runner.catch_up)

            await record(pair())
            store.replica = slow
            await until(lambda: questions.reached() == 6)
            held_back(replica)
            store.replica = Replica(store.database)
            first = house.listen(after="6")
            await until(first.is_caught_up)
            group, feed = MoveMeeting(), MoveFeed(questions, None, MoveFilter(), 0)
            await record([meeting("m", "r")])
            group.join(questions, feed)
            await until(lambda: first.positions() == [7])

            store.replica = slow
            assert events_after(questions, 7, EventFilter()) == Events([], 7, False)
            assert [step.found for _, step in group.step()] == [[]]
            with pytest.raises(Behind):
                group.join(questions, MoveFeed(questions, None, MoveFilter(), 6))
            second = house.listen(after="6")
            await asyncio.sleep(0.2)
            replica.holding_back(False)
            await until(second.is_caught_up)
            assert second.positions() == [7]
            await record([meeting("n", "r")])
            await until(lambda: first.positions() == second.positions() == [7, 8])

    asyncio.run(run())
    store.replica = slow
    store.close()


def test_what_a_replica_shows_is_written_down_by_the_primary(house: tuple[Served, Follower], store: EventStore) -> None:
    served, _ = house
    position = recorded(served, pair())
    served.ask('query($at: Position) { participant(id: "r-anna", atLeast: $at) { name } }', at=position)
    assert [(one.place, one.by) for one in access_page(store, 10, None, participant="r-anna").nodes] == [
        ("participant/r-anna", "token/tester"),
    ]
