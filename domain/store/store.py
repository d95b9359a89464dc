"""The store of one organisation: its events, its keys, and the way in; what the rest of the house is given.

Reading opens events as far as their keys allow, stream by stream or in the order of recording.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from domain.model.event import Event
from domain.store.keys import Ring, SQLiteKeys
from domain.store.mapper import Kept, Mapper
from domain.store.recording import Recording
from domain.store.sqlite import Datastore, EventRecorder

PAGE = 1_000


class Stretch(NamedTuple):
    """Neighbouring streams, by the names of the first and the last, with the number of their events up to position `upto`."""

    first: str
    last: str
    events: int
    upto: int


class EventStore:
    """One organisation's store on SQLite. `clock` gives UTC microseconds; `root` is the operator's root key."""

    def __init__(self, path: Path, root: bytes, organisation: str, clock: Callable[[], int]) -> None:
        self.organisation = organisation
        self.clock = clock
        self._place = (path, root, organisation, clock)
        self.datastore = Datastore(path)
        self.recorder = EventRecorder(self.datastore)
        self.recorder.create_table()
        self.keys = SQLiteKeys(str(keys_path(path)), root, organisation, clock)
        self.mapper = Mapper(organisation)
        self.recording = Recording(self.datastore, self.recorder, self.keys, organisation, clock)

    def reopened(self) -> "EventStore":
        """The same store with connections of its own, for another process."""
        return EventStore(*self._place)

    def close(self) -> None:
        self.keys.close()
        self.datastore.close()

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection whose questions all see one snapshot."""
        return self.datastore.reading()

    def head(self, connection: sqlite3.Connection) -> int:
        return self.recorder.head(connection)

    def streams(
        self, connection: sqlite3.Connection, streams: Sequence[str], ring: Ring, voices_only: bool = False
    ) -> dict[str, list[Event]]:
        """The events of several streams, each in the order of recording; empty where there are none."""
        found: dict[str, list[Event]] = {stream: [] for stream in streams}
        ring.prefetch_streams([stream for stream in streams if stream.startswith("relationship/")])
        for chunk in in_pages(streams):
            marks = ",".join("?" * len(chunk))
            rows = connection.execute(
                f"SELECT originator_id, state, at, until FROM events WHERE originator_id IN ({marks}) ORDER BY originator_id, position",
                chunk,
            )
            for stream, *row in rows:
                found[stream].append(self.mapper.event((row[0], row[1], row[2]), ring, voices_only))
        return found

    def stretches(self, connection: sqlite3.Connection, upto: int, size: int) -> Iterator[Stretch]:
        """All streams as they stood at position `upto`, in stretches of about `size` events."""
        first, last, events = None, "", 0
        query = "SELECT originator_id, count(*) FROM events WHERE position <= ? GROUP BY originator_id ORDER BY originator_id"
        for last, count in connection.execute(query, (upto,)):
            first, events = first or last, events + count
            if events >= size:
                yield Stretch(first, last, events, upto)
                first, events = None, 0
        if first is not None:
            yield Stretch(first, last, events, upto)

    def within(self, connection: sqlite3.Connection, stretch: Stretch) -> Iterator[tuple[str, list[Kept]]]:
        """Every stream of a stretch with its stored events in the order of recording."""
        rows = connection.execute(
            "SELECT originator_id, state, at, until FROM events WHERE originator_id BETWEEN ? AND ? AND position <= ?"
            " ORDER BY originator_id, position",
            (stretch.first, stretch.last, stretch.upto),
        )
        for stream, found in groupby(rows, key=itemgetter(0)):
            yield stream, [(state, at, until) for _, state, at, until in found]

    def since(self, connection: sqlite3.Connection, position: int, limit: int) -> list[tuple[int, str, Kept]]:
        """Position, stream and stored event of what was recorded after a position."""
        rows = connection.execute(
            "SELECT position, originator_id, state, at, until FROM events WHERE position > ? ORDER BY position LIMIT ?", (position, limit)
        )
        return [(place, stream, (state, at, until)) for place, stream, state, at, until in rows]

    def by_id(self, connection: sqlite3.Connection, ids: Sequence[str], ring: Ring) -> dict[str, Event]:
        """Events by their ids."""
        found: dict[str, Event] = {}
        for chunk in in_pages(ids):
            marks = ",".join("?" * len(chunk))
            for row in connection.execute(f"SELECT state, at, until FROM events WHERE id IN ({marks})", chunk):
                event = self.mapper.event(row, ring)
                found[event.id] = event
        return found


def in_pages(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Slices short enough to be named one by one in a statement."""
    return (items[start : start + PAGE] for start in range(0, len(items), PAGE))


def keys_path(path: Path) -> Path:
    """Where the keys of an organisation's file are kept."""
    return path.with_name(path.name + ".keys")
