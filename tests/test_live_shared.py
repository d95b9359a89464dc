"""Whoever asks the same and may see the same is told from one reading: executed once, and told to each once, whoever comes or lags when."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from listening import EVENTS, Listener, listened, until
from sent_lines import account, meeting, note, opened, pair

from api import course, fanout, subscription
from api.context import Context
from api.fanout import TooSlow
from domain.store.store import EventStore
from projections.views.questions import Questions

PAIR = 6


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    store = opened(tmp_path / "events.db")
    yield store
    store.close()


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every answer with an event that was executed and written."""
    written: list[bytes] = []
    payload = subscription._payload

    def counted(result: Any) -> bytes:
        body = payload(result)
        written.extend([body] if b"EventArrived" in body else [])
        return body

    monkeypatch.setattr(subscription, "_payload", counted)
    return written


def all_have(listeners: list[Listener], count: int) -> bool:
    return all(len(listener.events()) == count for listener in listeners)


@pytest.mark.parametrize(("apart", "times"), [(False, 1), (True, 50)], ids=["all ask the same", "each asks something else"])
def test_an_event_is_executed_once_for_all_who_ask_the_same(store: EventStore, executed: list[bytes], apart: bool, times: int) -> None:
    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r"))
            for number in range(50):
                # From where they go on, and in what spaces they write it, makes no difference.
                query = EVENTS.replace("{ id", f"{{ a{number}: id" if apart else "{" + " " * number + "id")
                house.listen(query, after=str(number % PAIR))
            await until(lambda: all(listener.is_caught_up() for listener in house.listeners))
            executed.clear()
            for number in range(3):
                await house.record([meeting(f"m{number}", "r")])
            await until(lambda: all(listener.positions()[-1:] == [PAIR + 3] for listener in house.listeners))
            assert len(executed) == 3 * times

    asyncio.run(run())


@pytest.mark.parametrize(
    ("roles", "times"), [(("coordinator", "operator"), 2), (("coordinator", "coordinator"), 1)], ids=["differ", "same"]
)
def test_nothing_is_shared_between_those_who_may_not_see_the_same(
    store: EventStore, executed: list[bytes], roles: tuple[str, str], times: int
) -> None:
    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r"))
            listeners = [house.listen(role=role, after=str(PAIR)) for role in roles]
            await until(lambda: all(listener.is_caught_up() for listener in listeners))
            await house.record([meeting("m", "r")])
            await until(lambda: all_have(listeners, 1))
            assert len(executed) == times

    asyncio.run(run())


