"""CloudEvents over HTTP, with the library of that standard as the other side: what it sends is recorded, what it reads is what was."""

import json
from datetime import datetime
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from served import EXAMPLES, Served
from test_graphql_typed import EVENTS

from api.event_stream import Asked
from api.feed import lines
from projections.export import cloudevents
from projections.views import live
from projections.views.filters import EventFilter

LARS = [json.loads(line) for line in (EXAMPLES / "lars.jsonl").read_text().splitlines()]
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
ONE = {"Content-Type": "application/cloudevents+json"}
FORMAT = JSONFormat()


NOON = [{**event, "time": f"{event['occurred']}T12:00:00Z"} for event in EVENTS]
SENT = {name for event in NOON for name in event}


def as_sent(event: dict[str, Any]) -> CloudEvent:
    """An event as a sender makes it with the library, which else would say that it happened just now."""
    attributes = {name: held for name, held in event.items() if name != "data"}
    more = {"time": datetime.fromisoformat(event["time"]), "datacontenttype": "application/json"}
    return CloudEvent(attributes={**attributes, **more}, data=event["data"])


def post(to: Served, message: HTTPMessage) -> Any:
    """As an administrator brings it in, who may record all there is."""
    return to.client.post("/events", content=message.body, headers={**message.headers, **to.administrator})


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event], ids=["binary", "structured"])
def test_every_event_of_the_catalogue_goes_in_as_the_library_writes_it(empty: Served, write: Any) -> None:
    for number, event in enumerate(NOON, 1):
        answer = post(empty, write(as_sent(event), FORMAT))
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"position": str(number), "recorded": 1, "already": 0, "ids": [event["id"]]}
    found = [json.loads(line) for line in cloudevents.lines(empty.organisation.store)]
    assert [{name: held for name, held in event.items() if name in SENT} for event in found] == NOON


def test_a_batch_goes_in_whole(empty: Served) -> None:
    answer = empty.client.post("/events", content=json.dumps(LARS), headers=BATCH)
    assert answer.json() == {"position": str(len(LARS)), "recorded": len(LARS), "already": 0, "ids": [event["id"] for event in LARS]}
    assert empty.client.post("/events", content="[]", headers=BATCH).json()["recorded"] == 0


def test_what_was_recorded_is_read_line_by_line_from_after_a_position(house: Served) -> None:
    answer = house.client.get("/events", params={"after": "440"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["cache-control"] == "no-store"
    lines = answer.text.splitlines()
    assert [json.loads(line)["position"] for line in lines] == list(range(441, 450))
    read = [from_http_event(HTTPMessage(ONE, line.encode()), FORMAT) for line in lines]
    assert {event.get_specversion() for event in read} == {"1.0"}
    assert read[0].get_data() == json.loads(lines[0])["data"]
    assert len(house.client.get("/events").text.splitlines()) == 449
    assert house.client.get("/events", params={"after": "449"}).text == ""


def test_what_is_read_can_be_sent_on(house: Served, empty: Served) -> None:
    read = [json.loads(line) for line in house.client.get("/events").text.splitlines()]
    for event in read:
        for name in ("recorded", "organisation", "position"):
            del event[name]
    assert empty.client.post("/events", content=json.dumps(read), headers=BATCH).json()["recorded"] == 449


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30, "٣"])
def test_a_position_that_is_none_is_refused(house: Served, after: str) -> None:
    answer = house.client.get("/events", params={"after": after})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["field"]) == (400, "after")


