"""An event that is corrected in the batch that brings it is recorded all the same, and so is what a correction says before another."""

from typing import Any

import pytest
from given import (
    Given,
    Scene,
    about,
    account,
    amended,
    consent,
    initiative,
    joined,
    meeting,
    member,
    note,
    of,
    opening,
    pair,
    registered,
    retracted,
    withdrawn,
)

PAIR = {"initiative": "home", "members": [member("a", "volunteer"), member("b", "help_seeker")]}


@pytest.mark.parametrize("correct", [retracted, lambda met: amended(met, {"present": ["b"]})], ids=["retracted", "amended"])
def test_what_is_corrected_at_once_says_nothing_about_who_withdrew(correct: Any, given: Given) -> None:
    scene = given(pair()).given(withdrawn("a"))
    met = meeting("b", **about("a"))
    scene.when(met, correct(met)).then_refused("no_consent", "data.notes[0].about", "NO_CONSENT")
    named = meeting("a", "b")
    scene.when(named, correct(named)).then_refused("no_consent", "data.present[0]", "NO_CONSENT")
    said = account("a")
    scene.when(said, retracted(said)).then_refused("no_consent", "perspective", "NO_CONSENT")


HELP = {"giver": "z", "receiver": "a", "kind": "company"}


@pytest.mark.parametrize("made", [meeting("z"), meeting("a", **about("z")), account("z"), of("help_given", HELP)])
def test_what_is_retracted_at_once_names_members(made: dict[str, Any], given: Given) -> None:
    given(pair()).when(made, retracted(made)).then_refused("never_member", code="RULE_BROKEN")


def test_an_opening_that_is_corrected_at_once_names_people_who_are_there(given: Given) -> None:
    scene = given(registered("z"))
    for stranger, rule in (("z", "no_consent"), ("y", "participant_unknown")):
        for made in (pair(members=[member("a"), member(stranger)]), [pair(), joined(stranger)]):
            *before, last = [made] if isinstance(made, dict) else made
            scene.when(*before, last, retracted(last)).then_refused(rule)
    wrong = pair(members=[member("a"), member("z")])
    scene.when(wrong, amended(wrong, PAIR)).then_refused("no_consent", "data.members[1]")


def test_an_amendment_that_another_follows_at_once_is_looked_at_too(given: Given) -> None:
    scene = given(pair(), registered("z"))
    match = pair(relationship="s")
    scene.given(match)
    stranger = {**PAIR, "members": [*PAIR["members"], member("z", "volunteer")]}  # type: ignore[misc]
    for told in (stranger, {**PAIR, **about("z")}):
        first = amended(match, told)
        scene.when(first, amended(match, PAIR)).then_some_refusal()
        scene.when(first, retracted(first)).then_some_refusal()


def test_two_amendments_do_not_vouch_for_each_other(given: Given) -> None:
    match = pair()
    scene = given(match, registered("z"))
    other = {"initiative": "home", "members": [member("a"), member("b"), member("z")]}
    scene.when(amended(match, other), amended(match, other)).then_refused("no_consent", "data.data.members[2]", "NO_CONSENT")


def test_what_holds_again_names_people_who_are_still_there(given: Given) -> None:
    match = pair(members=[member("a"), member("b")])
    amendment = amended(match, {"initiative": "home", "members": [member("a"), member("c")]})
    people_of_b = [registered("z"), consent("z")]
    with_z = pair(relationship="s", members=[member("a"), member("z")])
    change = amended(with_z, {"initiative": "home", "members": [member("a"), member("c")]})
    scene = given(match, amendment, *people_of_b, with_z).given(change)
    scene.given(*[retracted(sent, "2023-02-01") for sent in reversed(people_of_b)])
    scene.when(retracted(change)).then_refused("would_fall")


@pytest.mark.parametrize("subject", ["participant", "initiative"])
def test_a_text_in_an_amendment_names_no_handle_outside_a_relationship(subject: str, given: Given) -> None:
    person, home = registered("z"), initiative("other")
    scene = given(person, home)
    target, data = (person, {"name": "z"}) if subject == "participant" else (home, dict(home["data"]))
    scene.when(amended(target, {**data, "notes": [note("a text", "b")]})).then_refused("no_handles_here", "data.data.notes[0].about")
    told = amended(target, {**data, "notes": [note("a text", "b")]})
    scene.when(told, amended(target, data)).then_refused("no_handles_here", "data.data.notes[0].about")


@pytest.mark.parametrize(("teller", "rule"), [("z", "never_member"), ("family", "told_by")])
def test_who_tells_of_a_correction_is_or_was_a_member(teller: str, rule: str, given: Given) -> None:
    met = meeting("a")
    scene = given(pair(), met)
    scene.when(retracted(met, toldby=teller)).then_refused(rule, "toldby")
    scene.when(retracted(met, recordedby="member/z")).then_refused("never_member", "recordedby")
    scene.when({**amended(met, {"present": ["b"]}), "toldby": teller}).then_refused(rule, "toldby")
    scene.when(retracted(met, toldby="b", recordedby="member/a")).then_taken()


def test_a_field_that_is_wrong_in_an_amendment_is_named_as_it_stands_there(given: Given) -> None:
    said, left = account("a", named="help"), opening()
    scene = given(pair(), said, left)
    scene.when(amended(said, {"told": "x"})).then_refused("date_unknown_form", "data.data.told")
    scene.when(amended(said, {"unheard": 1})).then_refused("unknown_field", "data.data.unheard")
    checked = of("check_in_held", {"with": ["a"], "asked_about": "status"})
    scene.given(checked)
    scene.when(amended(checked, {**checked["data"], "next_on": "2021-05"})).then_refused("day_form", "data.data.next_on")


def test_what_a_restore_brings_back_is_as_it_was(bare: Scene) -> None:
    met = meeting("a")
    people = [registered("a"), consent("a"), registered("b"), consent("b")]
    told = [initiative(), *people, pair(), met, retracted(met), withdrawn("a", "2023-02-01")]
    back = [{**sent, "position": n, "recorded": f"2023-05-01T10:00:0{n}Z", "recordedby": "system/x"} for n, sent in enumerate(told, 1)]
    bare.when(*back, restore=True).then_taken()
    assert [held.kind.name for held in bare.events()] == ["match_made", "meeting_held", "event_retracted"]
