"""The key store: the only place from which a sealed text can be opened, and so the place where erasure happens.

A SQLite file of its own, beside the events and never in their backups. The operator's root key wraps the organisation's key, that wraps the
data key of each participant; an alias says which participant a relationship's handle stands for. Every change that takes something away
raises the fence's generation in the same transaction, and whoever reads looks at the fence first.
"""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.store.ring import (
    CHUNK,
    ORGANISATION,
    Cache,
    Erased,
    Frozen,
    HandleTaken,
    KeyStoreError,
    Missing,
    NotOpened,
    Ring,
    RootKeyError,
    Trouble,
    chunks,
)
from domain.store.root import ROOT_FORM, load_root, make_root
from domain.store.seals import KEY, NONCE, DataKey, framed, padded, unpadded

__all__ = [
    "ORGANISATION",
    "Erased",
    "Frozen",
    "HandleTaken",
    "KeyStoreError",
    "Missing",
    "NotOpened",
    "Ring",
    "RootKeyError",
    "SQLiteKeys",
    "load_root",
    "make_root",
]

LIFE = 60_000_000
"""Microseconds for which a key may be served from memory."""
GRACE = 86_400_000_000
"""Microseconds for which a key or an alias waits for its event before it may be swept."""

_ORGANISATION_KEY = "tussenruimte/organisation-key/1"
_DATA_KEY = "tussenruimte/data-key/1"
_ALIAS = "tussenruimte/alias/1"
_ERASED = "erased/"
_BUSY_SECONDS = 60
_INSERT_KEY = "INSERT INTO data_keys (owner, version, state, wrapped, epoch, created) VALUES (?, 1, 'active', ?, ?, ?)"
_ANY_KEY = "SELECT 1 FROM organisation_keys LIMIT 1"
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS fence (generation INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS organisation_keys (epoch INTEGER PRIMARY KEY, wrapped BLOB, state TEXT NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS data_keys (
        owner TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('active', 'frozen', 'erased')),
        wrapped BLOB, epoch INTEGER NOT NULL, created INTEGER NOT NULL, erased_on TEXT,
        CHECK ((state = 'erased') = (wrapped IS NULL) AND (state = 'erased') = (erased_on IS NOT NULL))) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS aliases (
        stream TEXT NOT NULL, handle TEXT NOT NULL, sealed_owner BLOB NOT NULL, epoch INTEGER NOT NULL, created INTEGER NOT NULL,
        PRIMARY KEY (stream, handle)) STRICT, WITHOUT ROWID""",
)


class SQLiteKeys:
    """The keys of one organisation. For several threads (one connection behind a lock) and several processes (SQLite's own locks)."""

    def __init__(self, path: str, root: bytes, organisation: str, clock: Callable[[], int]) -> None:
        """`clock` gives UTC microseconds. A new file gets its first keys. Raises RootKeyError or KeyStoreError."""
        if len(root) != KEY:
            raise RootKeyError(ROOT_FORM)
        self._path, self._organisation, self._clock = path, organisation, clock
        self._root = AESGCM(root)
        self._ciphers: dict[int, AESGCM] = {}
        self._lock = threading.RLock()
        self._cache = Cache(-1, 0)
        with self._explained():
            self._db = _connected(path)
        try:
            if not self._read("SELECT 1 FROM sqlite_master WHERE name = 'aliases'", ()) or not self._read(_ANY_KEY, ()):
                with self._writing() as db:
                    for statement in _SCHEMA:
                        db.execute(statement)
                    if db.execute(_ANY_KEY).fetchone() is None:
                        self._begin(db)
            self._cipher(self._epoch(self._db))
        except BaseException:
            self._db.close()
            raise

    def create(self, owners: Iterable[str]) -> None:
        """Makes the keys that are not there yet, before the first event that needs them.

        Goes by the thousand: where one of them is Erased or Frozen, none of its thousand is made.
        """
        for chunk in chunks(owners):
            if not all(owner == ORGANISATION or _is_participant(owner) for owner in chunk):
                raise ValueError("a key is owned by participant/<id> or by the organisation")
            with self._writing() as db:
                known = _active(db, chunk)
                epoch, now = self._epoch(db), self._clock()
                new = [(owner, self._wrapped_key(owner, epoch), epoch, now) for owner in dict.fromkeys(chunk) if owner not in known]
                db.executemany(_INSERT_KEY, new)
                # Asked for again, an event may be on its way again: the sweep waits anew.
                db.executemany("UPDATE data_keys SET created = ? WHERE owner = ?", [(now, owner) for owner in known])

    def add_aliases(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Rows of (stream, handle, owner), whose keys were made. Raises HandleTaken, Erased, Frozen or Missing.

        Goes by the thousand, as `create` does.
        """
        for chunk in chunks(rows):
            owners = {owner for _, _, owner in chunk}
            if not all(map(_is_participant, owners)):
                raise ValueError("a handle stands for a participant")
            with self._writing() as db:
                if owners != _active(db, owners):
                    raise Missing
                self._add_aliases(db, chunk)

    def ring(self) -> Ring:
        """Raises KeyStoreError where the fence cannot be read: then nothing is opened."""
        return Ring(self, self.served())

    def streams_of(self, owner: str) -> list[tuple[str, str]]:
        """Every (stream, handle) that stands for a participant. Opens all aliases: no index leads from a person to a relationship."""
        return [(stream, handle) for stream, handle, told in self._all_aliases() if told == owner]

    def owners(self) -> Iterator[tuple[str, str, int]]:
        """(owner, state, when its key was last asked to be made) of every key, by owner."""
        last = ""
        while rows := self._read("SELECT owner, state, created FROM data_keys WHERE owner > ? ORDER BY owner LIMIT ?", (last, CHUNK)):
            yield from rows
            last = rows[-1][0]

    def forget(self, owners: Iterable[str], aliases: Iterable[tuple[str, str]]) -> None:
        """Sweeps keys and (stream, handle)s that no event came to need. Those asked for within GRACE stay: an event may come."""
        names = list(owners)
        if not all(map(_is_participant, names)):
            raise ValueError("only a participant's key is swept")
        with self._writing() as db:
            before = self._clock() - GRACE
            db.executemany("DELETE FROM data_keys WHERE owner = ? AND state = 'active' AND created < ?", [(name, before) for name in names])
            handles = [(stream, handle, before) for stream, handle in aliases]
            db.executemany("DELETE FROM aliases WHERE stream = ? AND handle = ? AND created < ?", handles)
            _raise_fence(db)

    def release(self, aliases: Iterable[tuple[str, str]]) -> None:
        """Takes back (stream, handle)s that no recorded event gave out; whoever asks holds the lock of the event store and has looked."""
        with self._writing() as db:
            db.executemany("DELETE FROM aliases WHERE stream = ? AND handle = ?", list(aliases))
            _raise_fence(db)

    def freeze(self, owner: str) -> None:
        """The first step of an erasure: from here on nobody gets the key. May be repeated. Raises Missing."""
        with self._writing() as db:
            if self._state(db, owner) == "active":
                db.execute("UPDATE data_keys SET state = 'frozen' WHERE owner = ?", (owner,))
                _raise_fence(db)

    def erase(self, owner: str) -> str:
        """Destroys the key, and in every alias who it stood for; gives the ISO day. To be repeated until it succeeds. Raises Missing."""
        with self._writing() as db:
            if self._state(db, owner) != "erased":
                day = datetime.fromtimestamp(self._clock() // 1_000_000, UTC).date().isoformat()
                db.execute("UPDATE data_keys SET state = 'erased', wrapped = NULL, erased_on = ? WHERE owner = ?", (day, owner))
                epoch = self._epoch(db)
                for stream, handle in self.streams_of(owner):
                    sealed = self._sealed_owner(stream, handle, _ERASED + day, epoch)
                    change = "UPDATE aliases SET sealed_owner = ?, epoch = ? WHERE stream = ? AND handle = ?"
                    db.execute(change, (sealed, epoch, stream, handle))
                _raise_fence(db)
            [(on,)] = db.execute("SELECT erased_on FROM data_keys WHERE owner = ?", (owner,))
        # What was overwritten still stands in the WAL, and would survive the file it belongs to.
        [(busy, _, _)] = self._read("PRAGMA wal_checkpoint(TRUNCATE)", ())
        if busy:
            raise KeyStoreError("the key is destroyed, but another process still reads its trace in the WAL: repeat the erasure")
        return str(on)

    def close(self) -> None:
        """Closes the file and lets go of all keys."""
        with self._lock:
            self._db.close()
            self._cache = Cache(-1, 0)
            self._ciphers.clear()

    def _begin(self, db: sqlite3.Connection) -> None:
        """The first opening of a new store: the fence, the organisation's key of the first epoch, and its content key."""
        db.execute("INSERT INTO fence VALUES (0)")
        wrapped = _wrap(self._root, os.urandom(KEY), framed(_ORGANISATION_KEY, self._organisation, "1"))
        db.execute("INSERT INTO organisation_keys VALUES (1, ?, 'active')", (wrapped,))
        db.execute(_INSERT_KEY, (ORGANISATION, self._wrapped_key(ORGANISATION, 1), 1, self._clock()))

    def _epoch(self, db: sqlite3.Connection) -> int:
        [(epoch,)] = db.execute("SELECT max(epoch) FROM organisation_keys WHERE state = 'active'")
        if epoch is None:
            raise KeyStoreError(self._damage("has no key of the organisation"))
        return int(epoch)

    def _cipher(self, epoch: int) -> AESGCM:
        """The organisation's key of an epoch, unwrapped by the root key."""
        cipher = self._ciphers.get(epoch)
        if cipher is None:
            rows = self._read("SELECT wrapped FROM organisation_keys WHERE epoch = ?", (epoch,))
            if not rows:
                raise KeyStoreError(self._damage("lacks a key of the organisation"))
            secret = _unwrap(self._root, rows[0][0], framed(_ORGANISATION_KEY, self._organisation, str(epoch)))
            if secret is None:
                raise RootKeyError(
                    f"the root key does not open the key store {self._path} of {self._organisation}: "
                    "give the root key and the organisation it was made with, or restore the store from its backup if it is damaged"
                )
            cipher = self._ciphers[epoch] = AESGCM(secret)
        return cipher

    def _wrapped_key(self, owner: str, epoch: int) -> bytes:
        return _wrap(self._cipher(epoch), os.urandom(KEY), framed(_DATA_KEY, self._organisation, owner, "1", str(epoch)))

    def _sealed_owner(self, stream: str, handle: str, told: str, epoch: int) -> bytes:
        """Padded, so that the length of an id does not link the rows of one person."""
        return _wrap(self._cipher(epoch), padded(told.encode()), framed(_ALIAS, self._organisation, stream, handle, str(epoch)))

    def _told(self, stream: str, handle: str, sealed: bytes, epoch: int) -> str:
        """The participant an alias tells of, or `erased/<day>`."""
        body = _unwrap(self._cipher(epoch), sealed, framed(_ALIAS, self._organisation, stream, handle, str(epoch)))
        if body is None:
            raise KeyStoreError(self._damage("holds a damaged alias"))
        return unpadded(body).decode()

    def _add_aliases(self, db: sqlite3.Connection, rows: list[tuple[str, str, str]]) -> None:
        epoch, now = self._epoch(db), self._clock()
        held = self.load_streams(list({stream for stream, _, _ in rows}))
        new: dict[tuple[str, str], str] = {}
        for stream, handle, owner in rows:
            if held.get((stream, handle), new.setdefault((stream, handle), owner)) != owner or new[stream, handle] != owner:
                raise HandleTaken(f"{handle} of {stream} already stands for somebody else")
        db.executemany(
            "INSERT INTO aliases VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET created = excluded.created",
            [(stream, handle, self._sealed_owner(stream, handle, owner, epoch), epoch, now) for (stream, handle), owner in new.items()],
        )

    def _state(self, db: sqlite3.Connection, owner: str) -> str:
        row = db.execute("SELECT state FROM data_keys WHERE owner = ?", (owner,)).fetchone()
        if row is None or not _is_participant(owner):
            raise Missing
        return str(row[0])

    def _all_aliases(self) -> Iterator[tuple[str, str, str]]:
        last = ("", "")
        query = "SELECT stream, handle, sealed_owner, epoch FROM aliases WHERE (stream, handle) > (?, ?) ORDER BY stream, handle LIMIT ?"
        while rows := self._read(query, (*last, CHUNK)):
            for stream, handle, sealed, epoch in rows:
                yield stream, handle, self._told(stream, handle, sealed, epoch)
            last = rows[-1][:2]

    def served(self) -> Cache:
        """The cache of this generation. The fence is read before anything is loaded, so what is loaded is never older than it."""
        with self._lock:
            rows = self._read("SELECT generation FROM fence", ())
            if len(rows) != 1:
                raise KeyStoreError(self._damage("has no fence"))
            if self._cache.generation != rows[0][0] or not self.is_fresh(self._cache):
                self._cache = Cache(rows[0][0], self._clock())
                self._ciphers.clear()
            return self._cache

    def is_fresh(self, cache: Cache) -> bool:
        return 0 <= self._clock() - cache.begun < LIFE

    def load_keys(self, owners: list[str]) -> dict[str, DataKey | Trouble]:
        query = "SELECT owner, version, state, wrapped, epoch, erased_on FROM data_keys WHERE owner IN (SELECT value FROM json_each(?))"
        return {row[0]: self._key_entry(*row) for row in self._read(query, (json.dumps(owners),))}

    def _key_entry(self, owner: str, version: int, state: str, wrapped: bytes, epoch: int, erased_on: str) -> DataKey | Trouble:
        if state == "erased":
            return partial(Erased, erased_on)
        if state == "frozen":
            return Frozen
        secret = _unwrap(self._cipher(epoch), wrapped, framed(_DATA_KEY, self._organisation, owner, str(version), str(epoch)))
        return partial(KeyStoreError, self._damage("holds a damaged key")) if secret is None else DataKey(secret, version)

    def load_alias(self, stream: str, handle: str) -> dict[tuple[str, str], str | Trouble]:
        return self._aliases("stream = ? AND handle = ?", (stream, handle))

    def load_streams(self, streams: list[str]) -> dict[tuple[str, str], str | Trouble]:
        return self._aliases("stream IN (SELECT value FROM json_each(?))", (json.dumps(streams),))

    def _aliases(self, where: str, parameters: tuple[str, ...]) -> dict[tuple[str, str], str | Trouble]:
        rows = self._read(f"SELECT stream, handle, sealed_owner, epoch FROM aliases WHERE {where}", parameters)
        return {(row[0], row[1]): self._alias_entry(*row) for row in rows}

    def _alias_entry(self, stream: str, handle: str, sealed: bytes, epoch: int) -> str | Trouble:
        try:
            told = self._told(stream, handle, sealed, epoch)
        except KeyStoreError as damage:
            return partial(KeyStoreError, str(damage))
        return partial(Erased, told.removeprefix(_ERASED)) if told.startswith(_ERASED) else told

    def _damage(self, what: str) -> str:
        return f"the key store {self._path} {what}: restore it from its backup and replay the ledger of erasures"

    def _read(self, query: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._lock, self._explained():
            return self._db.execute(query, parameters).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._explained(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            advice = "check the path, its rights and the room on the disk"
            raise KeyStoreError(f"the key store {self._path} cannot be used ({error}): {advice}") from error


def _connected(path: str) -> sqlite3.Connection:
    Path(path).touch(mode=0o600)
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    patience = time.monotonic() + _BUSY_SECONDS
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


def _wrap(cipher: AESGCM, secret: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, secret, place)


def _unwrap(cipher: AESGCM, wrapped: bytes, place: bytes) -> bytes | None:
    """None where it is not what was wrapped here."""
    try:
        return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], place)
    except (InvalidTag, ValueError):
        return None


def _active(db: sqlite3.Connection, owners: Iterable[str]) -> set[str]:
    """Those of the owners that have a key. Raises Erased or Frozen for the first that may not have one."""
    query = "SELECT owner, state, erased_on FROM data_keys WHERE owner IN (SELECT value FROM json_each(?)) ORDER BY state, owner"
    rows = db.execute(query, (json.dumps(list(owners)),)).fetchall()
    for _, state, on in rows:
        if state == "erased":
            raise Erased(on)
        if state == "frozen":
            raise Frozen
    return {owner for owner, _, _ in rows}


def _raise_fence(db: sqlite3.Connection) -> None:
    db.execute("UPDATE fence SET generation = generation + 1")


def _is_participant(owner: str) -> bool:
    return owner.startswith("participant/") and owner != "participant/"
