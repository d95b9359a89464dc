"""Who waits for the views to be brought up gets what was recorded before, once for all who ask, and does not wait for ever."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.store.trouble import OutOfRoom
from projections import upkeep
from projections.upkeep import Upkeep


def until(true: Callable[[], object]) -> None:
    while not true():
        time.sleep(0.005)


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


def test_what_came_within_a_moment_is_taken_in_together_though_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SOON_SECONDS", 0.2)
    ran: list[float] = []
    kept = Upkeep(lambda: ran.append(time.monotonic()))
    for _ in range(10):
        kept.soon()
    assert not ran
    until(lambda: ran)
    time.sleep(0.3)
    assert len(ran) == 1
    kept.soon()
    until(lambda: len(ran) == 2)


def test_who_asks_does_not_wait_for_that_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SOON_SECONDS", 3_600)
    ran: list[int] = []
    kept = Upkeep(lambda: ran.append(1))
    kept.soon()
    assert kept.wait()
    kept.soon()
    assert kept.wait()
    assert len(ran) == 2


def test_what_is_recorded_while_others_are_taken_in_is_taken_in_too() -> None:
    began, go_on, ran = threading.Event(), threading.Event(), []

    def catch_up() -> None:
        ran.append(1)
        began.set()
        go_on.wait()

    kept = Upkeep(catch_up)
    kept.soon()
    began.wait()
    kept.soon()
    go_on.set()
    until(lambda: len(ran) == 2)


def test_what_goes_wrong_while_nobody_waits_is_told_once_and_tried_again_until_it_goes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upkeep, "AGAIN_SECONDS", 0.02)
    ran: list[int] = []

    def catch_up() -> None:
        ran.append(1)
        if len(ran) < 5:
            raise OutOfRoom("no space left on device")

    Upkeep(catch_up).soon()
    until(lambda: len(caplog.messages) == 2)
    assert len(ran) == 5
    assert caplog.messages == [
        "the views take nothing in, which is tried again: the database of the events, whose disk is full, does not answer",
        "the views take in again what is recorded",
    ]


def test_what_is_still_to_be_taken_in_when_it_is_closed_is_taken_in_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SOON_SECONDS", 3_600)
    ran: list[int] = []
    kept = Upkeep(lambda: ran.append(1))
    kept.soon()
    kept.close()
    assert ran == [1]
    kept.soon()
    assert ran == [1]


def test_closing_waits_for_what_goes_on_but_not_for_what_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "CLOSING_SECONDS", 0.2)
    began, go_on, ended = threading.Event(), threading.Event(), []

    def catch_up() -> None:
        began.set()
        go_on.wait()
        ended.append(1)

    kept = Upkeep(catch_up)
    kept.soon()
    began.wait()
    kept.close()
    assert not ended
    monkeypatch.setattr(upkeep, "CLOSING_SECONDS", 3_600)
    threading.Timer(0.05, go_on.set).start()
    kept.close()
    assert ended == [1]


def test_nobody_waits_for_long_for_a_run_that_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PATIENCE_SECONDS", 0.2)
    held = threading.Event()
    kept = Upkeep(held.wait)
    assert [kept.wait() for _ in range(20)] == [False] * 20
    held.set()
    while not kept.wait():
        time.sleep(0.01)
