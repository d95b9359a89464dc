"""A log over the events of a real store, and what the tests do to what is stored underneath it."""

from collections.abc import Sequence
from typing import Any

from sent_lines import generated, record

from domain.store.database import ACCESSES, EVENTS, TILES, Table, Update
from domain.store.ledger import leaf
from domain.store.log import Log
from domain.store.store import EventStore

ORIGIN = "tussenruimte.example/buurtmaat"


def log_of(store: EventStore, origin: str = ORIGIN) -> Log:
    return Log(store.database, store.keys, store.clock, origin)


def access_log_of(store: EventStore) -> Log:
    return Log(store.database, store.keys, store.clock, f"{ORIGIN}/access", ACCESSES)


def grown(store: EventStore, *sizes: int) -> None:
    """Record and sign until the log had each of these sizes."""
    log, name = log_of(store), "abcdefgh"
    for number, (before, size) in enumerate(zip((0, *sizes), sizes, strict=False)):
        assert record(store, generated(size - before, name[number])).recorded == size - before
        assert log.sign() is not None


def leaves(store: EventStore) -> list[bytes]:
    with store.reading() as connection:
        return [one for (one,) in connection.execute(f"SELECT leaf FROM {connection.table(EVENTS)} e ORDER BY position")]


def rewrite(store: EventStore, position: int, back: bool = False) -> None:
    """Change an event and its leaf alike, so that they fit each other; `back`: to what they were."""
    was, becomes = (b"urn:tess", b"urn:test") if back else (b"urn:test", b"urn:tess")
    with store.database.writing("events") as connection:
        [(state,)] = connection.execute(f"SELECT state FROM {connection.table(EVENTS)} e WHERE position = ?", (position,)).fetchall()
        other = state.replace(was, becomes)
        assert other != state
        connection.write([Update(EVENTS, ("state", "leaf"), ("position",), [(other, leaf(other), position)])])


def execute(store: EventStore, table: Table, statement: str, values: Sequence[Any] = ()) -> None:
    """A statement by hand on one of the store's own tables; `{}` stands for its name."""
    with store.database.writing("log") as connection:
        connection.execute(statement.format(table.name), values)


def forget_tiles(store: EventStore) -> None:
    execute(store, TILES, "DELETE FROM {}")
