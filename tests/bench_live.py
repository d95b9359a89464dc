"""What telling a thousand dashboards costs: the server's CPU for each delivery, and how long an event takes to reach those who listen.

The server is the program as its users run it. All subscribers ask the same, so that they are told from one reading; the baselines are
subscribers who each ask something of their own, so that each is executed and written for itself as any GraphQL server does it, and bare
`picows`, which only sends. Another process records, as where there are several; what reading and executing costs for one subscriber is
measured beside it.
"""

import argparse
import asyncio
import base64
import json
import os
import re
import resource
import statistics
import time
from pathlib import Path
from typing import NamedTuple

import httpx
from live_soak import Running, serving, serving_in
from sent_lines import meeting, pair

RELATIONSHIPS = 20
SETTLE_SECONDS = 1.0
PATIENCE = 60.0
QUERY = """subscription { events(after: "%s", filter: {types: ["meeting_held"]}) { __typename
    ... on EventArrived { %s: event { id type position occurred data } relationship { id } } ... on CaughtUp { position } } }"""
HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """Microseconds of CPU for each delivery, and milliseconds from recording to receiving."""

    cpu: float
    median: float
    p99: float


class Listener(asyncio.Protocol):
    """One dashboard that looks at no more of what comes than which event it is."""

    def __init__(self, hello: list[str], came: dict[str, list[float]]) -> None:
        self._hello = hello
        self._came = came
        self.caught_up = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(HANDSHAKE.format(key=base64.b64encode(os.urandom(16)).decode()).encode())

    def data_received(self, data: bytes) -> None:
        while self._hello and (b"Upgrade" in data or b"connection_ack" in data):
            self.transport.write(_masked(self._hello.pop(0)))
            return
        if not self.caught_up.done() and b"CaughtUp" in data:
            self.caught_up.set_result(None)
        now = time.perf_counter()
        for id in re.findall(rb'"id":"(m\d+)"', data):
            self._came.setdefault(id.decode(), []).append(now)


def _masked(text: str) -> bytes:
    """A text message of a client, masked with zeros."""
    body = text.encode()
    return b"\x81\xfe" + len(body).to_bytes(2, "big") + b"\0\0\0\0" + body


def _cpu(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def told(running: Running, recorder: Running, subscribers: int, rate: float, seconds: float, apart: bool) -> Cost:
    """Record at a rate while so many listen. `apart`: each asks something of their own."""
    loop = asyncio.get_running_loop()
    address = httpx.URL(running.address)
    headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/cloudevents-batch+json"}
    came: dict[str, list[float]] = {}
    sent: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=recorder.address, headers=headers, timeout=60) as client:

        async def record(events: list[bytes]) -> str:
            answer = await client.post("/events", content=b"[" + b",".join(events) + b"]")
            assert answer.status_code == 200, answer.text
            return str(answer.json()["position"])

        mark = f"{time.time_ns()}"
        names = [f"r{mark}-{number}" for number in range(RELATIONSHIPS)]
        head = await record([line for name in names for line in pair(name)])
        listeners = []
        for number in range(subscribers):
            query = QUERY % (head, f"a{number}" if apart else "event")
            hello = [
                json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {running.token}"}}),
                json.dumps({"id": f"{number:036d}", "type": "subscribe", "payload": {"query": query}}),
            ]
            _, listener = await loop.create_connection(lambda hello=hello: Listener(hello, came), address.host, address.port)  # type: ignore[misc]
            listeners.append(listener)
        await asyncio.gather(*(listener.caught_up for listener in listeners))
        await asyncio.sleep(SETTLE_SECONDS)
        begun, used = loop.time(), _cpu(running.process)
        count = int(rate * seconds)
        for number in range(count):
            await asyncio.sleep(max(begun + number / rate - loop.time(), 0))
            id = f"m{mark}{number}"
            sent[id] = time.perf_counter()
            await record([meeting(id, names[number % RELATIONSHIPS])])
        until = loop.time() + PATIENCE
        while sum(map(len, came.values())) < count * subscribers and loop.time() < until:
            await asyncio.sleep(0.05)
        used = _cpu(running.process) - used
        for listener in listeners:
            listener.transport.abort()
    late = sorted(1_000 * (at - sent[id]) for id, ats in came.items() for at in ats)
    assert len(late) == count * subscribers, f"{len(late)} of {count * subscribers} were delivered"
    return Cost(1e6 * used / len(late), statistics.median(late), late[int(len(late) * 0.99)])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--subscribers", type=int, default=1_000)
    options.add_argument("--rate", type=float, default=50)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--apart", action="store_true", help="each asks something of their own")
    given = options.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4 * given.subscribers + 1_000,) * 2)
    with serving() as running, serving_in(running.folder) as recorder:
        for subscribers, by in ((1, recorder), (given.subscribers, recorder), (min(given.subscribers, 100), running)):
            found = asyncio.run(told(running, by, subscribers, given.rate, given.seconds, given.apart))
            where = "here" if by is running else "elsewhere"
            print(
                f"{subscribers} subscribers, recorded {where}: {found.cpu:.1f} us a delivery, {found.median:.0f} ms, p99 {found.p99:.0f} ms"
            )


if __name__ == "__main__":
    main()
