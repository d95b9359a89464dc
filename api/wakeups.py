"""How a subscriber learns that something was recorded: a wake-up carries a position, never data, and one that is lost costs a short wait.

What this process records wakes at once; what another process records in the same file is found by looking, a few times a second and once
for all subscribers.
"""

import asyncio
from collections.abc import Callable

from api.context import Organisation, thread
from projections.telemetry.metrics import LOOKS, WAKEUPS

LOOK_SECONDS = 0.25


class Wakeups:
    """Tells whoever waits when the store has gone past a position."""

    def __init__(self, organisation: Organisation, look_seconds: float = LOOK_SECONDS) -> None:
        self._organisation = organisation
        self._look_seconds = look_seconds
        self._head = 0
        self._waiting: set[asyncio.Future[None]] = set()

    async def run(self) -> None:
        """Look out until cancelled."""
        loop = asyncio.get_running_loop()
        self._organisation.store.recording.on_recorded(lambda position: _call(loop, self._heard, position))
        while True:
            LOOKS.inc()
            self._reached(await thread(self._look), "looking")
            await asyncio.sleep(self._look_seconds)

    async def after(self, position: int, seconds: float) -> bool:
        """Wait until something stands after a position, for so long at most; whether it does."""
        if self._head > position:
            return True
        came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(came)
        try:
            await asyncio.wait({came}, timeout=seconds)
        finally:
            self._waiting.discard(came)
        return self._head > position

    def _look(self) -> int:
        with self._organisation.store.reading() as connection:
            return self._organisation.store.head(connection)

    def _heard(self, position: int) -> None:
        self._reached(position, "hearing")

    def _reached(self, position: int, found_by: str) -> None:
        if position > self._head:
            WAKEUPS.labels(found_by).inc()
            self._head = position
            for came in self._waiting:
                if not came.done():
                    came.set_result(None)


def _call(loop: asyncio.AbstractEventLoop, reached: Callable[[int], None], position: int) -> None:
    """From whatever thread records. A loop that has ended has nobody waiting."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(reached, position)
