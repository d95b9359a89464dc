"""Subscribers over graphql-transport-ws and as server-sent events, who break off at random and resume from the last position they had.

Each keeps a book of all that came, in its order. At the end it comes back once more and stays until it is told that it is caught up.
"""

import asyncio
import json
import random
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

import httpx
import websockets
from live_soak import QUERY

SILENT_SECONDS = 20
"""Without even a heartbeat: longer than one takes to come."""
AGAIN_SECONDS = 0.1
FINISH_SECONDS = 90
MOST_AT_ONCE = 400
ASKED = QUERY.replace("event { position } }", "event { position id } } ... on CaughtUp { position }")


class Told(NamedTuple):
    """An event; without an id, that the subscriber is caught up to there, or still is."""

    position: int
    id: str | None
    caught_up: bool = False


class BrokenOff(Exception):
    """The server ended it, or refused."""


class Subscriber(ABC):
    """`book` holds the position and the id of every event it was told, `breaks` how often it began anew."""

    def __init__(self, addresses: Sequence[str], token: str, after: int = 0) -> None:
        self.book: list[tuple[int, str]] = []
        self.after = after
        self.breaks = 0
        self.caught_up = False
        self.came_to = after
        self._addresses = addresses
        self._token = token

    @abstractmethod
    def _told(self, address: str, after: int) -> AsyncGenerator[Told, None]:
        """All that one connection tells. Closed, it drops the connection."""

    async def follow(self, finish: asyncio.Future[int]) -> None:
        """Until `finish` says up to where it should have come, and it has."""
        while not (finish.done() and self.caught_up and self.came_to >= finish.result()):
            self.breaks += 1
            self.caught_up = False
            try:
                await self._follow_once(finish)
            except (OSError, TimeoutError, BrokenOff, httpx.HTTPError, websockets.WebSocketException):
                await asyncio.sleep(AGAIN_SECONDS)

    async def _follow_once(self, finish: asyncio.Future[int]) -> None:
        enough = random.randint(1, MOST_AT_ONCE)
        last_time = finish.done()
        async with aclosing(self._told(random.choice(self._addresses), self.came_to)) as telling:
            while enough or last_time:
                async with asyncio.timeout(SILENT_SECONDS):
                    told = await anext(telling, None)
                if told is None:
                    raise BrokenOff
                self._note(told)
                enough -= told.id is not None and not last_time
                if finish.done() and (not last_time or (self.caught_up and self.came_to >= finish.result())):
                    return

    def _note(self, told: Told) -> None:
        if told.id is not None:
            self.book.append((told.position, told.id))
        self.caught_up |= told.caught_up
        self.came_to = told.position


class Socket(Subscriber):
    """Over graphql-transport-ws."""

    async def _told(self, address: str, after: int) -> AsyncGenerator[Told, None]:
        url = address.replace("http", "ws") + "/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        connection = await websockets.connect(url, subprotocols=[protocol], max_size=None, open_timeout=SILENT_SECONDS, ping_interval=None)
        try:
            await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}}))
            if json.loads(await connection.recv())["type"] != "connection_ack":
                raise BrokenOff
            payload = {"query": ASKED, "variables": {"after": str(after)}}
            await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            async for raw in connection:
                message: Any = json.loads(raw)
                if message["type"] == "ping":
                    await connection.send('{"type": "pong"}')
                elif message["type"] != "next" or "errors" in message["payload"]:
                    raise BrokenOff
                elif told := _of_message(message["payload"]["data"]["events"]):
                    yield told
        finally:
            connection.transport.abort()


def _of_message(said: Any) -> Told | None:
    match said["__typename"]:
        case "EventArrived":
            return Told(int(said["event"]["position"]), said["event"]["id"])
        case "CaughtUp":
            return Told(int(said["position"]), None, True)
    return None


class Stream(Subscriber):
    """As server-sent events."""

    async def _told(self, address: str, after: int) -> AsyncGenerator[Told, None]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream", "Last-Event-ID": str(after)}
        async with (
            httpx.AsyncClient(timeout=SILENT_SECONDS) as client,
            client.stream("GET", address + "/events", headers=headers) as answer,
        ):
            if answer.status_code != 200:
                raise BrokenOff
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                    continue
                if "id" in fields:
                    caught_up = fields["event"] == "caught-up"
                    yield Told(int(fields["id"]), None if caught_up else json.loads(fields["data"])["id"], caught_up)
                fields = {}


class Audience:
    """All subscribers of a round, in a thread of their own."""

    def __init__(self, subscribers: Sequence[Subscriber]) -> None:
        self.subscribers = subscribers
        self._loop = asyncio.new_event_loop()
        self._finish: asyncio.Future[int] = self._loop.create_future()
        self._missing = 0
        self._thread = threading.Thread(target=self._run, name="subscribers", daemon=True)
        self._thread.start()

    def finish(self, head: int) -> list[Subscriber]:
        """Wait until all have come to `head`; those that have not come there in time."""
        self._loop.call_soon_threadsafe(self._finish.set_result, head)
        self._thread.join()
        return [one for one in self.subscribers if not (one.caught_up and one.came_to >= head)]

    def _run(self) -> None:
        self._loop.run_until_complete(self._follow())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _follow(self) -> None:
        following = [asyncio.ensure_future(one.follow(self._finish)) for one in self.subscribers]
        await self._finish
        await asyncio.wait(following, timeout=FINISH_SECONDS)
        for one in following:
            one.cancel()
        await asyncio.gather(*following, return_exceptions=True)
