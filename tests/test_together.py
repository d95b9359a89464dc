"""Who shares a transaction and is broken off while waiting leaves the others as they were."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from domain.store.batch import Batch
from domain.store.together import LONGEST, Together, _Waiting


def batch() -> Batch:
    return Batch.__new__(Batch)


def test_who_is_broken_off_while_leading_leaves_the_lead_to_the_next() -> None:
    settled: list[int] = []
    together = Together(lambda batches: settled.append(len(batches)))

    def broken(*_: object) -> bool:
        raise KeyboardInterrupt

    waiting = together._enough.wait_for
    together._enough.wait_for = broken  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        together.take(batch())
    together._enough.wait_for = waiting  # type: ignore[method-assign]
    together.take(batch())
    assert settled == [1]


def test_what_cannot_be_got_ready_fails_for_all_who_share_it_and_for_nobody_after_them() -> None:
    """Each waiting for it alone, the last of them would wait as often as there are others."""
    ready, came = threading.Event(), threading.Event()
    failed: list[str] = []
    settled: list[int] = []

    def prepare() -> None:
        came.set()
        ready.wait()
        if not failed and len(together._queue) == 2:
            raise OSError("no keys")

    together = Together(lambda batches: settled.append(len(batches)), prepare)

    def take() -> None:
        try:
            together.take(batch())
        except OSError as error:
            failed.append(str(error))

    threads = [threading.Thread(target=take) for _ in range(2)]
    threads[0].start()
    came.wait()
    threads[1].start()
    while len(together._queue) < 2:
        pass
    ready.set()
    for thread in threads:
        thread.join(20)
    assert failed == ["no keys", "no keys"]
    together.take(batch())
    assert settled == [1]


class Watched(Together[Batch]):
    """Notes whether there were enough when somebody came to lead, and how long they would wait; and waits for as many as it is told."""

    def __init__(self) -> None:
        super().__init__(self._note)
        self.enough: list[bool] = []
        self.patience: list[float] = []
        self.sizes: list[int] = []
        self.wanted = 1
        self._enough.wait_for = self._wait  # type: ignore[method-assign, assignment]

    def _note(self, batches: list[Batch]) -> None:
        self.sizes.append(len(batches))

    def _wait(self, enough: Callable[[], bool], patience: float) -> None:
        self.patience.append(patience)
        while len(self._queue) < self.wanted:
            self._enough.wait(0.01)
        self.enough.append(enough())


def shared_by(count: int, together: Watched) -> None:
    together.wanted = count
    threads = [threading.Thread(target=together.take, args=(batch(),)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_who_comes_alone_again_and_again_waits_for_nobody() -> None:
    together = Watched()
    for _ in range(4):
        together.take(batch())
    assert together.enough == [True] * 4


def test_as_many_are_waited_for_as_were_just_answered_and_no_more() -> None:
    """Waiting for more than there are, every transaction would begin as late as it may."""
    together = Watched()
    for _ in range(3):
        shared_by(4, together)
    together.wanted = 1
    together.take(batch())
    assert together.sizes == [4, 4, 4, 1]
    assert together.enough == [True, True, True, False]


def test_who_may_come_again_is_waited_for_a_moment_however_long_a_transaction_took() -> None:
    """It may have waited for a lock as long as an import took."""
    together = Watched()
    together._lasted = 60.0
    together.take(batch())
    assert together.patience == [LONGEST]


def test_what_is_remembered_is_let_go_only_while_nobody_writes() -> None:
    inside, go_on, done = threading.Event(), threading.Event(), []

    def settle(batches: list[Batch]) -> None:
        inside.set()
        go_on.wait()

    together = Together(settle)
    writing = threading.Thread(target=together.take, args=(batch(),))
    writing.start()
    inside.wait()
    together.while_idle(lambda: done.append("too early"))
    go_on.set()
    writing.join()
    together.while_idle(lambda: done.append("idle"))
    assert done == ["idle"]


def test_who_is_broken_off_while_what_they_brought_is_written_does_not_keep_the_others_from_being_called() -> None:
    began, go_on = [threading.Event(), threading.Event()], [threading.Event(), threading.Event()]
    groups: list[list[Batch]] = []

    def settle(batches: list[Batch]) -> None:
        groups.append(batches)
        began[len(groups) - 1].set()
        go_on[len(groups) - 1].wait()

    class Broken:
        """Breaks whoever waits for it off, once they are written for."""

        def acquire(self) -> None:
            began[1].wait()
            raise KeyboardInterrupt

        def release(self) -> None:
            """Nobody waits any more."""

    together = Together(settle)
    ended: list[str] = []

    def take(name: str) -> None:
        try:
            together.take(batch())
            ended.append(name)
        except KeyboardInterrupt:
            ended.append(f"{name} was broken off")
            go_on[1].set()

    def begin(name: str, waiting: int) -> threading.Thread:
        thread = threading.Thread(target=take, args=(name,), daemon=True)
        thread.start()
        while len(together._queue) < waiting or not began[0].is_set():
            pass
        return thread

    threads = [begin("first", 0), begin("second", 1)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_Waiting, "__init__", _with_turn(Broken()))
        threads.append(begin("third", 2))
    threads.append(begin("fourth", 3))
    go_on[0].set()
    for thread in threads:
        thread.join(20)
    assert (len(groups[1]), sorted(ended)) == (3, ["first", "fourth", "second", "third was broken off"])


def _with_turn(turn: Any) -> Callable[[_Waiting, Batch], None]:
    made = _Waiting.__init__

    def make(self: _Waiting, batch: Batch) -> None:
        made(self, batch)
        self.turn = turn

    return make
