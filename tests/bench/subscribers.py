"""Many who listen to one live server, the same for whichever server: what each delivery costs it, and how long it takes.

Events come at a steady rate, whether or not those before have arrived. The id of an event is the instant at which it was handed over; it
also says when it was recorded.
"""

import asyncio
import base64
import json
import os
import re
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, cast

from bench.peers import Peer

RATE = 50
"""Events a second."""
WARM = 25
"""Events that come before it is measured."""
SETTLE_SECONDS = 0.5
PATIENCE = 180.0
HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
TEXT, PING, PONG = 1, 9, 10
ID, RECORDED = re.compile(rb'"id":"m(\d+)"'), re.compile(rb'"recorded":"([^"]+)Z"')
TICKS = os.sysconf("SC_CLK_TCK")
Publish = Callable[[str], Coroutine[None, None, None]]
"""Makes known an event of this id."""


class Delivered(NamedTuple):
    """Microseconds of CPU and bytes for each delivery; milliseconds to arriving, from handing over and from being recorded."""

    cpu: float
    size: float
    handed: float
    recorded: float


class Listeners:
    """What has come to all of them: how late each event, how many bytes."""

    def __init__(self) -> None:
        self.came: list[tuple[int, bytes, int]] = []
        """When each was handed over and recorded, and when it came, in nanoseconds since 1970."""
        self.bytes = 0
        self.lost = 0

    async def until(self, count: int) -> None:
        limit = time.monotonic() + PATIENCE
        while len(self.came) < count:
            if self.lost or time.monotonic() > limit:
                raise RuntimeError(f"{len(self.came)} of {count} were delivered, and {self.lost} connections were lost")
            await asyncio.sleep(0.02)


class Listener(asyncio.Protocol):
    """One dashboard that looks at no more of what comes than which event it is, and answers when it is asked whether it is there."""

    def __init__(self, listeners: Listeners, token: str, query: str) -> None:
        self.caught_up = asyncio.get_running_loop().create_future()
        self._listeners = listeners
        self._init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        self._subscribe = {"id": "0" * 36, "type": "subscribe", "payload": {"query": query}}
        self._upgraded = False
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(HANDSHAKE.format(key=base64.b64encode(os.urandom(16)).decode()).encode())

    def data_received(self, data: bytes) -> None:
        self._listeners.bytes += len(data)
        data = self._rest + data
        if not self._upgraded:
            head, end, rest = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._upgraded, data = True, rest
            self._send(TEXT, json.dumps(self._init).encode())
        at = 0
        while (found := _frame(data, at)) is not None:
            kind, start, at = found
            if kind == TEXT:
                self._told(data[start:at])
            elif kind == PING:
                self._send(PONG, data[start:at])
        self._rest = data[at:]

    def _told(self, message: bytes) -> None:
        if self.caught_up.done():
            if (id := ID.search(message)) is not None and (recorded := RECORDED.search(message)) is not None:
                self._listeners.came.append((int(id[1]), recorded[1], time.time_ns()))
        elif b"connection_ack" in message:
            self._send(TEXT, json.dumps(self._subscribe).encode())
        elif b"CaughtUp" in message:
            self.caught_up.set_result(None)

    def _send(self, kind: int, body: bytes) -> None:
        """A message of a client, masked with zeros."""
        length = bytes((0x80 | len(body),)) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
        self.transport.write(bytes((0x80 | kind,)) + length + b"\0\0\0\0" + body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._listeners.lost += 1
        if not self.caught_up.done():
            self.caught_up.set_exception(ConnectionError("the server hung up"))


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Of the frame at a place: its kind, where its body begins and ends; None where it has not come whole. None is over 64 KiB here."""
    start = at + 2
    if len(data) < start:
        return None
    size = data[at + 1]
    if size == 126:
        start += 2
        size = int.from_bytes(data[at + 2 : start], "big")
    end = start + size
    return (data[at] & 0x0F, start, end) if len(data) >= end else None


def _cpu(process: int) -> float:
    """Seconds of CPU that a process has used, of its own and of the system for it."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def delivered(peer: Peer, publish: Publish, query: str, subscribers: int, events: int) -> Delivered:
    """Make so many events known while so many listen, who all ask the same. What comes at first is not counted."""
    loop = asyncio.get_running_loop()
    came = Listeners()
    listeners = []
    for _ in range(subscribers):
        listener = Listener(came, peer.token, query)
        await loop.create_connection(lambda listener=listener: listener, "127.0.0.1", peer.port)  # type: ignore[misc]
        listeners.append(listener)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(listener.caught_up for listener in listeners))
    await asyncio.sleep(SETTLE_SECONDS)
    await _published(publish, WARM)
    await came.until(WARM * subscribers)
    await asyncio.sleep(SETTLE_SECONDS)
    came.came.clear()
    came.bytes = 0
    used = _cpu(peer.process)
    await _published(publish, events)
    count = events * subscribers
    await came.until(count)
    used = _cpu(peer.process) - used
    for listener in listeners:
        listener.transport.abort()
    handed = _p99([at - since for since, _, at in came.came])
    recorded = _p99([at - _nanoseconds(text) for _, text, at in came.came])
    return Delivered(1e6 * used / count, came.bytes / count, handed, recorded)


def _p99(late: list[int]) -> float:
    """Milliseconds, of nanoseconds."""
    return sorted(late)[int(len(late) * 0.99)] / 1e6


def _nanoseconds(text: bytes) -> int:
    since = datetime.fromisoformat(text.decode()) - datetime(1970, 1, 1)
    return 1_000 * (since // timedelta(microseconds=1))


async def _published(publish: Publish, count: int) -> None:
    begun = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            await asyncio.sleep(max(begun + number / RATE - time.monotonic(), 0))
            tasks.create_task(publish(f"m{time.time_ns()}"))
