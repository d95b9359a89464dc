"""The store of one organisation: its events, its keys, and the way in; what the rest of the house is given.

Reading opens events as far as their keys allow, stream by stream or in the order of recording.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from pathlib import Path

from domain.model.event import Event
from domain.store.keys import Ring, SQLiteKeys
from domain.store.mapper import Mapper
from domain.store.recording import Recording
from domain.store.sqlite import Datastore, EventRecorder

PAGE = 1_000


class EventStore:
    """One organisation's store on SQLite. `clock` gives UTC microseconds; `root` is the operator's root key."""

    def __init__(self, path: Path, root: bytes, organisation: str, clock: Callable[[], int]) -> None:
        self.organisation = organisation
        self.clock = clock
        self.datastore = Datastore(path)
        self.recorder = EventRecorder(self.datastore)
        self.recorder.create_table()
        self.keys = SQLiteKeys(str(keys_path(path)), root, organisation, clock)
        self.mapper = Mapper(organisation)
        self.recording = Recording(self.datastore, self.recorder, self.keys, organisation, clock)

    def close(self) -> None:
        self.keys.close()
        self.datastore.close()

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection whose questions all see one snapshot."""
        return self.datastore.reading()

    def head(self, connection: sqlite3.Connection) -> int:
        return self.recorder.head(connection)

    def streams(self, connection: sqlite3.Connection, streams: Sequence[str], ring: Ring) -> dict[str, list[Event]]:
        """The events of several streams, each in the order of recording; empty where there are none."""
        found: dict[str, list[Event]] = {stream: [] for stream in streams}
        ring.prefetch_streams([stream for stream in streams if stream.startswith("relationship/")])
        for start in range(0, len(streams), PAGE):
            chunk = streams[start : start + PAGE]
            marks = ",".join("?" * len(chunk))
            rows = connection.execute(
                f"SELECT originator_id, state FROM events WHERE originator_id IN ({marks}) ORDER BY originator_id, position", chunk
            )
            for stream, state in rows:
                found[stream].append(self.mapper.event(state, ring))
        return found

    def all_streams(self, connection: sqlite3.Connection, prefix: str) -> Iterator[tuple[str, list[bytes]]]:
        """Every stream of a kind with its stored envelopes, stream by stream, with flat memory."""
        rows = connection.execute(
            "SELECT originator_id, state FROM events WHERE originator_id >= ? AND originator_id < ? ORDER BY originator_id, position",
            (f"{prefix}/", f"{prefix}0"),
        )
        for stream, found in groupby(rows, key=lambda row: row[0]):
            yield stream, [state for _, state in found]

    def since(self, connection: sqlite3.Connection, position: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Position, stream and stored envelope of what was recorded after a position."""
        return connection.execute(
            "SELECT position, originator_id, state FROM events WHERE position > ? ORDER BY position LIMIT ?", (position, limit)
        ).fetchall()

    def by_id(self, connection: sqlite3.Connection, ids: Iterable[str], ring: Ring) -> dict[str, Event]:
        """Events by their ids."""
        wanted = list(ids)
        found: dict[str, Event] = {}
        for start in range(0, len(wanted), PAGE):
            chunk = wanted[start : start + PAGE]
            marks = ",".join("?" * len(chunk))
            for (state,) in connection.execute(f"SELECT state FROM events WHERE id IN ({marks})", chunk):
                event = self.mapper.event(state, ring)
                found[event.id] = event
        return found


def keys_path(path: Path) -> Path:
    """Where the keys of an organisation's file are kept."""
    return path.with_name(path.name + ".keys")
