"""The event store on SQLite: one file an organisation, through the recorder of the eventsourcing library.

A write transaction is taken at its start (BEGIN IMMEDIATE), so that judging and appending see one state and two processes
never interleave. The table keeps beside the library's columns the event's id, its leaf, and the span of its date for asking.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

BUSY_SECONDS = 120
PRAGMAS = (
    *("synchronous=FULL", "secure_delete=ON", "temp_store=FILE", "foreign_keys=ON", "cache_size=-16384"),
    # What is personal in a temporary table is enciphered under a key that is gone with the batch, so that it needs no overwriting.
    *("temp.cache_size=-32768", "temp.secure_delete=OFF", "temp.journal_mode=MEMORY"),
)
STORE_VERSION = 1
"""The version of the stored form; `migrate` brings an older file up to it."""


Row = tuple[int, str, str, bytes, str, bytes, int, int | None]
"""An event as it is inserted: position, stream, topic, the stored envelope, id, leaf, and the span of its date (instant, end)."""


class _Transaction(SQLiteTransaction):
    """A write transaction locks the file from its start; a reading one sees one snapshot."""

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        return cursor


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with _Transaction(self, commit=commit) as cursor, cursor:
            yield cursor


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        patience = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                made = super()._create_connection()._sqlite_conn
                break
            except sqlite3.OperationalError as error:
                # Several that turn a new file to WAL at once: SQLite tells all but one of them at once, without waiting.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                    raise
                time.sleep(0.01)
        for pragma in PRAGMAS:
            made.execute(f"PRAGMA {pragma}")
        return _Connection(made, self.max_age)


class Datastore(SQLiteDatastore):
    """The connections to one organisation's file."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), lock_timeout=BUSY_SECONDS, originator_id_type="text", pool_size=8, max_overflow=32, pool_timeout=60.0)
        self.pool.close()
        self.pool = _Pool(db_name=str(path), lock_timeout=BUSY_SECONDS, pool_size=8, max_overflow=32, pool_timeout=60.0)
        self.path = path

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection without a transaction, for work that stages before it locks."""
        with self.get_connection(commit=False) as held:
            connection = held._sqlite_conn
            connection.row_factory = None
            try:
                yield connection
            finally:
                connection.row_factory = sqlite3.Row

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection whose questions all see one snapshot."""
        with self.connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction on a connection that is held; whatever is raised undoes it whole."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone() is not None


class EventRecorder(SQLiteApplicationRecorder):
    """The events table. The version of an event in its stream is its position: rising, and one order for all."""

    def __init__(self, datastore: Datastore) -> None:
        super().__init__(datastore, events_table_name="events")
        self.store = datastore

    def construct_create_table_statements(self) -> list[str]:
        return [
            "CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, topic TEXT NOT NULL,"
            " state BLOB NOT NULL, id TEXT NOT NULL, leaf BLOB NOT NULL, at INTEGER NOT NULL, until INTEGER,"
            " originator_version INTEGER GENERATED ALWAYS AS (position) VIRTUAL)",
            "CREATE UNIQUE INDEX IF NOT EXISTS event_id ON events (id)",
            "CREATE INDEX IF NOT EXISTS event_stream ON events (originator_id, position)",
            "CREATE TABLE IF NOT EXISTS hangs (stream TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (target, stream)) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
            f"INSERT OR IGNORE INTO facts VALUES ('store_version', '{STORE_VERSION}')",
        ]

    def create_table(self) -> None:
        """Makes the tables where they are not there. Where they are, nothing waits for who writes."""
        with self.store.reading() as connection:
            there = has_table(connection, "facts")
        if not there:
            super().create_table()

    def append(self, connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
        """Insert events inside the caller's transaction."""
        columns = "position, originator_id, topic, state, id, leaf, at, until"
        connection.executemany(f"INSERT INTO events ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        raise TypeError("events enter through Recording.record, which judges, seals and places them")

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's own question, with the position as the notification's id."""
        parts, values = ["position >= ?" if inclusive_of_start else "position > ?"], [0 if start is None else start]
        if stop is not None:
            parts.append("position <= ?")
            values.append(stop)
        if topics:
            parts.append(f"topic IN ({','.join('?' * len(topics))})")
        query = f"SELECT position, originator_id, topic, state FROM events WHERE {' AND '.join(parts)} ORDER BY position LIMIT ?"
        with self.store.reading() as connection:
            rows = connection.execute(query, (*values, *topics, limit)).fetchall()
        return [Notification(stream, position, topic, state, id=position) for position, stream, topic, state in rows]

    def stream(self, connection: sqlite3.Connection, stream: str) -> list[tuple[bytes, int, int | None]]:
        """The stored envelopes of one stream, with the spans of their dates, in the order of recording."""
        return connection.execute("SELECT state, at, until FROM events WHERE originator_id = ? ORDER BY position", (stream,)).fetchall()

    def head(self, connection: sqlite3.Connection) -> int:
        """The highest position; 0 where nothing is recorded."""
        return connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]  # type: ignore[no-any-return]

    def convert_originator_id(self, originator_id: str) -> UUID | str:
        return originator_id
