"""A process that is paused in the middle of something, or a look-out that ends, does not take the others or those who listen along."""

import signal
import time
from collections.abc import Iterator

import pytest
from sent_lines import ROOT, meeting, opened, pair, record
from served import NOW, Served, served, served_at
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


def test_a_writer_that_is_paused_over_its_recording_loses_it_and_the_others_go_on(
    house: Served, place: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PAUSE", "300ms")
    paused = opened(place)

    def slowly() -> None:
        with paused.database.writing("events", brief=True) as connection:
            connection.execute("SELECT 1").fetchone()
            assert record(house.organisation.store, [meeting("m", "r")]).recorded == 1
            connection.execute("SELECT 1").fetchone()

    with pytest.raises(postgres.Unreachable):
        slowly()
    paused.close()


def test_where_looking_out_ends_for_a_reason_that_nobody_foresaw_the_process_ends(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[int] = []

    async def broken(self: Wakeups) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(app.signal, "raise_signal", raised.append)
    monkeypatch.setattr(Wakeups, "_look", broken)
    with served(tmp_path) as house:  # type: ignore[arg-type]
        while not raised:
            house.client.get("/healthz")
    assert raised == [signal.SIGTERM]
