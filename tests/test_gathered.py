"""What many ask at the same time is asked in one statement, and nobody is answered as of a moment before they came."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api.gathered import MOST, Gathered

LONG = 30.0


class Tokens:
    """Who they are of is read at once, and told when the answer is let go."""

    def __init__(self) -> None:
        self.held = {f"t{number}": f"m{number}" for number in range(100)}
        self.asked: list[list[str]] = []
        self.let_go = threading.Semaphore(0)
        self.failing = False

    def __call__(self, keys: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(list(keys))
        found = {key: self.held[key] for key in keys if key in self.held}
        assert self.let_go.acquire(timeout=LONG)
        if self.failing:
            raise OSError("broken off")
        return found


def in_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        # In a thread of its own: in this one a browser that another test began may have a loop.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, test()).result()

    return run


async def begun(tokens: Tokens, times: int) -> None:
    while len(tokens.asked) < times:
        await asyncio.sleep(0.001)


@in_a_loop
async def test_who_comes_after_something_was_taken_back_is_told_so_whoever_is_being_asked_for() -> None:
    tokens = Tokens()
    gathered = Gathered(tokens, LONG)
    before = asyncio.create_task(gathered("t1"))
    await begun(tokens, 1)
    del tokens.held["t1"]
    after = asyncio.create_task(gathered("t1"))
    tokens.let_go.release(2)
    assert await before == "m1"
    assert await after is None


@in_a_loop
async def test_those_who_come_meanwhile_are_asked_for_together_and_each_is_told_their_own() -> None:
    tokens = Tokens()
    gathered = Gathered(tokens, LONG)
    first = asyncio.create_task(gathered("t0"))
    await begun(tokens, 1)
    others = [asyncio.create_task(gathered(f"t{number}")) for number in range(1, 11)]
    await asyncio.sleep(0)
    tokens.let_go.release(2)
    assert await asyncio.gather(first, *others) == [f"m{number}" for number in range(11)]
    assert [len(keys) for keys in tokens.asked] == [1, 10]


@in_a_loop
async def test_no_more_go_together_than_a_statement_takes() -> None:
    tokens = Tokens()
    gathered = Gathered(tokens, LONG)
    tokens.let_go.release(10)
    all = [asyncio.create_task(gathered(f"t{number}")) for number in range(MOST + 5)]
    assert await asyncio.gather(*all) == [f"m{number}" for number in range(MOST + 5)]
    assert max(len(keys) for keys in tokens.asked) == MOST


@in_a_loop
async def test_who_is_held_up_holds_nobody_else_up_for_long() -> None:
    tokens = Tokens()
    gathered = Gathered(tokens, 0.01)
    held = asyncio.create_task(gathered("t1"))
    await begun(tokens, 1)
    free = asyncio.create_task(gathered("t2"))
    await begun(tokens, 2)
    assert not held.done()
    tokens.let_go.release(2)
    assert await asyncio.gather(held, free) == ["m1", "m2"]


@in_a_loop
async def test_whoever_goes_away_leaves_the_others_their_answer() -> None:
    tokens = Tokens()
    gathered = Gathered(tokens, LONG)
    gone, stays = asyncio.create_task(gathered("t1")), asyncio.create_task(gathered("t2"))
    await begun(tokens, 1)
    gone.cancel()
    tokens.let_go.release(1)
    assert await stays == "m2"


@in_a_loop
async def test_what_fails_is_told_to_all_who_were_asked_for_and_to_nobody_after() -> None:
    tokens = Tokens()
    tokens.failing = True
    tokens.let_go.release(2)
    gathered = Gathered(tokens, LONG)
    for told in await asyncio.gather(gathered("t1"), gathered("t2"), return_exceptions=True):
        assert isinstance(told, OSError)
    tokens.failing = False
    assert await gathered("t1") == "m1"
