"""Where keys are kept: a SQLite file beside the events' own, or a PostgreSQL database apart from theirs.

Whatever goes wrong there is told as a `KeyStoreError`: then nothing is opened.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from domain.store.database import Connection, Table
from domain.store.ring import KeyStoreError
from domain.store.sqlite import SQLiteTransaction, empty_wal

BUSY_SECONDS = 60
FENCE = Table("fence", {"generation": "integer"}, key=("generation",))
ORGANISATION_KEYS = Table(
    "organisation_keys",
    {"epoch": "integer", "wrapped": "bytes?", "state": "text", "begun": "integer"},
    key=("epoch",),
    later={"begun": "0"},
)
"""A key for each epoch, and the instant from which it wraps; its end is the next one's. `begun` is 0 where that was not noted yet."""
DATA_KEYS = Table(
    "data_keys",
    {
        "owner": "text", "version": "integer", "state": "text", "wrapped": "bytes?", "epoch": "integer", "created": "integer",
        "erased_on": "text?",
    },
    key=("owner",),
    check="state IN ('active', 'frozen', 'erased')"
    " AND (state = 'erased') = (wrapped IS NULL) AND (state = 'erased') = (erased_on IS NOT NULL)",
)  # fmt: skip
ALIASES = Table(
    "aliases",
    {"stream": "text", "handle": "text", "sealed_owner": "bytes", "epoch": "integer", "created": "integer"},
    key=("stream", "handle"),
)
KEY_TABLES = (FENCE, ORGANISATION_KEYS, DATA_KEYS, ALIASES)


class KeyPlace(Protocol):
    """Where the keys of one organisation are; raises nothing but `KeyStoreError` for what goes wrong there."""

    name: str

    def reading(self) -> AbstractContextManager[Connection]: ...

    def writing(self) -> AbstractContextManager[Connection]: ...

    def wipe_traces(self) -> None:
        """See that nothing of what was overwritten is left, as far as the database lets itself be told to."""
        ...

    def close(self) -> None: ...


class KeyFile:
    """A SQLite file: one connection behind a lock for the threads, SQLite's own locks for the processes."""

    def __init__(self, path: str) -> None:
        self.name = path
        self._lock = threading.RLock()
        with self._explained():
            self._db = _connected(path)
        try:
            with self.reading() as db:
                there = _is_made(db)
            if not there:
                with self.writing() as db:
                    _make(db)
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[SQLiteTransaction]:
        with self._lock, self._explained():
            yield SQLiteTransaction(self._db)

    @contextmanager
    def writing(self) -> Iterator[SQLiteTransaction]:
        with self._lock, self._explained(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield SQLiteTransaction(self._db)

    def wipe_traces(self) -> None:
        """What was overwritten still stands in the WAL, and would survive the file it belongs to."""
        with self._lock, self._explained():
            emptied = empty_wal(self._db, Path(self.name))
        if not emptied:
            raise KeyStoreError("the key is destroyed, but another process still reads its trace in the WAL: do it again in a moment")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            advice = "check the path, its rights and the room on the disk"
            raise KeyStoreError(f"the key store {self.name} cannot be used ({error}): {advice}") from error


def _connected(path: str) -> sqlite3.Connection:
    Path(path).touch(mode=0o600)
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.Error as error:
            # Two who turn a new file to WAL at once: SQLite tells one of them at once, without waiting.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                db.close()
                raise
            time.sleep(0.01)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    return db


def _is_made(db: SQLiteTransaction) -> bool:
    made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'aliases'").fetchone() is not None
    return made and _is_dated(db)


def _is_dated(db: SQLiteTransaction) -> bool:
    return db.execute("SELECT 1 FROM pragma_table_info('organisation_keys') WHERE name = 'begun'").fetchone() is not None


def _make(db: SQLiteTransaction) -> None:
    """The tables of a new file, and what those of an older one lack."""
    for statement in _SCHEMA:
        db.execute(statement)
    if not _is_dated(db):
        db.execute("ALTER TABLE organisation_keys ADD COLUMN begun INTEGER NOT NULL DEFAULT 0")


_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS fence (generation INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS organisation_keys (epoch INTEGER PRIMARY KEY, wrapped BLOB, state TEXT NOT NULL,"
    " begun INTEGER NOT NULL DEFAULT 0) STRICT",
    """CREATE TABLE IF NOT EXISTS data_keys (
        owner TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('active', 'frozen', 'erased')),
        wrapped BLOB, epoch INTEGER NOT NULL, created INTEGER NOT NULL, erased_on TEXT,
        CHECK ((state = 'erased') = (wrapped IS NULL) AND (state = 'erased') = (erased_on IS NOT NULL))) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS aliases (
        stream TEXT NOT NULL, handle TEXT NOT NULL, sealed_owner BLOB NOT NULL, epoch INTEGER NOT NULL, created INTEGER NOT NULL,
        PRIMARY KEY (stream, handle)) STRICT, WITHOUT ROWID""",
)
