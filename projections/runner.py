"""The runner keeps read models up with the events: source, batch, view and checkpoint in one transaction.

A view is never ahead of or behind its checkpoint, whenever the process dies. A rebuild fills a new generation of the tables
beside the live one, catches up, and swaps in one transaction; questions go on being answered from the old one meanwhile.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from eventsourcing.persistence import Tracking
from eventsourcing.sqlite import SQLiteTrackingRecorder
from msgspec import Struct

from domain.model.event import Event
from domain.model.history import resolve
from domain.model.initiative import Initiative, evolve
from domain.model.words import Side
from domain.store.keys import Ring
from domain.store.mapper import Kept
from domain.store.sqlite import writing
from domain.store.store import EventStore
from projections.lenses.chronicle import Chronicle, chronicle

BATCH = 500
BACKLOG = 20_000
"""Events a transaction when there is much to catch up with: a relationship with many new events is then read anew only once."""
STREAMS = 1_000
SLICE = 2_000


class Touched(Struct, frozen=True):
    """A stream with new events: all its events in the order of recording, and how many of the last of them are new."""

    stream: str
    events: list[Event]
    new: int
    told: Chronicle | None

    @property
    def id(self) -> str:
        return self.stream.partition("/")[2]


class Projection(Protocol):
    """A read model. Its tables carry the generation in their names; `version` changes with their form."""

    name: str
    version: int

    def tables(self, generation: int) -> Mapping[str, Sequence[str]]:
        """The names of the tables of a generation, each with the statements that make it and its indexes."""
        ...

    def apply(self, connection: sqlite3.Connection, generation: int, touched: Sequence[Touched], ring: Ring) -> None:
        """Bring the rows of the touched streams up to date."""
        ...


class Runner:
    """Runs projections of one organisation's store together, under one checkpoint."""

    def __init__(self, store: EventStore, projections: Sequence[Projection], name: str = "views") -> None:
        self._store = store
        self._projections = projections
        self._name = name
        self._lock = threading.Lock()
        self._version = ",".join(f"{projection.name}:{projection.version}" for projection in projections)
        self._checkpoints = SQLiteTrackingRecorder(store.datastore)
        self._checkpoints.create_table()
        with store.datastore.connection() as connection, writing(connection):
            connection.execute(
                "CREATE TABLE IF NOT EXISTS generations (name TEXT PRIMARY KEY, generation INTEGER NOT NULL, version TEXT NOT NULL)"
                " WITHOUT ROWID"
            )
            if self._row(connection) is None:
                connection.execute("INSERT INTO generations VALUES (?, 1, ?)", (name, self._version))
                self._make(connection, 1)

    # What is there

    def _row(self, connection: sqlite3.Connection) -> tuple[int, str] | None:
        return connection.execute("SELECT generation, version FROM generations WHERE name = ?", (self._name,)).fetchone()  # type: ignore[no-any-return]

    def generation(self, connection: sqlite3.Connection) -> int:
        """The generation of the tables that questions are answered from."""
        row = self._row(connection)
        assert row is not None
        return row[0]

    def outdated(self) -> bool:
        """Whether the views have the form of an older version and are to be rebuilt."""
        with self._store.reading() as connection:
            row = self._row(connection)
        return row is None or row[1] != self._version

    def position(self, connection: sqlite3.Connection, generation: int | None = None) -> int:
        """The checkpoint: the position up to which the views are."""
        generation = self.generation(connection) if generation is None else generation
        row = connection.execute("SELECT notification_id FROM tracking WHERE application_name = ?", (self._mark(generation),)).fetchone()
        return row[0] if row else 0

    def _mark(self, generation: int) -> str:
        return f"{self._name}.{generation}"

    def _make(self, connection: sqlite3.Connection, generation: int) -> None:
        for projection in self._projections:
            for table, statements in projection.tables(generation).items():
                connection.execute(f"DROP TABLE IF EXISTS {table}")
                for statement in statements:
                    connection.execute(statement)

    def _drop(self, connection: sqlite3.Connection, generation: int) -> None:
        for projection in self._projections:
            for table in projection.tables(generation):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("DELETE FROM tracking WHERE application_name = ?", (self._mark(generation),))

    # Catching up

    def catch_up(self) -> int:
        """Bring the views up to the head; how many events that took in."""
        done = 0
        with self._lock:
            while taken := self._step(None):
                done += taken
        return done

    def _step(self, generation: int | None) -> int:
        with self._store.datastore.connection() as connection:
            live = self.generation(connection) if generation is None else generation
            if self._store.head(connection) <= self.position(connection, live):
                return 0
            with writing(connection):
                live = self.generation(connection) if generation is None else generation
                return self._take(connection, live)

    def _take(self, connection: sqlite3.Connection, generation: int) -> int:
        """One batch inside the caller's transaction."""
        position = self.position(connection, generation)
        behind = self._store.head(connection) - position
        rows = connection.execute(
            "SELECT position, originator_id FROM events WHERE position > ? ORDER BY position LIMIT ?",
            (position, BATCH if behind <= BATCH else BACKLOG),
        ).fetchall()
        if not rows:
            return 0
        new = Counter(stream for _, stream in rows)
        ring = self._store.keys.ring()
        homes = Homes(self._store, connection, ring)
        last = rows[-1][0]
        names = list(new)
        for start in range(0, len(names), STREAMS):
            loaded = self._store.streams(connection, names[start : start + STREAMS], ring, voices_only=True)
            touched = [homes.touched(stream, [e for e in events if e.position <= last], new[stream]) for stream, events in loaded.items()]
            self._apply(connection, generation, touched, ring)
        if any(stream.startswith("lens/") for stream in new):
            # A lens that was published reads every relationship, those without new events too.
            for slice in _slices(self._store.all_streams(connection)):
                told = [found for found in self._touched(homes, slice) if found.told is not None]
                self._apply(connection, generation, [Touched(found.stream, found.events, 0, found.told) for found in told], homes.ring)
        self._move(connection, generation, last)
        return len(rows)

    def _apply(self, connection: sqlite3.Connection, generation: int, touched: Sequence[Touched], ring: Ring) -> None:
        for projection in self._projections:
            projection.apply(connection, generation, touched, ring)

    def _move(self, connection: sqlite3.Connection, generation: int, position: int) -> None:
        self._checkpoints._insert_tracking(connection.cursor(), Tracking(self._mark(generation), position))  # type: ignore[arg-type]

    # Rebuilding

    def rebuild(self, progress: Callable[[int, int], None] = lambda done, whole: None) -> int:
        """Read everything anew beside the live views and swap. Gives the position; `progress` hears events done and in all."""
        with self._lock:
            with self._store.datastore.connection() as connection, writing(connection):
                fresh = self.generation(connection) + 1
                self._drop(connection, fresh)
                self._make(connection, fresh)
            position = self._fill(fresh, progress)
            with self._store.datastore.connection() as connection, writing(connection):
                if position:
                    self._move(connection, fresh, position)
            while self._behind(fresh) > BATCH:
                self._step(fresh)
            with self._store.datastore.connection() as connection, writing(connection):
                while self._take(connection, fresh):
                    pass
                self._drop(connection, self.generation(connection))
                connection.execute("UPDATE generations SET generation = ?, version = ? WHERE name = ?", (fresh, self._version, self._name))
                return self.position(connection, fresh)

    def _behind(self, generation: int) -> int:
        with self._store.reading() as connection:
            return self._store.head(connection) - self.position(connection, generation)

    def _fill(self, generation: int, progress: Callable[[int, int], None]) -> int:
        """Read every stream of one snapshot once; the position of that snapshot."""
        done = 0
        with self._store.reading() as source, self._store.datastore.connection() as target:
            position = self._store.head(source)
            homes = Homes(self._store, source, self._store.keys.ring())
            slices = _slices(self._store.all_streams(source))
            while first := next(slices, None):
                written = 0
                with writing(target):
                    for rows in chain([first], slices):
                        self._apply(target, generation, self._touched(homes, rows), homes.ring)
                        written += sum(len(kept) for _, kept in rows)
                        if written >= BACKLOG:
                            break
                done += written
                progress(done, position)
        return position

    def _touched(self, homes: "Homes", rows: Sequence[tuple[str, list[Kept]]]) -> list[Touched]:
        homes.ring = ring = self._store.keys.ring()
        ring.prefetch_streams([stream for stream, _ in rows if stream.startswith("relationship/")])
        event = self._store.mapper.event
        found = []
        for stream, kept in rows:
            events = [event(row, ring, True) for row in kept]
            found.append(homes.touched(stream, events, len(events)))
        return found


