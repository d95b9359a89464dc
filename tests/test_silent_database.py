"""Who subscribes while the database falls silent is told to come again, and is neither refused nor told of an inner error."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from live import PROTOCOL
from scraped import samples
from sent_lines import ROOT
from served import NOW, Served, served_at
from servers import Postgres
from starlette.websockets import WebSocketDisconnect
from store_places import Databases

from api.app import THREADS
from api.errors import mask
from domain.store import postgres
from domain.store.places import on_postgres
from domain.store.postgres import Unreachable
from domain.store.replica import Lost
from domain.store.ring import KeyStoreSilent
from projections.telemetry import progress
from projections.telemetry.metrics import exposition
from projections.telemetry.progress import Glance


@pytest.fixture
def place(own_postgres: Postgres) -> Databases:
    return Databases(own_postgres)


@pytest.fixture
def house(place: Databases) -> Iterator[Served]:
    with served_at(on_postgres(place.url, place.keys_url, ROOT, "buurtmaat", lambda: NOW)) as found:
        yield found


@contextmanager
def breaking_off(place: Databases, server: Postgres, table: str) -> Iterator[None]:
    """The server is gone as soon as somebody waits for a table."""

    def end() -> None:
        with psycopg.connect(server.url, autocommit=True) as watching:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while watching.execute(waiting).fetchone() is None:
                pass
        server.kill()

    with psycopg.connect(place.all) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        ending = threading.Thread(target=end)
        ending.start()
        yield
        ending.join()
        connection.close()


def test_who_asks_for_the_events_is_told_that_the_database_does_not_answer(house: Served, place: Databases, own_postgres: Postgres) -> None:
    with breaking_off(place, own_postgres, "events"):
        answer = house.client.get("/events", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 503, answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert error["message"].startswith("The database does not answer just now")


def test_who_gives_a_token_is_told_to_try_again_later(house: Served, place: Databases, own_postgres: Postgres) -> None:
    with breaking_off(place, own_postgres, "tokens"), house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {house.token}"}})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 1013


def test_probes_and_scrapes_are_answered_however_many_wait_for_the_database(
    place: Databases, own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOOK_SECONDS", 0.5)
    monkeypatch.setattr(postgres.PostgresDatabase, "answer_seconds", 3_600)
    with served_at(on_postgres(place.url, place.keys_url, ROOT, "buurtmaat", lambda: NOW)) as house:
        own_postgres.kill()
        asking = [threading.Thread(target=lambda: house.answer("{ lenses { name } }")) for _ in range(THREADS + 2)]
        for one in asking:
            one.start()
        for _ in range(2):
            assert house.client.get("/readyz").status_code == 503
        assert samples(exposition(Glance(house.organisation)).decode())["store_reachable", ()] == 0
        assert all(one.is_alive() for one in asking)
        own_postgres.start()
        for one in asking:
            one.join()


@pytest.mark.parametrize(("failure", "named"), [(Unreachable("x"), "events"), (Lost("x"), "replica"), (KeyStoreSilent("x"), "keys")])
def test_the_log_says_which_database_it_is_that_does_not_answer(failure: Exception, named: str, caplog: pytest.LogCaptureFixture) -> None:
    assert mask(failure).refusal.rule == "silent"
    assert caplog.messages == [f"the database of the {named} does not answer" if named != "replica" else "the replica does not answer"]
