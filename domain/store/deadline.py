"""A question that lasts too long is broken off where it is worked on: in the database, and between two of its steps.

Nobody waits for it any more, and yet a thread and a connection would go on with it. Whoever asks sets a deadline for what they ask; each
connection that is taken meanwhile says how it is broken off. It costs nothing until it is due.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Break = Callable[[], None]


class Overdue(Exception):
    """Nobody waits for the answer any more."""


class Deadline:
    """Of one question, which several threads may work on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._working: dict[Break, None] = {}
        self.over = False

    def end(self) -> None:
        """Break off what is being worked on, and whatever of it is begun from here on. May wait for a server."""
        with self._lock:
            self.over = True
            for break_off in self._working:
                break_off()

    @contextmanager
    def during(self, break_off: Break) -> Iterator[None]:
        """Meanwhile it is broken off in this way, and never after. Raises `Overdue` where that is due already."""
        with self._lock:
            if self.over:
                raise Overdue
            self._working[break_off] = None
        try:
            yield
        finally:
            with self._lock:
                del self._working[break_off]


_set: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def asked_by(deadline: Deadline) -> Iterator[None]:
    """What is asked meanwhile, here and in threads that are begun from here, has this deadline."""
    before = _set.set(deadline)
    try:
        yield
    finally:
        _set.reset(before)


def set_now() -> Deadline | None:
    """The deadline of whoever asks here."""
    return _set.get()


def go_on() -> None:
    """For between two steps that may be many. Raises `Overdue` where nobody waits any more."""
    if (deadline := _set.get()) is not None and deadline.over:
        raise Overdue
