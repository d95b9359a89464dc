"""Sweeping: keys and handles that no event came to need are taken away again.

A key is made before the first event that needs it, so that a recording that is broken off at its very end leaves some. The instant of the
last look stands beside the events, and only what was there before it is swept: where the events come back from an old copy, so does that
instant, and what was made since then waits a day more for somebody to find that it was the wrong copy.
"""

import logging
from collections.abc import Collection

from domain.model.time import DAY
from domain.store.database import EVENTS, SETTINGS, Connection, Put, setting_of
from domain.store.ring import chunks
from domain.store.store import EventStore

GRACE = DAY
"""From one look to the next: so long a key waits for its event at least, and twice as long at most."""
NAME = "keys_looked_through"

logger = logging.getLogger(__name__)


class Sweeping:
    """The sweeping of one organisation's keys. May be broken off anywhere and be taken elsewhere at once."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._keys = store.keys

    def step(self) -> None:
        """Look through all keys and handles, where that was not done for a day. Raises KeyStoreError."""
        now = self._store.clock()
        with self._store.reading() as connection:
            told = setting_of(connection, NAME)
        looked = now if told is None else int(told)
        if told is not None and 0 <= now - looked < GRACE:
            return
        # Of a clock that was put back nothing is believed.
        if looked < now:
            self._sweep(looked)
        with self._store.database.writing("settings") as connection:
            connection.write([Put(SETTINGS, [(NAME, str(now))])])

    def _sweep(self, before: int) -> None:
        people = (
            owner for owner, state, made in self._keys.owners() if owner.startswith("participant/") and state == "active" and made < before
        )
        swept = sum(self._forget(some, [], before) for some in chunks(people))
        handles = ((stream, handle) for stream, handle, made in self._keys.handles() if made < before)
        swept += sum(self._forget([], some, before) for some in chunks(handles))
        if swept:
            logger.info("%s keys and handles that no event came to need are swept", swept)

    def _forget(self, owners: Collection[str], handles: Collection[tuple[str, str]], before: int) -> int:
        streams = {*owners, *(stream for stream, _ in handles)}
        with self._store.reading() as connection:
            empty = _empty(connection, streams)
        if not empty:
            return 0
        # Nothing is recorded from this look to the end.
        with self._store.database.writing("events") as connection:
            empty = _empty(connection, empty)
            return self._keys.forget(empty & set(owners), [pair for pair in handles if pair[0] in empty], before)


def _empty(connection: Connection, streams: set[str]) -> set[str]:
    """Those of the streams in which no event stands."""
    named, value = connection.among("originator_id", sorted(streams))
    rows = connection.execute(f"SELECT DISTINCT originator_id FROM {connection.table(EVENTS)} e WHERE {named}", (value,))
    return streams - {stream for (stream,) in rows}
