"""A process that is paused in the middle of something, or a look-out that ends, does not take the others or those who listen along."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sent_lines import ROOT, meeting, note, opened, pair, record
from served import CONNECTIONS, NOW, Served, served, served_at
from servers import Postgres
from store_places import Databases

from api import app
from api.wakeups import Wakeups
from domain.store import postgres
from domain.store.places import on_postgres
from projections import upkeep

HEADERS = {"Content-Type": "application/cloudevents+json"}
LAST = "{ events(first: 1) { nodes { id } } }"


@pytest.fixture
def place(own_postgres: Postgres) -> Databases:
    return Databases(own_postgres)


@contextmanager
def holding(house: Served) -> Iterator[list[Any]]:
    """Every connection of the pool of a store in a file."""
    with ExitStack() as held:
        yield [held.enter_context(house.organisation.store.database.connection()) for _ in range(CONNECTIONS)]  # type: ignore[attr-defined]


@pytest.fixture
def house(place: Databases) -> Iterator[Served]:
    with served_at(on_postgres(place.url, place.keys_url, ROOT, "buurtmaat", lambda: NOW)) as found:
        record(found.organisation.store, pair())
        yield found


def last(house: Served) -> str:
    """The event that the views took in last."""
    ((event,),) = [house.ask(LAST)["events"]["nodes"]]
    return str(event["id"])


def test_while_somebody_holds_the_views_up_it_is_recorded_and_answered_from_them_as_they_stand(
    house: Served, place: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "PATIENCE_SECONDS", 0.3)
    assert last(house) == "r-match"
    paused = opened(place)
    with paused.database.writing("views"):
        sent = house.client.post("/events", content=meeting("m", "r"), headers=HEADERS)
        assert (sent.status_code, sent.json()["recorded"]) == (200, 1)
        assert last(house) == "r-match"
        assert house.client.get("/readyz").status_code == 200
    paused.close()
    while last(house) != "m":
        time.sleep(0.05)


def test_who_records_does_not_wait_for_views_that_are_held_up(house: Served, place: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PATIENCE_SECONDS", 3_600)
    paused = opened(place)
    with paused.database.writing("views"):
        for number in range(3):
            sent = house.client.post("/events", content=meeting(f"m{number}", "r"), headers=HEADERS)
            assert (sent.status_code, sent.json()["recorded"]) == (200, 1)
    paused.close()
    assert last(house) == "m2"


def test_what_is_recorded_is_in_the_views_soon_though_nobody_asks(house: Served) -> None:
    house.client.post("/events", content=meeting("m", "r"), headers=HEADERS)
    store, runner = house.organisation.store, house.organisation.runner
    while True:
        with store.reading() as connection:
            if runner.position(connection) == store.head(connection) > 6:
                break


def test_a_writer_that_is_paused_over_its_recording_loses_it_and_the_others_go_on(
    house: Served, place: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PAUSE", "300ms")
    paused = opened(place)
    recorded: list[int] = []

    def slowly() -> None:
        with paused.database.writing("events", brief=True) as connection:
            connection.execute("SELECT 1").fetchone()
            recorded.append(record(house.organisation.store, [meeting("m", "r")]).recorded)
            connection.execute("SELECT 1").fetchone()

    with pytest.raises(postgres.Unreachable):
        slowly()
    assert recorded == [1]
    paused.close()


def test_who_sends_to_a_full_disk_is_told_so_and_may_send_again_once_there_is_room(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        record(house.organisation.store, pair())
        batch = [json.loads(meeting(f"m{number}", "r", **note("x" * 900, "a"))) for number in range(200)]
        with holding(house) as connections:
            for connection in connections:
                (pages,) = connection.execute("PRAGMA page_count").fetchone()
                connection.execute(f"PRAGMA max_page_count={pages}")
        answer = house.client.post("/events", json=batch, headers={"Content-Type": "application/cloudevents-batch+json"})
        assert answer.status_code == 503, answer.text
        (error,) = answer.json()["errors"]
        assert (error["extensions"]["code"], "may be sent again" in error["message"]) == ("UNAVAILABLE", True)
        with holding(house) as connections:
            for connection in connections:
                connection.execute("PRAGMA max_page_count=1073741823")
        answer = house.client.post("/events", json=batch, headers={"Content-Type": "application/cloudevents-batch+json"})
        assert (answer.status_code, answer.json()["recorded"]) == (200, 200)


def test_where_looking_out_ends_for_a_reason_that_nobody_foresaw_the_process_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[int] = []

    async def broken(self: Wakeups) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(app.signal, "raise_signal", raised.append)
    monkeypatch.setattr(Wakeups, "_look", broken)
    with served(tmp_path) as house:
        while not raised:
            house.client.get("/healthz")
    assert raised == [signal.SIGTERM]
