"""The store of one organisation: its events, its keys, and the way in; what the rest of the house is given.

Reading opens events as far as their keys allow, stream by stream or in the order of recording.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from domain.model.event import Event
from domain.store.accesses import AccessLog
from domain.store.database import EVENTS, Connection, Database, ReadConnection, in_pages
from domain.store.keys import Keys, Ring
from domain.store.mapper import Kept, Mapper, Opens
from domain.store.recorder import EventRecorder
from domain.store.recording import Recording
from domain.store.replica import Replica

PAGE = 1_000


class Stretch(NamedTuple):
    """Neighbouring streams, by the names of the first and the last, with the number of their events up to position `upto`."""

    first: str
    last: str
    events: int
    upto: int


class EventStore:
    """One organisation's store. `clock` gives UTC microseconds; `again` opens the same store anew, for another process.

    `replica`: a copy of the database that follows it some way behind, for questions.
    """

    def __init__(
        self,
        database: Database,
        keys: Keys,
        organisation: str,
        clock: Callable[[], int],
        again: Callable[[], "EventStore"],
        replica: Replica | None = None,
    ) -> None:
        self.organisation = organisation
        self.clock = clock
        self.reopened = again
        self.database = database
        self.replica = replica
        self.recorder = EventRecorder(database)
        self.keys = keys
        self.mapper = Mapper(organisation)
        self.accesses = AccessLog(database, organisation, keys.ring, clock)
        self.recording = Recording(database, self.recorder, keys, organisation, clock)

    def close(self) -> None:
        self.keys.close()
        self.database.close()
        if self.replica is not None:
            self.replica.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection whose questions all see one snapshot."""
        return self.database.reading()

    def head(self, connection: ReadConnection) -> int:
        return self.recorder.head(connection)

    def streams(self, connection: ReadConnection, streams: Sequence[str], ring: Ring, only: Opens | None = None) -> dict[str, list[Event]]:
        """The events of several streams, each in the order of recording; empty where there are none."""
        found: dict[str, list[Event]] = {stream: [] for stream in streams}
        ring.prefetch_streams([stream for stream in streams if stream.startswith("relationship/")])
        events = connection.table(EVENTS)
        for chunk in in_pages(streams):
            named, value = connection.among("originator_id", chunk)
            rows = connection.execute(
                f"SELECT originator_id, state, at, until FROM {events} e WHERE {named} ORDER BY originator_id, position", (value,)
            )
            for stream, state, at, until in rows:
                found[stream].append(self.mapper.event((state, at, until), ring, only))
        return found

    def stretches(self, connection: ReadConnection, upto: int, size: int) -> Iterator[Stretch]:
        """All streams as they stood at position `upto`, in stretches of about `size` events."""
        first, last, events = None, "", 0
        table = connection.table(EVENTS)
        query = f"SELECT originator_id, count(*) FROM {table} e WHERE position <= ? GROUP BY originator_id ORDER BY originator_id"
        for last, count in connection.stream(query, (upto,)):
            first, events = first or last, events + count
            if events >= size:
                yield Stretch(first, last, events, upto)
                first, events = None, 0
        if first is not None:
            yield Stretch(first, last, events, upto)

    def within(self, connection: ReadConnection, stretch: Stretch) -> Iterator[tuple[str, list[Kept]]]:
        """Every stream of a stretch with its stored events in the order of recording."""
        rows = connection.execute(
            f"SELECT originator_id, state, at, until FROM {connection.table(EVENTS)} e"
            " WHERE originator_id BETWEEN ? AND ? AND position <= ? ORDER BY originator_id, position",
            (stretch.first, stretch.last, stretch.upto),
        )
        for stream, found in groupby(rows, key=itemgetter(0)):
            yield stream, [(state, at, until) for _, state, at, until in found]

    def since(self, connection: ReadConnection, position: int, limit: int) -> list[tuple[int, str, Kept]]:
        """Position, stream and stored event of what was recorded after a position."""
        rows = connection.execute(
            f"SELECT position, originator_id, state, at, until FROM {connection.table(EVENTS)} e WHERE position > ?"
            " ORDER BY position LIMIT ?",
            (position, limit),
        )
        return [(place, stream, (state, at, until)) for place, stream, state, at, until in rows]

    def by_id(self, connection: ReadConnection, ids: Sequence[str], ring: Ring) -> dict[str, Event]:
        """Events by their ids."""
        found: dict[str, Event] = {}
        for chunk in in_pages(ids):
            named, value = connection.among("id", chunk)
            rows = connection.execute(f"SELECT state, at, until FROM {connection.table(EVENTS)} e WHERE {named}", (value,))
            for state, at, until in rows:
                event = self.mapper.event((state, at, until), ring)
                found[event.id] = event
        return found
