"""The term of a match: how it ends, lapses and is extended, and what the end of a relationship closes."""

from collections.abc import Callable
from typing import Any

import pytest
from given import (
    Given,
    Scene,
    account,
    agreement,
    amended,
    ended,
    event,
    meeting,
    of,
    opening,
    pair,
    resumed,
    retracted,
    reversal,
    table,
    tension,
    term_ended,
)

from domain.model.history import resolve
from domain.model.relationship import Relationship, evolve
from domain.model.time import day

FIXED = {"kind": "fixed", "until": "2022-01-01"}
ANSWERABLE = ("not_asked", "left_open", "winding_down")
FINAL = ("as_volunteering", "as_private_contact")


def extended(until: str | None = None, on: str = "2021-05-01") -> dict[str, Any]:
    return of("term_extended", {} if until is None else {"until": until}, on)


def stands(scene: Scene) -> Relationship:
    """The relationship as the whole of its history leaves it."""
    state = Relationship("r")
    for standing in resolve(scene.events()).standing:
        state = evolve(state, standing.event)
    return state


@pytest.mark.parametrize("data", [{}, {"term": {"kind": "indefinite"}}, {"term": FIXED}, {"term": {"kind": "one_off"}}], ids=str)
def test_a_running_term_may_be_ended_or_extended(data: dict[str, Any], given: Given) -> None:
    scene = given(pair(**data))
    scene.when(term_ended("as_volunteering")).then_taken()
    scene.when(extended()).then_taken()


@pytest.mark.parametrize("first", ANSWERABLE)
def test_a_term_whose_end_left_a_question_may_be_ended_again(first: str, given: Given) -> None:
    scene = given(pair(), term_ended(first))
    for again in (*ANSWERABLE, "as_private_contact"):
        scene.when(term_ended(again, "2021-04-01")).then_taken()
    scene.when(term_ended("stopped", "2021-04-02")).then_refused("no_term", "type", "RULE_BROKEN")


@pytest.mark.parametrize("first", FINAL)
def test_a_term_that_was_answered_does_not_end_again(first: str, given: Given) -> None:
    scene = given(pair(), term_ended(first))
    for again in (*ANSWERABLE, *FINAL, "stopped"):
        scene.when(term_ended(again, "2021-04-01")).then_refused("no_term", "type", "RULE_BROKEN")


def test_a_contact_that_nobody_arranged_has_no_term(given: Given) -> None:
    scene = given(table())
    scene.when(term_ended("left_open")).then_refused("no_term", "type", "RULE_BROKEN")
    scene.when(extended("2023-01-01")).then_refused("no_term_to_extend", "type", "RULE_BROKEN")


@pytest.mark.parametrize("continuation", [*ANSWERABLE, *FINAL])
def test_a_term_that_has_lapsed_may_be_ended_or_extended(continuation: str, given: Given) -> None:
    scene = given(pair(term=FIXED))
    scene.when(term_ended(continuation, "2023-01-01")).then_taken()
    scene.when(extended("2024-01-01", on="2023-02-01")).then_taken()


def test_stopped_also_ends_the_relationship(given: Given) -> None:
    scene = given(pair(), term_ended("stopped"))
    scene.when(meeting("a", on="2021-04-01")).then_refused("ended")
    scene.when(ended("2021-04-01")).then_refused("ended", "occurred", "RULE_BROKEN")
    scene.when(resumed("2021-05-01"), meeting("a", on="2021-06-01")).then_taken()


@pytest.mark.parametrize("until", ["2021-05-01", "2021-04-30", "2022-01-01", "2021-12-31"])
def test_an_extension_reaches_beyond_itself_and_the_terms_own_last_day(until: str, given: Given) -> None:
    given(pair(term=FIXED)).when(extended(until)).then_refused("until_later", "data.until", "RULE_BROKEN")


