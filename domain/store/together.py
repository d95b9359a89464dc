"""Group commit: batches of several threads that arrive while another is being written share the next transaction.

Who comes alone writes at once; who comes while somebody writes waits for that one and then writes for all who came meanwhile. Those who
have just been answered often come again at once, so that the next transaction waits a little for as many, and those who waited. Each
batch is judged and placed by itself, in the order of arrival, with an instant of its own; what is refused leaves nothing behind and holds
nobody else up. Where the transaction itself fails, it fails for all who share it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 128
"""Batches that share a transaction."""
PATIENCE = 0.25
"""Of the time that a transaction takes: how long the next one waits for who may come again."""
LONGEST = 0.05
"""Seconds, and no longer than that: what waited for a lock may have taken minutes."""


class _Waiting(Generic[T]):
    """A batch, whoever waits for it, and what became of it."""

    def __init__(self, batch: T) -> None:
        self.batch = batch
        self.turn = threading.Lock()
        """Held until it is called."""
        self.turn.acquire()
        self.done = False
        self.gone = False
        self.failure: BaseException | None = None
        self.next: _Waiting[T] | None = None
        """Whom to call once it goes on itself: called all at once, they would only wait for one another to run."""


def _nothing() -> None:
    """There is nothing to get ready."""


class Together(Generic[T]):
    """Settles batches of several threads in common transactions. `settle` takes as many as it is given in one; `prepare` is called before,
    while others may still come."""

    def __init__(self, settle: Callable[[list[T]], None], prepare: Callable[[], None] = _nothing) -> None:
        self._settle = settle
        self._prepare = prepare
        self._guard = threading.Lock()
        self._enough = threading.Condition(self._guard)
        self._expected = 0
        """How many may come for the next transaction: those who wait, and those who were just answered."""
        self._lasted = 0.0
        self._queue: deque[_Waiting[T]] = deque()
        self._leader: _Waiting[T] | None = None

    def take(self, batch: T) -> None:
        """Settle a batch, with those of others where there are any. Raises what the transaction raised."""
        mine = _Waiting(batch)
        with self._guard:
            self._queue.append(mine)
            leads = self._leader is None
            if leads:
                self._leader = mine
            if len(self._queue) == self._expected:
                self._enough.notify()
        try:
            if not leads:
                mine.turn.acquire()
            if not mine.done:
                self._lead(mine)
        except BaseException:
            self._leave(mine)
            raise
        finally:
            if mine.next is not None:
                mine.next.turn.release()
        if mine.failure is not None:
            raise mine.failure

    def while_idle(self, work: Callable[[], None]) -> None:
        """Do something while nobody writes, or not at all."""
        with self._guard:
            if self._leader is None:
                work()

    def _lead(self, mine: _Waiting[T]) -> None:
        """Write for all who wait, then call the next to lead, and have them call one another."""
        group: list[_Waiting[T]] = []
        failure: BaseException | None = None
        began = time.perf_counter()
        try:
            try:
                self._prepare()
            finally:
                self._gather(group)
            began = time.perf_counter()
            self._settle([one.batch for one in group])
        except BaseException as error:
            if not group:
                raise
            # Whoever was taken from the queue has to hear of it, whatever it was.
            failure = error
        self._lasted = time.perf_counter() - began
        with self._guard:
            for one in group:
                one.done, one.failure = True, failure
            for one, other in pairwise([mine, *(one for one in group if one is not mine and not one.gone)]):
                one.next = other
            self._expected = min(MOST, len(self._queue) + len(group))
        self._hand_on()

    def _gather(self, group: list[_Waiting[T]]) -> None:
        """Take all who wait, once as many came as may come, or that took too long."""
        with self._guard:
            self._enough.wait_for(lambda: len(self._queue) >= self._expected, min(self._lasted * PATIENCE, LONGEST))
            while self._queue and len(group) < MOST:
                group.append(self._queue.popleft())

    def _hand_on(self) -> None:
        """Call the next to lead, if somebody waits."""
        with self._guard:
            self._leader = self._queue[0] if self._queue else None
            if self._leader is not None:
                self._leader.turn.release()

    def _leave(self, mine: _Waiting[T]) -> None:
        """Who is broken off while waiting leaves the queue, and whoever was to lead leaves that to the next."""
        with self._guard:
            mine.gone = True
            if mine in self._queue:
                self._queue.remove(mine)
            leading = self._leader is mine
        if leading:
            self._hand_on()
