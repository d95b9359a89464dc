"""Bringing the views up for those who wait for it, and not for ever.

A process that was paused, or a host that is gone, may hold the lock of the views until the database gives it up. Only one thread of this
process waits for that; whoever asks or records meanwhile goes on with the views as they stand.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

PATIENCE_SECONDS = 10.0
"""How long one run may last before nobody waits for it any more."""


class Upkeep:
    """Runs `catch_up` in a thread of its own, once for all who ask for it meanwhile."""

    def __init__(self, catch_up: Callable[[], object]) -> None:
        self._catch_up = catch_up
        self._lock = threading.Lock()
        self._next: Future[None] | None = None
        self._began: float | None = None

    def wait(self) -> bool:
        """Have the views take in what is recorded by now; false where that lasts too long. Raises what `catch_up` raises."""
        with self._lock:
            if self._next is None:
                self._next = Future()
            mine = self._next
            if self._began is None:
                self._began = time.monotonic()
                threading.Thread(target=self._work, name="upkeep", daemon=True).start()
        while True:
            try:
                mine.result(max(0.0, (self._began or time.monotonic()) + PATIENCE_SECONDS - time.monotonic()))
                return True
            except TimeoutError:
                if mine.done():
                    continue
                if (began := self._began) is not None and time.monotonic() >= began + PATIENCE_SECONDS:
                    return False

    def _work(self) -> None:
        while True:
            with self._lock:
                mine, self._next = self._next, None
                self._began = None if mine is None else time.monotonic()
            if mine is None:
                return
            try:
                self._catch_up()
            except BaseException as error:
                mine.set_exception(error)
            else:
                mine.set_result(None)
