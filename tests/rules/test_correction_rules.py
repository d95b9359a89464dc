"""Corrections: what may be retracted or amended, and what holds afterwards."""

from typing import Any

import pytest
from catalogue_as_written import WHOLE
from given import (
    Given,
    Scene,
    account,
    amended,
    consent,
    ended,
    event,
    initiative,
    joined,
    left,
    meeting,
    member,
    of,
    opening,
    pair,
    registered,
    retracted,
    tension,
)

from domain.model.event import Event
from domain.model.history import resolve


def holding(scene: Scene, stream: str = "relationship/r") -> list[Event]:
    """What stands, in the order of occurring, with its content as last amended."""
    return [standing.event for standing in resolve(scene.events(stream)).standing]


def content(scene: Scene, sent: dict[str, Any]) -> Event:
    return next(event for event in holding(scene) if event.id == sent["id"])


CORRECTED = [name for name in WHOLE if not name.startswith("event_") and name != "lens_published"]
OPENING = ("match_made", "contact_emerged", "participant_registered", "initiative_registered")


@pytest.mark.parametrize("name", CORRECTED)
def test_every_event_may_be_retracted_once(name: str, given: Given) -> None:
    before, whole = WHOLE[name]
    scene = given(*before, whole)
    scene.given(retracted(whole))
    assert whole["id"] not in [event.id for event in holding(scene, whole["subject"])]
    assert whole["id"] in [event.id for event in scene.events(whole["subject"])]
    scene.when(retracted(whole)).then_refused("retracted_already", "data.event", "RULE_BROKEN")
    scene.when(amended(whole, whole["data"])).then_refused("retracted_already", "data.event", "RULE_BROKEN")


@pytest.mark.parametrize("name", CORRECTED)
def test_every_event_may_be_amended_and_its_data_is_checked_like_its_own(name: str, given: Given) -> None:
    before, whole = WHOLE[name]
    scene = given(*before, whole)
    scene.when(amended(whole, {**whole["data"], "colour": "red"})).then_refused("unknown_field", "data.data.colour", "BAD_INPUT")
    bare = {field: value for field, value in whole["data"].items() if field != "notes"}
    scene.when(amended(whole, bare)).then_taken()
    held = next(event for event in holding(scene, whole["subject"]) if event.id == whole["id"])
    assert held.data.notes == ()
    assert (held.perspective, held.occurred) == (whole.get("perspective"), whole["occurred"])


@pytest.mark.parametrize("correct", [retracted, lambda target: amended(target, {"present": ["a"]})], ids=["retract", "amend"])
def test_what_is_corrected_is_in_this_stream(correct: Any, given: Given) -> None:
    elsewhere = {**meeting("a"), "subject": "relationship/s"}
    scene = given(pair(), pair(relationship="s"), elsewhere)
    for target in ({"id": "nowhere"}, elsewhere):
        scene.when(correct({**target, "subject": "relationship/r"})).then_refused("correct_unknown", "data.event", "NOT_FOUND")


def test_a_retraction_is_not_retracted_or_amended(given: Given) -> None:
    met = meeting("a")
    out = retracted(met)
    scene = given(pair(), met, out)
    scene.when(retracted(out)).then_refused("retract_retraction", "data.event", "RULE_BROKEN")
    scene.when(amended(out, {"event": met["id"]})).then_refused("amend_correction", "data.event", "RULE_BROKEN")


def test_an_amendment_is_not_amended(given: Given) -> None:
    met = meeting("a")
    mended = amended(met, {"present": ["b"]})
    scene = given(pair(), met, mended)
    scene.when(amended(mended, {"event": met["id"], "data": {"present": ["a"]}})).then_refused(
        "amend_correction", "data.event", "RULE_BROKEN"
    )


def test_when_an_amendment_is_retracted_the_content_before_it_holds_again(given: Given) -> None:
    met = meeting("a")
    first, second = amended(met, {"present": ["b"]}, "2021-04-01"), amended(met, {"present": ["a", "b"]})
    scene = given(pair(), met, first, second)
    assert content(scene, met).data.present == ("a", "b")
    scene.given(retracted(second))
    assert (content(scene, met).data.present, content(scene, met).occurred) == (("b",), "2021-04-01")
    scene.given(retracted(first))
    assert (content(scene, met).data.present, content(scene, met).occurred) == (("a",), "2021-03-01")
    scene.when(retracted(first)).then_refused("retracted_already", "data.event")


def test_the_last_recorded_amendment_holds_whatever_its_own_date(given: Given) -> None:
    met = meeting("a")
    scene = given(pair(), met, amended(met, {"present": ["b"]}, on="2023-06-01"), amended(met, {"present": ["a", "b"]}, on="2022-01-01"))
    assert content(scene, met).data.present == ("a", "b")


