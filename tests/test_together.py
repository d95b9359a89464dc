"""Who shares a transaction and is broken off while waiting leaves the others as they were."""

import threading

import pytest

from domain.store.batch import Batch
from domain.store.together import Together


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