MEETING = {
    "specversion": "1.0", "id": "m1", "source": "urn:test", "type": "tussenruimte.meeting_held.v1", "subject": "relationship/lars",
    "occurred": "2021-05-01", "data": {"present": ["a", "b"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("event", "status", "code"),
    [
        ({**MEETING, "id": "m2", "data": {"present": ["x"]}}, 422, "RULE_BROKEN"),
        ({**MEETING, "data": {"present": 1}}, 400, "BAD_INPUT"),
        ({**MEETING, "id": LARS[0]["id"]}, 409, "CONFLICT"),
        ({**MEETING, "position": 3}, 400, "BAD_INPUT"),
    ],
)
def test_a_refusal_says_the_rule_and_nothing_is_recorded(empty: Served, event: Any, status: int, code: str) -> None:
    empty.record(LARS)
    for body, headers in ((json.dumps(event), ONE), (json.dumps([MEETING, event]), BATCH)):
        answer = empty.client.post("/events", content=body, headers=headers)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (status, code)
        assert error["extensions"]["rule"] == error["message"]
    told = empty.client.post("/events", content=json.dumps(event), headers={**ONE, "Accept-Language": "nl"}).json()["errors"][0]["message"]
    assert told != error["message"]
    assert len(empty.client.get("/events").text.splitlines()) == len(LARS)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{", BATCH, 400),
        ('{"a": 1}', BATCH, 400),
        (b"\xff[]", BATCH, 400),
        ("[1, null]", BATCH, 400),
        ("[" * 100_000, BATCH, 400),
        ("{", ONE, 400),
        ("", ONE, 400),
        ("[]", {"Content-Type": "application/json"}, 415),
        ("{}", {}, 415),
        ("{}", {"Content-Type": "application/json", "ce-specversion": "1.0"}, 400),
        ('{}, "id": "x"', {"Content-Type": "application/json", "ce-specversion": "1.0"}, 400),
        ("<a/>", {"Content-Type": "application/xml", "ce-specversion": "1.0"}, 400),
        (b"[" + b" " * 2 * 1024 * 1024 + b"]", BATCH, 413),
    ],
)
def test_what_is_no_event_is_refused(house: Served, body: Any, headers: dict[str, str], status: int) -> None:
    answer = house.client.post("/events", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] in ("BAD_INPUT", "TOO_COSTLY")


def test_headers_are_percent_decoded(empty: Served) -> None:
    empty.record(LARS)
    headers = {f"ce-{name}": held for name, held in MEETING.items() if name != "data"} | {"Content-Type": "application/json"}
    headers["ce-source"] = "urn%3Atest%3A%31"
    assert empty.client.post("/events", content=json.dumps(MEETING["data"]), headers=headers).status_code == 200
    assert json.loads(empty.client.get("/events").text.splitlines()[-1])["source"] == "urn:test:1"


def test_reading_and_sending_need_a_token(house: Served) -> None:
    for method in ("GET", "POST"):
        answer = house.client.request(method, "/events", headers={"Authorization": "Bearer tr_x"})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


def test_a_long_answer_ends_with_its_token(empty: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.record(LARS)
    (token,) = empty.organisation.tokens.list()
    monkeypatch.setattr(cloudevents, "PAGE", 5)
    whole = cloudevents.pages(empty.organisation.store)
    read = lines(empty.organisation, token, Asked(0, EventFilter(), "after"))
    assert next(read) == next(whole)
    empty.organisation.tokens.revoke(token.id)
    assert list(read) == []
    assert list(whole) != []


def test_a_request_brings_so_many_events_at_most(house: Served) -> None:
    answer = house.client.post("/events", content="[" + ",".join(["1"] * 10_001) + "]", headers=BATCH)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "TOO_COSTLY")
    answer = house.client.post("/events", content="[" + ",".join(["1"] * 10_000) + "]", headers=BATCH)
    assert (answer.status_code, len(answer.json()["errors"][0]["extensions"]["refused"])) == (400, 100)


def test_only_what_is_asked_for_is_read_however_many_pages_it_takes(empty: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.client.post("/events", content=json.dumps(LARS), headers=BATCH).raise_for_status()
    monkeypatch.setattr(live, "LIMIT", 2)
    for asked, wanted in (
        ({"types": "meeting_held"}, lambda event: event["type"] == "tussenruimte.meeting_held.v1"),
        ({"types": "meeting_held,match_made", "after": "9"}, lambda event: event["type"].split(".")[1] in ("meeting_held", "match_made")),
        ({"relationship": "lars"}, lambda event: event["subject"] == "relationship/lars"),
        ({"relationship": "nobody"}, lambda event: False),
    ):
        answer = empty.client.get("/events", params=asked)
        found = [json.loads(line)["id"] for line in answer.text.splitlines()]
        assert found == [event["id"] for event in LARS[int(asked.get("after", 0)) :] if wanted(event)], asked
    assert len(empty.client.get("/events").text.splitlines()) == len(LARS)


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/event-stream"])
@pytest.mark.parametrize(
    ("asked", "field"), [({"relationships": "lars"}, "relationships"), ({"types": "acount_given"}, "types"), ({"types": "a,b"}, "types")]
)
def test_what_is_misspelt_is_refused_and_does_not_give_the_whole_log(house: Served, accept: str, asked: dict[str, str], field: str) -> None:
    answer = house.client.get("/events", params=asked, headers={"Accept": accept})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"], error["extensions"]["field"]) == (400, "BAD_INPUT", field)
    assert asked[field].split(",")[0] in error["message"] or field in error["message"]