def test_an_amendment_replaces_the_whole(given: Given) -> None:
    met = meeting("a", "b", mood="light", activity="walking", minutes=30)
    scene = given(pair(), met, amended(met, {"present": ["a"]}))
    held = content(scene, met).data
    assert (held.present, held.mood, held.activity, held.minutes) == (("a",), None, None, None)


def test_id_position_and_perspective_stay(given: Given) -> None:
    said = account("a", named="help")
    scene = given(pair(), said)
    was = content(scene, said)
    scene.given(amended(said, {"named": "both"}))
    held = content(scene, said)
    assert held.data.named == "both"
    assert (held.id, held.position, held.perspective, held.recorded) == (was.id, was.position, "a", was.recorded)


def test_with_another_date_the_time_is_dropped(given: Given) -> None:
    met = {**meeting("a"), "time": "2021-03-01T10:00:00Z"}
    scene = given(pair(), met)
    scene.given(amended(met, {"present": ["a"]}))
    assert (content(scene, met).time, content(scene, met).occurred) == ("2021-03-01T10:00:00Z", "2021-03-01")
    scene.given(amended(met, {"present": ["a"]}, "2021-05"))
    assert (content(scene, met).time, content(scene, met).occurred) == (None, "2021-05")


def test_another_date_moves_the_event_in_the_order_of_occurring(given: Given) -> None:
    first, second = meeting("a", on="2021-03-01"), meeting("b", on="2021-04-01")
    scene = given(pair(), first, second)
    assert [event.id for event in holding(scene)][1:] == [first["id"], second["id"]]
    scene.given(amended(first, {"present": ["a"]}, "2021-05-01"))
    assert [event.id for event in holding(scene)][1:] == [second["id"], first["id"]]


def test_an_amended_date_obeys_the_rules_of_its_event(given: Given) -> None:
    met = meeting("a", on="2021-05-01")
    scene = given(pair(), met, ended("2021-06-01"))
    scene.when(amended(met, {"present": ["a"]}, "2020-12-31")).then_refused("not_begun")
    scene.when(amended(met, {"present": ["a"]}, "2021-07-01")).then_refused("ended")
    scene.when(amended(met, {"present": ["a"]}, "2020-12")).then_refused("not_begun")
    scene.when(amended(met, {"present": ["a"]}, "2020-12/2021-02")).then_taken()


def test_an_amended_date_does_not_lie_ahead(given: Given) -> None:
    met = meeting("a")
    given(pair(), met).when(amended(met, {"present": ["a"]}, "2030")).then_refused("ahead", "data.occurred", "RULE_BROKEN")


def test_an_amended_opening_obeys_the_rules_of_the_others(given: Given) -> None:
    began, met = pair(), meeting("a", on="2021-03-01")
    scene = given(began, met)
    refusal = scene.when(amended(began, began["data"], "2021-04-01")).then_refused("would_fall", code="RULE_BROKEN")
    assert met["id"] in refusal.text()
    scene.when(amended(began, began["data"], "2021-02-01")).then_taken()


def test_a_correction_is_judged_by_what_it_points_at_and_not_by_its_own_date(given: Given) -> None:
    met, other = meeting("a", on="2021-05-01"), meeting("b", on="2021-05-02")
    scene = given(pair(), met, other, ended("2021-06-01"))
    scene.when(retracted(met, on="2020-01-01")).then_taken()
    scene.when(amended(other, {"present": ["a"]}, on="2020-01-01")).then_taken()


def test_a_correction_itself_does_not_lie_ahead(given: Given) -> None:
    met = meeting("a")
    scene = given(pair(), met)
    scene.when(retracted(met, on="2024-07-01")).then_refused("ahead", "occurred")
    scene.when(amended(met, {"present": ["a"]}, on="2024-07-01")).then_refused("ahead", "occurred")


@pytest.mark.parametrize("name", OPENING)
def test_an_opening_event_is_retracted_only_when_nothing_else_is_left(name: str, given: Given) -> None:
    before, whole = WHOLE[name]
    stream = whole["subject"]
    follows: dict[str, Any] = {
        "relationship": event("meeting_missed", stream, {"notice": "none"}),
        "participant": event("consent_given", stream, {"scope": "share"}),
        "initiative": event("initiative_closed", stream),
    }
    later = follows[stream.partition("/")[0]]
    scene = given(*before, whole, later)
    refusal = scene.when(retracted(whole)).then_refused("would_fall", code="RULE_BROKEN")
    assert later["id"] in refusal.text()
    scene.when(retracted(later), retracted(whole)).then_taken()
    assert holding(scene, stream) == []


