"""Processes wake each other over Redis, and whatever becomes of Redis meanwhile, what is recorded reaches everybody in order and once."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from redis_servers import Cluster, Redis
from sent_lines import opened, pair, record
from test_servers import HOME

from api.wakeups import Wakeups
from domain.store.redis_address import redis_address
from domain.store.signals import BLOCK_SECONDS, Signals, stream_of
from tussenruimte import Organisation

NAME = "buurtmaat"
STREAM = stream_of(NAME)
PATIENCE_SECONDS = 60
COUNT = 150
NEVER = 3_600.0
RECORDING = f"""
import sys, time
from pathlib import Path
from sent_lines import meeting, opened, pair, record
from domain.store.redis_address import redis_address
from domain.store.signals import Signals
store, signals = opened(Path(sys.argv[1])), Signals(redis_address(sys.argv[2]), {NAME!r})
store.recording.on_recorded(signals.announce)
assert record(store, pair()).recorded == 6
print("ready", flush=True)
for number in range({COUNT} - 6):
    assert record(store, [meeting(f"m{{number}}", "r")]).recorded == 1
    time.sleep(0.02)
signals.close()
"""


class Place:
    """A server, or a cluster, and the one node of it on which the stream stands."""

    def __init__(self, url: str, holding: Redis, others: list[Any]) -> None:
        self.url = url
        self.holding = holding
        self.others = others

    def signals(self) -> Signals:
        return Signals(redis_address(self.url), NAME)


@pytest.fixture(params=["server", "cluster"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "server":
        server: Redis = request.getfixturevalue("own_redis")
        return Place(server.url, server, [])
    cluster: Cluster = request.getfixturevalue("own_cluster")
    return Place(cluster.url, *cluster.holding(STREAM))


@contextmanager
def announcing(place: Place) -> Iterator[Signals]:
    signals = place.signals()
    try:
        yield signals
    finally:
        signals.close()


@asynccontextmanager
async def hearing(signals: Signals) -> AsyncGenerator[list[int], None]:
    """What is heard meanwhile, once the connection stands."""
    heard: list[int] = []

    async def hear() -> None:
        async with aclosing(signals.following()) as positions:
            async for position in positions:
                heard.append(position)

    task = asyncio.create_task(hear())
    try:
        await until(lambda: bool(heard))
        yield heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.01)


# What becomes of Redis while events are recorded


async def undisturbed(server: Redis) -> None:
    """Nothing becomes of it."""


async def restarted(server: Redis) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.start)


async def restarted_empty(server: Redis) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.start, flushed=True)


async def flushed(server: Redis) -> None:
    for _ in range(20):
        with server.client() as client:
            client.flushall()
        await asyncio.sleep(0.05)


async def hung(server: Redis) -> None:
    server.freeze()
    await asyncio.sleep(BLOCK_SECONDS + 2)
    server.thaw()


async def lost(server: Redis) -> None:
    await asyncio.to_thread(server.kill)


@pytest.mark.parametrize("disturb", [undisturbed, restarted, restarted_empty, flushed, hung, lost])
def test_all_that_is_recorded_meanwhile_arrives_once_and_in_order(tmp_path: Path, place: Place, disturb: Callable[[Redis], Any]) -> None:
    path = tmp_path / "events.sqlite"
    organisation = Organisation(opened(path), place.signals())

    async def followed() -> list[int]:
        wakeups = Wakeups(organisation)
        looking = asyncio.create_task(wakeups.run())
        arrived: list[int] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(arrived) < COUNT:
                if await wakeups.after(len(arrived), 1.0):
                    with organisation.store.reading() as connection:
                        found = organisation.store.since(connection, arrived[-1] if arrived else 0, 1_000)
                    arrived += [position for position, _, _ in found]
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        return arrived

    async def all_at_once() -> list[int]:
        following = asyncio.create_task(followed())
        await disturb(place.holding)
        return await following

    with subprocess.Popen([sys.executable, "-c", RECORDING, path, place.url], env=HOME, stdout=subprocess.PIPE) as recording:
        try:
            assert recording.stdout is not None
            recording.stdout.readline()
            assert asyncio.run(all_at_once()) == list(range(1, COUNT + 1))
            assert recording.wait(PATIENCE_SECONDS) == 0
        finally:
            recording.kill()
            organisation.close()


# The net


def test_what_is_announced_into_a_redis_that_loses_it_is_missed_without_the_net_and_found_with_it(tmp_path: Path, own_redis: Redis) -> None:
    place = Place(own_redis.url, own_redis, [])
    organisation = Organisation(opened(tmp_path / "events.sqlite"), place.signals())
    elsewhere = opened(tmp_path / "events.sqlite")

    async def heard_and_found() -> None:
        with_the_net, without = Wakeups(organisation), Wakeups(organisation, look_seconds=NEVER)
        looking = [asyncio.create_task(wakeups.run()) for wakeups in (with_the_net, without)]
        async with hearing(organisation.signals) as heard:
            await asyncio.to_thread(own_redis.kill)
            elsewhere.recording.on_recorded((gone := place.signals()).announce)
            assert (await asyncio.to_thread(record, elsewhere, pair())).recorded == 6
            await asyncio.to_thread(gone.close)
            await asyncio.to_thread(own_redis.start, flushed=True)
            assert await with_the_net.after(0, PATIENCE_SECONDS)
            await until(lambda: heard == [0, 0])
            assert not await without.after(0, 1.0)
            with announcing(place) as later:
                later.announce(6)
                assert await without.after(0, PATIENCE_SECONDS)
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)

    asyncio.run(heard_and_found())
    elsewhere.close()
    organisation.close()


# Announcing and hearing


def test_what_was_announced_before_is_heard_at_once_and_then_what_comes(place: Place) -> None:
    async def heard() -> None:
        with announcing(place) as signals, announcing(place) as others:
            signals.announce(5)
            async with hearing(others) as first:
                await until(lambda: first[-1] == 5)
                signals.announce(6)
                await until(lambda: first[-1] == 6)
                async with hearing(others) as second:
                    assert second == [6]

    asyncio.run(heard())


def test_a_redis_that_hangs_holds_nobody_up_and_hears_only_the_newest_afterwards(place: Place) -> None:
    with announcing(place) as signals:
        place.holding.freeze()
        for position in range(1, 10_001):
            signals.announce(position)
        place.holding.thaw()

        async def heard() -> None:
            async with hearing(signals) as positions:
                await until(lambda: positions[-1] == 10_000)

        asyncio.run(heard())
        with place.holding.client() as client:
            assert client.xlen(STREAM) < 10


def test_ids_that_go_back_after_a_flush_are_noticed(place: Place) -> None:
    async def heard() -> None:
        with place.holding.client() as client, announcing(place) as signals:
            client.xadd(STREAM, {"position": 3}, id="9999999999999-0")
            async with hearing(signals) as positions:
                assert positions == [3]
                client.flushall()
                signals.announce(4)
                await until(lambda: positions[-1] == 4)

    asyncio.run(heard())


def test_what_somebody_else_wrote_into_the_stream_is_passed_over(own_redis: Redis) -> None:
    async def heard() -> None:
        place = Place(own_redis.url, own_redis, [])
        with own_redis.client() as client, announcing(place) as signals:
            client.xadd(STREAM, {"position": "far"})
            client.xadd(STREAM, {"mood": "light"})
            client.xadd(STREAM, {"position": b"\xff\xfe"})
            async with hearing(signals) as positions:
                for odd in ("-1", b"\xff\xfe", "9" * 5_000):
                    client.xadd(STREAM, {"position": odd})
                client.xadd(STREAM, {b"\xff": b"\xfe"})
                signals.announce(4)
                await until(lambda: positions[-1] == 4)
                assert set(positions) == {0, 4}

    asyncio.run(heard())


def test_a_node_that_holds_nothing_of_it_can_go(own_cluster: Cluster) -> None:
    place = Place(own_cluster.url, *own_cluster.holding(STREAM))

    async def heard() -> None:
        with announcing(place) as before:
            async with hearing(before) as positions:
                for number, node in enumerate(place.others, 1):
                    await asyncio.to_thread(node.kill)
                    before.announce(number)
                    with announcing(place) as anew:
                        async with hearing(anew) as heard_anew:
                            anew.announce(10 * number)
                            await until(lambda number=number, heard=heard_anew: 10 * number in positions and 10 * number in heard)  # type: ignore[misc]
                    await asyncio.to_thread(node.start)
                    await asyncio.to_thread(own_cluster.settled)

    asyncio.run(heard())


def test_it_is_told_once_that_redis_is_lost_and_once_that_it_is_back_and_never_with_its_password(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def heard() -> None:
        with announcing(place) as signals:
            async with hearing(signals) as positions:
                await restarted(place.holding)
                signals.announce(1)
                await until(lambda: positions[-1] == 1)

    with caplog.at_level(logging.WARNING, "domain.store.signals"):
        asyncio.run(heard())
    told = [text for text in caplog.messages if text.startswith("Following")]
    assert [("does not go" in text, "goes again" in text) for text in told] == [(True, False), (False, True)]
    assert place.holding.password not in caplog.text
