"""The history must be valid as a whole after each batch, judged in the order of occurring."""

from typing import Any

import pytest
from given import (
    Given,
    Scene,
    account,
    agreement,
    amended,
    consent,
    ended,
    initiative,
    joined,
    left,
    meeting,
    member,
    of,
    opening,
    pair,
    people,
    registered,
    resumed,
    reversal,
    table,
)

from domain.model.history import resolve
from domain.model.time import day, instant


def order(scene: Scene) -> list[str]:
    """The ids of what stands, in the order of occurring."""
    return [standing.event.id for standing in resolve(scene.events()).standing]


def counts_from(scene: Scene, sent: dict[str, Any]) -> int:
    return next(standing.event.at for standing in resolve(scene.events()).standing if standing.event.id == sent["id"])


def test_events_may_be_heard_of_in_any_order(given: Given) -> None:
    told = [joined("c", on="2021-02-01"), meeting("a", "c", on="2021-03-01"), left("c", on="2021-04-01"), ended("2021-05-01")]
    scene = given(pair())
    for sent in (told[0], told[3], told[1], told[2]):
        scene.given(sent)
    assert order(scene)[1:] == [sent["id"] for sent in told]


EARLIER: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "a leaving before a meeting": ([meeting("a", "b")], left("b", on="2021-02-01"), "2021-03-01"),
    "an end before a meeting": ([meeting("a", "b")], ended("2021-02-01"), "2021-03-01"),
    "an end before an end": ([ended("2021-06-01")], ended("2021-05-01"), "2021-06-01"),
    "a settling before a settling": (
        [opening("x"), of("settled", {"opening": "x"}, "2021-05-01")],
        of("settled", {"opening": "x"}, "2021-04-01"),
        "2021-05-01",
    ),
    "an opening with an id of later": ([opening("x", on="2021-05-01")], opening("x", on="2021-04-01"), "2021-05-01"),
    "a role laid down before it is": (
        [of("role_laid_down", {"handle": "a", "role": "volunteer"}, "2021-05-01")],
        of("role_laid_down", {"handle": "a", "role": "volunteer"}, "2021-04-01"),
        "2021-05-01",
    ),
    "a joining before a joining": ([joined("c", on="2021-05-01")], joined("c", on="2021-04-01"), "2021-05-01"),
    "a reversal before a reversal": ([reversal("v2", on="2021-05-01")], reversal("v1", on="2021-04-01"), "2021-05-01"),
    "an agreement lifted before it is replaced": (
        [agreement("x"), agreement("y", on="2021-05-01", replaces="x")],
        of("boundary_lifted", {"agreement": "x"}, "2021-04-01"),
        "2021-05-01",
    ),
    "a term answered before it is asked": (
        [of("term_ended", {"continuation": "left_open"}, "2021-05-01")],
        of("term_ended", {"continuation": "as_volunteering"}, "2021-04-01"),
        "2021-05-01",
    ),
    "an extension beyond a later one": (
        [of("term_extended", {"until": "2022-01-01"}, "2021-05-01")],
        of("term_extended", {"until": "2023-01-01"}, "2021-04-01"),
        "2021-05-01",
    ),
    "an earlier end before an end": (
        [ended("2021-04-01"), resumed("2021-05-01")],
        of("term_ended", {"continuation": "stopped"}, "2021-03-01"),
        "2021-04-01",
    ),
}


@pytest.mark.parametrize(("before", "sent", "fallen"), EARLIER.values(), ids=list(EARLIER))
def test_what_would_make_a_later_event_break_its_rule_names_what_would_fall(
    before: list[dict[str, Any]], sent: dict[str, Any], fallen: str, given: Given
) -> None:
    refusal = given(pair(), *before).when(sent).then_refused("would_fall", code="RULE_BROKEN")
    falling = [told["id"] for told in before if told["occurred"] == fallen]
    assert refusal.values["events"] == falling
    assert all(id in refusal.text(language) for id in falling for language in ("en", "nl"))


