"""Agreements, what is left open, accounts, measures, tensions, check-ins and room."""

from typing import Any

import pytest
from given import Given, account, agreement, ended, event, joined, left, of, opening, pair, table, tension

MEASURE = {"instrument": "scale", "mode": "self"}


@pytest.mark.parametrize(
    "parties",
    [["a", "b"], ["a", "coordinator"], ["all"], ["a", "role/help_seeker"], ["role/volunteer", "role/help_seeker"], ["coordinator", "all"]],
    ids=str,
)
def test_an_agreement_has_two_parties_or_all(parties: list[str], given: Given) -> None:
    given(pair()).when(agreement(parties=parties)).then_taken()


@pytest.mark.parametrize("parties", [["a"], ["coordinator"], ["role/volunteer"], ["a", "a"]], ids=str)
def test_an_agreement_with_fewer_parties_is_refused(parties: list[str], given: Given) -> None:
    given(pair()).when(agreement(parties=parties)).then_refused("two_parties", "data.parties", "RULE_BROKEN")


def test_an_agreement_without_parties_is_refused(given: Given) -> None:
    given(pair()).when(agreement(parties=[])).then_some_refusal()


@pytest.mark.parametrize("party", ["group", "family", "observer", "nobody", "c", "volunteer", "role", "Role/volunteer"])
def test_a_party_is_a_member_the_coordinator_all_or_a_role(party: str, given: Given) -> None:
    given(pair()).when(agreement(parties=["a", "b", party])).then_refused("party", "data.parties[2]", "RULE_BROKEN")


def test_the_role_of_a_party_is_known(given: Given) -> None:
    scene = given(pair())
    scene.when(agreement(parties=["a", "role/cook"])).then_refused("role_unknown", "data.parties[1]", "RULE_BROKEN")
    scene.given(event("roles_registered", "initiative/home", {"roles": [{"role": "cook", "side": "gives"}]}))
    scene.when(agreement(parties=["a", "role/cook"])).then_taken()


def test_an_agreement_replaces_one_that_is_in_force(given: Given) -> None:
    scene = given(pair())
    scene.when(agreement("g2", replaces="g1")).then_refused("agreement_not_in_force", "data.replaces", "RULE_BROKEN")
    scene.given(agreement("g1"), agreement("g2", on="2021-04-01", replaces="g1"))
    scene.when(agreement("g3", on="2021-05-01", replaces="g1")).then_refused("agreement_not_in_force", "data.replaces")
    scene.when(of("boundary_lifted", {"agreement": "g1"}, "2021-05-01")).then_refused("agreement_not_in_force", "data.agreement")
    scene.given(of("boundary_lifted", {"agreement": "g2"}, "2021-05-01"))
    scene.when(agreement("g3", on="2021-06-01", replaces="g2")).then_refused("agreement_not_in_force")


def test_an_agreement_does_not_replace_itself(given: Given) -> None:
    given(pair()).when(agreement("g1", replaces="g1")).then_some_refusal()


def test_an_agreement_that_is_lifted_is_in_force(given: Given) -> None:
    lifted = of("boundary_lifted", {"agreement": "g1"}, "2021-04-01")
    scene = given(pair())
    scene.when(lifted).then_refused("agreement_not_in_force", "data.agreement", "RULE_BROKEN")
    scene.given(agreement("g1"), lifted)
    scene.when(of("boundary_lifted", {"agreement": "g1"}, "2021-05-01")).then_refused("agreement_not_in_force")


def test_a_plan_may_lie_ahead(given: Given) -> None:
    scene = given(pair())
    scene.when(agreement(review_on="2030-01-01")).then_taken()
    scene.when(of("check_in_held", {"with": ["a"], "asked_about": "status", "next_on": "2030-01-01"})).then_taken()
    scene.when(of("term_extended", {"until": "2030-01-01"})).then_taken()


@pytest.mark.parametrize("day", ["2021", "2021-11", "2021-11-04?", "2021-11-04T00:00:00Z", "2021-02-29", "2021-21", "04-11-2021", ""])
def test_a_plan_is_a_day(day: str, given: Given) -> None:
    scene = given(pair())
    for sent in (
        agreement(review_on=day),
        of("check_in_held", {"with": ["a"], "asked_about": "status", "next_on": day}),
        of("term_extended", {"until": day}),
        pair(relationship="s", term={"kind": "fixed", "until": day}),
    ):
        assert scene.when(sent).then_some_refusal().code == "BAD_INPUT"


