"""Group commit: batches of several threads that arrive while another is being written share the next transaction.

Nobody waits for a clock: who comes alone writes at once, and who comes while somebody writes waits for that one and then writes for all
who came meanwhile. Each batch is judged and placed by itself, in the order of arrival, with an instant of its own; what is refused leaves
nothing behind and holds nobody else up.
"""

import threading
from collections import deque
from collections.abc import Callable

from domain.store.batch import Batch

MOST = 128
"""Batches that share a transaction."""


class _Waiting:
    """A batch, whoever waits for it, and what became of it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.called = threading.Event()
        self.done = False
        self.failure: BaseException | None = None


class Together:
    """Settles batches of several threads in common transactions. `settle` takes as many as it is given in one."""

    def __init__(self, settle: Callable[[list[Batch]], None]) -> None:
        self._settle = settle
        self._guard = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._writing = False

    def take(self, batch: Batch) -> None:
        """Settle a batch, with those of others where there are any. Raises what the transaction raised."""
        mine = _Waiting(batch)
        with self._guard:
            self._queue.append(mine)
            leads = not self._writing
            self._writing = True
        if not leads:
            mine.called.wait()
        if not mine.done:
            self._lead()
        if mine.failure is not None:
            raise mine.failure

    def _lead(self) -> None:
        """Write for all who wait, then call them, and the next to lead."""
        with self._guard:
            group = [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]
        failure: BaseException | None = None
        try:
            self._settle([one.batch for one in group])
        except BaseException as error:
            failure = error
        for one in group:
            one.done, one.failure = True, failure
        with self._guard:
            following = self._queue[0] if self._queue else None
            self._writing = following is not None
        if following is not None:
            following.called.set()
        for one in group:
            one.called.set()
