"""Nothing is lost and nothing comes twice, however often a subscriber breaks off: the short form of `make soak-live`.

And nobody else pays for a subscriber who does not read.
"""

import asyncio
import json
from typing import Any

import websockets
from live_soak import QUERY, Running, follow, record, serving, soak

EVENTS, BREAKS, FEWER = 600, 80, 300


def test_nothing_is_lost_or_doubled_over_many_breaks() -> None:
    with serving() as running:
        followed = asyncio.run(soak(running, EVENTS, BREAKS))
    assert [(one.last, one.seen, one.gaps, one.doubles) for one in followed] == [(EVENTS, EVENTS, 0, 0)] * 4
    assert sum(one.breaks for one in followed) > BREAKS // 2


async def silent(running: Running) -> Any:
    """A subscriber who asks for everything and never reads."""
    url = running.address.replace("http", "ws") + "/graphql"
    connection = await websockets.connect(url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")], max_queue=1)
    await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {running.token}"}}))
    await connection.recv()
    payload = {"query": QUERY.replace("position", "id type subject source occurred recorded recordedBy data position")}
    for number in range(5):
        await connection.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
    return connection


async def followed_beside_silence(running: Running) -> None:
    connections = [await silent(running) for _ in range(3)]
    async with asyncio.timeout(300):
        recording = asyncio.create_task(record(running, FEWER))
        one = await follow(running, FEWER, 1)
        await recording
    assert (one.seen, one.gaps, one.doubles) == (FEWER, 0, 0)
    for connection in connections:
        connection.transport.abort()


def test_who_does_not_read_holds_nobody_up() -> None:
    with serving() as running:
        asyncio.run(followed_beside_silence(running))