def test_an_extension_with_a_last_day_makes_a_fixed_term(given: Given) -> None:
    scene = given(pair(), extended("2022-06-01"))
    assert stands(scene).term is not None
    scene.when(extended("2022-06-01", on="2021-06-01")).then_refused("until_later")
    scene.when(extended("2022-06-02", on="2021-06-01")).then_taken()


def test_an_extension_without_a_last_day_makes_an_indefinite_term(given: Given) -> None:
    scene = given(pair(term=FIXED), extended())
    term = stands(scene).term
    assert term is not None
    assert (term.kind, term.lapses) == ("indefinite", None)
    scene.when(extended("2021-12-01", on="2021-06-01")).then_taken()


def test_a_one_off_term_has_no_last_day_of_its_own(given: Given) -> None:
    scene = given(pair(term={"kind": "one_off"}), meeting("a", on="2021-02-01"))
    scene.when(extended("2021-05-01")).then_refused("until_later")
    scene.when(extended("2021-05-02")).then_taken()


@pytest.mark.parametrize("continuation", [*ANSWERABLE, *FINAL])
def test_a_term_that_was_ended_may_be_extended_and_ended_again(continuation: str, given: Given) -> None:
    scene = given(pair(), term_ended(continuation), extended())
    scene.when(term_ended(continuation, "2021-06-01")).then_taken()


@pytest.mark.parametrize("end", [ended("2021-03-01"), term_ended("stopped", "2021-03-01")], ids=["ended", "stopped"])
def test_a_term_does_not_return_after_the_end(end: dict[str, Any], given: Given) -> None:
    scene = given(pair(term=FIXED), end)
    scene.when(extended("2023-01-01")).then_refused("ended")
    scene.given(resumed("2021-04-01"))
    scene.when(extended("2023-01-01")).then_refused("no_term_to_extend", "type", "RULE_BROKEN")
    scene.when(term_ended("left_open", "2021-05-01")).then_refused("no_term", "type", "RULE_BROKEN")


def test_a_fixed_term_runs_until_the_start_of_its_last_day(given: Given) -> None:
    term = stands(given(pair(term=FIXED))).term
    assert term is not None
    last = day("2022-01-01")
    assert (term.runs(last - 1), term.lapsed(last - 1)) == (True, False)
    assert (term.runs(last), term.lapsed(last)) == (False, True)


def test_a_fixed_term_that_was_ended_by_then_does_not_lapse(given: Given) -> None:
    term = stands(given(pair(term=FIXED), term_ended("left_open"))).term
    assert term is not None
    assert (term.runs(day("2021-04-01")), term.lapsed(day("2023-01-01"))) == (False, False)


def test_a_fixed_term_that_was_extended_by_then_lapses_at_the_new_day(given: Given) -> None:
    term = stands(given(pair(term=FIXED), extended("2023-01-01"))).term
    assert term is not None
    assert (term.lapsed(day("2022-06-01")), term.lapsed(day("2023-01-01"))) == (False, True)


@pytest.mark.parametrize("first", ["2021-02-01", "2021-02-01T23:59:59Z", "2021-02"])
def test_a_one_off_term_lapses_on_the_day_after_its_first_meeting(first: str, given: Given) -> None:
    scene = given(pair(term={"kind": "one_off"}), meeting("a", on="2021-05-01"), meeting("a", on=first))
    term = stands(scene).term
    assert term is not None
    assert (term.runs(day("2021-02-02") - 1), term.lapsed(day("2021-02-02"))) == (True, True)


def test_a_one_off_term_without_a_meeting_runs(given: Given) -> None:
    met = meeting("a", on="2021-02-01")
    term = stands(given(pair(term={"kind": "one_off"}), met, retracted(met))).term
    assert term is not None
    assert term.runs(day("2024-01-01"))


@pytest.mark.parametrize("data", [{}, {"term": {"kind": "indefinite"}}], ids=["not stated", "indefinite"])
def test_an_indefinite_term_and_one_not_stated_run_until_ended(data: dict[str, Any], given: Given) -> None:
    term = stands(given(pair(**data))).term
    assert term is not None
    assert (term.kind, term.runs(day("2024-01-01"))) == ("indefinite", True)


