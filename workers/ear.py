"""What a worker hears of others over Redis: up to which position they announced that something is recorded."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import aclosing

from domain.store.signals import Signals


class Ear(threading.Thread):
    """Follows the announcements in a thread of its own. `heard` is the position of the last; 0 where the stream holds none."""

    def __init__(self, signals: Signals, ended: Callable[[], None]) -> None:
        super().__init__(name="signals", daemon=True)
        self.heard = 0
        self._signals = signals
        self._ended = ended
        self._listeners: list[Callable[[], None]] = []

    def on_heard(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def run(self) -> None:
        try:
            asyncio.run(self._follow())
        finally:
            self._ended()

    async def _follow(self) -> None:
        async with aclosing(self._signals.following()) as announced:
            async for position in announced:
                self.heard = position
                for listener in self._listeners:
                    listener()