@pytest.mark.parametrize("holder", ["a", "group", "coordinator", "observer"])
def test_it_stands_open_for_whose_view_it_is(holder: str, given: Given) -> None:
    given(pair()).when(opening(holder=holder)).then_taken()


@pytest.mark.parametrize("by", [[], ["a"], ["a", "b"], ["coordinator"], ["group"], ["nobody"]], ids=str)
def test_it_is_left_open_by_members_the_coordinator_the_group_or_nobody(by: list[str], given: Given) -> None:
    given(pair()).when(opening(by=by)).then_taken()


@pytest.mark.parametrize("who", ["family", "observer", "all", "c"])
def test_it_is_left_open_by_nobody_else(who: str, given: Given) -> None:
    given(pair()).when(opening(by=["a", who])).then_refused("who", "data.by[1]", "RULE_BROKEN")


def test_what_is_settled_was_not_settled(given: Given) -> None:
    settled = of("settled", {"opening": "o1"}, "2021-04-01")
    scene = given(pair())
    scene.when(settled).then_refused("opening_not_open", "data.opening", "RULE_BROKEN")
    scene.given(opening("o1"), settled)
    scene.when(of("settled", {"opening": "o1"}, "2021-05-01")).then_refused("opening_not_open", "data.opening")


def test_a_tension_that_is_eased_stands(given: Given) -> None:
    eased = of("tension_eased", {"tension": "t1"}, "2021-04-01")
    scene = given(pair())
    scene.when(eased).then_refused("tension_not_felt", "data.tension", "RULE_BROKEN")
    scene.given(tension("t1"), eased)
    scene.when(of("tension_eased", {"tension": "t1"}, "2021-05-01")).then_refused("tension_not_felt", "data.tension")


def test_i_would_rather_not_say_is_an_account_too(given: Given) -> None:
    given(pair()).when(account("a")).then_taken()


@pytest.mark.parametrize("degree", [0, 1, 0.0, 1.0, 0.25])
@pytest.mark.parametrize("name", ["help", "friendship"])
def test_a_degree_lies_from_0_to_1(name: str, degree: float, given: Given) -> None:
    said = account("a", help=degree) if name == "help" else account("a", friendship=degree)
    stored = given(pair()).when(said).then_taken().events()[-1]
    assert getattr(stored.data, name) == degree


@pytest.mark.parametrize("degree", [1.000001, -0.000001, 2, 50])
@pytest.mark.parametrize("name", ["help", "friendship"])
def test_another_degree_is_refused(name: str, degree: float, given: Given) -> None:
    said = account("a", help=degree) if name == "help" else account("a", friendship=degree)
    given(pair()).when(said).then_refused("wrong_size", f"data.{name}", "BAD_INPUT")


@pytest.mark.parametrize("direction", [[], [["a", "b"]], [["b", "a"], ["a", "b"]], [["a", "group"]], [["group", "a"]]], ids=str)
def test_a_direction_is_a_giver_and_a_receiver_for_each_way(direction: list[list[str]], given: Given) -> None:
    given(pair()).when(account("a", direction=direction)).then_taken()


@pytest.mark.parametrize("direction", [[["a"]], [["a", "b", "a"]], ["a", "b"], [["a", "b"], ["b", "a"], ["a", "b"]], [[]]], ids=str)
def test_a_direction_of_another_form_is_refused(direction: Any, given: Given) -> None:
    refusal = given(pair()).when(account("a", direction=direction)).then_some_refusal()
    assert refusal.code == "BAD_INPUT"


def test_a_direction_has_one_pair_for_each_way(given: Given) -> None:
    given(pair()).when(account("a", direction=[["a", "b"], ["a", "b"]])).then_some_refusal()