def _slices(streams: Iterator[tuple[str, list[Kept]]]) -> Iterator[list[tuple[str, list[Kept]]]]:
    """Some streams at a time, few enough to stay in the processor's own memory while they are read."""
    rows: list[tuple[str, list[Kept]]] = []
    waiting = 0
    for stream, kept in streams:
        rows.append((stream, kept))
        waiting += len(kept)
        if waiting >= SLICE:
            yield rows
            rows, waiting = [], 0
    if rows:
        yield rows


class Homes:
    """The sides that roles have in each initiative; once registered they are for ever, so they are the same as known at any time."""

    def __init__(self, store: EventStore, connection: sqlite3.Connection, ring: Ring) -> None:
        self.ring = ring
        self._store = store
        self._connection = connection
        self._known: dict[str, Mapping[str, Side]] = {}

    def touched(self, stream: str, events: list[Event], new: int) -> Touched:
        return Touched(stream, events, new, self.chronicle(stream, events) if stream.startswith("relationship/") else None)

    def chronicle(self, stream: str, events: Sequence[Event]) -> Chronicle:
        return chronicle(stream.partition("/")[2], events, self.sides)

    def sides(self, initiative: str) -> Mapping[str, Side]:
        if initiative not in self._known:
            stream = f"initiative/{initiative}"
            state = Initiative(initiative)
            for standing in resolve(self._store.streams(self._connection, [stream], self.ring)[stream]).standing:
                state = evolve(state, standing.event)
            self._known[initiative] = state.sides
        return self._known[initiative]
