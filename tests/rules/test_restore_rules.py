"""A restore by an administrator: what the platform set itself is kept then, and then alone."""

from typing import Any

import pytest
from given import BY, Scene, Sent, account, amended, consent, event, initiative, meeting, opening, pair, registered

from domain.model.time import rfc3339

ERASED = event("participant_erased", "participant/person-b", {"requested_on": "2024-01-01", "certificate": {"events": 3}}, "2024-01-02")


def exported(*told: Sent) -> list[Sent]:
    """Events as an export writes them: each with its position, its instant of recording and its tenant."""
    return [
        {**sent, "position": place, "recorded": f"2023-05-01T10:00:0{place // 4}.25Z", "organisation": "default", "recordedby": BY}
        for place, sent in enumerate(told, 1)
    ]


def whole() -> list[Sent]:
    return exported(initiative(), registered("a"), consent("a"), registered("b"), consent("b"), pair(), meeting("a", "b"))


def test_a_restore_keeps_position_and_instant_of_recording(bare: Scene) -> None:
    told = whole()
    scene = bare.when(*told, restore=True).then_taken()
    for stream in {sent["subject"] for sent in told}:
        kept = [(held.position, rfc3339(held.recorded).rstrip("0Z")) for held in scene.events(stream)]
        assert kept == [(sent["position"], sent["recorded"].rstrip("0Z")) for sent in told if sent["subject"] == stream]


def test_what_comes_after_a_restore_is_recorded_later(bare: Scene) -> None:
    scene = bare.when(*whole(), restore=True).then_taken()
    later = scene.given(meeting("a")).events()[-1]
    assert (later.position, later.recorded) == (8, scene.store.clock())


@pytest.mark.parametrize("attribute", ["position", "recorded"])
def test_a_restore_needs_what_the_platform_set(attribute: str, bare: Scene) -> None:
    told = whole()
    del told[3][attribute]
    bare.when(*told, restore=True).then_refused("restore_needs", attribute, "BAD_INPUT")


@pytest.mark.parametrize("attribute", ["position", "recorded", "organisation"])
def test_what_a_restore_keeps_no_other_batch_may_say(attribute: str, bare: Scene) -> None:
    told = whole()
    bare.when(*told).then_refused("set_by_platform", code="BAD_INPUT")
    one = {name: value for name, value in told[0].items() if name not in {"position", "recorded", "organisation"} - {attribute}}
    bare.when(one).then_refused("set_by_platform", attribute, "BAD_INPUT")


@pytest.mark.parametrize(
    "places", [(2, 1, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5, 7, 8), (2, 3, 4, 5, 6, 7, 8), (1, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4, 5, 6)]
)
def test_a_restore_stands_in_the_order_of_recording_without_gaps(places: tuple[int, ...], bare: Scene) -> None:
    told = [{**sent, "position": place} for sent, place in zip(whole(), places, strict=True)]
    bare.when(*told, restore=True).then_refused("restore_order", "position", "BAD_INPUT")


def test_a_restore_does_not_go_back_in_time(bare: Scene) -> None:
    told = whole()
    told[5]["recorded"] = "2023-04-01T00:00:00Z"
    bare.when(*told, restore=True).then_refused("restore_recorded", "recorded", "BAD_INPUT")


@pytest.mark.parametrize("recorded", ["", "2023-05-01", "2023-05-01T10:00:00", "long ago"])
def test_the_instant_of_recording_is_an_instant(recorded: str, bare: Scene) -> None:
    told = whole()
    told[0]["recorded"] = recorded
    refusal = bare.when(*told, restore=True).then_some_refusal()
    assert (refusal.code, refusal.field) == ("BAD_INPUT", "recorded")


def test_a_restore_needs_an_empty_platform(bare: Scene) -> None:
    scene = bare.when(*whole(), restore=True).then_taken()
    scene.when(*whole(), restore=True).then_refused("restore_empty", code="BAD_INPUT")


def test_a_restore_brings_back_what_was_consented_to_when_it_was_recorded(bare: Scene) -> None:
    told: list[Any] = [initiative(), registered("a"), consent("a"), registered("b"), consent("b"), pair(), meeting("a", "b")]
    gone = consent("b", "2023-01-01", "consent_withdrawn")
    scene = bare.when(*exported(*told, gone), restore=True).then_taken()
    scene.when(meeting("b")).then_refused("no_consent", code="NO_CONSENT")


def test_a_restore_brings_back_an_erasure_after_which_nothing_follows(bare: Scene) -> None:
    scene = bare.when(*exported(initiative(), registered("b"), ERASED), restore=True).then_taken()
    for late in (consent("b", "2024-02-01"), registered("b", "2024-02-01")):
        scene.when(late).then_refused("after_erasure", code="RULE_BROKEN")
    erased = {"id": ERASED["id"], "subject": ERASED["subject"]}
    scene.when(event("event_retracted", erased["subject"], {"event": erased["id"]}, "2024-02-01")).then_refused("after_erasure", "subject")


def test_a_restore_obeys_the_rules_too(bare: Scene) -> None:
    told = exported(initiative(), registered("a"), consent("a"), registered("b"), consent("b"), pair(), meeting("a", "z"))
    bare.when(*told, restore=True).then_refused("not_member", "data.present[1]", "RULE_BROKEN")


def test_what_was_erased_comes_back_as_erased(bare: Scene) -> None:
    erased = {"erased": "2024-01-02"}
    match = pair()
    match["data"]["members"][1]["participant"] = erased
    person = {**registered("b"), "data": {"name": erased}}
    said = account("b")
    said["data"] = {"voice": erased}
    left = opening("o1", "b")
    left["data"] = {"opening": "o1", "voice": erased}
    told = [initiative(), registered("a"), consent("a"), person, match, meeting("a", "b"), said, left]
    scene = bare.when(*exported(*told, amended(said, {"voice": erased}), ERASED), restore=True).then_taken()
    voices = [held.data for held in scene.events() if held.kind.voiced]
    assert [(voice.unread.erased, voice.own) for voice in voices] == [("2024-01-02", None), ("2024-01-02", "o1")]
    assert scene.events()[0].data.members[1].participant.erased == "2024-01-02"


def test_what_was_damaged_comes_back_as_damaged(bare: Scene) -> None:
    said = account("a")
    said["data"] = {"voice": {"damaged": True}}
    told = [initiative(), registered("a"), consent("a"), registered("b"), consent("b"), pair(), said]
    scene = bare.when(*exported(*told), restore=True).then_taken()
    assert scene.events()[-1].data.unread.damaged is True


def test_nothing_was_recorded_later_than_the_clock_says(bare: Scene) -> None:
    told = [{**sent, "recorded": "2099-01-01T00:00:00Z"} for sent in whole()]
    bare.when(*told, restore=True).then_refused("restore_ahead", "recorded", "BAD_INPUT")
