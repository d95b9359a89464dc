"""Bringing the views up: soon after something was recorded, or at once for those who wait for it, and not for ever.

Whoever listens is told of most that is recorded before the views have it, and goes first: so the views take in a moment later, in one
go, what came meanwhile. A process that was paused, or a host that is gone, may hold the lock of the views until the database gives it up.
Only one thread of this process waits for that; whoever asks or records meanwhile goes on with the views as they stand.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context

PATIENCE_SECONDS = 10.0
"""How long one run may last before nobody waits for it any more."""
SOON_SECONDS = 0.01
"""What comes within it is taken in together."""
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
        self._due = 0.0
        """When the next run is to begin."""
        self._began = 0.0
        self._idle = True
        self._works = False
        self._closed = False

    def soon(self) -> None:
        """Have the views take in what is recorded by now, within moments. What that raises is told to who waits for another run."""
        with self._asked:
            if self._next is None:
                self._next, self._due = _Run(), time.monotonic() + SOON_SECONDS
                self._call()

    def wait(self) -> bool:
        """Have the views take in what is recorded by now; false where that lasts too long. Raises what `catch_up` raises."""
        with self._asked:
            if self._next is None:
                self._next = _Run()
            mine, self._due = self._next.done, 0.0
            if self._idle:
                self._began, self._idle = time.monotonic(), False
            self._call()
        while not mine.done():
            left = self._began + PATIENCE_SECONDS - time.monotonic()
            if left <= 0:
                return False
            wait([mine], left)
        mine.result()
        return True

    def close(self) -> None:
        """Begin no other run, and wait for the one that goes on, for a while."""
        with self._asked:
            self._closed, self._next = True, None
            self._asked.notify_all()
            self._asked.wait_for(lambda: not self._works, PATIENCE_SECONDS)

    def _call(self) -> None:
        if self._works:
            self._asked.notify_all()
        else:
            self._works = True
            threading.Thread(target=self._work, name="upkeep", daemon=True).start()

    def _work(self) -> None:
        while (run := self._taken()) is not None:
            run.go(self._catch_up)

    def _taken(self) -> _Run | None:
        """The next to be done; None where nobody asked for a while."""
        with self._asked:
            self._idle = True
            if self._next is None:
                self._asked.wait_for(lambda: self._next is not None or self._closed, IDLE_SECONDS)
            while self._next is not None and (left := self._due - time.monotonic()) > 0:
                self._asked.wait(left)
            run, self._next = self._next, None
            self._works = run is not None
            self._idle, self._began = run is None, time.monotonic()
            if run is None:
                self._asked.notify_all()
            return run
