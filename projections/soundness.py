"""Whether a store is whole: every leaf is that of its event, nothing is missing or doubled, keys open what they should, views are up.

Nothing is mended here; what is found is told, so that somebody can decide what to restore.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from domain.store.keys import Erased, Frozen, KeyStoreError, Missing, Ring
from domain.store.ledger import leaf
from domain.store.sqlite import STORE_VERSION
from domain.store.store import PAGE, EventStore, keys_path
from projections.runner import Runner


class Unusable(Exception):
    """Something is not as it must be before anything can be done; the text says what, and what to do."""


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    sound: bool
    detail: str


class _Counted:
    """What was found wrong in one pass over the events."""

    def __init__(self) -> None:
        self.events = 0
        self.leaves = 0
        self.gaps = 0
        self.ids = 0
        self.damaged = 0


def check_before_opening(path: Path, organisation: str, new: bool) -> None:
    """Look, without making or changing anything, whether a file may be opened: it is this organisation's, its keys are there, its
    version is known. `new`: it may be made.

    Opening a store whose keys are gone would make new ones, which open nothing. Raises `Unusable`."""
    if not path.parent.is_dir():
        raise Unusable(f"There is no folder {path.parent} for the database. Make it first.")
    if path.is_dir():
        raise Unusable(f"{path} is a folder. Name a file in it.")
    keys = keys_path(path)
    if not path.exists() or not path.stat().st_size:
        if keys.exists() and keys.stat().st_size:
            raise Unusable(f"There are keys {keys}, but the events {path} are gone. Put them back from their backup, or remove the keys.")
        if not new:
            raise Unusable(f"There is no database {path} yet. It is made by what records, as `import`; or name another with --database.")
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if tables and not {"facts", "events"} <= tables:
                raise Unusable(f"{path} is the database of something else. Name another with --database.")
            versions = database.execute("SELECT value FROM facts WHERE name = 'store_version'").fetchall() if tables else []
            first = database.execute("SELECT state FROM events ORDER BY position LIMIT 1").fetchone() if tables else None
    except sqlite3.Error as error:
        raise Unusable(f"The database {path} cannot be used: {error}.") from None
    if any(int(version) > STORE_VERSION for (version,) in versions):
        raise Unusable(f"{path} was written by a newer version of this program. Install that one.")
    if first is not None:
        if not (keys.exists() and keys.stat().st_size):
            raise Unusable(f"{path} holds events, but its keys {keys} are gone. Put them back from their backup; no others open it.")
        if (found := _organisation_of(first[0])) not in (None, organisation):
            raise Unusable(f"{path} holds the events of the organisation {found!r}, not of {organisation!r}.")


def _organisation_of(state: object) -> str | None:
    """Whose an event is, as its envelope says; None where that cannot be read any more."""
    try:
        found = msgspec.json.decode(state, type=dict) if isinstance(state, bytes) else {}
    except msgspec.DecodeError:
        return None
    named = found.get("organisation")
    return named if isinstance(named, str) else None


def examine(store: EventStore, runner: Runner, progress: Callable[[int, int], None]) -> list[Finding]:
    """Look at everything. `progress` hears events done and in all."""
    with store.reading() as connection:
        head, counted = store.head(connection), _Counted()
        for rows in _pages(connection):
            _look(store, rows, counted)
            progress(counted.events, head)
        doubled = counted.events - connection.execute("SELECT count(DISTINCT id) FROM events").fetchone()[0]
        keyless = _keyless(store, connection)
    outdated = runner.outdated()
    # Views that are merely behind come up at the next question; they are not read from events that were changed.
    if not outdated and not counted.leaves:
        runner.catch_up()
    with store.reading() as connection:
        position, head = runner.position(connection), store.head(connection)
    return [
        _found("leaves", counted.leaves, "leaves are not those of their events", f"{counted.events} fit their events"),
        _found("positions", counted.gaps, "positions are missing or in the wrong place", f"1 to {counted.events} without gaps"),
        _found("ids", counted.ids + doubled, "ids are doubled or not their event's", "each stands once"),
        _found("seals", counted.damaged, "events hold something damaged", "all open, or are erased"),
        _found("keys", keyless, "participants have no key", "every participant's is there, or was destroyed by an erasure"),
        Finding("views", position == head and not outdated, f"at position {position} of {head}{', of an older form' if outdated else ''}"),
    ]


def _found(name: str, count: int, wrong: str, right: str) -> Finding:
    return Finding(name, not count, f"{count} {wrong}" if count else right)


def _pages(connection: sqlite3.Connection) -> Iterator[list[tuple[int, str, str, bytes, bytes]]]:
    last = 0
    query = "SELECT position, id, originator_id, state, leaf FROM events WHERE position > ? ORDER BY position LIMIT ?"
    while rows := connection.execute(query, (last, PAGE)).fetchall():
        yield rows
        last = rows[-1][0]


def _look(store: EventStore, rows: list[tuple[int, str, str, bytes, bytes]], counted: _Counted) -> None:
    ring = store.keys.ring()
    ring.prefetch_streams({stream for _, _, stream, _, _ in rows if stream.startswith("relationship/")})
    for position, id, stream, state, held in rows:
        counted.events += 1
        # Whoever changes a row by hand may leave a text where bytes were.
        fits = isinstance(state, bytes) and leaf(state) == held
        counted.leaves += not fits
        counted.gaps += position != counted.events
        if fits:
            stored, data = store.mapper.plain(state, ring)
            counted.gaps += stored.position != position
            counted.ids += stored.id != id or stored.subject != stream
            counted.damaged += _damaged(data)


def _damaged(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_damaged, value))
    return isinstance(value, dict) and (value == {"damaged": True} or any(map(_damaged, value.values())))


def _keyless(store: EventStore, connection: sqlite3.Connection) -> int:
    """How many participants have no key that can be used, though they were not erased."""
    last, found = "participant/", 0
    query = "SELECT DISTINCT originator_id FROM events WHERE originator_id > ? AND originator_id < 'participant0' ORDER BY 1 LIMIT ?"
    while streams := [row[0] for row in connection.execute(query, (last, PAGE))]:
        ring = store.keys.ring()
        ring.prefetch(streams)
        found += sum(not _kept(ring, stream) for stream in streams)
        last = streams[-1]
    return found


def _kept(ring: Ring, owner: str) -> bool:
    try:
        ring.key(owner)
    except (Erased, Frozen):
        return True
    except (Missing, KeyStoreError):
        return False
    return True
