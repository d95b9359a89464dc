"""Bringing the views up: soon after something was recorded, or at once for those who wait for it, and not for ever.

Whoever listens is told of most that is recorded before the views have it, and goes first: so the views take in a moment later, in one
go, what came meanwhile. A process that was paused, or a host that is gone, may hold the lock of the views until the database gives it up.
Only one thread of this process waits for that; whoever asks or records meanwhile goes on with the views as they stand.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context

from domain.store.trouble import warn

PATIENCE_SECONDS = 10.0
"""How long one run may last before nobody waits for it any more."""
SOON_SECONDS = 0.01
"""What comes within it is taken in together."""
AGAIN_SECONDS = 1.0
"""After a run that failed, whether somebody waits for another or not."""
IDLE_SECONDS = 1.0
"""After which the thread ends, until somebody asks again."""
CLOSING_SECONDS = 1.0
"""For what is still to be taken in when the process ends."""

logger = logging.getLogger(__name__)


class _Run:
    """A run that was asked for. It belongs to the request of whoever asked first, in the log and in traces."""

    def __init__(self, due: float) -> None:
        self.due = due
        self.done: Future[None] = Future()
        self._context = copy_context()

    def go(self, work: Callable[[], object]) -> BaseException | None:
        """Gives what went wrong."""
        try:
            self._context.run(work)
        except BaseException as error:
            self.done.set_exception(error)
            return error
        self.done.set_result(None)
        return None


class Upkeep:
    """Runs `catch_up` in a thread of its own, once for all who ask for it meanwhile."""

    def __init__(self, catch_up: Callable[[], object]) -> None:
        self._catch_up = catch_up
        self._asked = threading.Condition()
        self._next: _Run | None = None
        self._began = 0.0
        """Since when those who wait have been held up: since the run that goes on, or they themselves where none does."""
        self._idle = True
        self._works = False
        self._fails = False
        self._closed = False

    def soon(self) -> None:
        """Have the views take in what is recorded by now, within moments, or later where it goes wrong; the log says so then."""
        with self._asked:
            if self._next is None:
                self._ask(time.monotonic() + SOON_SECONDS)

    def wait(self) -> bool:
        """Have the views take in what is recorded by now; false where that lasts too long. Raises what `catch_up` raises."""
        with self._asked:
            if self._idle:
                self._began, self._idle = time.monotonic(), False
            mine = self._ask(0.0).done
        while not mine.done():
            left = self._began + PATIENCE_SECONDS - time.monotonic()
            if left <= 0:
                return False
            wait([mine], left)
        mine.result()
        return True

    def close(self) -> None:
        """Begin at once what has yet to begin, and wait for it, for a moment."""
        with self._asked:
            self._closed = True
            self._asked.notify_all()
            self._asked.wait_for(lambda: not self._works, CLOSING_SECONDS)

    def _ask(self, due: float) -> _Run:
        """The next run, at an instant at the latest."""
        if self._next is None:
            self._next = _Run(due)
        self._next.due = min(self._next.due, due)
        if self._works or self._closed:
            self._asked.notify_all()
        else:
            threading.Thread(target=self._work, name="upkeep", daemon=True).start()
            self._works = True
        return self._next

    def _work(self) -> None:
        while (run := self._take()) is not None:
            error = run.go(self._catch_up)
            with self._asked:
                # What is closed by then cannot be asked, and nobody asks.
                if not self._closed:
                    self._tell(error)
                    if error is not None:
                        self._ask(time.monotonic() + AGAIN_SECONDS)

    def _take(self) -> _Run | None:
        """The next run once it is due; None where nobody asked for a while, or will any more."""
        with self._asked:
            self._idle = True
            self._asked.wait_for(lambda: self._next is not None or self._closed, IDLE_SECONDS)
            while self._next is not None and not self._closed and (left := self._next.due - time.monotonic()) > 0:
                self._asked.wait(left)
            run, self._next = self._next, None
            self._works = run is not None
            self._began, self._idle = time.monotonic(), run is None
            self._asked.notify_all()
            return run

    def _tell(self, error: BaseException | None) -> None:
        """Once that it goes wrong, and once that it goes again: perhaps nobody waits for it."""
        if error is not None and not self._fails:
            warn(logger, "the views take nothing in, which is tried again", error)
        elif error is None and self._fails:
            logger.warning("the views take in again what is recorded")
        self._fails = error is not None
