"""How a subscriber learns that something was recorded: a wake-up carries a position, never data, and one that is lost costs a short wait.

What this process records wakes at once. What another process records is found by looking in the store, once for all subscribers: a few
times a second, or with Redis when it is announced there, and then seldom besides, for what was not. While Redis is lost it is as without.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing

from api.context import Organisation, Signals, quick
from domain.store.trouble import silent_database
from projections.telemetry.metrics import LOOKS, WAKEUPS
from projections.telemetry.progress import UNREACHABLE

LOOK_SECONDS = 0.25
NET_SECONDS = 2.0
"""With Redis: under what it loses."""
CLOSEST_SECONDS = 0.005
"""Between two looks, however much is announced."""
logger = logging.getLogger(__name__)


class Wakeups:
    """Tells whoever waits when the store has gone past a position.

    An announcement is believed until the look that comes after it, since whoever waits looks in the store by themselves. The store may be
    behind it, as a replica is, of which none is believed, or never come there. Then it is looked again soon, and less and less often until
    that is as seldom as always and the announcement is given up; before the store has come to it, or that, no other is believed."""

    def __init__(self, organisation: Organisation, look_seconds: float | None = None) -> None:
        self._organisation = organisation
        self._set_seconds = look_seconds
        self._head = 0
        """As the store has it."""
        self._believed = 0
        """As it was announced; 0 where no announcement is believed just now."""
        self._believes = True
        """Whether the next one is to be."""
        self._hearings = 0
        self._announced = 0
        """The highest that is looked for."""
        self._again = CLOSEST_SECONDS
        """Until it is looked for once more."""
        self._announcement = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()

    async def run(self) -> None:
        """Look out until cancelled."""
        loop = asyncio.get_running_loop()
        self._organisation.store.recording.on_recorded(lambda position: _call(loop, self._heard, position))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look_out())
            if self._organisation.signals is not None:
                tasks.create_task(self._follow(self._organisation.signals))

    async def after(self, position: int, seconds: float) -> bool:
        """Wait until something stands after a position, for so long at most; whether it does."""
        if self._is_past(position):
            return True
        came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(came)
        try:
            await asyncio.wait({came}, timeout=seconds)
        finally:
            self._waiting.discard(came)
        return self._is_past(position)

    def _is_past(self, position: int) -> bool:
        return max(self._head, self._believed) > position

    async def _look_out(self) -> None:
        while True:
            heard = self._announcement.is_set()
            self._announcement.clear()
            await self._look("announcement" if heard else "looking")
            usual = self._usual_seconds()
            if self._announced > self._head and self._again < usual:
                pause, self._again = self._again, 2 * self._again
            else:
                pause, self._announced = usual, 0
            if await self._pause(pause):
                self._believe()
            await asyncio.sleep(CLOSEST_SECONDS)

    def _usual_seconds(self) -> float:
        """From one look to the next, where nothing is announced."""
        if self._set_seconds is not None:
            return self._set_seconds
        signals = self._organisation.signals
        return NET_SECONDS if signals is not None and signals.works else LOOK_SECONDS

    async def _pause(self, seconds: float) -> bool:
        """Whether it was broken off by an announcement."""
        try:
            async with asyncio.timeout(seconds):
                return await self._announcement.wait()
        except TimeoutError:
            return False

    async def _follow(self, signals: Signals) -> None:
        async with aclosing(signals.following()) as announced:
            async for position in announced:
                self._announce(position)

    def _announce(self, position: int) -> None:
        if position <= self._head:
            return
        if position > self._announced:
            self._announced, self._again = position, CLOSEST_SECONDS
        self._announcement.set()

    def _believe(self) -> None:
        if self._believes and self._announced > self._head and self._organisation.store.replica is None:
            self._believed = self._announced
            self._wake("announcement")

    def _heard(self, position: int) -> None:
        """This process recorded. A replica does not have it at once."""
        self._hearings += 1
        if self._organisation.store.replica is None:
            self._reached(position, "recording")
        else:
            self._announce(position)

    async def _look(self, why: str) -> None:
        """A store that cannot be asked just now is asked again."""
        LOOKS.inc()
        heard, announced = self._hearings, self._announced
        try:
            found = await quick(self._there)
            self._believes = announced <= found
            self._reached(found, why)
            if heard == self._hearings:
                # The store alone is believed for long, also where it came back from a restore with less.
                self._head = found
        except UNREACHABLE as trouble:
            logger.warning("the store cannot be asked for what is new: %s", silent_database(trouble) or type(trouble).__name__)
        finally:
            self._believed = 0

    def _there(self) -> int:
        """Up to where is told: a replica has events before their views."""
        self._organisation.store.recording.let_go()
        if self._organisation.store.replica is not None:
            return self._organisation.questions.reached()
        with self._organisation.store.reading() as connection:
            return self._organisation.store.head(connection)

    def _reached(self, position: int, found_by: str) -> None:
        if position > self._head:
            # Whoever waited for what is believed already was woken then.
            is_news = not self._is_past(position - 1)
            self._head = position
            if is_news:
                self._wake(found_by)

    def _wake(self, found_by: str) -> None:
        WAKEUPS.labels(found_by).inc()
        for came in self._waiting:
            if not came.done():
                came.set_result(None)


def _call(loop: asyncio.AbstractEventLoop, reached: Callable[[int], None], position: int) -> None:
    """From whatever thread records. A loop that has ended has nobody waiting."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(reached, position)