def test_every_event_that_would_fall_is_named(given: Given) -> None:
    met = [meeting("a", "b", on=f"2021-0{month}-01") for month in range(3, 7)]
    refusal = given(pair(), *met).when(left("b", on="2021-04-15")).then_refused("would_fall")
    assert refusal.values["events"] == [told["id"] for told in met[2:]]


def test_the_line_that_makes_something_fall_is_the_one_refused(given: Given) -> None:
    met, gone = meeting("a", "b"), left("b", on="2021-02-01")
    result = given(pair(), met).when(meeting("a", on="2021-05-01"), gone, meeting("a", on="2021-05-02"))
    result.then_refused("would_fall")
    assert [(refused.line.number, refused.id) for refused in result.outcome.refused] == [(2, gone["id"])]


def test_what_falls_alone_may_stand_with_the_rest_of_its_batch(given: Given) -> None:
    scene = given(pair(), meeting("a", "b"))
    scene.when(left("b", on="2021-02-01"), joined("b", "help_seeker", on="2021-02-15")).then_taken()


def test_a_batch_is_refused_as_a_whole(given: Given) -> None:
    scene = given(pair())
    good = [meeting("a", on=f"2021-04-{number:02}") for number in range(1, 10)]
    for place in (0, 5, 9):
        scene.when(*good[:place], meeting("z"), *good[place:]).then_refused("not_member")
    assert len(order(scene)) == 1
    scene.when(*good).then_taken()


def test_a_batch_of_several_streams_is_refused_as_a_whole(bare: Scene) -> None:
    ground = [initiative(), *people("ab"), pair()]
    bare.when(*ground, meeting("z")).then_refused("not_member")
    for stream in ("initiative/home", "participant/person-a", "relationship/r"):
        assert bare.events(stream) == []
    bare.when(*ground).then_taken()


def test_every_refused_line_is_told(given: Given) -> None:
    sent = [meeting("z"), meeting("a"), account("z")]
    refused = given(pair()).when(*sent).outcome.refused
    assert [(line.line.number, line.refusal.rule) for line in refused] == [(1, "not_member"), (3, "never_member")]


@pytest.mark.parametrize("turn", range(6))
def test_the_order_of_the_lines_does_not_matter(turn: int, bare: Scene) -> None:
    told = [
        initiative(),
        *people("abc"),
        pair(),
        joined("c"),
        meeting("a", "c"),
        left("c"),
        ended(),
        resumed(),
        meeting("a", on="2021-10-01"),
    ]
    turned = [told[(place * 5 + turn * 3) % len(told)] for place in range(len(told))]
    assert len({sent["id"] for sent in turned}) == len(told)
    scene = bare.given(*(turned if turn % 2 else turned[::-1]))
    assert order(scene) == [sent["id"] for sent in told[7:]]


def test_at_one_instant_the_order_of_recording_counts(given: Given) -> None:
    come, go = joined("c", on="2021-03-01"), left("c", on="2021-03-01")
    scene = given(pair())
    scene.when(go, come).then_refused("not_member")
    scene.when(come, go).then_taken()
    assert order(scene)[1:] == [come["id"], go["id"]]


def test_at_one_instant_the_opening_event_counts_first(given: Given) -> None:
    began = pair(on="2021-03-01")
    scene = given()
    scene.when(meeting("a", on="2021-03-01"), began).then_taken()
    assert order(scene)[0] == began["id"]


@pytest.mark.parametrize(
    "occurred",
    ["2021-03", "2021", "202X", "2021-21", "2021-02/2021-04", "2020/..", "2021-03-10", "2021-03-09/2021-03-10", "2021-03-10T15:00:00Z/.."],
)
def test_a_date_that_begins_before_the_relationship_and_does_not_end_before_it_counts_from_its_start(occurred: str, given: Given) -> None:
    met = meeting("a", on=occurred)
    began = {**pair(on="2021-03-10"), "time": "2021-03-10T12:00:00Z"}
    scene = given(began, met)
    start = instant("2021-03-10T12:00:00Z")[0]
    assert counts_from(scene, met) == max(start, instant("2021-03-10T15:00:00Z")[0] if "T" in occurred else 0)
    assert order(scene) == [began["id"], met["id"]]
    assert scene.events()[-1].occurred == occurred


