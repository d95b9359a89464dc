"""How the views stand is asked once for all who want to know at the same time, and nobody is told of a moment before they came."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from projections.runner import Stand
from projections.views.snapshots import Standing

LONG = 30.0


class Views:
    """How they stand is read at once, and told when the answer is let go."""

    def __init__(self) -> None:
        self.head = 1
        self.asked = 0
        self.began = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)

    def __call__(self) -> Stand:
        self.asked += 1
        head = self.head
        self.began.release()
        assert self.let_go.acquire(timeout=LONG)
        return Stand(1, head, head)


def test_who_comes_while_others_are_told_is_told_of_what_was_recorded_since() -> None:
    views = Views()
    standing = Standing(views, LONG)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(standing.now)
        assert views.began.acquire(timeout=LONG)
        views.head = 2
        later = [pool.submit(standing.now) for _ in range(7)]
        views.let_go.release(8)
        assert first.result(LONG).head == 1
        assert {one.result(LONG).head for one in later} == {2}


def test_those_who_come_meanwhile_are_asked_for_once() -> None:
    views = Views()
    standing = Standing(views, LONG)
    arrived = threading.Barrier(8)

    def come() -> Stand:
        arrived.wait(LONG)
        return standing.now()

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(standing.now)
        assert views.began.acquire(timeout=LONG)
        later = [pool.submit(come) for _ in range(7)]
        arrived.wait(LONG)
        time.sleep(0.3)  # What is one step away from waiting cannot be seen.
        views.let_go.release(8)
        for one in (first, *later):
            one.result(LONG)
    assert views.asked == 2


def test_who_is_held_up_holds_nobody_else_up_for_long() -> None:
    views = Views()
    standing = Standing(views, 0.01)
    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(standing.now)
        assert views.began.acquire(timeout=LONG)
        free = pool.submit(standing.now)
        assert views.began.acquire(timeout=LONG)
        assert not held.done()
        views.let_go.release(2)
        assert held.result(LONG) == free.result(LONG)


def test_who_fails_fails_alone() -> None:
    left = iter([OSError("broken off")])

    def ask() -> Stand:
        for error in left:
            raise error
        return Stand(1, 3, 3)

    standing = Standing(ask, LONG)
    with pytest.raises(OSError, match="broken off"):
        standing.now()
    assert standing.now() == Stand(1, 3, 3)
