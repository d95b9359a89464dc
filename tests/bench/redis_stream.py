"""The Redis stream that tells the other live servers what happened, written here and read in their processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis

STREAM = "bench"
FIELD = "event"
BLOCK_MILLISECONDS = 1_000


async def follow(url: str, tell: Callable[[bytes], None]) -> None:
    """Tell each event that comes from now on."""
    async with Redis.from_url(url, socket_timeout=None) as client:
        last: Any = "$"
        while True:
            for _, entries in await client.xread({STREAM: last}, block=BLOCK_MILLISECONDS) or []:
                for id, fields in entries:
                    last = id
                    tell(fields[FIELD.encode()])


def following(url: str, tell: Callable[[bytes], None]) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """The lifespan of an application that follows meanwhile."""

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        task = asyncio.create_task(follow(url, tell))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return lifespan
