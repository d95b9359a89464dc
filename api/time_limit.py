"""A question is answered within its time, or broken off: whoever asks is told so, and neither a thread nor the database goes on with it.

What records has no such limit. It is bounded by what a request may bring, and to break it off would leave open whether it was recorded.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from api.context import Lane
from api.limits import too_costly
from domain.store.deadline import Deadline, asked_by

_timer: ContextVar[asyncio.Timeout | None] = ContextVar("timer", default=None)
_breaking = Lane(4)


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Answer within so many seconds. Raises `Refused` where that is not done."""
    deadline = Deadline()
    try:
        with asked_by(deadline):
            async with asyncio.timeout(seconds) as timer:
                before = _timer.set(timer)
                try:
                    yield
                finally:
                    _timer.reset(before)
    except TimeoutError:
        if not timer.expired():
            raise
        # Before it is answered: who asks the same again at once would else have two at work.
        await _breaking(deadline.end)
        raise too_costly("query_seconds", limit=round(seconds)) from None


def lift() -> None:
    """What has begun is not broken off."""
    if (timer := _timer.get()) is not None:
        timer.reschedule(None)
