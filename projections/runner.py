"""The runner keeps read models up with the events: source, batch, view and checkpoint in one transaction.

A view is never ahead of or behind its checkpoint, whenever the process dies; what cannot be taken in is set aside, and the rest goes on.
A rebuild fills a new generation of the tables beside the live one, catches up, and swaps in one transaction; questions go on being
answered from the old one meanwhile.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from eventsourcing.persistence import PersistenceError

from domain.store.database import EVENTS, GENERATIONS, TRACKING, Connection, Delete, Insert, Put, Table, Update, in_pages
from domain.store.store import EventStore
from projections.intake import Intake
from projections.reader import Projection, read_all
from projections.set_aside import SET_ASIDE, Aside, all_aside
from projections.upkeep import Upkeep

BATCH = 500
BACKLOG = 20_000
"""Events a transaction when there is much to catch up with: a relationship with many new events is then read anew only once."""
STREAMS = 1_000


Forgetting = Callable[[Connection, int, Sequence[str]], None]
"""Given the transaction, the generation of the views and the streams that were read anew."""


class Overtaken(Exception):
    """Another rebuild began after this one and takes its place."""


class OtherForm(PersistenceError):
    """The views are those of another version of the program: what stands in them is not read, and nothing is written to them."""


class Stand(NamedTuple):
    """Which tables questions are answered from, the position up to which these are, and the highest there is."""

    generation: int
    position: int
    head: int


class Runner:
    """Runs projections of one organisation's store together, under one checkpoint."""

    def __init__(self, store: EventStore, projections: Sequence[Projection], name: str = "views") -> None:
        self._store = store
        self._projections = projections
        self._listeners: list[Callable[[str, int, float], None]] = []
        self._name = name
        self._lock = threading.Lock()
        self._upkeep = Upkeep(self.catch_up)
        self._tables: list[Table] = [*(table for projection in projections for table in projection.tables), SET_ASIDE]
        forms = {projection.name: projection.version for projection in projections} | {SET_ASIDE.name: SET_ASIDE.version}
        self._version = ",".join(f"{name}:{version}" for name, version in forms.items())
        with store.reading() as connection:
            begun = self._row(connection) is not None
        if not begun:
            with store.database.writing("views") as writing:
                if self._row(writing) is None:
                    writing.write([Insert(GENERATIONS, [(self._name, 1, self._version, 1)])])
                    writing.make(self._tables, 1)
                    writing.index(self._tables, 1)

    # What is there

    def _row(self, connection: Connection) -> tuple[int, str, int] | None:
        query = f"SELECT generation, version, building FROM {connection.table(GENERATIONS)} g WHERE name = ?"
        row = connection.execute(query, (self._name,)).fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def _known(self, connection: Connection) -> tuple[int, str, int]:
        row = self._row(connection)
        assert row is not None
        return row

    def generation(self, connection: Connection) -> int:
        """The generation of the tables that questions are answered from. Raises `OtherForm`."""
        generation, version, _ = self._known(connection)
        self._read(version)
        return generation

    def _read(self, version: str) -> None:
        if version != self._version:
            raise OtherForm("The views have the form of another version of the program. Run `tussenruimte migrate`, or the newer program.")

    def outdated(self) -> bool:
        """Whether the views have the form of an older version and are to be rebuilt."""
        with self._store.reading() as connection:
            row = self._row(connection)
        return row is None or row[1] != self._version

    def position(self, connection: Connection, generation: int | None = None) -> int:
        """The checkpoint: the position up to which the views are."""
        generation = self._known(connection)[0] if generation is None else generation
        query = f"SELECT notification_id FROM {connection.table(TRACKING)} t WHERE application_name = ?"
        row = connection.execute(query, (self._mark(generation),)).fetchone()
        return row[0] if row else 0

    def stand(self, connection: Connection) -> Stand:
        """How the views stand, asked in one statement. Raises `OtherForm`."""
        row = connection.execute(
            "SELECT g.version, g.generation, coalesce((SELECT t.notification_id FROM"
            f" {connection.table(TRACKING)} t WHERE t.application_name = CAST(? AS text) || '.' || g.generation), 0),"
            f" coalesce((SELECT max(e.position) FROM {connection.table(EVENTS)} e), 0)"
            f" FROM {connection.table(GENERATIONS)} g WHERE g.name = ?",
            (self._name, self._name),
        ).fetchone()
        if row is None:
            # A replica to which the organisation's beginning has yet to come.
            return Stand(1, 0, 0)
        version, *stand = row
        self._read(version)
        return Stand(*stand)

    def set_aside(self, connection: Connection) -> list[Aside]:
        """The streams that could not be taken in, by position."""
        return all_aside(connection, self.generation(connection))

    def _mark(self, generation: int) -> str:
        return f"{self._name}.{generation}"

    def _drop(self, connection: Connection, generation: int) -> None:
        connection.drop(self._tables, generation)
        connection.write([Delete(TRACKING, ("application_name",), [(self._mark(generation),)])])

    # Catching up

    def on_step(self, listener: Callable[[str, int, float], None]) -> None:
        """Have `listener` called with the runner's name, events and seconds after each transaction of catching up."""
        self._listeners.append(listener)

    def catch_up(self) -> int:
        """Bring the views up to what is recorded by now; how many events that took in."""
        done = 0
        with self._lock:
            with self._store.reading() as connection:
                head, position = self._store.head(connection), self.position(connection)
            began = time.perf_counter()
            # What is recorded meanwhile is left for the next time: else it might never end.
            while position < head:
                taken, position = self._step(None)
                if not taken:
                    break
                done += taken
                ended = time.perf_counter()
                for listener in self._listeners:
                    listener(self._name, taken, ended - began)
                began = ended
        return done

    def keep_up(self) -> None:
        """Bring the views up as `catch_up` does, but wait for it some seconds only: somebody may hold them up for longer."""
        self._upkeep.wait()

    def keep_up_soon(self) -> None:
        """Have the views brought up within moments, and go on meanwhile."""
        self._upkeep.soon()

    def close(self) -> None:
        """Bring nothing up any more. What is under way is waited for, for a moment."""
        self._upkeep.close()

    def _step(self, generation: int | None) -> tuple[int, int]:
        with self._store.database.writing("views") as writing:
            if generation is not None:
                self._still(writing, generation)
            return self._take(writing, self.generation(writing) if generation is None else generation)

    def _take(self, connection: Connection, generation: int) -> tuple[int, int]:
        """One batch inside the caller's transaction: how many events, and the position up to which the views are then."""
        position = self.position(connection, generation)
        behind = self._store.head(connection) - position
        rows = connection.execute(
            f"SELECT position, originator_id FROM {connection.table(EVENTS)} e WHERE position > ? ORDER BY position LIMIT ?",
            (position, BATCH if behind <= BATCH else BACKLOG),
        ).fetchall()
        if not rows:
            return 0, position
        new = Counter(stream for _, stream in rows)
        last = rows[-1][0]
        intake = Intake(self._store, self._projections, connection, connection, generation, last)
        for streams in in_pages(list(new), STREAMS):
            intake.take({stream: new[stream] for stream in streams})
        if any(stream.startswith("lens/") for stream in new):
            # A lens that was published reads every relationship, those without new events too.
            for streams in self._relationships(connection, last):
                intake.take(dict.fromkeys(streams, 0))
        self._move(connection, generation, last)
        return len(rows), last

    def _relationships(self, connection: Connection, upto: int) -> Iterator[list[str]]:
        query = (
            f"SELECT DISTINCT originator_id FROM {connection.table(EVENTS)} e"
            " WHERE originator_id > ? AND originator_id < 'relationship0' AND position <= ? ORDER BY originator_id LIMIT ?"
        )
        after = "relationship/"
        while streams := [stream for (stream,) in connection.execute(query, (after, upto, STREAMS))]:
            yield streams
            after = streams[-1]

    def _move(self, connection: Connection, generation: int, position: int) -> None:
        connection.write([Put(TRACKING, [(self._mark(generation), position)])])

    # Forgetting

    def forget(self, people: Sequence[str], streams: Sequence[str], beside: Forgetting) -> None:
        """Read anew, after their keys were destroyed, the streams in which the views name these people, and others. `beside` takes what
        stands beside the views, in the same transaction."""
        with self._lock, self._store.database.writing("views") as connection:
            generation = self.generation(connection)
            beside(connection, generation, self._forget(connection, generation, people, streams))

    def named(self, connection: Connection, people: Sequence[str]) -> int:
        """In how many streams the views name one of these people."""
        return len(self._naming(connection, self.generation(connection), people))

    def _forget(self, connection: Connection, generation: int, people: Sequence[str], streams: Sequence[str] = ()) -> list[str]:
        told = sorted({*streams, *self._naming(connection, generation, people)})
        intake = Intake(self._store, self._projections, connection, connection, generation, self.position(connection, generation))
        for some in in_pages(told, STREAMS):
            intake.take(dict.fromkeys(some, 0))
        # What cannot be read any more is set aside, and would go on telling of them what it did before.
        rest = self._naming(connection, generation, people)
        connection.write([change for projection in self._projections for change in projection.without(rest)], generation)
        return told

    def _naming(self, connection: Connection, generation: int, people: Sequence[str]) -> list[str]:
        found = {stream for one in self._projections for stream in one.naming(connection, generation, people)}
        return sorted(found)

    # Rebuilding

    def rebuild(self, progress: Callable[[int, int], None] = lambda done, whole: None) -> int:
        """Read everything anew beside the live views and swap. Gives the position; `progress` hears events done and in all.

        Raises `Overtaken` where another rebuild begins meanwhile, in this process or another: that one holds.
        """
        with self._lock:
            with self._store.database.writing("views") as connection:
                fresh = self._begin(connection)
            position = self._fill(fresh, progress)
            with self._store.database.writing("views") as connection:
                self._still(connection, fresh)
                connection.index(self._tables, fresh)
                if position:
                    self._move(connection, fresh, position)
            while self._behind(fresh) > BATCH:
                self._step(fresh)
            with self._store.database.writing("views") as connection:
                self._still(connection, fresh)
                while self._take(connection, fresh)[0]:
                    pass
                # Somebody may have been erased since their streams were read, or be just now.
                self._forget(connection, fresh, sorted(self._store.keys.ring().gone()))
                self._drop(connection, self._known(connection)[0])
                connection.drop_other_forms(self._tables)
                connection.write([Update(GENERATIONS, ("generation", "version"), ("name",), [(fresh, self._version, self._name)])])
                return self.position(connection, fresh)

    def _begin(self, connection: Connection) -> int:
        """A new generation of the tables; one that another rebuild has begun, or left when it was broken off, gives way."""
        generation, _, building = self._known(connection)
        if building != generation:
            self._drop(connection, building)
        connection.make(self._tables, building + 1)
        connection.write([Update(GENERATIONS, ("building",), ("name",), [(building + 1, self._name)])])
        return building + 1

    def _still(self, connection: Connection, generation: int) -> None:
        if self._known(connection)[2] != generation:
            raise Overtaken("Another rebuild began meanwhile and takes the place of this one.")

    def _behind(self, generation: int) -> int:
        with self._store.reading() as connection:
            return self._store.head(connection) - self.position(connection, generation)

    def _fill(self, generation: int, progress: Callable[[int, int], None]) -> int:
        """Read every stream of one snapshot once; the position of that snapshot."""
        done = 0
        with self._store.reading() as source:
            position = self._store.head(source)
            found = read_all(self._store, source, self._projections, position)
            while first := next(found, None):
                written = 0
                with self._store.database.writing("views") as target:
                    self._still(target, generation)
                    intake = Intake(self._store, self._projections, source, target, generation, position)
                    for stretch, changes in chain([first], found):
                        intake.put(stretch, changes)
                        written += stretch.events
                        if written >= BACKLOG:
                            break
                done += written
                progress(done, position)
        return position
