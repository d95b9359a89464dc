"""Subscribers without a server between: each keeps what it is told, and takes nothing while its gate is shut.

So a test says exactly who reads when, which no real connection lets it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sent_lines import numbered

from api.context import Scope, all_done
from api.exchange import Question
from api.fanout import Fanout, Subscriber
from api.limits import document
from api.schema import make_schema
from api.subscription import Subscription
from api.wakeups import Wakeups
from domain.store.store import EventStore
from tussenruimte import Organisation

SCHEMA = make_schema()
EVENTS = "subscription($after: Position) { events(after: $after) { __typename ... on EventArrived { event { id position data } } } }"


class Listener:
    """One subscriber, and what they were told."""

    def __init__(self, fanout: Fanout, asked: Subscription) -> None:
        self.told: list[Any] = []
        self.asked_all = "after" not in (asked.question.variables or {})
        self.gate = asyncio.Event()
        self.gate.set()
        self.subscriber = Subscriber(fanout, asked.key(document(asked.question.query, "")), asked.frames, self._take)
        self.following = asyncio.create_task(self.subscriber.follow())

    async def _take(self, body: bytes) -> None:
        await self.gate.wait()
        payload = json.loads(body[:-1])
        self.told += payload.get("errors") or payload["data"].values()

    def events(self) -> list[Any]:
        return [one["event"] for one in self.told if one["__typename"] == "EventArrived"]

    def positions(self) -> list[int]:
        return [int(event["position"]) for event in self.events()]

    def is_caught_up(self) -> bool:
        return any(one["__typename"] == "CaughtUp" for one in self.told)


class House:
    """An organisation, and who listens to it."""

    def __init__(self, organisation: Organisation, wakeups: Wakeups) -> None:
        self.organisation = organisation
        self.fanout = Fanout(organisation, wakeups)
        self.listeners: list[Listener] = []
        self._wakeups = wakeups

    def listen(self, query: str = EVENTS, role: str = "coordinator", **variables: Any) -> Listener:
        scope = Scope(self.organisation.store.organisation, role)
        asked = Subscription(SCHEMA, self.organisation, self._wakeups, Question(query, variables), scope, "en")
        self.listeners.append(Listener(self.fanout, asked))
        return self.listeners[-1]

    async def record(self, lines: Iterable[bytes]) -> int:
        recording = self.organisation.store.recording
        outcome = await asyncio.to_thread(recording.record, numbered(lines), recorded_by="system/test")
        assert not outcome.refused
        return int(outcome.position)

    async def take(self, event: dict[str, Any]) -> bool:
        """Record an event, unless a rule is against it."""
        lines = numbered([json.dumps(event).encode()])
        outcome = await asyncio.to_thread(self.organisation.store.recording.record, lines, recorded_by="system/test")
        return not outcome.refused

    def waiting(self, listener: Listener) -> int:
        """How many frames wait for somebody."""
        return len(listener.subscriber._queue)


@asynccontextmanager
async def listened(store: EventStore) -> AsyncIterator[House]:
    """An organisation over a store, in which what is recorded wakes who listens."""
    organisation = Organisation(store)
    wakeups = Wakeups(organisation, 3_600)
    looking = asyncio.create_task(wakeups.run())
    house = House(organisation, wakeups)
    try:
        yield house
    finally:
        tasks = [looking, *(listener.following for listener in house.listeners)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await all_done()


async def until(reached: Any, seconds: float = 20) -> None:
    """Wait for something that comes of itself."""
    async with asyncio.timeout(seconds):
        while not reached():
            await asyncio.sleep(0.002)
