"""Whoever follows the feed of moves knows at every moment just the moves that there are, however late, corrected or foreseen they come."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live import MOVES, live
from sent_lines import Clock, record, runner_of
from served import EXAMPLES, Served, served

import projections.views.live
from api import course
from domain.model.time import DAY, day
from domain.store.places import on_sqlite
from domain.store.store import EventStore
from projections.views.filters import MoveFilter
from projections.views.live import Arrived, MoveFeed
from projections.views.questions import Questions

Key = tuple[str, str, str, str | None, str]
NAMES = [file.stem for file in sorted(EXAMPLES.glob("*.jsonl"))]


def told(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / f"{name}.jsonl").read_text().splitlines()]


class Follower:
    """What a client makes of the feed, who breaks off now and then and comes back with the last position they had."""

    def __init__(self, questions: Questions, lens: str, asked: MoveFilter, chance: random.Random | None = None) -> None:
        self._questions, self._lens, self._asked, self._chance = questions, lens, asked, chance
        self._feed = MoveFeed(questions, lens, asked, 0)
        self.position = 0
        self.known: dict[Key, int] = {}

    def follow(self) -> None:
        while True:
            step = self._feed.step()
            for one in step.found:
                key = (one.move.relationship, one.move.at, one.move.was, one.move.kind, one.move.now)
                if isinstance(one, Arrived):
                    self.known[key] = one.position
                else:
                    assert self._chance is not None or key in self.known, "what was never told is not withdrawn"
                    self.known.pop(key, None)
                assert one.position >= self.position or self._chance is not None
                self.position = one.position
                if self._chance is not None and self._chance.random() < 0.2:
                    break
            else:
                self.position = step.upto
                if not step.more:
                    return
                continue
            self._feed = MoveFeed(self._questions, self._lens, self._asked, self.position)


def there_are(questions: Questions, names: list[str], lens: str, holder: str | None) -> set[Key]:
    found = set()
    for name in names:
        if holder in (None, "coordinator") or any(member.handle == holder for member in questions.members([name])[name]):
            for move in questions.moves_of([name], lens, holder)[name]:
                found.add((name, move.at, move.was, move.kind, move.now))
    return found


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = day("2018-01-01")
    return clock


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[EventStore]:
    store = on_sqlite(tmp_path / "events.sqlite", b"r" * 32, "buurtmaat", clock)
    yield store
    store.close()


@pytest.mark.parametrize("seed", range(6))
def test_a_follower_knows_the_moves_there_are_whatever_is_recorded_late_or_corrected(
    store: EventStore, clock: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    if seed % 2:
        # So that a step ends after each relationship that a batch touched.
        monkeypatch.setattr(projections.views.live, "STEP_SECONDS", 0.0)
    chance = random.Random(seed)
    questions = Questions(store, runner_of(store))
    names = chance.sample(NAMES, 3)
    waiting = [event for name in names for event in told(name)]
    followers = [
        (lens, holder, Follower(questions, lens, MoveFilter(holder=holder), broken))
        for lens in ("evidence", "accounts")
        for holder in (None, "coordinator", "a")
        for broken in (None, random.Random(seed))
    ]
    recorded: list[dict[str, Any]] = []
    moved = 0
    for number in range(60):
        clock.now += chance.randrange(1, 60) * DAY
        if number > 3:
            chance.shuffle(waiting)
        batch, rest = waiting[: chance.randrange(1, 30)], waiting[30:]
        held = waiting[len(batch) : 30]
        if recorded and chance.random() < 0.3:
            wrong = chance.choice(recorded)
            taken_back = {"id": f"back-{number}", "type": "tussenruimte.event_retracted.v1", "data": {"event": wrong["id"]}}
            batch = [{**{k: v for k, v in wrong.items() if k != "perspective"}, **taken_back, "occurred": "2019-01-01"}]
            held = waiting[:30]
        for event in batch:
            if not record(store, [json.dumps(event).encode()]).refused:
                recorded += [event] if event["subject"].startswith("relationship/") else []
            elif "retracted" not in event["type"]:
                rest.append(event)
        waiting = held + rest
        for lens, holder, follower in followers:
            follower.follow()
            known = there_are(questions, names, lens, holder)
            assert set(follower.known) == known, (number, lens, holder)
            moved += len(known)
    assert len(recorded) > 15
    assert moved > 100


def test_a_batch_is_told_as_one_change(store: EventStore, clock: Clock) -> None:
    """What a batch makes and undoes again was never known."""
    clock.now = day("2025-01-01")
    questions = Questions(store, runner_of(store))
    events = told("petra-maaike")
    record(store, [json.dumps(event).encode() for event in events])
    step = MoveFeed(questions, None, MoveFilter(), 0).step()
    assert [(type(one).__name__, one.move.now) for one in step.found] == [("Arrived", "HELP"), ("Arrived", "AMBIGUITY")]
    head = len(events)
    assert [one.position for one in step.found] == [head - 1, head]
    assert MoveFeed(questions, None, MoveFilter(), head - 1).step().found == step.found
    assert MoveFeed(questions, None, MoveFilter(), head).step().found == []


def test_what_is_foreseen_is_told_when_its_time_comes(store: EventStore, clock: Clock) -> None:
    questions = Questions(store, runner_of(store))
    left_out = ("term_ended", "meeting_held", "rhythm_changed")
    events = [event for event in told("petra-maaike") if event["type"].split(".")[1] not in left_out]
    clock.now = day("2021-02-01")
    record(store, [json.dumps(event).encode() for event in events if event["occurred"] < "2021"])
    feed = MoveFeed(questions, "accounts", MoveFilter(holder="coordinator"), 0)
    first = feed.step()
    assert [one.move.now for one in first.found] == ["HELP"]
    assert first.next_at == day("2021-03-01")
    clock.now = day("2021-03-02")
    (lapsed,) = feed.step().found
    assert (lapsed.move.now, lapsed.move.cause, lapsed.move.at) == ("UNOBSERVED", "LAPSE", "2021-03-01T00:00:00Z")
    assert lapsed.position == first.upto
    assert feed.step().found == []


def test_moves_are_told_live_and_withdrawn(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        house.record(told("petra-maaike"))
        with live(house) as client:
            client.subscribe(MOVES, filter={"relationship": "petra-maaike"})
            said = client.until_caught_up()
            assert [one["move"]["now"] for one in said[:-1]] == ["HELP", "AMBIGUITY"]
            assert [event["id"] for event in said[1]["move"]["triggers"]]
            ended = next(event for event in told("petra-maaike") if "term_ended" in event["type"])
            house.record([{**ended, "id": "back", "type": "tussenruimte.event_retracted.v1", "data": {"event": ended["id"]}}])
            withdrawn = client.told()
            assert withdrawn == {
                "__typename": "MoveWithdrawn", "position": withdrawn["position"], "relationship": "petra-maaike", "lens": "evidence",
                "holder": None, "at": "2021-03-01T00:00:00Z", "now": "AMBIGUITY",
            }  # fmt: skip


def test_who_has_much_of_the_past_to_hear_is_told_meanwhile_how_far_it_is(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections.views.live, "STEP_SECONDS", 0.0)
    monkeypatch.setattr(course, "HEARTBEAT_SECONDS", 0.0)
    with live(house) as connection:
        connection.subscribe(MOVES)
        *past, _ = connection.until_caught_up()
    beats = [int(one["position"]) for one in past if one["__typename"] == "Heartbeat"]
    assert len(beats) > 1
    assert beats == sorted(set(beats))


def test_only_the_moves_that_are_asked_for_come(house: Served) -> None:
    with live(house) as client:
        client.subscribe(MOVES, filter={"initiative": "cycling-buddies", "now": "AMBIGUITY"}, lens="accounts")
        said = client.until_caught_up()
        assert [(one["move"]["relationship"]["id"], one["move"]["now"], one["move"]["kind"]) for one in said[:-1]] == [
            ("petra-maaike", "AMBIGUITY", "BOTH")
        ]


def test_a_lens_that_has_a_new_version_is_to_be_asked_anew(empty: Served) -> None:
    empty.record(told("lars"))

    def version(number: str) -> dict[str, Any]:
        made = {"specversion": "1.0", "id": f"lens-{number}", "source": "urn:test", "type": "tussenruimte.lens_published.v1"}
        return {**made, "subject": "lens/own", "occurred": "2026-01-01", "data": {"version": number, "definition": {"look_days": 10}}}

    empty.record([version("1")])
    with live(empty) as client:
        client.subscribe(MOVES, lens="own")
        client.until_caught_up()
        empty.record([version("2")])
        message = client.message()
        assert message["payload"]["errors"][0]["extensions"]["code"] == "CONFLICT"
        assert client.message()["type"] == "complete"
    assert empty.refusal('{ moves(lens: "nothing") { nodes { at } } }')["code"] == "NOT_FOUND"


def test_what_was_foreseen_and_heard_before_a_break_is_taken_back_after_it(store: EventStore, clock: Clock) -> None:
    questions = Questions(store, runner_of(store))
    clock.now = day("2021-02-01")
    events = [event for event in told("petra-maaike") if event["occurred"] < "2021" and "meeting" not in event["type"]]
    record(store, [json.dumps(event).encode() for event in events])
    asked = MoveFilter(holder="coordinator")
    feed = MoveFeed(questions, "accounts", asked, 0)
    feed.step()
    clock.now = day("2021-03-02")
    (lapsed,) = feed.step().found
    clock.now += DAY
    late = {**events[-1], "id": "late", "type": "tussenruimte.term_extended.v1", "occurred": "2021-02-20", "data": {}}
    del late["perspective"]
    assert record(store, [json.dumps(late).encode()]).refused == []
    for follower in (feed, MoveFeed(questions, "accounts", asked, lapsed.position)):
        (withdrawn,) = follower.step().found
        assert (type(withdrawn).__name__, withdrawn.move.at, withdrawn.move.now) == ("Withdrawn", lapsed.move.at, "UNOBSERVED")