def test_nothing_is_recorded_for_a_lapse(given: Given) -> None:
    scene = given(pair(term=FIXED), meeting("a", on="2023-01-01"))
    assert [told.kind.name for told in scene.events()] == ["match_made", "meeting_held"]


THINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "opening": (opening("x"), of("settled", {"opening": "x"}, "2021-10-01")),
    "tension": (tension("x"), of("tension_eased", {"tension": "x"}, "2021-10-01")),
    "agreement": (agreement("x"), of("boundary_lifted", {"agreement": "x"}, "2021-10-01")),
    "reversal": (reversal("x"), of("roles_restored", {"reversal": "x"}, "2021-10-01")),
}


@pytest.mark.parametrize(("opens", "closes"), THINGS.values(), ids=list(THINGS))
def test_what_stands_when_a_relationship_ends_is_closed_for_good(opens: dict[str, Any], closes: dict[str, Any], given: Given) -> None:
    scene = given(pair(), opens, ended())
    scene.when(closes).then_refused("ended")
    scene.given(resumed())
    assert scene.when(closes).then_some_refusal().code == "RULE_BROKEN"
    scene.when({**opens, "id": "again", "occurred": "2021-10-01"}).then_refused("id_used")


@pytest.mark.parametrize(("opens", "closes"), THINGS.values(), ids=list(THINGS))
def test_what_stands_while_nothing_ends_may_be_closed_once(opens: dict[str, Any], closes: dict[str, Any], given: Given) -> None:
    scene = given(pair())
    assert scene.when(closes).then_some_refusal().code == "RULE_BROKEN"
    scene.given(opens)
    scene.given(closes)
    assert scene.when({**closes, "id": "again", "occurred": "2021-11-01"}).then_some_refusal().code == "RULE_BROKEN"
    assert scene.when({**closes, "id": "before", "occurred": "2021-02-01"}).then_some_refusal().code == "RULE_BROKEN"


IDS: dict[str, Callable[..., dict[str, Any]]] = {"opening": opening, "tension": tension, "agreement": agreement, "reversal": reversal}


@pytest.mark.parametrize("first", IDS)
@pytest.mark.parametrize("second", IDS)
def test_an_id_of_a_relationship_is_never_used_again(first: str, second: str, given: Given) -> None:
    scene = given(pair(), IDS[first]("x"))
    if first == second == "reversal":
        scene.given(of("roles_restored", {"reversal": "x"}, "2021-03-15"))
    refusal = scene.when(IDS[second]("x", on="2021-04-01")).then_some_refusal()
    assert refusal.rule in ("id_used", "reversed_already")
    scene.when(event("contact_emerged", "relationship/s", {"initiative": "home", "members": [], "open_to_all": True})).then_taken()


def test_an_id_may_be_the_same_in_another_relationship(given: Given) -> None:
    scene = given(pair(), opening("x"), pair(relationship="s"))
    scene.when({**opening("x"), "subject": "relationship/s"}).then_taken()


AFTER: dict[str, dict[str, Any]] = {
    "an account": account("a", "2021-07-01"),
    "a measure": of("measure_taken", {"instrument": "s", "mode": "phone", "answers": {}}, "2021-07-01"),
    "a surprise": of("surprise_noticed", {"about": "contact", "meaning_for": "other"}, "2021-07-01", perspective="b"),
    "its resumption": resumed("2021-07-01"),
}


@pytest.mark.parametrize("after", AFTER.values(), ids=list(AFTER))
def test_after_the_end_these_may_follow(after: dict[str, Any], given: Given) -> None:
    given(pair(), ended()).when(after).then_taken()


def test_after_the_end_a_correction_may_follow(given: Given) -> None:
    met, missed = meeting("a"), of("meeting_missed", {"notice": "none"})
    scene = given(pair(), met, missed, ended())
    scene.when(retracted(missed, "2021-07-01")).then_taken()
    scene.when(amended(met, {"present": ["b"]}, on="2021-07-01")).then_taken()


