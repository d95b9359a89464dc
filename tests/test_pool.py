"""How soon a server that was away for long is found again: in seconds, however long it was, also by who has waited all the while."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from psycopg_pool.base import AttemptWithBackoff
from servers import Postgres
from store_places import Databases

from domain.store import postgres
from domain.store.postgres import PostgresDatabase

AWAY_SECONDS = 8.0
"""And as long as it takes to start. With the pool's own limit the attempt at 7.5 seconds comes too early, and the next at 15.5."""
SOON_SECONDS = 2.0


@pytest.fixture
def database(own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresDatabase]:
    monkeypatch.setattr(AttemptWithBackoff, "INITIAL_DELAY", 0.5)
    monkeypatch.setattr(postgres, "RECONNECT_SECONDS", 1.0)
    with closing(PostgresDatabase(Databases(own_postgres).url, "buurtmaat")) as found:
        with found.reading():
            pass
        yield found


def test_who_waited_while_the_server_was_away_is_answered_soon_after_it_is_back(database: PostgresDatabase, own_postgres: Postgres) -> None:
    answered: list[float] = []

    def ask() -> None:
        with database.reading():
            answered.append(time.monotonic())

    own_postgres.kill()
    waiting = threading.Thread(target=ask)
    waiting.start()
    time.sleep(AWAY_SECONDS)
    own_postgres.start()
    back = time.monotonic()
    waiting.join()
    assert answered[0] - back < SOON_SECONDS
