"""Subscribers hear of every event: the past first, then that they are caught up, then live; in the words of the protocol they came for."""

import json
from pathlib import Path
from typing import Any

import pytest
from live import EVENTS, MOVES, PROTOCOL, Live, live
from served import EXAMPLES, Served, opened, served
from starlette.websockets import WebSocketDisconnect

from api import course, watch
from domain.store.staging import Line

LARS = [json.loads(line) for line in (EXAMPLES / "lars.jsonl").read_text().splitlines()]


def meeting(id: str, on: str = "2021-05-01", **data: Any) -> dict[str, Any]:
    made = {"specversion": "1.0", "id": id, "source": "urn:test", "type": "tussenruimte.meeting_held.v1", "subject": "relationship/lars"}
    return {**made, "occurred": on, "data": {"present": ["a", "b"], **data}}


def ids(said: list[Any]) -> list[str]:
    return [one["event"]["id"] for one in said if one["__typename"] == "EventArrived"]


def test_the_past_comes_first_then_what_is_recorded(empty: Served) -> None:
    empty.record(LARS)
    with live(empty) as client:
        client.subscribe(EVENTS)
        said = client.until_caught_up()
        assert ids(said) == [event["id"] for event in LARS]
        assert said[-1] == {"__typename": "CaughtUp", "position": str(len(LARS))}
        assert said[0]["relationship"] is None
        assert said[-2]["relationship"] == {"id": "lars"}
        for number in range(3):
            empty.record([meeting(f"m{number}")])
            told = client.told()
            assert told["event"] == {"id": f"m{number}", "type": "meeting_held", "position": str(len(LARS) + 1 + number)}


@pytest.mark.parametrize("page", [1, 7, 1_000])
def test_the_past_is_whole_however_many_are_read_at_a_time(house: Served, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.views.live.LIMIT", page)
    with live(house) as client:
        client.subscribe(EVENTS)
        said = client.until_caught_up()
    assert [one["event"]["position"] for one in said[:-1]] == [str(place) for place in range(1, 450)]


def test_who_comes_back_goes_on_after_the_last_position(house: Served) -> None:
    with live(house) as client:
        client.subscribe(EVENTS, after="440")
        assert [one["event"]["position"] for one in client.until_caught_up()[:-1]] == [str(place) for place in range(441, 450)]
    with live(house) as client:
        client.subscribe(EVENTS, after="449")
        assert client.told() == {"__typename": "CaughtUp", "position": "449"}


def test_only_what_is_asked_for_comes(empty: Served) -> None:
    empty.record(LARS)
    with live(empty) as client:
        client.subscribe(EVENTS, filter={"types": ["meeting_held", "help_given"], "relationship": "lars"})
        said = client.until_caught_up()
        assert {one["event"]["type"] for one in said[:-1]} == {"help_given"}
        assert said[-1]["position"] == str(len(LARS))
        other = {**LARS[0], "id": "other", "subject": "initiative/other"}
        empty.record([other, meeting("m1")])
        assert client.told()["event"]["id"] == "m1"


def test_several_subscriptions_share_a_connection_and_each_may_stop(empty: Served) -> None:
    empty.record(LARS)
    with live(empty) as client:
        first, second = (client.subscribe(EVENTS, after=str(len(LARS))) for _ in range(2))
        for _ in range(2):
            assert client.message()["payload"]["data"]["events"]["__typename"] == "CaughtUp"
        client.socket.send_json({"id": first, "type": "complete"})
        empty.record([meeting("m1")])
        message = client.message()
        assert (message["id"], message["payload"]["data"]["events"]["event"]["id"]) == (second, "m1")


def test_what_another_process_records_in_the_same_file_comes_too(tmp_path: Path) -> None:
    with served(tmp_path, look_seconds=0.02) as house, live(house) as client:
        client.subscribe(EVENTS)
        assert client.told()["__typename"] == "CaughtUp"
        other = opened(tmp_path / "events.db")
        line = json.dumps(LARS[0]).encode()
        assert other.store.recording.record([(Line("other", 1), line)], recorded_by="system/other").recorded == 1
        assert client.told()["event"]["id"] == LARS[0]["id"]
        other.close()


def test_silence_is_told_from_time_to_time(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert course.HEARTBEAT_SECONDS < 15
    monkeypatch.setattr(course, "HEARTBEAT_SECONDS", 0.2)
    with live(house) as client:
        client.subscribe(EVENTS, after="449")
        assert [client.told()["__typename"] for _ in range(3)] == ["CaughtUp", "Heartbeat", "Heartbeat"]
        assert client.told() == {"__typename": "Heartbeat", "position": "449"}


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer tr_x"}, {"authorization": 3}, {"authorization": "Basic x"}])
def test_nobody_is_let_in_without_a_token(house: Served, payload: Any) -> None:
    with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        socket.send_json({"type": "connection_init"} if payload is None else {"type": "connection_init", "payload": payload})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4403


def test_nothing_is_answered_before_the_first_message(house: Served) -> None:
    with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        Live(socket).subscribe(EVENTS)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_a_page_of_another_site_gets_no_connection(house: Served) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL], headers={"Origin": "https://elsewhere.example"}),
    ):
        pass


