"""Taking streams into the views in one transaction: all at once, and where that does not go, each half by itself until it is one stream.

One that does not go is set aside. What it was that failed is not asked of the database but found by trying, so that it does not matter
whether an event could not be read, a history not be understood or a row not be written.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from domain.store.database import EVENTS, Change, Connection, Delete, Put
from domain.store.mapper import VOICES
from domain.store.store import EventStore, Stretch
from domain.store.trouble import is_poison
from projections.reader import Projection, Reader
from projections.set_aside import SET_ASIDE, Aside, all_aside, place_of, reason_of

logger = logging.getLogger(__name__)


class Intake:
    """Takes what stands in `source` up to a position into a generation of the views in `target`."""

    def __init__(
        self, store: EventStore, projections: Sequence[Projection], source: Connection, target: Connection, generation: int, upto: int
    ) -> None:
        self._store = store
        self._projections = projections
        self._source = source
        self._target = target
        self._generation = generation
        self._upto = upto

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._store, self._source, self._projections)

    def take(self, new: Mapping[str, int]) -> None:
        """Write what streams come to, of each of which so many events came since the last time."""
        held = {aside.stream: aside for aside in all_aside(self._target, self._generation)}
        self._halve({stream: count + (held[stream].events if stream in held else 0) for stream, count in new.items()}, held)

    def put(self, stretch: Stretch, changes: Sequence[Change] | None) -> None:
        """Write what a stretch of streams came to, if it was read, and of which nothing stands in the views yet."""
        if changes is not None:
            try:
                with self._target.attempt():
                    self._target.write(changes, self._generation)
                return
            except Exception as error:
                if not is_poison(error):
                    raise
        self.take(self._counted(stretch))

    def _counted(self, stretch: Stretch) -> Mapping[str, int]:
        events = self._source.table(EVENTS)
        query = f"SELECT originator_id FROM {events} e WHERE originator_id BETWEEN ? AND ? AND position <= ?"
        return Counter(stream for (stream,) in self._source.execute(query, (stretch.first, stretch.last, stretch.upto)))

    def _halve(self, new: Mapping[str, int], held: Mapping[str, Aside]) -> None:
        streams = list(new)
        try:
            with self._target.attempt():
                self._target.write(self._changes(new), self._generation)
                self._target.write([Delete(SET_ASIDE, ("stream",), [(stream,) for stream in streams if stream in held])], self._generation)
        except Exception as error:
            if not is_poison(error):
                raise
            middle = len(streams) // 2
            if not middle:
                self._set_aside(streams[0], new[streams[0]], held.get(streams[0]), reason_of(error))
                return
            for half in (streams[:middle], streams[middle:]):
                self._halve({stream: new[stream] for stream in half}, held)

    def _changes(self, new: Mapping[str, int]) -> list[Change]:
        loaded = self._store.streams(self._source, list(new), self._store.keys.ring(), only=VOICES)
        known = {stream: [event for event in events if event.position <= self._upto] for stream, events in loaded.items()}
        return self._reader.changes([self._reader.touched(stream, events, new[stream]) for stream, events in known.items()])

    def _set_aside(self, stream: str, new: int, before: Aside | None, reason: str) -> None:
        now = self._store.clock()
        position = place_of(self._store, self._source, stream, self._store.keys.ring(), self._upto, new)
        attempts, since = (before.attempts + 1, before.since) if before is not None else (1, now)
        self._target.write([Put(SET_ASIDE, [(stream, position, new, reason, attempts, since, now)])], self._generation)
        if before is None:
            logger.warning("Something at position %s does not go into the views and is set aside with its stream: %s", position, reason)
