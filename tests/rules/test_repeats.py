"""The same id with the same content changes nothing; with other content it is a conflict."""

from typing import Any

import pytest
from catalogue_as_written import WHOLE
from given import Given, about, account, amended, consent, event, initiative, joined, meeting, note, of, pair, withdrawn


@pytest.mark.parametrize("name", WHOLE)
def test_every_event_may_be_sent_again(name: str, given: Given) -> None:
    before, whole = WHOLE[name]
    given(*before, whole).when(whole).then_already()


@pytest.mark.parametrize("name", WHOLE)
def test_every_event_with_another_note_is_a_conflict(name: str, given: Given) -> None:
    before, whole = WHOLE[name]
    scene = given(*before, whole)
    held = whole["data"]["notes"][0]["about"] if "notes" in whole["data"] else []
    for notes in ([note("another text", *held)], [note("a text", *held), note("more", *held)], []):
        if notes or "notes" in whole["data"]:
            refusal = scene.when({**whole, "data": {**whole["data"], "notes": notes}}).then_refused("id_conflict", "id", "CONFLICT")
            assert whole["id"] in refusal.text()


def test_the_form_of_the_line_does_not_matter(given: Given) -> None:
    scene = given(pair(), meeting("a"))
    sent = meeting("a", minutes=30, mood="light")
    scene.given(sent)
    turned = dict(reversed(sent.items())) | {"data": dict(reversed(sent["data"].items()))}
    scene.when(turned).then_already()
    scene.when({**sent, "datacontenttype": "application/json"}).then_already()


OTHER: dict[str, dict[str, Any]] = {
    "source": {"source": "urn:test:other"},
    "occurred": {"occurred": "2021-03-02"},
    "a date with a sign": {"occurred": "2021-03-01~"},
    "time": {"time": "2021-03-01T10:00:00Z"},
    "method": {"method": "interview"},
    "recordedby": {"recordedby": "coordinator/other"},
    "subject": {"subject": "relationship/s"},
    "type": {"type": "tussenruimte.introduction_held.v1", "data": {"with": ["a"]}},
    "data": {"data": {"present": ["a", "b"]}},
    "more data": {"data": {"present": ["a"], "minutes": 10}},
}


@pytest.mark.parametrize("other", OTHER.values(), ids=list(OTHER))
def test_the_same_id_with_other_content_is_a_conflict(other: dict[str, Any], given: Given) -> None:
    met = meeting("a")
    scene = given(pair(), pair(relationship="s"), met)
    scene.when({**met, **other}).then_refused("id_conflict", "id", "CONFLICT")
    scene.when(meeting("b"), {**met, **other}).then_refused("id_conflict", "id", "CONFLICT")


@pytest.mark.parametrize("other", OTHER.values(), ids=list(OTHER))
def test_within_one_batch_an_id_stands_for_one_content(other: dict[str, Any], given: Given) -> None:
    met = meeting("a")
    given(pair(), pair(relationship="s")).when(met, {**met, **other}).then_refused("id_conflict", "id", "CONFLICT")


def test_within_one_batch_the_same_event_counts_once(given: Given) -> None:
    met = meeting("a", **about("a"))
    scene = given(pair())
    outcome = scene.when(met, met, met).outcome
    assert (outcome.recorded, outcome.already, outcome.refused) == (1, 2, [])
    assert len(scene.events()) == 2


def test_a_batch_may_hold_what_is_there_and_what_is_new(given: Given) -> None:
    met = meeting("a")
    scene = given(pair(), met)
    outcome = scene.when(met, meeting("b")).outcome
    assert (outcome.recorded, outcome.already, outcome.refused) == (1, 1, [])
    assert [told.position for told in scene.events()] == sorted(told.position for told in scene.events())


