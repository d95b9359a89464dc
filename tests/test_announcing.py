"""Whoever records announces it to Redis by themselves where that costs no wait, and never waits for it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis_servers import Redis

from domain.store import signals as signals_module
from domain.store.redis_address import redis_address
from domain.store.signals import Signals, stream_of

PATIENCE_SECONDS = 60.0
STREAM = stream_of("buurtmaat")


@pytest.fixture
def signals(own_redis: Redis) -> Iterator[Signals]:
    """After a first announcement, which the server has answered."""
    found = Signals(redis_address(own_redis.url), "buurtmaat")
    found.announce(1)
    until(lambda: found._free is not None)
    yield found
    found.close()


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.005)


def cut(signals: Signals) -> None:
    """Have its connection take nothing any more."""
    line: Any = signals._free
    line._connection._sock.shutdown(socket.SHUT_RDWR)


def newest(server: Redis) -> int:
    with server.client() as client:
        entries = client.xrevrange(STREAM, count=1)
    return int(entries[0][1]["position"]) if entries else 0


def test_what_is_announced_while_all_is_well_waits_for_no_thread(own_redis: Redis, signals: Signals) -> None:
    with signals._changed:
        # The thread that announces cannot go on meanwhile.
        signals.announce(2)
        until(lambda: newest(own_redis) == 2)
        signals.announce(3)
        time.sleep(0.1)
        assert newest(own_redis) == 2
    until(lambda: newest(own_redis) == 3)


def test_what_went_into_a_connection_that_was_cut_is_announced_again_at_once(
    own_redis: Redis, signals: Signals, caplog: pytest.LogCaptureFixture
) -> None:
    for position in range(2, 12):
        own_redis.kill()
        own_redis.start(flushed=True)
        signals.announce(position)
        until(lambda position=position: newest(own_redis) == position)  # type: ignore[misc]
        until(lambda: signals._free is not None)
    assert not caplog.records


def test_who_records_is_not_told_of_a_connection_that_takes_nothing_any_more(own_redis: Redis, signals: Signals) -> None:
    cut(signals)
    signals.announce(2)
    until(lambda: newest(own_redis) == 2)


def test_nobody_waits_while_a_server_that_hangs_is_connected_to(
    own_redis: Redis, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals_module, "ANSWER_SECONDS", 3_600)
    own_redis.freeze()
    cut(signals)
    signals.announce(2)
    time.sleep(0.3)
    announcing = threading.Thread(target=signals.announce, args=(3,), daemon=True)
    announcing.start()
    announcing.join(PATIENCE_SECONDS)
    assert not announcing.is_alive()
    own_redis.thaw()
    until(lambda: newest(own_redis) == 3)


def test_what_is_recorded_last_is_announced_though_the_connection_was_cut(own_redis: Redis, signals: Signals) -> None:
    cut(signals)
    signals.announce(2)
    signals.close()
    assert newest(own_redis) == 2


def test_who_announces_to_a_server_that_is_lost_or_hangs_is_told_of_neither(own_redis: Redis, signals: Signals) -> None:
    own_redis.freeze()
    for position in range(2, 1_000):
        signals.announce(position)
    own_redis.kill()
    for position in range(1_000, 2_000):
        signals.announce(position)
    own_redis.start(flushed=True)
    until(lambda: newest(own_redis) == 1_999)
