"""Those who ask the same and may see the same are told from one reading: executed once, made into bytes once, handed to each.

A subscriber is put in its group first, where what is told waits for it; then reads the past from the log; then leaves out what it has
heard twice. Who does not keep up falls out of the group and is told from the log again; who keeps falling out, or takes nothing at all,
is sent away with the last position they had.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

from msgspec import Struct

from api.context import Organisation, Wakes
from api.course import Course
from api.errors import mask
from api.fence import Fence
from api.followers import Followers, NotWritten
from domain.store.accesses import FOLLOWING, ORGANISATION, look, viewer

QUEUE = 256
"""Frames that wait for a subscriber at most."""
STUCK_SECONDS = 10.0
"""For so long a subscriber may take nothing, when something is there for them."""
FALLS, FALL_SECONDS = 3, 60.0
"""A subscriber who falls out of the group so often within so long is sent away."""
TURN = 500
"""Subscribers told in one go, before others have their turn."""


class Frame(Struct, frozen=True):
    """One thing told, as it is sent. `order` is None for a word of its moment only; `last`: with it the feed has failed."""

    order: int | None
    position: int
    body: bytes
    generation: int
    last: bool = False


Frames = Callable[[Course], AsyncGenerator[Frame, None]]
"""A run of a feed."""


class TooSlow(Exception):
    """A subscriber does not keep up."""

    def __init__(self, position: int | None) -> None:
        super().__init__(f"Read too slowly; go on after {position or 0}")


class Group:
    """The subscribers who are told from one reading, and that reading."""

    def __init__(self, fanout: "Fanout", key: Hashable, frames: Frames) -> None:
        self.key = key
        self.meeting: Any = None
        self.members: dict[Subscriber, None] = {}
        self._fanout = fanout
        self._frames = frames
        self._reading: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Read on from where the first subscriber who caught up came to."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
            self._reading.add_done_callback(_logged)

    def end(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> None:
        try:
            async with aclosing(self._frames(self._fanout.course(self, None, shared=True))) as frames:
                async for frame in frames:
                    for number, member in enumerate(tuple(self.members), 1):
                        if member in self.members:
                            member.offer(frame)
                        if number % TURN == 0:
                            await asyncio.sleep(0)
                    if frame.last:
                        self.members.clear()
        finally:
            self._fanout.retire(self)
            for member in tuple(self.members):
                member.fall()


def _logged(reading: asyncio.Task[None]) -> None:
    if not reading.cancelled() and (failure := reading.exception()) is not None:
        mask(failure)


class Subscriber:
    """One who is told a feed. `send` waits until that is possible; `write` sends at once, or says that it cannot be."""

    def __init__(
        self,
        fanout: "Fanout",
        key: Hashable,
        frames: Frames,
        send: Callable[[bytes], Awaitable[None]],
        write: Callable[[bytes], bool] | None = None,
        place: str | None = ORGANISATION,
    ) -> None:
        """`place`: what the access log says they came to see; None: nothing that was ever sealed."""
        self.position: int | None = None
        self.who = viewer()
        self.place = place
        self.noted = 0
        self._dismissed = False
        self._fanout = fanout
        self._key = key
        self._frames = frames
        self._send = send
        self._write = write
        self._group: Group | None = None
        self._queue: deque[Frame] = deque()
        self._called = asyncio.Event()
        self._heard: int | None = None
        self._waits = False
        self._fallen = False
        self._falls: deque[float] = deque(maxlen=FALLS)

    async def follow(self) -> None:
        """Be told until the feed fails. Raises `TooSlow`, and `NotWritten` where the access log cannot say so."""
        await self._fanout.followers.begin(self)
        look(FOLLOWING)
        try:
            await self._follow()
        finally:
            self._fanout.followers.end(self)

    async def _follow(self) -> None:
        reached = False
        while True:
            self._heard, self._fallen = None, False
            group = self._group = self._fanout.join(self._key, self, self._frames)
            try:
                course = self._fanout.course(group, self.position)
                async with aclosing(self._frames(course)) as frames:
                    async for frame in frames:
                        if self.position is None:
                            self.noted = course.first
                        if course.reached is None or not reached:
                            await self._deliver(frame)
                        if frame.last:
                            return
                if course.reached is None:
                    self._fanout.retire(group)
                    continue
                reached, self._heard = True, course.reached
                group.begin()
                if await self._live(course.reached):
                    return
            finally:
                self._fanout.leave(group, self)
                self._queue.clear()

    def dismiss(self) -> None:
        """Be told nothing more."""
        self._dismissed = True
        self.fall()

    def offer(self, frame: Frame) -> None:
        """Something that the group is told."""
        if self._has_heard(frame):
            if frame.last:
                self.fall()
        elif self._waits and not frame.last and self._write is not None and self._write(frame.body):
            self.position = frame.position
        elif len(self._queue) < QUEUE:
            self._queue.append(frame)
            self._call()
        else:
            self.fall()

    def fall(self) -> None:
        """Out of the group, to be told from the log again."""
        if self._group is not None:
            self._group.members.pop(self, None)
        if self._heard is not None:
            self._falls.append(asyncio.get_running_loop().time())
        self._fallen = True
        self._queue.clear()
        self._call()

    def _call(self) -> None:
        self._waits = False
        self._called.set()

    def _has_heard(self, frame: Frame) -> bool:
        """Or has no need to: a word of the moment holds only for who has caught up."""
        if frame.order is not None:
            return self._heard is not None and frame.order <= self._heard
        return self._heard is None or not (frame.last or frame.position >= (self.position or 0))

    async def _live(self, heard: int) -> bool:
        """Be told with the group; true where the feed has failed, false where it is to be told from the log again."""
        while self._queue and (self._queue[0].order or 0) <= heard:
            self._queue.popleft()
        while not self._fallen:
            if not self._queue:
                self._called.clear()
                self._waits = True
                await self._called.wait()
                continue
            frame = self._queue.popleft()
            # It waited, and somebody may have been erased meanwhile.
            if not frame.last and frame.generation != await self._fanout.fence.look():
                return False
            await self._deliver(frame)
            if frame.last:
                return True
        self._refuse_dismissed()
        if len(self._falls) == FALLS and self._falls[-1] - self._falls[0] < FALL_SECONDS:
            raise TooSlow(self.position)
        return False

    def _refuse_dismissed(self) -> None:
        if self._dismissed:
            raise NotWritten(self.position)

    async def _deliver(self, frame: Frame) -> None:
        self._refuse_dismissed()
        if self._write is None or not self._write(frame.body):
            try:
                async with asyncio.timeout(STUCK_SECONDS):
                    await self._send(frame.body)
            except TimeoutError:
                raise TooSlow(self.position) from None
        self.position = frame.position


class Fanout:
    """All groups of a process."""

    def __init__(self, organisation: Organisation, wakeups: Wakes) -> None:
        self.fence = Fence(organisation)
        self.followers = Followers(organisation)
        self._organisation = organisation
        self._wakeups = wakeups
        self._groups: dict[Hashable, Group] = {}
        self._closing: set[Callable[[], None]] = set()

    @contextmanager
    def until_closed(self, end: Callable[[], None]) -> Iterator[None]:
        """Meanwhile `end` is called when the process is about to end."""
        self._closing.add(end)
        try:
            yield
        finally:
            self._closing.discard(end)

    def close(self) -> None:
        """End what has no end of its own."""
        for end in tuple(self._closing):
            end()

    def course(self, group: Group, start: int | None, shared: bool = False) -> Course:
        return Course(self._organisation, self._wakeups, self.fence, group, start, shared)

    def join(self, key: Hashable, subscriber: Subscriber, frames: Frames) -> Group:
        """Let a subscriber into the group of a key."""
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(self, key, frames)
        group.members[subscriber] = None
        return group

    def leave(self, group: Group, subscriber: Subscriber) -> None:
        group.members.pop(subscriber, None)
        if not group.members:
            self.retire(group)
            group.end()

    def retire(self, group: Group) -> None:
        """Let nobody else in."""
        if self._groups.get(group.key) is group:
            del self._groups[group.key]
