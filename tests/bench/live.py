"""What telling many dashboards at once costs, beside servers that execute for each of them and one that only sends.

Ours is two served processes on one file, who wake each other over Redis: one records, the other tells. The others are told by a Redis
stream that keeps what it takes; they check, seal and prove nothing. The same listeners ask all of them the same.
"""

import itertools
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from functools import partial
from typing import NamedTuple

import httpx
import uvloop
from redis.asyncio import Redis
from redis_servers import Redis as RedisServer
from sent_lines import meeting, pair

from bench import peers
from bench.measures import Row, in_turns, row, skipped
from bench.redis_stream import FIELD, STREAM
from bench.stores import sqlite
from bench.subscribers import RATE, Delivered, Publish, delivered
from domain.model.time import rfc3339

SUBSCRIBERS, FEW = 1_000, 100
"""For the CPU, and for how late an event comes."""
EVENTS, MANY = 100, 500
"""Events that are counted for the one and for the other, whose latest hundredth is then of more than one event."""
QUERY = """subscription { events(after: "%s", filter: {types: ["meeting_held"]}) { __typename
    ... on EventArrived { event { id type position occurred recorded data } relationship { id } } ... on CaughtUp { position } } }"""
OURS, ITSELF, STRAWBERRY, NODE, PICOWS = "ours", "ours, which records as well", "Strawberry as shipped", "Node graphql-ws", "bare picows"
RELATIONSHIPS = 20
LIKE = 0.02
"""How far the sizes of what is sent may lie apart."""


class Source(NamedTuple):
    """Where the events of one measurement come from: after which position, and how one is made known."""

    head: str
    publish: Publish


class Side(NamedTuple):
    """A server, and what makes events known to it."""

    peer: peers.Peer
    source: Callable[[], AbstractAsyncContextManager[Source]]


def rows(rounds: int) -> list[Row]:
    absent: dict[str, str] = {}
    with ExitStack() as running:
        sides = dict(_sides(running, absent))
        sizes: dict[str, float] = {}

        def cpu_of(name: str) -> float:
            found = _measured(sides[name], SUBSCRIBERS, EVENTS)
            sizes[name] = found.size
            return found.cpu

        handed: dict[str, list[float]] = {}

        def late_of(name: str) -> float:
            found = _measured(sides[name], FEW, MANY)
            handed.setdefault(name, []).append(found.handed)
            return found.recorded

        cpu = in_turns(rounds, {name: partial(cpu_of, name) for name in sides if name != ITSELF})
        late = in_turns(rounds, {name: partial(late_of, name) for name in (OURS, ITSELF, NODE) if name in sides})
    print("  live, CPU a delivery: " + ", ".join(f"{name} {value:.1f} us, {sizes[name]:.0f} bytes" for name, value in cpu.items()))
    print("  live, p99 from recorded: " + ", ".join(f"{name} {value:.1f} ms" for name, value in late.items()), flush=True)
    if any(abs(size / sizes[OURS] - 1) > LIKE for size in sizes.values()):
        raise RuntimeError(f"the servers do not send as much: {sizes}")
    what = f"live, {SUBSCRIBERS:,} subscribers × {RATE} events/s, CPU a delivery"
    found = []
    for name, goal in ((STRAWBERRY, "≥ 6.00"), (NODE, "≥ 2.00")):
        named = f"{what}: times less than {name}, executing for each"
        found.append(skipped(named, absent[name]) if name in absent else row(named, cpu[name] / cpu[OURS], goal))
    named = f"{what}: times {PICOWS}, which only sends"
    found.append(skipped(named, absent[PICOWS]) if PICOWS in absent else row(named, cpu[OURS] / cpu[PICOWS], "≤ 2.00"))
    whole = {name: statistics.median(values) for name, values in handed.items()}
    for name, by in ((OURS, "another process"), (ITSELF, "the same process")):
        named = f"live, {FEW} subscribers × {RATE} events/s, p99 from when {by} records, before it commits, to arriving: of {NODE}"
        found.append(skipped(named, absent[NODE]) if NODE in absent else row(named, late[name] / late[NODE], "< 1.00"))
        named = f"live, {FEW} subscribers × {RATE} events/s, p99 from before {by} is asked to record: of {NODE}, which records nothing"
        found.append(skipped(named, absent[NODE]) if NODE in absent else row(named, whole[name] / whole[NODE]))
    return found


def _sides(running: ExitStack, absent: dict[str, str]) -> Iterator[tuple[str, Side]]:
    """All that can be started here; why the others are absent."""
    place = running.enter_context(sqlite()).found
    url = running.enter_context(RedisServer()).url
    teller, recorder = (running.enter_context(peers.tussenruimte(place, TUSSENRUIMTE_REDIS_URL=url)) for _ in range(2))
    yield OURS, Side(teller, lambda: _recording(recorder))
    yield ITSELF, Side(teller, lambda: _recording(teller))
    for name, start in ((STRAWBERRY, peers.strawberry_live), (NODE, peers.node_live), (PICOWS, peers.picows)):
        try:
            yield name, Side(running.enter_context(start(url)), lambda: _streaming(url))
        except peers.NotInstalled as error:
            absent[name] = str(error)


def _measured(side: Side, subscribers: int, events: int) -> Delivered:
    async def measure() -> Delivered:
        async with side.source() as source:
            return await delivered(side.peer, source.publish, QUERY % source.head, subscribers, events)

    return uvloop.run(measure())


@asynccontextmanager
async def _recording(recorder: peers.Peer) -> AsyncIterator[Source]:
    """Meetings of new relationships, recorded over HTTP one by one."""
    headers = {"Authorization": f"Bearer {recorder.token}", "Content-Type": "application/cloudevents-batch+json"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{recorder.port}", headers=headers, timeout=60) as client:

        async def record(events: list[bytes]) -> str:
            answer = await client.post("/events", content=b"[" + b",".join(events) + b"]")
            if answer.status_code != 200:
                raise RuntimeError(f"{answer.status_code}: {answer.text}")
            return str(answer.json()["position"])

        async def publish(id: str) -> None:
            await record([meeting(id, next(names))])

        mark = time.monotonic_ns()
        new = [f"r{mark}-{number}" for number in range(RELATIONSHIPS)]
        names = itertools.cycle(new)
        yield Source(await record([line for name in new for line in pair(name)]), publish)


@asynccontextmanager
async def _streaming(url: str) -> AsyncIterator[Source]:
    """The same meetings as they are told, put into the Redis stream."""
    async with Redis.from_url(url) as client:
        positions = itertools.count(1_000)

        async def publish(id: str) -> None:
            line = json.loads(meeting(id, f"r{time.monotonic_ns()}-0"))
            place = {"position": str(next(positions)), "occurred": line["occurred"], "recorded": rfc3339(time.time_ns() // 1_000)}
            event = {"id": id, "type": "meeting_held", **place, "data": line["data"]}
            told = {"event": event, "relationship": {"id": line["subject"].removeprefix("relationship/")}}
            await client.xadd(STREAM, {FIELD: json.dumps(told, separators=(",", ":"))})

        yield Source("0", publish)
