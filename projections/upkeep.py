"""Bringing the views up for those who wait for it, and not for ever.

A process that was paused, or a host that is gone, may hold the lock of the views until the database gives it up. Only one thread of this
process waits for that; whoever asks or records meanwhile goes on with the views as they stand.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context

PATIENCE_SECONDS = 10.0
"""How long one run may last before nobody waits for it any more."""
IDLE_SECONDS = 1.0
"""After which the thread ends, until somebody asks again."""


class _Run:
    """A run that was asked for. It belongs to the request of whoever asked first, in the log and in traces."""

    def __init__(self) -> None:
        self.done: Future[None] = Future()
        self._context = copy_context()

    def go(self, work: Callable[[], object]) -> None:
        try:
            self._context.run(work)
        except BaseException as error:
            self.done.set_exception(error)
        else:
            self.done.set_result(None)


class Upkeep:
    """Runs `catch_up` in a thread of its own, once for all who ask for it meanwhile."""

    def __init__(self, catch_up: Callable[[], object]) -> None:
        self._catch_up = catch_up
        self._asked = threading.Condition()
        self._next: _Run | None = None
        self._began = 0.0
        self._idle = True
        self._works = False

    def wait(self) -> bool:
        """Have the views take in what is recorded by now; false where that lasts too long. Raises what `catch_up` raises."""
        with self._asked:
            if self._next is None:
                self._next = _Run()
            mine = self._next.done
            if self._idle:
                self._began, self._idle = time.monotonic(), False
            if self._works:
                self._asked.notify()
            else:
                self._works = True
                threading.Thread(target=self._work, name="upkeep", daemon=True).start()
        while not mine.done():
            left = self._began + PATIENCE_SECONDS - time.monotonic()
            if left <= 0:
                return False
            wait([mine], left)
        mine.result()
        return True

    def _work(self) -> None:
        while (run := self._taken()) is not None:
            run.go(self._catch_up)

    def _taken(self) -> _Run | None:
        """The next to be done; None where nobody asked for a while."""
        with self._asked:
            if self._next is None:
                self._idle = True
                self._asked.wait_for(lambda: self._next is not None, IDLE_SECONDS)
            run, self._next = self._next, None
            self._works = run is not None
            self._began = time.monotonic()
            return run