def test_an_opening_event_is_not_retracted_together_with_something_new(given: Given) -> None:
    began = pair()
    given(began).when(retracted(began), meeting("a")).then_refused("not_begun")


def test_after_its_opening_was_retracted_a_stream_may_open_anew(given: Given) -> None:
    began = pair()
    given(began, retracted(began)).when(pair(on="2022-01-01"), meeting("a", on="2022-02-01")).then_taken()


def test_an_amendment_of_an_opening_does_not_keep_it_from_being_retracted(given: Given) -> None:
    began = pair()
    given(began, amended(began, {**began["data"], "rhythm_days": 7})).when(retracted(began)).then_taken()


FALLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "joining": (joined("c"), meeting("a", "c")),
    "opening": (opening("x"), of("settled", {"opening": "x"}, "2021-04-01")),
    "tension": (tension("x"), of("tension_eased", {"tension": "x"}, "2021-04-01")),
    "end": (ended("2021-04-01"), of("relationship_resumed", {}, "2021-05-01")),
    "role": (
        of("role_taken", {"handle": "b", "role": "host", "formal": True}),
        of("role_laid_down", {"handle": "b", "role": "host"}, "2021-04-01"),
    ),
}


@pytest.mark.parametrize(("first", "second"), FALLS.values(), ids=list(FALLS))
def test_what_others_rest_on_is_not_retracted(first: dict[str, Any], second: dict[str, Any], given: Given) -> None:
    scene = given(pair(), first, second)
    refusal = scene.when(retracted(first)).then_refused("would_fall", code="RULE_BROKEN")
    assert refusal.values["events"] == [second["id"]]
    scene.when(retracted(first), retracted(second)).then_taken()


def test_a_retraction_that_lets_an_old_end_hold_again_is_refused(given: Given) -> None:
    back = of("relationship_resumed", {}, "2021-05-01")
    met = meeting("a", on="2021-06-01")
    refusal = given(pair(), ended("2021-04-01"), back, met).when(retracted(back)).then_refused("would_fall")
    assert refusal.values["events"] == [met["id"]]


def test_retracting_an_amendment_keeps_the_history_valid_too(given: Given) -> None:
    gone = left("b", on="2021-02-01")
    mended = amended(gone, {"handle": "b"}, "2021-05-01")
    scene = given(pair(), gone, mended)
    met = meeting("a", "b", on="2021-03-01")
    scene.given(met)
    assert scene.when(retracted(mended)).then_refused("would_fall").values["events"] == [met["id"]]


def test_a_correction_may_come_before_what_it_corrects_in_one_batch(given: Given) -> None:
    met = meeting("a")
    scene = given(pair())
    scene.when(amended(met, {"present": ["b"]}), met).then_taken()
    assert content(scene, met).data.present == ("b",)


def test_a_correction_may_carry_notes_about_members(given: Given) -> None:
    met, gone = meeting("a"), left("c")
    scene = given(pair(), joined("c"), gone, met)
    wrong = {"event": met["id"], "notes": [{"about": ["e"], "text": "x"}]}
    scene.when(of("event_retracted", wrong)).then_refused("never_member", "data.notes[0].about")
    scene.when(of("event_retracted", {**wrong, "notes": [{"about": ["a", "c"], "text": "x"}]})).then_taken()


@pytest.mark.parametrize("name", ["event_retracted", "event_amended"])
def test_a_correction_is_nobodys_view(name: str, given: Given) -> None:
    said = account("a")
    data = {"event": said["id"]} | ({"data": {}} if name == "event_amended" else {})
    given(pair(), said).when(of(name, data, perspective="a")).then_refused("perspective_refused", "perspective", "RULE_BROKEN")


def test_an_amendment_does_not_turn_an_event_into_another(given: Given) -> None:
    met = meeting("a")
    given(pair(), met).when(amended(met, {"notice": "none"})).then_some_refusal()


def test_a_person_mistaken_in_an_opening_is_mended_by_an_amendment(given: Given) -> None:
    new = [registered("z"), consent("z")]
    began = pair()
    right = {**began["data"], "members": [member("a", "volunteer"), member("b", "help_seeker"), member("z")]}
    scene = given(began, *new)
    scene.given(amended(began, right))
    scene.when(meeting("z")).then_taken()


def test_corrections_work_in_the_other_streams(given: Given) -> None:
    gave, closed, new = consent("a", "2021-05-01", scope="share"), event("initiative_closed", "initiative/home"), initiative("new")
    scene = given(gave, closed, new)
    scene.when(amended(gave, {"scope": "research"})).then_taken()
    scene.when(amended(closed, {}, "2022-01-01")).then_taken()
    scene.when(retracted(gave), retracted(closed), retracted(new)).then_taken()
