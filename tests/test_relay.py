"""Redis comes to hold the newest position, whoever died before announcing it and whatever Redis has lost; and it wakes the workers."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from command_line import refused, run_in
from redis.exceptions import RedisError
from redis_servers import Redis
from sent_lines import meeting, opened, pair, record, runner_of
from store_places import Files, Place
from test_workers import followed
from worker_processes import eventually, workers

from domain.store.redis_address import redis_address
from domain.store.signals import Signals, stream_of
from domain.store.store import EventStore
from workers.loops import Relay

WOKEN_ONLY = """
from workers import shift
shift.PAUSE_SECONDS = 3_600
from tussenruimte import main
main()
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Files(tmp_path / "tussenruimte.buurtmaat.db")


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    """With six events that nobody announced."""
    with closing(opened(place)) as store:
        record(store, pair("r"))
        yield store


def newest(redis: Redis) -> int:
    """What the stream holds last; 0 where it holds nothing, or Redis does not answer."""
    with suppress(RedisError), redis.client() as client:
        entries: Any = client.xrevrange(stream_of("buurtmaat"), count=1)
        return int(entries[0][1]["position"]) if entries else 0
    return 0


def test_what_nobody_announced_is_announced_whichever_worker_dies(place: Place, store: EventStore, own_redis: Redis) -> None:
    with workers(place, "relay", count=2, TUSSENRUIMTE_REDIS_URL=own_redis.url) as both:
        eventually(lambda: newest(own_redis) == 6, "position 6 in Redis")
        first = next(worker for worker in both if worker.leads("relay"))
        (second,) = (worker for worker in both if worker is not first)
        first.kill()
        record(store, [meeting("m7", "r")])
        eventually(lambda: newest(own_redis) == 7, "position 7 in Redis")
        assert second.end() == 0


def test_what_redis_lost_is_announced_again(place: Place, store: EventStore, own_redis: Redis) -> None:
    with workers(place, "relay", TUSSENRUIMTE_REDIS_URL=own_redis.url) as (worker,):
        eventually(lambda: newest(own_redis) == 6, "position 6 in Redis")
        with own_redis.client() as client:
            client.flushall()
        eventually(lambda: newest(own_redis) == 6, "position 6 in Redis again")
        own_redis.kill()
        record(store, [meeting("m7", "r")])
        own_redis.start()
        eventually(lambda: newest(own_redis) == 7, "position 7 in Redis")
        assert worker.end() == 0


def test_what_is_announced_in_time_is_not_announced_again(store: EventStore) -> None:
    announced: list[tuple[int, bool]] = []

    class Kept(Signals):
        def announce(self, position: int, again: bool = False) -> None:
            announced.append((position, again))

    class Parts:
        def __init__(self) -> None:
            self.store, self.runner = store, runner_of(store)
            self.signals = Kept(redis_address("redis://nowhere"), "buurtmaat")

        def close(self) -> None: ...

    class Heard:
        heard = 0

    ear: Any = Heard()
    relay = Relay(Parts(), ear)
    relay.step()
    assert announced == []
    relay.step()
    assert announced == [(6, True)]
    ear.heard = 6
    record(store, [meeting("m7", "r")])
    relay.step()
    ear.heard = 7
    relay.step()
    assert announced == [(6, True)]


def test_workers_are_woken_over_redis(place: Place, store: EventStore, own_redis: Redis) -> None:
    runner = runner_of(store)
    with workers(place, "project", program=WOKEN_ONLY, TUSSENRUIMTE_REDIS_URL=own_redis.url) as (worker,):
        eventually(lambda: followed(store, runner), "that the views follow")
        signals = Signals(redis_address(own_redis.url), "buurtmaat")
        store.recording.on_recorded(signals.announce)
        for number in range(5):
            record(store, [meeting(f"m{number}", "r")])
            eventually(lambda: followed(store, runner), "that the views follow")
        signals.close()
        assert worker.end() == 0


def test_the_relay_is_refused_where_there_is_no_redis_and_nothing_is_made(tmp_path: Path) -> None:
    assert "TUSSENRUIMTE_REDIS_URL" in refused(run_in(tmp_path)("work", "project", "relay"))
    assert not list(tmp_path.iterdir())


def test_without_redis_all_else_is_done(place: Place, store: EventStore) -> None:
    with workers(place) as (worker,):
        eventually(lambda: worker.leads("project") and worker.leads("watch"), "that it leads")
        assert worker.end() == 0
        assert not worker.leads("relay")
