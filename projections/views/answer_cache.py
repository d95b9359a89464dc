"""What was worked out lately and may be asked again, up to so many bytes. Whatever it follows from has to be in its key."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, NoReturn, TypeVar

KEPT_BYTES = 64 * 1024 * 1024

T = TypeVar("T")


class AnswerCache(Generic[T]):
    """The answers that were asked for last; `size` gives their bytes. For several threads."""

    def __init__(self, size: Callable[[T], int], limit: int = KEPT_BYTES) -> None:
        self._size = size
        self._limit = limit
        self._held = 0
        self._answers: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, work_out: Callable[[], T]) -> T:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        made = work_out()
        with self._lock:
            if key not in self._answers:
                self._answers[key] = made
                self._held += self._size(made)
            while self._held > self._limit:
                self._held -= self._size(self._answers.popitem(last=False)[1])
        return made


class Asks(Exception):
    """What is kept is not enough: the database has to be asked."""


class KeptOnly:
    """Stands for a connection where only what is kept may answer: whatever is asked of it raises `Asks`."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Asks


KEPT_ONLY: Any = KeptOnly()
