"""What no text can hold is refused where it comes in, with its place, on every database and over every way in; so is a number too long."""

import json
from typing import Any

import pytest
from live import EVENTS, PROTOCOL, live
from served import Served
from starlette.websockets import WebSocketDisconnect

BY_ID = "query($a: ID!) { %s(id: $a) { id } }"
EVENT_FILTER = "query($a: EventFilter) { events(filter: $a) { nodes { id } } }"
MOVE_FILTER = "query($a: MoveFilter) { moves(filter: $a) { nodes { at } } }"
RELATIONSHIP_FILTER = "query($a: RelationshipFilter) { relationships(filter: $a) { nodes { id } } }"
READING = 'query($a: String) { relationship(id: "lars") { reading(at: "2022-01-01", %s: $a) { phase } } }'
WITHDRAWN = "mutation($a: ID!) { withdrawConsent(participant: $a, scope: RECORD) { ids } }"
RECORDED = "mutation($a: [JSON!]!) { recordEvents(events: $a) { ids } }"

ASKED: list[tuple[str, Any, str]] = [
    *[(BY_ID % name, "{}", "$a") for name in ("relationship", "participant", "initiative")],
    *[(EVENT_FILTER, {name: "{}"}, f"$a.{name}") for name in ("relationship", "participant", "initiative", "recordedBy")],
    (EVENT_FILTER, {"types": ["meeting_held", "{}"]}, "$a.types"),
    *[(MOVE_FILTER, {name: "{}"}, f"$a.{name}") for name in ("relationship", "initiative", "holder")],
    *[(RELATIONSHIP_FILTER, {name: "{}"}, f"$a.{name}") for name in ("initiative", "participant", "lens")],
    *[(READING % name, "{}", "$a") for name in ("lens", "holder")],
    (WITHDRAWN, "{}", "$a"),
]


def filled(given: Any, text: str) -> Any:
    return json.loads(json.dumps(given).replace("{}", json.dumps(text)[1:-1])) if given != "{}" else text


@pytest.mark.parametrize(("query", "given", "field"), ASKED)
def test_a_nul_is_refused_wherever_something_is_asked_by_it(house: Served, query: str, given: Any, field: str) -> None:
    refusal = house.refusal(query, a=filled(given, "lars\0"))
    assert (refusal["code"], refusal["field"]) == ("BAD_INPUT", field)
    assert "NUL" in refusal["rule"]


def test_a_nul_in_the_query_itself_is_refused_with_its_place(house: Served) -> None:
    (error,) = house.answer('{ relationship(id: "\\u0000") { id } }')["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "NUL" in error["message"]
    assert error["locations"] == [{"line": 1, "column": 20}]


def test_a_nul_in_an_event_is_told_by_the_place_of_the_event(house: Served) -> None:
    refusal = house.refusal(RECORDED, a=[{"specversion": "1.0", "id": "a\0b"}])
    assert (refusal["code"], refusal["refused"][0]["index"]) == ("BAD_INPUT", 0)


@pytest.mark.parametrize("name", ["relationship", "participant", "initiative", "types"])
def test_a_nul_is_refused_by_the_event_stream(house: Served, name: str) -> None:
    answer = house.client.get("/events", params={name: "\0"}, headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["field"]) == (400, name)


@pytest.mark.parametrize("text", ["lars\0", "lars\ud83d"])
@pytest.mark.parametrize(("query", "given", "field"), ASKED)
def test_a_connection_refuses_it_too_and_half_a_character(house: Served, query: str, given: Any, field: str, text: str) -> None:
    with live(house) as client:
        client.subscribe(query, a=filled(given, text))
        message = client.message()
        (error,) = message["payload"]
        assert (message["type"], error["extensions"]["code"], error["extensions"]["field"]) == ("error", "BAD_INPUT", field)
        client.subscribe("{ lenses { name } }")
        assert client.message()["type"] == "next"


@pytest.mark.parametrize("text", ["\0", "\ud83d"])
def test_nobody_subscribes_to_what_cannot_be(house: Served, text: str) -> None:
    with live(house) as client:
        client.subscribe(EVENTS, filter={"relationship": text})
        (error,) = client.message()["payload"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "$filter.relationship")


def test_half_a_character_in_an_event_is_told_as_that(house: Served) -> None:
    with live(house) as client:
        client.subscribe(RECORDED, a=[{"specversion": "1.0", "id": "\ud83d"}])
        (error,) = client.message()["payload"]["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "events[0]")
        assert "half a character" in error["extensions"]["rule"]


LONG = "9" * 5_000


@pytest.mark.parametrize(
    "query",
    [
        f"{{ relationships(first: {LONG}) {{ nodes {{ id }} }} }}",
        f"query($first: Int = {LONG}) {{ relationships(first: $first) {{ nodes {{ id }} }} }}",
        f"mutation {{ recordEvents(events: [{{x: {LONG}}}]) {{ ids }} }}",
    ],
)
def test_a_number_too_long_to_be_read_is_refused(house: Served, query: str) -> None:
    assert house.refusal(query)["code"] == "BAD_INPUT"
    with live(house) as client:
        client.subscribe(query)
        (error,) = client.message()["payload"]
        assert error["extensions"]["code"] == "BAD_INPUT"


def test_a_message_with_such_a_number_is_none(house: Served) -> None:
    with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        socket.send_text(f'{{"type": "ping", "payload": {{"x": {LONG}}}}}')
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4400