def test_a_connection_ends_with_its_token(empty: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "TOKEN_SECONDS", 0.05)
    text = empty.organisation.tokens.create(name="short")
    (token,) = [one for one in empty.organisation.tokens.list() if one.name == "short"]
    with live(empty, text) as client, live(empty) as other:
        for one in (client, other):
            one.subscribe(EVENTS)
            assert one.told()["__typename"] == "CaughtUp"
        empty.organisation.tokens.revoke(token.id)
        with pytest.raises(WebSocketDisconnect) as closed:
            client.message()
        assert closed.value.code == 4401
        empty.record(LARS[:1])
        assert other.told()["event"]["id"] == LARS[0]["id"]


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("subscription { events { nope } }", {}, "BAD_INPUT"),
        ("subscription {", {}, "BAD_INPUT"),
        (EVENTS, {"after": "soon"}, "BAD_INPUT"),
        (EVENTS, {"filter": {"occurredFrom": "soon"}}, "BAD_INPUT"),
        ("subscription { " + " ".join(f"a{n}: events {{ __typename }}" for n in range(31)) + " }", {}, "TOO_COSTLY"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused_with_its_code(house: Served, query: str, variables: dict[str, Any], code: str) -> None:
    with live(house) as client:
        client.subscribe(query, **variables)
        message = client.message()
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert errors[0]["extensions"]["code"] == code
        assert errors[0]["message"] == errors[0]["extensions"]["rule"]


def test_what_nobody_foresaw_is_told_by_a_number_only(
    house: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("projections.views.live.events_after", fails)
    with live(house) as client:
        client.subscribe(EVENTS)
        message = json.dumps(client.message())
    (logged,) = [record for record in caplog.records if record.name == "api.errors"]
    assert "a secret of the inside" not in message
    assert logged.args[0] in message  # type: ignore[index]


def test_questions_and_recordings_may_be_sent_over_the_connection_too(empty: Served) -> None:
    empty.record(LARS)
    with live(empty) as client:
        for on in ("2021-05-01", "2021-06-01"):
            recording = "mutation($events: [JSON!]!) { recordEvents(events: $events) { recorded } }"
            client.subscribe(recording, events=[meeting(on, on)])
            assert client.told() == {"recorded": 1}
            assert client.message()["type"] == "complete"
            client.subscribe('{ relationship(id: "lars") { history { id } } }')
            assert on in [event["id"] for event in client.told()["history"]]
            assert client.message()["type"] == "complete"


ODD = ["[1]", "null", '"x"', "3", "{}", "[" * 100_000, '{"type": "subscribe", "id": ["1"], "payload": {"query": "{ a }"}}']


@pytest.mark.parametrize("sent", ODD, ids=lambda sent: sent[:20])
@pytest.mark.parametrize("let_in", [False, True])
def test_what_is_no_message_ends_the_connection_and_nothing_is_logged(
    house: Served, sent: str, let_in: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        if let_in:
            socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {house.token}"}})
            assert socket.receive_json() == {"type": "connection_ack"}
        socket.send_text(sent)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4400
    assert caplog.records == []


def test_each_answer_over_a_connection_has_a_budget_of_its_own(house: Served) -> None:
    long = '{ relationship(id: "lars") { trajectory(from: "1800-01-01", stepDays: 1) { at } } }'
    with live(house) as client:
        for _ in range(4):
            client.subscribe(long)
            assert len(client.told()["trajectory"]["at"]) > 80_000
            assert client.message()["type"] == "complete"


@pytest.mark.parametrize("query", [EVENTS, MOVES], ids=["events", "moves"])
def test_nobody_goes_on_from_what_is_not_recorded_yet(house: Served, query: str) -> None:
    with live(house) as client:
        client.subscribe(query, after="450")
        message = client.message()
        (error,) = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "after")


def test_which_of_two_operations_is_meant_has_to_be_said(house: Served) -> None:
    two = "query A { lenses { name } } query B { initiatives { nodes { id } } }"
    with live(house) as client:
        client.subscribe(two)
        message = client.message()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "BAD_INPUT")
        assert "operation name" in message["payload"][0]["message"]
        client.socket.send_json({"id": "b", "type": "subscribe", "payload": {"query": two, "operationName": "B"}})
        assert set(client.message()["payload"]["data"]) == {"initiatives"}
