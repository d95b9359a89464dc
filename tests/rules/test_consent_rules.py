"""Consent: about whom something may be recorded, and what a member who withdrew is still named in."""

from typing import Any

import pytest
from given import (
    Given,
    Scene,
    about,
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
    note,
    of,
    opening,
    pair,
    people,
    registered,
    retracted,
    reversal,
    table,
    tension,
    term_ended,
    withdrawn,
)
from test_membership_rules import NAMING, named

OPEN = [opening("o1", "a"), tension("t1", "a"), agreement("g1"), reversal("v1")]
EXEMPT: dict[str, dict[str, Any]] = {
    "member_left": left("b"),
    "relationship_ended": ended("2021-04-01", ended_by=["b"]),
    "term_ended": term_ended("stopped", "2021-04-01"),
    "settled": of("settled", {"opening": "o1"}, "2021-04-01"),
    "tension_eased": of("tension_eased", {"tension": "t1"}, "2021-04-01"),
    "boundary_lifted": of("boundary_lifted", {"agreement": "g1"}, "2021-04-01"),
    "roles_restored": of("roles_restored", {"reversal": "v1"}, "2021-04-01"),
}


def test_a_member_is_a_registered_participant(given: Given) -> None:
    scene = given(pair())
    scene.when(joined("z")).then_refused("participant_unknown", code="NOT_FOUND")
    scene.when(table("az", relationship="s")).then_refused("participant_unknown", code="NOT_FOUND")


def test_a_member_gave_consent_to_record(given: Given) -> None:
    scene = given(pair(), registered("z"))
    for scope in ("research", "share"):
        scene.given(consent("z", scope=scope))
    scene.when(joined("z")).then_refused("no_consent", code="NO_CONSENT")
    scene.when(table("az", relationship="s")).then_refused("no_consent", code="NO_CONSENT")
    scene.given(consent("z"))
    scene.when(joined("z")).then_taken()


def test_a_history_may_be_told_that_is_older_than_the_consent(bare: Scene) -> None:
    told = [initiative(), registered("a", "2024-01-01"), registered("b", "2024-01-01")]
    bare.given(*told, consent("a", "2024-02-01"), consent("b", "2024-02-01"))
    bare.when(pair(on="2021-01-01"), meeting("a", "b", on="2021-03-01")).then_taken()


def test_consent_may_come_in_the_same_batch_on_a_later_line(given: Given) -> None:
    given(registered("z")).when(pair(members=[member("a"), member("z")]), meeting("z"), consent("z", "2024-01-01")).then_taken()


def test_consent_withdrawn_in_the_same_batch_is_withdrawn(given: Given) -> None:
    given(pair()).when(meeting("b"), withdrawn("b")).then_refused("no_consent", code="NO_CONSENT")


def test_it_counts_how_consent_stands_when_the_batch_is_recorded(given: Given) -> None:
    scene = given(pair()).given(withdrawn("b", "2024-01-01"))
    scene.when(meeting("b", on="2021-03-01")).then_refused("no_consent", code="NO_CONSENT")
    scene.given(consent("b", "2024-02-01"))
    scene.when(meeting("b", on="2024-01-15")).then_taken()


def test_what_was_recorded_before_the_withdrawal_stays(given: Given) -> None:
    scene = given(pair(), meeting("a", "b")).given(withdrawn("b"))
    scene.when(meeting("a", on="2021-04-01")).then_taken()
    assert [told.data.present for told in scene.events() if told.kind.name == "meeting_held"] == [("a", "b"), ("a",)]


def test_research_and_sharing_need_no_consent_to_record(given: Given) -> None:
    scene = given(pair(), consent("b", scope="research"), consent("b", "2022-01-01", "consent_withdrawn", "research"))
    scene.when(meeting("b")).then_taken()


@pytest.mark.parametrize(("name", "data"), NAMING.values(), ids=list(NAMING))
def test_nothing_new_names_a_member_who_withdrew(name: str, data: dict[str, Any], given: Given) -> None:
    view = {"perspective": "coordinator"} if name in ("left_open", "account_given") else {}
    told = named(data, "c")
    present = told.get("present")
    if present is not None and name == "meeting_held" and ("help" in told or {"by": "c"} in told.get("shared", [])):
        told = {**told, "present": [*present, "c"]}
    if name == "roles_reversed":
        told = {**told, "between": ["b", "c"]}
    scene = given(pair(), joined("c", "volunteer")).given(withdrawn("c"))
    sent = of(name, told, **view)
    if name == "relationship_ended":
        scene.when(sent).then_taken()
        return
    refusal = scene.when(sent).then_refused("no_consent", code="NO_CONSENT")
    assert "'c'" in refusal.text()
    scene.given(consent("c", "2022-02-01"))
    scene.when(sent).then_taken()


def test_a_member_who_withdrew_holds_and_tells_no_view(given: Given) -> None:
    scene = given(pair()).given(withdrawn("b"))
    scene.when(account("b")).then_refused("no_consent", code="NO_CONSENT")
    scene.when({**account("a"), "toldby": "b"}).then_refused("no_consent", code="NO_CONSENT")
    scene.when(account("a")).then_taken()


