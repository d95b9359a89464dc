"""Events go in through GraphQL all or nothing, and what was recorded can be asked for at once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sent_lines import person
from served import EXAMPLES, NOW, Served, examples, served_at
from store_places import Place

RECORD = "mutation($events: [JSON!]!) { recordEvents(events: $events) { position recorded already ids } }"
WITHDRAW = """mutation($who: ID!, $scope: ConsentScope!) {
    withdrawConsent(participant: $who, scope: $scope) { position recorded already ids }
}"""
LARS = [json.loads(line) for line in (EXAMPLES / "lars.jsonl").read_text().splitlines()]


def record(served: Served, events: list[Any]) -> Any:
    return served.ask(RECORD, events=events)["recordEvents"]


def meeting(id: str, on: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": id, "source": "urn:test", "type": "tussenruimte.meeting_held.v1", "subject": "relationship/lars",
        "occurred": on, "data": {"present": ["a", "b"], **data},
    }  # fmt: skip


def test_the_ten_examples_go_in_at_once_and_can_be_asked_for(empty: Served) -> None:
    events = examples()
    assert record(empty, events) == {"position": "449", "recorded": 449, "already": 0, "ids": [event["id"] for event in events]}
    assert len(empty.ask("{ relationships { nodes { id } } }")["relationships"]["nodes"]) == 10


def test_the_same_again_changes_nothing(empty: Served) -> None:
    record(empty, LARS)
    record(empty, [meeting("m1", "2021-05-01")])
    again = record(empty, [*LARS[:3], LARS[-1]])
    assert again == {"position": str(len(LARS)), "recorded": 0, "already": 4, "ids": [e["id"] for e in [*LARS[:3], LARS[-1]]]}
    assert record(empty, []) == {"position": "0", "recorded": 0, "already": 0, "ids": []}


def test_the_ids_stand_in_the_order_sent(empty: Served) -> None:
    record(empty, LARS)
    sent = [meeting("late", "2021-06-01"), LARS[8], meeting("early", "2021-05-01")]
    result = record(empty, sent)
    assert result == {"position": str(len(LARS) + 2), "recorded": 2, "already": 1, "ids": ["late", LARS[8]["id"], "early"]}


def test_who_recorded_is_kept_where_an_administrator_gives_it_and_else_the_token(empty: Served) -> None:
    record(empty, LARS)
    theirs = {**meeting("theirs", "2021-05-02"), "recordedby": "coordinator/k"}
    record(empty, [meeting("mine", "2021-05-01"), theirs])
    brought_in = empty.answer(RECORD, empty.administrator, events=[{**theirs, "id": "brought-in"}])
    assert "errors" not in brought_in
    nodes = empty.ask("{ events(first: 3) { nodes { id recordedBy } } }")["events"]["nodes"]
    assert {node["id"]: node["recordedBy"] for node in nodes} == {
        "mine": "system/tester", "theirs": "system/tester", "brought-in": "coordinator/k",
    }  # fmt: skip


def test_what_was_kept_for_one_person_is_not_recorded_as_another(empty: Served) -> None:
    sent = "mutation($events: [JSON!]!, $by: String) { recordEvents(events: $events, recordedBy: $by) { recorded } }"
    record(empty, LARS)
    mine = [meeting("mine", "2021-05-01")]
    refused = empty.refusal(sent, events=mine, by="system/another")
    assert (refused["code"], refused["field"]) == ("CONFLICT", "recordedBy")
    assert "somebody else is signed in" in refused["rule"].lower()
    assert empty.ask(sent, events=mine, by="system/tester") == {"recordEvents": {"recorded": 1}}
    assert empty.ask(sent, events=mine, by=None) == {"recordEvents": {"recorded": 0}}


TRY = "mutation($events: [JSON!]!) { recordEvents(events: $events, tryOnly: true) { position recorded already ids events { id } } }"


@pytest.fixture
def either(place: Place) -> Iterator[Served]:
    """On each kind of store, with one example recorded."""
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as found:
        record(found, LARS)
        yield found


@pytest.mark.parametrize("several", [1, 150])
def test_what_is_only_tried_is_judged_as_a_batch_and_not_kept(either: Served, several: int) -> None:
    store = either.organisation.store
    heard: list[int] = []
    store.recording.on_recorded(heard.append)
    newcomer = [json.loads(raw) for raw in person("newcomer")]
    joins = {**meeting("joined", "2021-05-01"), "type": "tussenruimte.member_joined.v1"}
    joins["data"] = {"handle": "n", "participant": "newcomer", "roles": ["volunteer"]}
    meetings = [meeting(f"m{number}", "2021-05-02", present=["a", "n"]) for number in range(several)]
    new = [*newcomer, joins, *meetings]
    for _ in range(2):
        tried = either.ask(TRY, events=[*new, LARS[0]])["recordEvents"]
        assert (tried["position"], tried["recorded"], tried["already"]) == ("1", len(new), 1)
        assert tried["ids"] == [event["id"] for event in [*new, LARS[0]]]
        assert tried["events"] == [{"id": LARS[0]["id"]}]
    assert either.ask("{ events(first: 1) { nodes { id } } }")["events"]["nodes"] == [{"id": LARS[-1]["id"]}]
    assert store.keys.state("participant/newcomer") is None
    assert not heard
    assert record(either, new)["recorded"] == len(new)


def test_what_is_only_tried_is_refused_as_it_would_be_recorded(either: Served) -> None:
    bad = [meeting("good", "2021-05-01"), meeting("bad", "2021-05-02", present=["z"])]
    assert either.refusal(TRY, events=bad) == either.refusal(RECORD, events=bad)
    malformed = [bad[0], {**bad[0], "id": "worse", "occurred": "last year"}]
    assert either.refusal(TRY, events=malformed) == either.refusal(RECORD, events=malformed)
    assert record(either, bad[:1])["recorded"] == 1


def test_what_only_looks_may_not_try_either(empty: Served) -> None:
    assert empty.answer(TRY, empty.auditor, events=LARS)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_nothing_of_a_refused_batch_is_recorded_and_each_refusal_is_told(empty: Served) -> None:
    record(empty, LARS)
    events = [meeting("good", "2021-05-01"), meeting("bad", "2021-05-02", present=["z"]), meeting("worse", "2021-05-03", mood="purple")]
    for language, words in (("en", "not a member then"), ("nl", "dan geen lid")):
        answer = empty.answer(RECORD, {"Accept-Language": language}, events=[*events[:2], events[0]])
        (error,) = answer["errors"]
        assert answer["data"] is None
        told = error["extensions"]
        assert words in told["rule"]
        why = {"code": "RULE_BROKEN", "field": "data.present[0]", "rule": told["rule"]}
        assert told == {**why, "refused": [{"index": 1, "id": "bad", **why}]}
        assert error["path"] == ["recordEvents"]
    told = empty.refusal(RECORD, events=events)
    assert (told["code"], [one["index"] for one in told["refused"]]) == ("BAD_INPUT", [2])
    assert empty.ask("{ events(first: 1) { nodes { id } } }")["events"]["nodes"] == [{"id": LARS[-1]["id"]}]
    assert record(empty, events[:1])["recorded"] == 1


@pytest.mark.parametrize(
    ("event", "code", "field"),
    [
        (1, "BAD_INPUT", None),
        ("text", "BAD_INPUT", None),
        ([], "BAD_INPUT", None),
        ({}, "BAD_INPUT", "data"),
        ({**LARS[0], "position": 3}, "BAD_INPUT", "position"),
        ({**LARS[0], "type": "tussenruimte.nothing.v1"}, "BAD_INPUT", "type"),
        ({**LARS[0], "occurred": "last year"}, "BAD_INPUT", "occurred"),
        ({**LARS[0], "data": {**LARS[0]["data"], "name": "x" * 140_000}}, "BAD_INPUT", None),
        (LARS[1] | {"subject": "participant/other"}, "CONFLICT", "id"),
    ],
)
def test_what_is_no_event_is_refused_with_its_place(empty: Served, event: Any, code: str, field: str | None) -> None:
    record(empty, LARS)
    told = empty.refusal(RECORD, events=[LARS[0], event])
    assert (told["code"], told["field"]) == (code, field)
    assert [one["index"] for one in told["refused"]] == [1]


def test_events_may_stand_in_the_query_itself(empty: Served) -> None:
    query = """mutation { recordEvents(events: [{
        specversion: "1.0", id: "i1", source: "urn:test", type: "tussenruimte.initiative_registered.v1", subject: "initiative/i1",
        occurred: "2021-01-01", data: {name: "Huis\\u0020aan huis", kind: "buddy", guidance: "light", contact: "indefinite"}
    }]) { recorded } }"""
    assert empty.ask(query) == {"recordEvents": {"recorded": 1}}
    assert empty.ask('{ initiative(id: "i1") { name } }')["initiative"]["name"] == "Huis aan huis"


def test_a_number_that_cannot_be_kept_is_refused(empty: Served) -> None:
    told = empty.refusal("mutation { recordEvents(events: [{data: {minutes: 1e999}}]) { recorded } }")
    assert (told["code"], told["field"]) == ("BAD_INPUT", "events[0]")


def test_corrections_show_beside_what_they_correct(empty: Served) -> None:
    record(empty, LARS)
    record(empty, [meeting("m1", "2021-05-01", mood="light"), meeting("m2", "2021-05-02")])
    amendment = {**meeting("am", "2021-05-04"), "type": "tussenruimte.event_amended.v1"}
    amendment["data"] = {"event": "m1", "data": {"present": ["a"], "mood": "serious"}}
    retraction = {**meeting("re", "2021-05-04"), "type": "tussenruimte.event_retracted.v1", "data": {"event": "m2"}}
    record(empty, [amendment, retraction])
    events = empty.ask('{ relationship(id: "lars") { history { id amendedBy retractedBy data amended } } }')["relationship"]["history"]
    found = {event["id"]: event for event in events}
    assert found["m1"]["amendedBy"] == "am"
    assert found["m1"]["data"]["mood"] == "light"
    assert found["m1"]["amended"] == {"present": ["a"], "mood": "serious"}
    assert (found["m2"]["retractedBy"], found["m2"]["amended"]) == ("re", None)


def test_consent_is_withdrawn_as_of_today_by_the_bearer(empty: Served) -> None:
    record(empty, LARS)
    result = empty.ask(WITHDRAW, who="lars-a", scope="RECORD")["withdrawConsent"]
    assert (result["recorded"], result["position"]) == (1, str(len(LARS) + 1))
    (event,) = empty.ask("{ events(first: 1) { nodes { id type subject occurred recordedBy } } }")["events"]["nodes"]
    assert event == {
        "id": result["ids"][0], "type": "consent_withdrawn", "subject": "participant/lars-a", "occurred": "2026-01-31",
        "recordedBy": "system/tester",
    }  # fmt: skip
    person = empty.ask("""{
        participant(id: "lars-a") { consents { scope withdrawn } } relationship(id: "lars") { members { handle withdrawn } }
    }""")
    assert {one["scope"]: one["withdrawn"] for one in person["participant"]["consents"]} == {"RECORD": "2026-01-31", "RESEARCH": None}
    assert {one["handle"]: one["withdrawn"] for one in person["relationship"]["members"]} == {"a": True, "b": False}


def test_a_consent_given_earlier_today_is_withdrawn_too(empty: Served) -> None:
    record(empty, LARS)
    again = {"occurred": "2026-01-31", "time": "2026-01-31T09:00:00Z", "data": {"scope": "record"}}
    empty.record([{**LARS[2], "id": "today", **again}])
    empty.ask(WITHDRAW, who=LARS[2]["subject"].partition("/")[2], scope="RECORD")
    person = empty.ask('{ participant(id: "lars-a") { consents { scope withdrawn } } }')["participant"]
    assert {"scope": "RECORD", "withdrawn": "2026-01-31"} in person["consents"]


def test_consent_that_was_not_given_cannot_be_withdrawn(empty: Served) -> None:
    record(empty, LARS)
    assert empty.refusal(WITHDRAW, who="lars-a", scope="SHARE")["code"] == "RULE_BROKEN"
    told = empty.refusal(WITHDRAW, who="nobody", scope="RECORD")
    assert (told["code"], told["field"]) == ("NOT_FOUND", "participant")


def test_after_withdrawing_nothing_more_is_recorded_about_them(empty: Served) -> None:
    record(empty, LARS)
    empty.ask(WITHDRAW, who="lars-a", scope="RECORD")
    told = empty.refusal(RECORD, events=[meeting("m1", "2021-05-01")])
    assert told["code"] == "NO_CONSENT"