SEALED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an account": (account("a", named="help"), {"named": "both"}),
    "an account with less": (account("a", named="help", beside=True), {"named": "help"}),
    "an account of the group": (account("group", help=0.5), {"help": 0.6}),
    "a measure": (
        of("measure_taken", {"instrument": "s", "mode": "self", "answers": {"q": 1}}, perspective="a"),
        {"instrument": "s", "mode": "self", "answers": {"q": 2}},
    ),
    "who joins": (joined("c"), {"handle": "c", "participant": "person-d", "roles": []}),
    "a name": (event("participant_registered", "participant/new", {"name": "Anna"}), {"name": "Anne"}),
    "a contact": (event("participant_registered", "participant/new", {"name": "Anna", "contact": "1"}), {"name": "Anna", "contact": "2"}),
    "a note": (meeting("a", notes=[note("x", "a", "b")]), {"present": ["a"], "notes": [note("y", "a", "b")]}),
    "whom a note is about": (meeting("a", notes=[note("x", "a", "b")]), {"present": ["a"], "notes": [note("x", "a")]}),
}


@pytest.mark.parametrize(("sent", "other"), SEALED.values(), ids=list(SEALED))
def test_sealed_content_is_compared_too(sent: dict[str, Any], other: dict[str, Any], given: Given) -> None:
    scene = given(pair(), sent)
    scene.when(sent).then_already()
    scene.when({**sent, "data": other}).then_refused("id_conflict", "id", "CONFLICT")


def test_another_holder_or_teller_is_other_content(given: Given) -> None:
    said = {**account("a", named="help"), "toldby": "coordinator"}
    scene = given(pair(), said)
    for other in ({"perspective": "b"}, {"perspective": "group"}, {"toldby": "b"}):
        scene.when({**said, **other}).then_refused("id_conflict", "id", "CONFLICT")
    del said["toldby"]
    scene.when(said).then_refused("id_conflict", "id", "CONFLICT")


def test_an_amendment_is_compared_with_its_sealed_content(given: Given) -> None:
    said, met = account("a", named="help"), meeting("a")
    first, second = amended(said, {"named": "both"}), amended(met, {"present": ["b"], "notes": [note("x", "b")]}, "2021-04-01")
    scene = given(pair(), said, met, first, second)
    scene.when(first, second).then_already()
    scene.when({**first, "data": {**first["data"], "data": {"named": "neither"}}}).then_refused("id_conflict")
    for other in ({"present": ["b"], "notes": [note("y", "b")]}, {"present": ["a"], "notes": [note("x", "b")]}):
        scene.when({**second, "data": {**second["data"], "data": other}}).then_refused("id_conflict")
    scene.when({**second, "data": {**second["data"], "occurred": "2021-05-01"}}).then_refused("id_conflict")


def test_who_signed_in_is_nothing_the_sender_set(given: Given) -> None:
    met = meeting("a", **about("a"))
    scene = given(pair())
    scene.when(met, by="coordinator/k").then_taken()
    scene.when(met, by="coordinator/other").then_already()


def test_an_event_may_be_sent_again_after_consent_was_withdrawn(given: Given) -> None:
    met, said = meeting("a", "b", **about("b")), account("b", named="help")
    given(pair(), met, said).given(withdrawn("b")).when(met, said).then_already()


def test_an_event_may_be_sent_again_after_it_was_retracted(given: Given) -> None:
    met = meeting("a")
    scene = given(pair(), met, event("event_retracted", "relationship/r", {"event": met["id"]}))
    scene.when(met).then_already()


def test_once_the_key_is_destroyed_the_id_alone_decides(given: Given) -> None:
    said, met, gave = account("b", named="help"), meeting("a", **about("a", "b")), consent("b", scope="share")
    began = pair()
    scene = given(began, said, met, gave)
    scene.store.keys.erase("participant/person-b")
    scene.when(said, met, gave, began).then_already()
    scene.when({**said, "data": {"named": "both"}}).then_already()
    scene.when({**met, "data": {"present": ["a"], **about("a", "b")}}).then_already()
    scene.when({**met, "data": {"present": ["b"], **about("a", "b")}}).then_refused("id_conflict")


def test_an_id_is_unique_over_all_streams(given: Given) -> None:
    met, new = meeting("a"), initiative("new")
    given(pair(), met).when({**new, "id": met["id"]}).then_refused("id_conflict", "id", "CONFLICT")
