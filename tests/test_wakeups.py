"""Whoever waits is woken when the store has gone past a position, and looks cost little whatever is announced."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from test_signals import NEVER, PATIENCE_SECONDS, until

from api.wakeups import Wakeups


class Behind:
    """A store that shows a position only after some looks, as a replica does. As an organisation it has no more than is needed here."""

    def __init__(self, head: int, looks: int, replica: bool = False) -> None:
        self.replica = replica or None
        self.silent_at = 0
        self.looked = 0
        self.told: list[int] = []
        self.announced: asyncio.Queue[int] = asyncio.Queue()
        self._head = head
        self._looks = looks

    @property
    def store(self) -> "Behind":
        return self

    @property
    def signals(self) -> "Behind":
        return self

    @property
    def recording(self) -> "Behind":
        return self

    def let_go(self) -> None:
        """Nothing is remembered here."""

    def on_recorded(self, listener: Callable[[int], None]) -> None:
        """Nothing is recorded here."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        yield

    @property
    def questions(self) -> "Behind":
        return self

    def reached(self) -> int:
        return self.head(None)

    def head(self, connection: None) -> int:
        self.looked += 1
        if self.looked == self.silent_at:
            raise OSError
        return self._head if self.looked > self._looks else 0

    async def following(self) -> AsyncGenerator[int, None]:
        while True:
            yield await self.announced.get()


@asynccontextmanager
async def looking(behind: Behind) -> AsyncGenerator[Wakeups, None]:
    wakeups = Wakeups(behind, look_seconds=NEVER)  # type: ignore[arg-type]
    task = asyncio.create_task(wakeups.run())
    yield wakeups
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_replica_that_is_behind_an_announcement_is_looked_at_until_it_is_there() -> None:
    async def looked() -> None:
        behind = Behind(head=7, looks=5, replica=True)
        async with looking(behind) as wakeups:
            behind.announced.put_nowait(7)
            assert await wakeups.after(6, PATIENCE_SECONDS)
            assert behind.looked == 6

    asyncio.run(looked())


def test_an_announcement_of_what_the_store_never_shows_is_believed_once_and_is_looked_for_less_and_less() -> None:
    async def looked() -> None:
        behind = Behind(head=7, looks=0)
        async with looking(behind) as wakeups:
            assert await wakeups.after(6, PATIENCE_SECONDS)
            behind.announced.put_nowait(10**15)
            assert await wakeups.after(7, PATIENCE_SECONDS)
            await until(lambda: behind.looked > 2)
            assert not await wakeups.after(7, 1.0)
            assert 2 < behind.looked < 20
            behind.announced.put_nowait(10**15 + 1)
            assert not await wakeups.after(7, 0.5)

    asyncio.run(looked())


def test_a_belief_ends_with_the_look_that_comes_after_it_though_the_store_does_not_answer() -> None:
    async def looked() -> None:
        behind = Behind(head=7, looks=0)
        async with looking(behind) as wakeups:
            assert await wakeups.after(6, PATIENCE_SECONDS)
            behind.silent_at = behind.looked + 1
            behind.announced.put_nowait(10**15)
            assert await wakeups.after(7, PATIENCE_SECONDS)
            await until(lambda: behind.looked >= behind.silent_at)
            await asyncio.sleep(0.05)
            assert not await wakeups.after(7, 0.3)
            assert await wakeups.after(6, 0.0)

    asyncio.run(looked())
