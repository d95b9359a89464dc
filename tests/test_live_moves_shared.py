"""A feed of moves that many share says to each just what one of their own would, whenever they come to it and whatever they miss."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest
from listening import House, Listener, listened, until
from sent_lines import Clock, account, note, opened, pair, record, runner_of
from test_live_moves import NAMES, Key, there_are, told

from api import fanout, meeting
from domain.model.time import DAY, SECOND, day
from projections.views.filters import MoveFilter
from projections.views.live import MoveFeed, Moves
from projections.views.questions import Questions

QUERY = """subscription($after: Position) { moves(after: $after, lens: "%s", filter: {holder: %s}) { __typename
    ... on MoveArrived { position move { relationship { id } at was kind now } }
    ... on MoveWithdrawn { position relationship at now } ... on CaughtUp { position } } }"""


def known(listener: Listener, once: bool) -> set[Key]:
    """The moves that a client knows of, who takes one that comes again for the same; `once`: none does."""
    moves: dict[tuple[str, str, str], Key] = {}
    for one in listener.told:
        if one["__typename"] == "MoveArrived":
            move = one["move"]
            key = (move["relationship"]["id"], move["at"], move["was"], move["kind"], move["now"])
            assert not once or (key[0], key[1], key[4]) not in moves, "told twice"
            moves[key[0], key[1], key[4]] = key
        elif one["__typename"] == "MoveWithdrawn":
            gone = moves.pop((one["relationship"], one["at"], one["now"]), None)
            assert not once or gone is not None, "withdrawn without having been told"
    return set(moves.values())


async def follow(house: House, clock: Clock, chance: random.Random, lens: str, holder: str | None, once: bool) -> int:
    names = chance.sample(NAMES, 3)
    waiting = [event for name in names for event in told(name)]
    recorded: list[dict[str, Any]] = []
    asked = QUERY % (lens, json.dumps(holder))
    moved = 0
    for number in range(25):
        clock.now += chance.randrange(1, 90) * DAY
        if number > 3:
            chance.shuffle(waiting)
        batch, held = waiting[: chance.randrange(1, 30)], waiting[30:]
        held = waiting[len(batch) : 30] + held
        if recorded and chance.random() < 0.3:
            wrong = chance.choice(recorded)
            taken_back = {"id": f"back-{number}", "type": "tussenruimte.event_retracted.v1", "data": {"event": wrong["id"]}}
            held, batch = waiting, [{**{k: v for k, v in wrong.items() if k != "perspective"}, **taken_back, "occurred": "2019-01-01"}]
        if number % 3 == 0:
            after = {"after": str(chance.randrange(len(recorded)))} if recorded and chance.random() < 0.2 else {}
            came = house.listen(asked, **after)
            if chance.random() < 0.7:
                # The time of what is foreseen has come for whoever looks now; the others are still asleep.
                await until(came.is_caught_up)
        lagging = chance.choice(house.listeners)
        lagging.gate.clear()
        for event in batch:
            clock.now += SECOND
            if not await house.take(event):
                held += [] if "retracted" in event["type"] else [event]
            else:
                recorded += [event] if event["subject"].startswith("relationship/") else []
        lagging.gate.set()
        waiting = held
        there = await asyncio.to_thread(there_are, house.organisation.questions, names, lens, holder)
        whole = [listener for listener in house.listeners if listener.asked_all]
        await until(lambda: all(known(listener, once) == there for listener in whole))  # noqa: B023
        moved += len(there)
    return moved


@pytest.mark.parametrize("queue", [2, 256], ids=["falling out", "keeping up"])
@pytest.mark.parametrize(("lens", "holder"), [("evidence", None), ("accounts", "coordinator")])
def test_whoever_shares_a_feed_knows_the_moves_there_are(
    tmp_path: Path, lens: str, holder: str | None, queue: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "QUEUE", queue)
    monkeypatch.setattr(fanout, "FALLS", 10_000)
    steps = []
    step = meeting.MoveMeeting.step

    def counted(self: meeting.MoveMeeting) -> list[tuple[int, Moves]]:
        steps.append(self)
        return step(self)

    monkeypatch.setattr(meeting.MoveMeeting, "step", counted)

    async def run() -> None:
        clock = Clock()
        clock.now = day("2020-01-01")
        store = opened(tmp_path / "events.db", clock=clock)
        async with listened(store) as house:
            assert await follow(house, clock, random.Random(1), lens, holder, once=queue == 256) > 20
        assert steps
        store.close()

    asyncio.run(run())


def test_who_comes_when_something_foreseen_has_come_hears_it_once_and_so_do_the_others(tmp_path: Path) -> None:
    clock = Clock()
    clock.now = day("2021-02-01")
    store = opened(tmp_path / "events.db", clock=clock)
    left_out = ("term_ended", "meeting_held", "rhythm_changed")
    events = [event for event in told("petra-maaike") if event["type"].split(".")[1] not in left_out and event["occurred"] < "2021"]
    later = {**told("petra-maaike")[0], "id": "later", "subject": "initiative/later"}

    async def run() -> None:
        async with listened(store) as house:
            for event in events:
                assert await house.take(event)
            asked = QUERY % ("accounts", json.dumps("coordinator"))
            before = house.listen(asked)
            await until(before.is_caught_up)
            await asyncio.sleep(0.1)
            clock.now = day("2021-03-02")
            since = house.listen(asked)
            await until(since.is_caught_up)
            assert await house.take(later)
            last = house.listen(asked)
            await until(last.is_caught_up)
            await until(lambda: len(before.told) > 2)
            for listener in (before, since, last):
                said = [one["move"]["now"] for one in listener.told if one["__typename"] == "MoveArrived"]
                assert said == ["HELP", "UNOBSERVED"]

    asyncio.run(run())
    store.close()


def test_what_is_kept_for_the_group_is_opened_only_when_it_is_told(tmp_path: Path) -> None:
    clock = Clock()
    store = opened(tmp_path / "events.db", clock=clock)
    questions = Questions(store, runner_of(store))
    group, asked = meeting.MoveMeeting(), MoveFilter()
    record(store, pair("r"))
    group.join(questions, MoveFeed(questions, "accounts", asked, 0))
    clock.now += SECOND
    record(store, [account("acc", "r", named="friendship", **note("a secret of Anna", "a"))])
    _, heard = group.join(questions, MoveFeed(questions, "accounts", asked, 0))
    assert "secret" in str(heard)
    store.keys.freeze("participant/r-anna")
    ((_, told),) = group.step()
    assert [one.move.now for one in told.found] == ["FRIENDSHIP"]
    assert "secret" not in str(told)
    store.close()


def test_nothing_is_kept_for_the_group_by_those_who_come_in_silence(tmp_path: Path) -> None:
    store = opened(tmp_path / "events.db")
    questions = Questions(store, runner_of(store))
    group = meeting.MoveMeeting()
    record(store, pair("r"))
    orders = [group.join(questions, MoveFeed(questions, None, MoveFilter(), 0))[0] for _ in range(20)]
    assert set(orders) == {0}
    assert [(order, step.found) for order, step in group.step()] == [(1, [])]
    store.close()
