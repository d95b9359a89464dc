"""How far the store is and how far each projection has followed it, asked when somebody wants to know, so that it is never stale.

Who probes or scrapes waits a few seconds at most, and a server that has fallen silent says nothing for longer: it is asked in a thread of
its own, one at a time, which is left to wait.
"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, Protocol, TypeVar

from eventsourcing.persistence import PersistenceError
from msgspec import Struct

from domain.store.store import EventStore
from projections.runner import Runner

LOOK_SECONDS = 2.0
"""Until a store that does not answer is said to be out of reach."""
UNREACHABLE = (PersistenceError, sqlite3.Error, OSError)
"""What is raised where the store cannot be asked."""


class Redis(Protocol):
    """It, where it is set; see `domain.store.signals`."""

    @property
    def works(self) -> bool: ...


class Followed(Protocol):
    """What of an opened organisation is looked at."""

    @property
    def store(self) -> EventStore: ...

    @property
    def runner(self) -> Runner: ...

    @property
    def signals(self) -> Redis | None: ...


class Progress(Struct, frozen=True):
    """The highest position in the store, the checkpoint of each projection, and how many events each has set aside."""

    head: int
    positions: dict[str, int]
    aside: dict[str, int]

    @property
    def lags(self) -> dict[str, int]:
        """How many events each projection is behind."""
        return {name: max(self.head - position, 0) for name, position in self.positions.items()}


T = TypeVar("T")


class _Asking(Generic[T]):
    """Asks something that may hang; who asks meanwhile waits for the same answer."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._answer: Future[T] | None = None

    def answer(self) -> Future[T]:
        with self._lock:
            if self._answer is None or self._answer.done():
                self._answer = Future()
                threading.Thread(target=self._find, args=(self._answer,), name="look", daemon=True).start()
            return self._answer

    def _find(self, answer: Future[T]) -> None:
        try:
            answer.set_result(self._ask())
        except BaseException as error:
            answer.set_exception(error)


class Glance:
    """Looks at an organisation's store, and at its replica and at Redis where there are any."""

    def __init__(self, organisation: Followed) -> None:
        replica = organisation.store.replica
        self._signals = organisation.signals
        self._progress = _Asking(lambda: progress(organisation))
        self._replica = None if replica is None else _Asking(replica.answers)

    def progress(self) -> Progress:
        """Raises one of `UNREACHABLE` within `LOOK_SECONDS`."""
        return self._progress.answer().result(LOOK_SECONDS)

    def redis_lost(self) -> bool | None:
        """Whether what others record is looked for in its place; None where there is no Redis."""
        return None if self._signals is None else not self._signals.works

    def replica_lost(self) -> bool | None:
        """Whether the primary answers in its place; None where there is no replica."""
        if self._replica is None:
            return None
        try:
            return not self._replica.answer().result(LOOK_SECONDS)
        except UNREACHABLE:
            return True


def progress(organisation: Followed) -> Progress:
    """In one snapshot of the store. Raises one of `UNREACHABLE`."""
    with organisation.store.reading() as connection:
        runner = organisation.runner
        aside = 0 if runner.outdated() else sum(one.events for one in runner.set_aside(connection))
        return Progress(organisation.store.head(connection), {"views": runner.position(connection)}, {"views": aside})
