"""The runner keeps read models up with the events: source, batch, view and checkpoint in one transaction.

A view is never ahead of or behind its checkpoint, whenever the process dies. A rebuild fills a new generation of the tables
beside the live one, catches up, and swaps in one transaction; questions go on being answered from the old one meanwhile.
"""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from eventsourcing.persistence import Tracking
from eventsourcing.sqlite import SQLiteTrackingRecorder

from domain.store.sqlite import has_table, writing
from domain.store.store import EventStore
from projections.reader import SLICE, Change, Projection, Reader, read_all

BATCH = 500
BACKLOG = 20_000
"""Events a transaction when there is much to catch up with: a relationship with many new events is then read anew only once."""
STREAMS = 1_000


class Overtaken(Exception):
    """Another rebuild began after this one and takes its place."""


class Runner:
    """Runs projections of one organisation's store together, under one checkpoint."""

    def __init__(self, store: EventStore, projections: Sequence[Projection], name: str = "views") -> None:
        self._store = store
        self._projections = projections
        self._listeners: list[Callable[[str, int, float], None]] = []
        self._name = name
        self._lock = threading.Lock()
        self._version = ",".join(f"{projection.name}:{projection.version}" for projection in projections)
        self._checkpoints = SQLiteTrackingRecorder(store.datastore)
        with store.datastore.connection() as connection:
            if has_table(connection, "generations") and self._row(connection) is not None:
                return
            with writing(connection):
                self._make_all(connection)

    def _make_all(self, connection: sqlite3.Connection) -> None:
        """What a runner of this name needs, where several may begin at once."""
        self._make_checkpoints(connection)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS generations (name TEXT PRIMARY KEY, generation INTEGER NOT NULL, version TEXT NOT NULL,"
            " building INTEGER NOT NULL) WITHOUT ROWID"
        )
        if self._row(connection) is None:
            connection.execute("INSERT INTO generations VALUES (?, 1, ?, 1)", (self._name, self._version))
            self._make(connection, 1)
            self._index(connection, 1)

    def _make_checkpoints(self, connection: sqlite3.Connection) -> None:
        """What the library's `create_table` does, inside one transaction: by itself it fails where several processes begin at once."""
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tracking'").fetchone() is None:
            for statement in self._checkpoints.create_table_statements:
                connection.execute(statement)
            mark = Tracking(self._checkpoints.table_migration_identifier, 1)
            self._checkpoints._insert_tracking(connection.cursor(), mark)  # type: ignore[arg-type]

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
            for table, (statement, *_) in projection.tables(generation).items():
                connection.execute(f"DROP TABLE IF EXISTS {table}")
                connection.execute(statement)

    def _index(self, connection: sqlite3.Connection, generation: int) -> None:
        """Make the indexes, for a rebuild only when the tables are full: then each is sorted once."""
        for projection in self._projections:
            for _, *statements in projection.tables(generation).values():
                for statement in statements:
                    connection.execute(statement)

    def _drop(self, connection: sqlite3.Connection, generation: int) -> None:
        for projection in self._projections:
            for table in projection.tables(generation):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("DELETE FROM tracking WHERE application_name = ?", (self._mark(generation),))

    # Catching up

    def on_step(self, listener: Callable[[str, int, float], None]) -> None:
        """Have `listener` called with the runner's name, events and seconds after each transaction of catching up."""
        self._listeners.append(listener)

    def catch_up(self) -> int:
        """Bring the views up to the head; how many events that took in."""
        done = 0
        with self._lock:
            began = time.perf_counter()
            while taken := self._step(None):
                done += taken
                ended = time.perf_counter()
                for listener in self._listeners:
                    listener(self._name, taken, ended - began)
                began = ended
        return done

    def _step(self, generation: int | None) -> int:
        with self._store.datastore.connection() as connection:
            live = self.generation(connection) if generation is None else generation
            if self._store.head(connection) <= self.position(connection, live):
                return 0
            with writing(connection):
                if generation is not None:
                    self._still(connection, generation)
                return self._take(connection, self.generation(connection) if generation is None else generation)

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
        reader = Reader(self._store, connection, self._projections, generation)
        last = rows[-1][0]
        names = list(new)
        for start in range(0, len(names), STREAMS):
            loaded = self._store.streams(connection, names[start : start + STREAMS], self._store.keys.ring(), voices_only=True)
            known = {stream: [event for event in events if event.position <= last] for stream, events in loaded.items()}
            write(connection, reader.changes([reader.touched(stream, events, new[stream]) for stream, events in known.items()]))
        if any(stream.startswith("lens/") for stream in new):
            # A lens that was published reads every relationship, those without new events too.
            for stretch in self._store.stretches(connection, last, SLICE):
                write(connection, reader.read(stretch, anew=False))
        self._move(connection, generation, last)
        return len(rows)

    def _move(self, connection: sqlite3.Connection, generation: int, position: int) -> None:
        self._checkpoints._insert_tracking(connection.cursor(), Tracking(self._mark(generation), position))  # type: ignore[arg-type]

    # Rebuilding

    def rebuild(self, progress: Callable[[int, int], None] = lambda done, whole: None) -> int:
        """Read everything anew beside the live views and swap. Gives the position; `progress` hears events done and in all.

        Raises `Overtaken` where another rebuild begins meanwhile, in this process or another: that one holds.
        """
        with self._lock:
            with self._store.datastore.connection() as connection, writing(connection):
                fresh = self._begin(connection)
            position = self._fill(fresh, progress)
            with self._store.datastore.connection() as connection, writing(connection):
                self._still(connection, fresh)
                self._index(connection, fresh)
                if position:
                    self._move(connection, fresh, position)
            while self._behind(fresh) > BATCH:
                self._step(fresh)
            with self._store.datastore.connection() as connection, writing(connection):
                self._still(connection, fresh)
                while self._take(connection, fresh):
                    pass
                self._drop(connection, self.generation(connection))
                connection.execute("UPDATE generations SET generation = ?, version = ? WHERE name = ?", (fresh, self._version, self._name))
                return self.position(connection, fresh)

    def _begin(self, connection: sqlite3.Connection) -> int:
        """A new generation of the tables; one that another rebuild has begun, or left when it was broken off, gives way."""
        building = self._building(connection)
        if building != self.generation(connection):
            self._drop(connection, building)
        self._make(connection, building + 1)
        connection.execute("UPDATE generations SET building = ? WHERE name = ?", (building + 1, self._name))
        return building + 1

    def _building(self, connection: sqlite3.Connection) -> int:
        row = connection.execute("SELECT building FROM generations WHERE name = ?", (self._name,)).fetchone()
        return row[0]  # type: ignore[no-any-return]

    def _still(self, connection: sqlite3.Connection, generation: int) -> None:
        if self._building(connection) != generation:
            raise Overtaken("Another rebuild began meanwhile and takes the place of this one.")

    def _behind(self, generation: int) -> int:
        with self._store.reading() as connection:
            return self._store.head(connection) - self.position(connection, generation)

    def _fill(self, generation: int, progress: Callable[[int, int], None]) -> int:
        """Read every stream of one snapshot once; the position of that snapshot."""
        done = 0
        with self._store.reading() as source, self._store.datastore.connection() as target:
            position = self._store.head(source)
            found = read_all(self._store, source, self._projections, generation, position)
            while first := next(found, None):
                written = 0
                with writing(target):
                    self._still(target, generation)
                    for count, changes in chain([first], found):
                        write(target, changes)
                        written += count
                        if written >= BACKLOG:
                            break
                done += written
                progress(done, position)
        return position


def write(connection: sqlite3.Connection, changes: Iterable[Change]) -> None:
    for statement, rows in changes:
        connection.executemany(statement, rows)