def test_the_giver_and_receiver_of_a_direction_differ_and_are_members(given: Given) -> None:
    scene = given(pair())
    scene.when(account("a", direction=[["a", "a"]])).then_refused("giver_is_receiver", "data.direction[0]", "RULE_BROKEN")
    scene.when(account("a", direction=[["a", "c"]])).then_refused("who", "data.direction[0]", "RULE_BROKEN")
    scene.when(account("a", direction=[["coordinator", "a"]])).then_refused("who", "data.direction[0]")


@pytest.mark.parametrize("told", ["2021", "2021-05~", "2021-05-04T10:00:00Z", "2021-21", "2021-03/2021-05", "2021-03/.."])
def test_when_an_account_was_told_is_a_date_like_any(told: str, given: Given) -> None:
    assert given(pair()).when(account("a", told=told)).then_taken().events()[-1].data.told == told


@pytest.mark.parametrize("told", ["", "later", "2021-13", "../2021", "20211"])
def test_when_an_account_was_told_is_no_other_text(told: str, given: Given) -> None:
    refusal = given(pair()).when(account("a", told=told)).then_some_refusal()
    assert (refusal.code, refusal.field) == ("BAD_INPUT", "data.told")


@pytest.mark.parametrize("answers", [{}, {"1": 0}, {"q1": -3, "q2": 2.5, "q3": 1_000_000}], ids=str)
def test_a_measure_keeps_its_raw_answers(answers: dict[str, float], given: Given) -> None:
    assert given(pair()).when(of("measure_taken", {**MEASURE, "answers": answers})).then_taken().events()[-1].data.answers == answers


def test_a_check_in_asks_members(given: Given) -> None:
    scene = given(pair())
    for who in ("coordinator", "group", "c"):
        scene.when(of("check_in_held", {"with": [who], "asked_about": "status"})).then_refused("not_member", "data.with[0]", "RULE_BROKEN")


@pytest.mark.parametrize("who", ["a", "coordinator"])
@pytest.mark.parametrize("instrument", ["setting", "guidance", "response"])
def test_room_in_a_relationship_is_made_by_the_coordinator_or_a_member(who: str, instrument: str, given: Given) -> None:
    given(pair()).when(of("room_made", {"by": who, "instrument": instrument, "way": "left_open"})).then_taken()


@pytest.mark.parametrize("who", ["group", "family", "nobody", "observer", "all", "c"])
def test_room_is_made_by_nobody_else(who: str, given: Given) -> None:
    given(pair()).when(of("room_made", {"by": who, "instrument": "setting", "way": "left_open"})).then_refused(
        "who", "data.by", "RULE_BROKEN"
    )


def test_room_in_an_initiative_is_made_in_its_setting_by_the_coordinator(given: Given) -> None:
    made = {"by": "coordinator", "instrument": "setting", "way": "alternative_offered"}
    scene = given()
    scene.when(event("room_made", "initiative/home", {**made, "by": "a"})).then_refused("room_here", "data.by", "RULE_BROKEN")
    for instrument in ("guidance", "response"):
        scene.when(event("room_made", "initiative/home", {**made, "instrument": instrument})).then_refused("room_here", "data.instrument")
    scene.when(event("room_made", "initiative/home", made)).then_taken()


def test_a_view_may_be_held_by_who_left_and_names_who_is_there(given: Given) -> None:
    scene = given(pair(), joined("c"), left("c"), ended())
    scene.when(account("c", on="2021-07-01", direction=[["a", "b"]])).then_taken()
    scene.when(account("a", on="2021-07-01", direction=[["a", "c"]])).then_refused("who")


@pytest.mark.parametrize("letters", [1, 40])
def test_a_short_word_has_up_to_40_characters(letters: int, given: Given) -> None:
    scene = given(pair())
    scene.when(of("meeting_held", {"present": ["a"], "activity": "ö" * letters})).then_taken()
    scene.when(table("", relationship="s", setting="語" * letters)).then_taken()


def test_a_longer_word_is_refused(given: Given) -> None:
    scene = given(pair())
    scene.when(of("meeting_held", {"present": ["a"], "activity": "x" * 41})).then_refused("wrong_size", "data.activity", "BAD_INPUT")
    roles = {"roles": [{"role": "x" * 41, "side": "gives"}]}
    scene.when(event("roles_registered", "initiative/home", roles)).then_refused("wrong_size", "data.roles[0].role", "BAD_INPUT")