@pytest.mark.parametrize("seed", range(4))
def test_whoever_comes_while_much_is_recorded_loses_nothing_and_hears_nothing_twice(
    store: EventStore, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some come late, some take nothing for a while and fall out of their group, again and again."""
    chance = random.Random(seed)
    monkeypatch.setattr(fanout, "QUEUE", chance.choice((1, 3, 256)))
    monkeypatch.setattr(fanout, "FALLS", 10_000)
    monkeypatch.setattr("projections.views.live.LIMIT", chance.choice((2, 200)))

    async def run() -> None:
        async with listened(store) as house:
            head = await house.record(pair("r"))
            begun: list[int] = []

            async def come_and_lag() -> None:
                while len(begun) < 30:
                    begun.append(chance.randrange(head + 1))
                    house.listen(after=str(begun[-1]))
                    await asyncio.sleep(chance.choice((0, 0.001, 0.01)))
                    lagging = chance.choice(house.listeners)
                    lagging.gate.clear()
                    await asyncio.sleep(chance.choice((0, 0.005, 0.02)))
                    if chance.random() < 0.8:
                        lagging.gate.set()

            coming = asyncio.create_task(come_and_lag())
            number = 0
            while not coming.done():
                count = chance.choice((1, 1, 2, 9))
                head = await house.record([meeting(f"m{number + more}", "r") for more in range(count)])
                number += count
                await asyncio.sleep(chance.choice((0, 0.002)))
            await coming
            for listener in house.listeners:
                listener.gate.set()
            await until(lambda: all(one.positions()[-1:] == [head] and one.is_caught_up() for one in house.listeners))
            for after, listener in zip(begun, house.listeners, strict=True):
                assert listener.positions() == list(range(after + 1, head + 1))
                assert [one["__typename"] for one in listener.told].count("CaughtUp") == 1

    asyncio.run(run())


def test_who_lags_is_told_from_the_log_again_and_costs_nobody_else_anything(
    store: EventStore, executed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "QUEUE", 5)

    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r"))
            slow, *others = [house.listen(after=str(PAIR)) for _ in range(4)]
            await until(lambda: all(listener.is_caught_up() for listener in house.listeners))
            slow.gate.clear()
            for number in range(20):
                await house.record([meeting(f"m{number}", "r")])
            await until(lambda: all_have(others, 20))
            assert house.waiting(slow) <= 5
            assert slow.positions() == []
            assert len(executed) == 20
            slow.gate.set()
            await until(lambda: all_have([slow], 20))
            assert slow.positions() == list(range(PAIR + 1, PAIR + 21))

    asyncio.run(run())


@pytest.mark.parametrize("takes", [False, True], ids=["takes nothing", "lags over and over"])
def test_who_does_not_keep_up_at_all_is_sent_away_with_the_last_position(
    store: EventStore, takes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "QUEUE", 2)
    monkeypatch.setattr(fanout, "STUCK_SECONDS", 3_600 if takes else 0.2)

    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r"))
            slow, other = house.listen(after=str(PAIR)), house.listen(after=str(PAIR))
            await until(lambda: all(listener.is_caught_up() for listener in house.listeners))
            head = PAIR
            while not slow.following.done():
                slow.gate.clear()
                for _ in range(5):
                    head = await house.record([meeting(f"m{head}", "r")])
                await until(lambda: other.positions()[-1:] == [head])  # noqa: B023
                if takes:
                    slow.gate.set()
                await asyncio.wait({slow.following}, timeout=1)
            last = (slow.positions() or [PAIR])[-1]
            with pytest.raises(TooSlow, match=f"after {last}$"):
                slow.following.result()
            assert takes == (last > PAIR)
            await house.record([meeting("after", "r")])
            await until(lambda: other.positions()[-1:] == [head + 1])

    asyncio.run(run())


@pytest.mark.parametrize("erased", [False, True])
def test_what_waits_while_somebody_is_erased_is_told_without_what_was_sealed(store: EventStore, erased: bool) -> None:
    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r"))
            slow = house.listen(after=str(PAIR))
            await until(slow.is_caught_up)
            slow.gate.clear()
            for number in range(3):
                await house.record([account(f"a{number}", "r", named="help", **note("Bram talked of a secret", "b"))])
            await until(lambda: house.waiting(slow) == 2)
            if erased:
                store.keys.freeze("participant/r-bram")
                store.keys.erase("participant/r-bram")
                await asyncio.sleep(0.02)
            slow.gate.set()
            await until(lambda: all_have([slow], 3))
            # The first was on its way already; nobody can call it back.
            told = [str(event["data"]) for event in slow.events()]
            assert ["secret" in one for one in told] == ([True, False, False] if erased else [True, True, True])
            assert slow.positions() == [PAIR + 1, PAIR + 2, PAIR + 3]

    asyncio.run(run())


def test_relationships_that_are_asked_for_are_read_with_their_events(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(self: Questions, ids: list[str]) -> None:
        raise AssertionError(f"{ids} are asked for one by one")

    monkeypatch.setattr(Questions, "relationships", asked)

    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r"))
            listener = house.listen(EVENTS.replace("event {", "relationship { id startedOn } event {"))
            await until(listener.is_caught_up)
            await house.record([meeting("m", "r")])
            await until(lambda: all_have([listener], PAIR + 1))
            found = [one["relationship"] for one in listener.told if one["__typename"] == "EventArrived"]
            assert found == [None] * (PAIR - 1) + [{"id": "r", "startedOn": "2021-01-01"}] * 2

    asyncio.run(run())


@pytest.mark.parametrize("late", [False, True], ids=["in the past", "with others"])
def test_what_is_executed_while_somebody_is_erased_is_executed_again(
    store: EventStore, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the opening of an event and its telling lies the execution of whatever else is asked of it."""
    erased: list[str] = []

    async def erases(self: Context) -> None:
        if self.course.position == PAIR + 1 and not erased:
            erased.append("participant/r-bram")
            store.keys.freeze(erased[0])
            await asyncio.sleep(0.02)

    answered = Context.load

    async def load(self: Context, *arguments: Any, **named: Any) -> Any:
        await erases(self)
        return await answered(self, *arguments, **named)

    monkeypatch.setattr(Context, "load", load)
    secret = account("a", "r", named="help", **note("Bram talked of a secret", "b"))

    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r") if late else [*pair("r"), secret])
            listener = house.listen(EVENTS.replace("event {", "relationship { initiative { id } } event {"), after=str(PAIR))
            await until(listener.is_caught_up)
            if late:
                await house.record([secret])
            await until(lambda: all_have([listener], 1))
            assert erased
            assert "secret" not in str(listener.told)
            assert listener.positions() == [PAIR + 1]

    asyncio.run(run())


def test_silence_is_told_also_while_others_are_told_something(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "HEARTBEAT_SECONDS", 0.1)

    async def run() -> None:
        async with listened(store) as house:
            await house.record(pair("r"))
            query = 'subscription { events(filter: {types: ["roles_reversed"]}) { __typename ... on Heartbeat { position } } }'
            listener = house.listen(query)
            number = 0
            while [one["__typename"] for one in listener.told[:3]] != ["CaughtUp", "Heartbeat", "Heartbeat"]:
                number += 1
                await house.record([meeting(f"m{number}", "r")])
                await asyncio.sleep(0.01)
                assert number < 500
            assert listener.told[2]["position"] > listener.told[1]["position"]

    asyncio.run(run())
