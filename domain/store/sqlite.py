"""A database on SQLite: one file an organisation, through the datastore of the eventsourcing library.

A write transaction is taken at its start (BEGIN IMMEDIATE), so that judging and appending see one state and two processes
never interleave; SQLite has one such lock for all. Each generation of a view has tables of its own, named after it.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore

from domain.store.database import (
    EVENTS,
    OWN,
    STORE_VERSION,
    TRACKING,
    Add,
    Change,
    Connection,
    Delete,
    Insert,
    InUse,
    JsonForms,
    Lock,
    OutOfRoom,
    Put,
    Table,
)
from domain.store.deadline import set_now
from domain.store.lead import FileLead

BUSY_SECONDS = 120
EMPTY_SECONDS = 30.0
"""For how long whoever still reads what was overwritten is waited for."""
PRAGMAS = ("synchronous=FULL", "secure_delete=ON", "temp_store=FILE", "foreign_keys=ON", "cache_size=-16384")
_OWN = {table.name for table in OWN}
_TYPES = {"text": "TEXT", "integer": "INTEGER", "bytes": "BLOB"}


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        patience = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                made = super()._create_connection()
                break
            except sqlite3.OperationalError as error:
                # Several that turn a new file to WAL at once: SQLite tells all but one of them at once, without waiting.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                    raise
                time.sleep(0.01)
        for pragma in PRAGMAS:
            made._sqlite_conn.execute(f"PRAGMA {pragma}")
        return made


class SQLiteTransaction:
    """A transaction on a held connection; see `domain.store.database.Connection`."""

    takes_in_meanwhile = False
    json = JsonForms(
        "json_quote({})",
        "(SELECT group_concat(one, ',') FROM (SELECT {each} one FROM {rows} ORDER BY {by}))",
    )

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.execute = connection.execute
        self.stream = connection.execute
        self._many = connection.executemany

    def table(self, table: Table, generation: int = 0) -> str:
        return _named(table, generation)

    def among(self, column: str, texts: Sequence[str]) -> tuple[str, str]:
        return f"{column} IN (SELECT value FROM json_each(?))", json.dumps(texts)

    def write(self, changes: Iterable[Change], generation: int = 0) -> None:
        for change in changes:
            if change.rows:
                name = _named(change.table, generation)
                self._many(_statement(_shape(change), name, tuple(change.table.columns)), change.rows)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        self.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK TO attempt")
            self.execute("RELEASE attempt")
            raise
        self.execute("RELEASE attempt")

    def make(self, tables: Iterable[Table], generation: int) -> None:
        for table in tables:
            self.execute(f"DROP TABLE IF EXISTS {_named(table, generation)}")
            self.execute(_definition(table, generation))

    def index(self, tables: Iterable[Table], generation: int) -> None:
        for table in tables:
            for statement in _indexes(table, generation):
                self.execute(statement)

    def drop(self, tables: Iterable[Table], generation: int) -> None:
        for table in tables:
            self.execute(f"DROP TABLE IF EXISTS {_named(table, generation)}")

    def drop_other_forms(self, tables: Iterable[Table]) -> None:
        """A table is named by its generation, whatever its form: it went with it."""


class SQLiteDatabase(SQLiteDatastore):
    """The connections to one organisation's file."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), lock_timeout=BUSY_SECONDS, originator_id_type="text", pool_size=8, max_overflow=32, pool_timeout=60.0)
        self.pool.close()
        self.pool = _Pool(db_name=str(path), lock_timeout=BUSY_SECONDS, pool_size=8, max_overflow=32, pool_timeout=60.0)
        self.path = path
        self._make_own()

    def _make_own(self) -> None:
        """The store's own tables, with all their columns. Where they are, nothing waits for who writes."""
        with self.reading() as connection:
            found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            whole = not any(statement for table in OWN if table.name in found for statement in _added(connection, table))
        if _OWN | {"facts"} <= found and whole:
            return
        with self.writing("events") as connection:
            for statement in (*_OWN_STATEMENTS, *(statement for table in OWN for statement in _added(connection, table))):
                connection.execute(statement)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection without a transaction."""
        with self.get_connection(commit=False) as held:
            connection = held._sqlite_conn
            connection.row_factory = None
            deadline = set_now()
            try:
                with nullcontext() if deadline is None else deadline.during(connection.interrupt):
                    yield connection
            finally:
                connection.row_factory = sqlite3.Row

    @contextmanager
    def asking(self) -> Iterator[SQLiteTransaction]:
        with self.connection() as connection:
            yield SQLiteTransaction(connection)

    @contextmanager
    def reading(self) -> Iterator[SQLiteTransaction]:
        with self.connection() as connection:
            connection.execute("BEGIN")
            try:
                yield SQLiteTransaction(connection)
            finally:
                connection.rollback()

    @contextmanager
    def writing(self, lock: Lock, brief: bool = False) -> Iterator[SQLiteTransaction]:
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield SQLiteTransaction(connection)
                connection.commit()
            except BaseException as error:
                connection.rollback()
                if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                    raise OutOfRoom(f"{self.path}: no room is left on the disk") from error
                raise

    def wipe_traces(self, tables: Iterable[Table]) -> None:
        """What was overwritten still stands in the WAL; in the file itself `secure_delete` has put zeros in its place."""
        with self.connection() as connection:
            emptied = empty_wal(connection, self.path)
        if not emptied:
            raise InUse(f"{self.path}: somebody still reads what was overwritten, so that it cannot be wiped yet")

    @contextmanager
    def lead(self, name: str) -> Iterator[FileLead]:
        path = self.path.with_name(f"{self.path.name}.{name}.lead")
        with path.open("ab") as file:
            yield FileLead(path, file)


def empty_wal(connection: sqlite3.Connection, path: Path) -> bool:
    """Bring what stands in the WAL of a file into the file, and leave nothing in it. False where somebody still reads it there after
    `EMPTY_SECONDS`."""
    patience = time.monotonic() + EMPTY_SECONDS
    [(waits,)] = connection.execute("PRAGMA busy_timeout").fetchall()
    # Who waits within SQLite for readers keeps all writers waiting. And for who brings the WAL over just now, it does not wait at all.
    connection.execute("PRAGMA busy_timeout = 100").fetchall()
    try:
        while (busy := connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0]) and time.monotonic() < patience:
            time.sleep(0.05)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {waits}").fetchall()
    if not busy:
        # SQLite syncs what it brought over, but not that it cut the WAL off: after a power cut all of it would be back.
        with open(f"{path}-wal", "rb+") as wal:
            os.fsync(wal.fileno())
    return not busy


def _named(table: Table, generation: int) -> str:
    return table.name if not table.version else f"{table.name}_{generation}"


def _shape(change: Change) -> tuple[Any, ...]:
    """What tells the statement of a change from that of others."""
    if isinstance(change, Insert | Add | Put):
        return (type(change),)
    if isinstance(change, Delete):
        return Delete, change.by
    return type(change), change.columns, change.by


@lru_cache(maxsize=256)
def _statement(shape: tuple[Any, ...], name: str, columns: tuple[str, ...]) -> str:
    kind, *rest = shape
    if kind is Delete:
        return f"DELETE FROM {name} WHERE {' AND '.join(f'{column} = ?' for column in rest[0])}"
    if kind in (Insert, Add, Put):
        how = {Insert: "INSERT", Add: "INSERT OR IGNORE", Put: "INSERT OR REPLACE"}[kind]
        return f"{how} INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    changed, by = rest
    return f"UPDATE {name} SET {', '.join(f'{c} = ?' for c in changed)} WHERE {' AND '.join(f'{c} = ?' for c in by)}"


def _definition(table: Table, generation: int = 0) -> str:
    columns = [f"{name} {_TYPES[kind.rstrip('?')]}{'' if kind.endswith('?') else ' NOT NULL'}" for name, kind in table.columns.items()]
    name = _named(table, generation)
    return f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)}, PRIMARY KEY ({', '.join(table.key)})) WITHOUT ROWID"


def _added(connection: Connection, table: Table) -> Iterator[str]:
    """What brings a table up that an older version made."""
    if table.later:
        there = {name for (name,) in connection.execute(f"SELECT name FROM pragma_table_info('{table.name}')")}
        for column, value in table.later.items():
            if there and column not in there:
                kind = table.columns[column]
                need = "" if kind.endswith("?") else " NOT NULL"
                yield f"ALTER TABLE {table.name} ADD COLUMN {column} {_TYPES[kind.rstrip('?')]}{need} DEFAULT {value}"


def _indexes(table: Table, generation: int = 0) -> Iterator[str]:
    name = _named(table, generation)
    for kind, sets in (("UNIQUE INDEX", table.unique), ("INDEX", table.indexes)):
        for columns in sets:
            yield f"CREATE {kind} IF NOT EXISTS {name}_by_{'_'.join(columns)} ON {name} ({', '.join(columns)})"


_OWN_STATEMENTS = [
    # Rows stand in the order of their positions; the library's name for a version is the position.
    "CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, topic TEXT NOT NULL,"
    " state BLOB NOT NULL, id TEXT NOT NULL, leaf BLOB NOT NULL, at INTEGER NOT NULL, until INTEGER,"
    " originator_version INTEGER GENERATED ALWAYS AS (position) VIRTUAL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS event_id ON events (id)",
    "CREATE INDEX IF NOT EXISTS event_stream ON events (originator_id, position)",
    *(statement for table in OWN if table not in (EVENTS, TRACKING) for statement in (_definition(table), *_indexes(table))),
    "CREATE TABLE IF NOT EXISTS tracking (application_name TEXT, notification_id INTEGER, PRIMARY KEY (application_name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"INSERT OR IGNORE INTO facts VALUES ('store_version', '{STORE_VERSION}')",
]