@pytest.mark.parametrize("sent", EXEMPT.values(), ids=list(EXEMPT))
def test_what_closes_something_may_name_a_member_who_withdrew_by_handle_alone(sent: dict[str, Any], given: Given) -> None:
    scene = given(pair(), *OPEN).given(withdrawn("b"), withdrawn("a"))
    withnote = {**sent, "data": {**sent["data"], **about("b")}}
    scene.when(withnote).then_refused("no_consent", code="NO_CONSENT")
    scene.when(sent).then_taken()


def test_what_closes_something_may_carry_a_text_about_others(given: Given) -> None:
    given(pair()).given(withdrawn("b")).when(of("member_left", {"handle": "b", **about("a")})).then_taken()


def test_a_correction_may_name_a_member_who_withdrew_by_handle_alone(given: Given) -> None:
    met, other = meeting("a", "b"), meeting("a", "b", on="2021-04-01")
    scene = given(pair(), met, other).given(withdrawn("b"))
    scene.when(retracted(met)).then_taken()
    scene.when(amended(other, {"present": ["a", "b"], "mood": "light"})).then_taken()
    scene.when(amended(other, {"present": ["a"], **about("b")})).then_refused("no_consent", code="NO_CONSENT")
    scene.when(of("event_amended", {"event": other["id"], "data": {"present": ["a"]}, **about("b")})).then_refused("no_consent")
    scene.when(amended(other, {"present": ["a"], "notes": [note("x", "a")]})).then_taken()


def test_a_correction_gives_a_member_who_withdrew_no_new_words(given: Given) -> None:
    said = account("b", named="help")
    scene = given(pair(), said).given(withdrawn("b"))
    scene.when(amended(said, {"named": "friendship"})).then_refused("no_consent", code="NO_CONSENT")
    scene.when(retracted(said)).then_taken()


def test_an_opening_that_names_a_member_who_withdrew_may_be_amended(given: Given) -> None:
    began = pair()
    scene = given(began).given(withdrawn("b"))
    scene.when(amended(began, {**began["data"], "rhythm_days": 7})).then_taken()


def test_an_amendment_brings_in_nobody_who_did_not_consent(given: Given) -> None:
    began = pair()
    scene = given(began, registered("z"))
    more = {**began["data"], "members": [*began["data"]["members"], member("z")]}
    scene.when(amended(began, more)).then_refused("no_consent", code="NO_CONSENT")
    unknown = {**began["data"], "members": [*began["data"]["members"], member("y")]}
    scene.when(amended(began, unknown)).then_refused("participant_unknown", code="NOT_FOUND")


def test_a_retraction_of_a_withdrawal_brings_the_consent_back(given: Given) -> None:
    out = withdrawn("b")
    scene = given(pair()).given(out)
    scene.when(meeting("b")).then_refused("no_consent")
    scene.when(retracted(out), meeting("b")).then_taken()


def test_consent_that_was_retracted_was_never_given(given: Given) -> None:
    gave = consent("z")
    scene = given(registered("z"), gave, pair(members=[member("a"), member("z")]))
    scene.given(retracted(gave))
    scene.when(meeting("z")).then_refused("no_consent", code="NO_CONSENT")


def test_the_words_that_are_no_handles_need_no_consent(given: Given) -> None:
    scene = given(pair())
    for sent in (
        account("group"),
        account("observer"),
        agreement(parties=["coordinator", "all"]),
        opening("o2", "coordinator", by=["nobody", "group"]),
        of("meeting_missed", {"notice": "none", "cancelled_by": "family"}),
    ):
        scene.when(sent).then_taken()


def test_more_people_may_join_a_whole_table(given: Given) -> None:
    scene = given(people("xyz"), table("abcde"))
    scene.when(joined("x"), joined("y"), joined("z"), meeting(*"abcdexyz")).then_taken()


@pytest.mark.parametrize("sent", EXEMPT.values(), ids=list(EXEMPT))
def test_what_closes_something_may_name_a_member_who_was_erased_by_handle_alone(sent: dict[str, Any], given: Given) -> None:
    scene = given(pair(), *OPEN)
    scene.store.keys.erase("participant/person-b")
    scene.when({**sent, "data": {**sent["data"], **about("b")}}).then_refused("erased_person", code="NO_CONSENT")
    scene.when(sent).then_taken()


def test_nothing_new_names_a_member_who_was_erased(given: Given) -> None:
    met = meeting("a", "b")
    scene = given(pair(), met)
    scene.store.keys.erase("participant/person-b")
    scene.when(meeting("b")).then_refused("erased_person", code="NO_CONSENT")
    scene.when(account("b")).then_refused("erased_person", code="NO_CONSENT")
    scene.when(meeting("a")).then_taken()
    scene.when(amended(met, {"present": ["a", "b"], "mood": "light"})).then_taken()
    scene.when(retracted(met)).then_taken()