@pytest.mark.parametrize(
    "occurred", ["2021-02", "2020", "2021-03-09", "2020/2021-02", "201X", "2020-24", "2021-03-10T11:59:59Z", "2021-01/2021-03-09"]
)
def test_a_date_that_ends_before_the_relationship_is_refused(occurred: str, given: Given) -> None:
    began = {**pair(on="2021-03-10"), "time": "2021-03-10T12:00:00Z"}
    given(began).when(meeting("a", on=occurred)).then_refused("not_begun", "occurred", "RULE_BROKEN")


def test_an_event_at_a_known_time_before_the_relationship_is_refused(given: Given) -> None:
    scene = given(pair(on="2021-03-10"))
    scene.when(meeting("a", on="2021-03") | {"time": "2021-03-09T10:00:00Z"}).then_refused("not_begun")
    scene.when(meeting("a", on="2021-03") | {"time": "2021-03-11T10:00:00Z"}).then_taken()


def test_an_event_counts_from_the_earliest_instant_of_its_date_and_not_from_the_latest(given: Given) -> None:
    scene = given(pair(), ended("2021-06-15"))
    scene.when(meeting("a", on="2021-06")).then_taken()
    scene.when(meeting("a", on="2021-06-16/2021-07")).then_refused("ended")
    scene.when(meeting("a", on="2021-03/..")).then_taken()


def test_on_the_day_of_the_end_what_was_recorded_before_it_still_counts(given: Given) -> None:
    last = meeting("a", on="2021-06-01")
    scene = given(pair(), last, ended("2021-06-01"))
    assert counts_from(scene, last) == day("2021-06-01")
    scene.when(meeting("a", on="2021-06-01")).then_refused("ended")
    scene.when(meeting("a", on="2021-06-01T00:00:00+02:00")).then_taken()


def test_members_are_those_of_then(given: Given) -> None:
    scene = given(pair(), joined("c", on="2021-03-01"), left("c", on="2021-05-01"))
    scene.when(meeting("c", on="2021-02-28")).then_refused("not_member")
    scene.when(meeting("c", on="2021-03-01"), meeting("c", on="2021-04-30")).then_taken()
    scene.when(meeting("c", on="2021-05-01")).then_refused("not_member")


def test_an_event_may_be_told_between_two_that_are_recorded(given: Given) -> None:
    scene = given(pair(), opening("x", on="2021-03-01"), ended("2021-06-01"))
    scene.when(of("settled", {"opening": "x"}, "2021-04-01")).then_taken()
    scene.when(opening("y", on="2021-06-02")).then_refused("ended")


def test_streams_are_judged_apart(given: Given) -> None:
    scene = given(pair(), ended("2021-02-01"), table(relationship="s"))
    scene.when({**meeting("a"), "subject": "relationship/s"}).then_taken()


def test_one_batch_may_tell_a_whole_history(bare: Scene) -> None:
    told = [initiative(), registered("a"), registered("b"), pair(), meeting("a", "b"), consent("a"), consent("b")]
    met = told[4]
    scene = bare.when(*told[::-1]).then_taken()
    scene.when(amended(met, {"present": ["a"]})).then_taken()


def test_a_member_who_comes_back_may_be_told_of_before_the_leaving(given: Given) -> None:
    scene = given(pair(), left("b", on="2021-02-01"))
    scene.when(of("member_joined", member("b", "help_seeker"), "2021-01-15")).then_refused("member_already")
    scene.when(of("member_joined", member("b", "help_seeker"), "2021-03-15")).then_taken()