NOT_AFTER: dict[str, dict[str, Any]] = {
    told["type"].split(".")[1]: told
    for told in (
        of("introduction_held", {"with": ["a"]}, "2021-07-01"),
        of("member_joined", {"handle": "c", "participant": "person-c", "roles": []}, "2021-07-01"),
        of("member_left", {"handle": "a"}, "2021-07-01"),
        meeting("a", on="2021-07-01"),
        of("meeting_missed", {"notice": "none"}, "2021-07-01"),
        of("help_asked", {"by": "a", "kind": "company"}, "2021-07-01"),
        of("help_offered", {"by": "a", "kind": "company"}, "2021-07-01"),
        of("moment_noted", {"between": ["a"], "what": "talk"}, "2021-07-01"),
        of("help_given", {"giver": "a", "receiver": "b", "kind": "company"}, "2021-07-01"),
        reversal(on="2021-07-01"),
        of("roles_restored", {"reversal": "v"}, "2021-07-01"),
        of("role_taken", {"handle": "a", "role": "host", "formal": True}, "2021-07-01"),
        of("role_laid_down", {"handle": "a", "role": "volunteer"}, "2021-07-01"),
        of("rhythm_changed", {"rhythm_days": 7, "agreed_by": []}, "2021-07-01"),
        term_ended("left_open", "2021-07-01"),
        extended(on="2021-07-01"),
        agreement(on="2021-07-01"),
        of("boundary_lifted", {"agreement": "g"}, "2021-07-01"),
        opening(on="2021-07-01"),
        of("settled", {"opening": "o"}, "2021-07-01"),
        tension(on="2021-07-01"),
        of("tension_eased", {"tension": "t"}, "2021-07-01"),
        of("check_in_held", {"with": ["a"], "asked_about": "status"}, "2021-07-01"),
        of("room_made", {"by": "a", "instrument": "setting", "way": "left_open"}, "2021-07-01"),
        ended("2021-07-01"),
    )
}


@pytest.mark.parametrize("told", NOT_AFTER.values(), ids=list(NOT_AFTER))
def test_after_the_end_nothing_else_follows(told: dict[str, Any], given: Given) -> None:
    given(pair(), ended()).when(told).then_refused("ended", "occurred", "RULE_BROKEN")


@pytest.mark.parametrize("told", [*NOT_AFTER.values(), *AFTER.values()], ids=[*NOT_AFTER, *AFTER])
def test_before_the_beginning_nothing_is_taken(told: dict[str, Any], given: Given) -> None:
    given(pair(on="2021-08-01")).when(told).then_refused("not_begun", "occurred", "RULE_BROKEN")


@pytest.mark.parametrize("who", ["a", "b", "coordinator", "family"])
def test_a_relationship_is_ended_by_members_the_coordinator_or_family(who: str, given: Given) -> None:
    given(pair()).when(ended(ended_by=[who])).then_taken()


@pytest.mark.parametrize("who", ["group", "observer", "nobody", "all"])
def test_a_relationship_is_ended_by_nobody_else(who: str, given: Given) -> None:
    given(pair()).when(ended(ended_by=["a", who])).then_refused("who", "data.ended_by[1]", "RULE_BROKEN")


def test_a_relationship_ends_once_and_again_after_it_was_resumed(given: Given) -> None:
    scene = given(pair(), ended("2021-06-01"))
    scene.when(ended("2021-07-01")).then_refused("ended")
    scene.given(resumed("2021-08-01"))
    scene.when(ended("2021-09-01")).then_taken()


def test_a_relationship_that_has_not_ended_is_not_resumed(given: Given) -> None:
    scene = given(pair())
    scene.when(resumed()).then_refused("not_ended", "type", "RULE_BROKEN")
    scene.given(ended(), resumed())
    scene.when(resumed("2021-10-01")).then_refused("not_ended")
