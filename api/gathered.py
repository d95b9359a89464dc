"""What many ask of the store at the same time is asked in one statement.

Each answer holds as of a moment after its question came: whoever comes while others are being asked for goes along with the next.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from api.context import quick

T = TypeVar("T")
MOST = 32
"""Questions that go along together."""
PATIENCE_SECONDS = 0.02
"""For so long the next wait for those before them, who may be held up at a connection of which nothing comes any more."""


class _Batch(Generic[T]):
    """Those who are asked for together."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.found: asyncio.Task[Mapping[str, T]] | None = None


class Gathered(Generic[T]):
    """Asks `ask` for all that want to know at the same time; it runs in a thread."""

    def __init__(self, ask: Callable[[Sequence[str]], Mapping[str, T]], patience: float = PATIENCE_SECONDS) -> None:
        self._ask = ask
        self._patience = patience
        self._waiting: _Batch[T] | None = None
        self._last: asyncio.Task[Mapping[str, T]] | None = None

    async def __call__(self, key: str) -> T | None:
        batch = self._waiting
        if batch is None or len(batch.keys) == MOST:
            batch = self._waiting = _Batch()
            # Nobody's deadline and nobody's name: it is everybody's question.
            batch.found = self._last = asyncio.create_task(self._together(batch, self._last), context=Context())
        batch.keys.append(key)
        assert batch.found is not None
        # Whoever goes away meanwhile leaves the others their answer.
        return (await asyncio.shield(batch.found)).get(key)

    async def _together(self, batch: _Batch[T], before: asyncio.Task[Mapping[str, T]] | None) -> Mapping[str, T]:
        if before is not None and not before.done():
            await asyncio.wait([before], timeout=self._patience)
        if self._waiting is batch:
            self._waiting = None
        return await quick(self._ask, batch.keys)
