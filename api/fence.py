"""What was opened may be told for as long as nobody was erased since: whoever tells looks at the key store's fence first.

Looking costs a question of the key store, so one look serves all who come within a moment, and the look that goes with a question to
the read models serves them too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from api.context import Organisation, quick

MOMENT = 0.01
"""Seconds for which a look holds."""

T = TypeVar("T")
Run = Callable[..., Awaitable[Any]]
"""In which threads."""


class Fence:
    """The generation of the keys, as last looked at."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._generation = -1
        self._looked = float("-inf")
        self._looking: asyncio.Future[int] | None = None

    async def look(self) -> int:
        """The generation as it is, or was a moment ago."""
        if asyncio.get_running_loop().time() - self._looked > MOMENT:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.ensure_future(self._look())
            return await asyncio.shield(self._looking)
        return self._generation

    async def opened(self, run: Run, ask: Callable[..., T], *arguments: Any) -> tuple[int, T]:
        """What is asked of the read models, as `run` has it, and a generation before which nothing of it was opened."""
        begun = asyncio.get_running_loop().time()

        def work() -> tuple[int, T]:
            return self._read(), ask(*arguments)

        generation, answer = await run(work)
        self._seen(generation, begun)
        return generation, answer

    async def _look(self) -> int:
        begun = asyncio.get_running_loop().time()
        generation = await quick(self._read)
        self._seen(generation, begun)
        return generation

    def _read(self) -> int:
        return self._organisation.store.keys.served().generation

    def _seen(self, generation: int, begun: float) -> None:
        """Two looks may come in in another order than they were made in; a generation only rises."""
        self._generation = max(self._generation, generation)
        self._looked = max(self._looked, begun)
