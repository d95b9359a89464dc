"""How one run of a feed goes: a subscriber's own through the past, or that of a whole group, which begins where such a one ended.

The resolvers that feed a subscription, and whatever sends what it comes to, work in step: each thing told is made into an answer before
the next is looked for. So the resolver writes down here what it tells, and the other side how that went.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from api.at_least import LOOK_SECONDS, patiently
from api.context import Organisation, Wakes, past, thread
from api.fence import Fence
from domain.model.time import SECOND

HEARTBEAT_SECONDS = 12.0

T = TypeVar("T")


class Met(Protocol):
    """A group: where it meets those who come to it."""

    meeting: Any


class Course:
    """Where a run is. `shared`: it is the group's own, which has no end.

    `start` is where it begins; None: where the subscriber said; `first` is where it began. `order` is the place of what is told among
    all that its group is told, None for a `word`, which is of its moment only; `told` counts what was told. `again`: somebody was
    erased meanwhile, so that the last is to be opened and told once more. `reached` is the order up to which a subscriber has heard
    all, when the past is done."""

    def __init__(
        self, organisation: Organisation, wakeups: Wakes, fence: Fence, group: Met, start: int | None = None, shared: bool = False
    ) -> None:
        self.shared = shared
        self.start = start
        self.position = self.first = start or 0
        self.order: int | None = None
        self.word = False
        self.told = 0
        self.generation = -1
        self.again = False
        self.reached: int | None = None
        self._group = group
        self._organisation = organisation
        self._wakeups = wakeups
        self._fence = fence
        self._spoke = time.monotonic()
        self._woken: int | None = None

    def begins(self, after: int) -> int:
        """The position from which on to tell, where the subscriber said `after`."""
        self.position = self.first = after if self.start is None else self.start
        return self.position

    def meeting(self, kind: type[T]) -> T:
        """Where subscribers of this kind of feed meet their group."""
        if self._group.meeting is None:
            self._group.meeting = kind()
        return self._group.meeting  # type: ignore[no-any-return]

    async def opened(self, ask: Callable[..., T], *arguments: Any) -> T:
        """What is asked of the read models; from then on what is told counts as opened then. Waits for a replica that is `Behind`."""
        run = thread if self.shared else past
        self.generation, answer = await patiently("after", lambda: self._fence.opened(run, ask, *arguments))
        return answer

    async def is_stale(self) -> bool:
        """Whether somebody may have been erased since what is to be told was opened."""
        return self.generation != await self._fence.look()

    async def fresh(self, found: Sequence[T], reopened: Callable[[T], Awaitable[T]]) -> AsyncIterator[T]:
        """What was found, one by one; opened once more where it has to be. Lets others have their turn after each."""
        for one in found:
            self.again = await self.is_stale()
            while True:
                yield await reopened(one) if self.again else one
                if not self.again:
                    break
            await asyncio.sleep(0)

    def tells(self, position: int, order: int | None) -> None:
        """Before each event or move that is told."""
        self.position, self.order, self.word = position, order, False
        self.told += 1
        self.again = False
        self._spoke = time.monotonic()

    def says(self, position: int) -> None:
        """Before each word of the moment: how far it all is."""
        self.tells(position, None)
        self.word = True

    def is_silent(self) -> bool:
        """Whether a word is due, as nothing was told for so long."""
        return time.monotonic() - self._spoke >= HEARTBEAT_SECONDS

    async def silence(self, position: int, next_at: int | None = None) -> AsyncIterator[None]:
        """At the end of what there is, each time that nothing came for long; ends when something was recorded after a position, or when
        what is foreseen comes at `next_at`."""
        clock = self._organisation.store.clock
        if position == self._woken:
            # Nothing new was found by what there is: another replica has it, or is asked next.
            await asyncio.sleep(LOOK_SECONDS)
        while True:
            if self.is_silent():
                yield
            silent = HEARTBEAT_SECONDS - (time.monotonic() - self._spoke)
            until = silent if next_at is None else min(silent, (next_at - clock()) / SECOND)
            if await self._wakeups.after(position, max(until, 0.0)) or (next_at is not None and clock() >= next_at):
                self._woken = position
                return
