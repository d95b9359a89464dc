"""Who waits for the views to be brought up gets what was recorded before, once for all who ask, and does not wait for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from projections import upkeep
from projections.upkeep import Upkeep


def test_what_was_recorded_before_is_taken_in_however_many_ask() -> None:
    recorded = taken = runs = 0
    lock = threading.Lock()

    def catch_up() -> None:
        nonlocal taken, runs
        seen = recorded
        time.sleep(0.001)
        taken, runs = seen, runs + 1

    def work(_: int) -> None:
        nonlocal recorded
        for _ in range(20):
            with lock:
                recorded += 1
                mine = recorded
            assert kept.wait()
            assert taken >= mine

    kept = Upkeep(catch_up)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(work, range(16)))
    assert runs < 320


def test_what_it_raises_is_told_to_who_waits_and_the_next_run_is_another() -> None:
    failures = [OSError("no space left on device")]

    def catch_up() -> None:
        if failures:
            raise failures.pop()

    kept = Upkeep(catch_up)
    with pytest.raises(OSError, match="no space"):
        kept.wait()
    assert kept.wait()


def test_nobody_waits_for_long_for_a_run_that_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PATIENCE_SECONDS", 0.2)
    held = threading.Event()
    kept = Upkeep(held.wait)
    assert [kept.wait() for _ in range(20)] == [False] * 20
    held.set()
    while not kept.wait():
        time.sleep(0.01)
