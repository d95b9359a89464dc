"""How a question to PostgreSQL is broken off when its time is over: by a word to the server, over a connection of its own."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from domain.store.deadline import set_now

CANCEL_SECONDS = 5


@contextmanager
def broken_off_in_time(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """A connection on which a question was broken off is not used again: the word to do so may reach the server late."""
    if (deadline := set_now()) is None:
        yield
        return

    def cancel() -> None:
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=CANCEL_SECONDS)

    try:
        with deadline.during(cancel):
            yield
    finally:
        if deadline.over:
            connection.close()
