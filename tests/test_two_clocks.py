"""The two clocks, through a real store: whatever the order in which things are heard of, and whenever one asks as of.

The oracle is given the events that were recorded by then, and nothing else; the platform has to say the same.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from corrected_histories import Draw, histories, kind_of, oracle_of, telling_instants, told
from histories import Line
from history_words import DAY
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_history import instant
from small_platform import Platform, near, oracle_moves, oracle_reading, oracle_room, oracle_spans

LENSES = ("evidence", "accounts")
Heard = tuple[list[Line], list[list[Line]]]


def few() -> settings:
    """A store on disk for every example costs more than the rest of it."""
    return settings(max_examples=max(1, settings().max_examples // 4))


@st.composite
def in_batches(draw: Draw, corrections: int = 0) -> Heard:
    """A history, and its lines in batches of any order, its corrections last and each by itself.

    What happened at one instant stays in one batch, where its order is told."""
    lines = draw(histories("r", corrections=corrections))
    happened = [line for line in lines if not kind_of(line).startswith("event_")]
    at = {event.id: event.at for event in oracle_of(happened).history.events}
    units = [list(found) for _, found in groupby(happened, key=lambda line: at[line["id"]])]
    batches: list[list[Line]] = []
    for unit in draw(st.permutations(units)):
        if batches and draw(st.booleans()):
            batches[-1] += unit
        else:
            batches.append(list(unit))
    return lines, batches + [[line] for line in lines[len(happened) :]]


def everything(platform: Platform, instants: list[int]) -> Any:
    """What is said of the relationship, with numbers to be laid beside others."""
    to = max(instants) + 100 * DAY
    holders = platform.holders("r")
    return {
        "readings": [platform.reading("r", at, lens, holder) for at in instants for lens in LENSES for holder in holders],
        "moves": [platform.moves("r", lens, holder, to) for lens in LENSES for holder in holders],
        "room": [platform.room("r", at) for at in instants],
    }


@few()
@given(in_batches(), st.data())
def test_all_orders_of_arrival_give_the_same(heard_of: Heard, data: st.DataObject) -> None:
    lines, batches = heard_of
    instants = data.draw(st.lists(st.sampled_from(telling_instants(lines)), min_size=1, max_size=3))
    with TemporaryDirectory() as folder:
        at_once, as_heard = Platform(Path(folder, "once")), Platform(Path(folder, "heard"))
        for platform in (at_once, as_heard):
            platform.settle("r")
        at_once.take_until_all_stand([lines], lambda: None)
        as_heard.take_until_all_stand(batches, as_heard.runner.catch_up)
        assert everything(as_heard, instants) == near(everything(at_once, instants))
        kept = as_heard.views()
        as_heard.runner.rebuild()
        assert as_heard.views() == kept
        at_once.close()
        as_heard.close()


@few()
@given(in_batches(corrections=4), st.data())
def test_asked_as_known_then_only_what_was_recorded_by_then_counts(heard_of: Heard, data: st.DataObject) -> None:
    lines, batches = heard_of
    instants = st.sampled_from(telling_instants(lines))
    heard: list[tuple[int, tuple[int, str, str | None], Any]] = []
    with TemporaryDirectory() as folder:
        platform = Platform(Path(folder, "known"))
        platform.settle("r")

        def ask() -> None:
            asked = (data.draw(instants), data.draw(st.sampled_from(LENSES)), data.draw(st.sampled_from(platform.holders("r"))))
            heard.append((platform.clock.now, asked, platform.reading("r", *asked)))

        platform.take_until_all_stand(batches, ask)
        for known_at, (at, lens, holder), answer in heard:
            oracle = platform.oracle("r", known_at)
            assert answer == oracle_reading(oracle, at, lens, holder)
            assert platform.reading("r", at, lens, holder, known_at) == near(answer)
            assert platform.moves("r", lens, holder, at, known_at) == oracle_moves(oracle, lens, holder, at)
            assert platform.room("r", at, known_at) == oracle_room(oracle, at)
            assert platform.spans("r", known_at) == oracle_spans(oracle)
        platform.close()


@few()
@given(histories("r", corrections=4))
def test_the_audit_shows_what_was_said_and_what_corrected_it(lines: list[Line]) -> None:
    with TemporaryDirectory() as folder:
        platform = Platform(Path(folder, "audit"))
        platform.settle("r")
        platform.take(lines)
        shown = {event.id: event for event in platform.questions.histories(["r"])["r"]}
        platform.close()
    retractions = {line["data"]["event"]: line["id"] for line in lines if kind_of(line) == "event_retracted"}
    amendments = {line["data"]["event"]: line for line in lines if kind_of(line) == "event_amended" and line["id"] not in retractions}
    for line in lines:
        event, amendment = shown.pop(line["id"]), amendments.get(line["id"])
        assert event.data == line["data"]
        assert event.retracted_by == retractions.get(line["id"])
        assert event.amended_by == (amendment and amendment["id"])
        assert event.amended == (amendment and amendment["data"]["data"])
    assert not shown


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    platform = Platform(tmp_path / "one")
    platform.settle("r")
    yield platform
    platform.close()


PAIR = [{"handle": "a", "participant": "r-a", "roles": ["volunteer"]}, {"handle": "b", "participant": "r-b", "roles": ["guest"]}]
TERM = {"term": {"kind": "fixed", "until": "2021-02-01"}}
MATCH: Line = told("match_made", "2021-01-01", {"initiative": "home", "members": PAIR})
NOTED = {"notes": [{"about": ["a"], "text": "They sang."}]}


def test_a_match_that_is_amended_reads_as_amended_from_then_on(platform: Platform) -> None:
    """Its members are sealed and stay so for a reading; what else it says counts."""
    assert not platform.take([MATCH]).refused
    unstated, march = platform.clock.now, instant("2021-03-01")
    assert not platform.take([told("event_amended", "2021-03-02", {"event": MATCH["id"], "data": {**MATCH["data"], **TERM}})]).refused
    assert platform.reading("r", march, "evidence", None)["strengths"] == [0.0, 0.0, 0.4]
    assert platform.reading("r", march, "evidence", None, unstated)["strengths"] == [1.0, 0.0, 0.0]


def test_an_amendment_with_a_note_counts(platform: Platform) -> None:
    meeting = told("meeting_held", "2021-01-08", {"present": ["a", "b"]})
    amended = told("event_amended", "2021-03-02", {"event": meeting["id"], "data": {**meeting["data"], **NOTED, "shared": [{"by": "a"}]}})
    assert not platform.take([MATCH, meeting, amended]).refused
    assert platform.reading("r", instant("2021-01-08"), "evidence", None)["strengths"] == [1.0, 0.25, 0.0]


def test_who_never_joined_is_in_no_list(platform: Platform) -> None:
    joined = told("member_joined", "2021-02-01", {"handle": "c", "participant": "r-c", "roles": []})
    assert not platform.take([MATCH, joined]).refused
    platform.runner.catch_up()
    assert not platform.take([told("event_retracted", "2021-03-01", {"event": joined["id"]})]).refused
    assert [(row[0], row[2], row[3]) for row in platform.views()["members"]] == [("r", "a", "r-a"), ("r", "b", "r-b")]
