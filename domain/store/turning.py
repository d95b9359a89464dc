"""Turning an organisation's keys over: when a new epoch is due, and when an old one may die.

An epoch that dies is noted beside the events before its key is destroyed. A copy of the key store from before knows nothing of that, and
its wrapped key would open with the root key again: by the note it is told, and refused.
"""

import logging

from msgspec import Struct

from domain.model.time import DAY
from domain.store.database import DEAD_EPOCHS, Add
from domain.store.ring import KeyStoreError
from domain.store.store import EventStore

logger = logging.getLogger(__name__)


class Spans(Struct, frozen=True):
    """For how many microseconds an epoch's key wraps, and for how many after that it is kept."""

    turn: int = 7 * DAY
    keep: int = 28 * DAY

    @property
    def whole(self) -> int:
        """From the first that a key wraps to its end. A copy of the keys that is older hangs on none that is still there."""
        return self.turn + self.keep


class Turning:
    """The turning of one organisation's keys, step by step, each of which may be broken off anywhere and be taken elsewhere at once."""

    def __init__(self, store: EventStore, spans: Spans) -> None:
        self._store = store
        self._epochs = store.keys.epochs
        self._spans = spans

    def step(self) -> bool:
        """Do some of what is due; whether there may be more. Raises KeyStoreError."""
        check_epochs(self._store)
        if self._epochs.turn(self._spans.turn):
            logger.info("a new epoch of the organisation's key is begun")
            return True
        if self._epochs.rewrap():
            return True
        self._let_die()
        return False

    def _let_die(self) -> None:
        hung = 0
        for epoch in self._epochs.outlived(self._spans.keep):
            if not self._epochs.is_left(epoch):
                hung = hung or epoch
                continue
            with self._store.database.writing("keys") as connection:
                connection.write([Add(DEAD_EPOCHS, [(epoch, self._store.clock())])])
            self._epochs.destroy(epoch)
            logger.info("an old key of the organisation is destroyed")
        if hung:
            raise KeyStoreError(self._epochs.hung(hung))


def check_epochs(store: EventStore) -> None:
    """Refuse an old copy of the key store, all of whose epochs have died. Raises KeyStoreError."""
    newest = store.keys.epochs.newest()
    with store.reading() as connection:
        row = connection.execute(f"SELECT max(epoch) FROM {connection.table(DEAD_EPOCHS)} e").fetchone()
    if row is not None and row[0] is not None and newest <= row[0]:
        raise KeyStoreError(
            f"The key store of {store.organisation} is an old copy: its newest key, of epoch {newest}, was destroyed since, and nothing is"
            " opened with it. Put the newest copy of the key store back. With this one, whoever was erased since would come back."
        )
