"""The short way to a socket says the same as any server's, and a real reader who stops reading is told again, or sent away."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from running import Running, running
from sent_lines import account, note, numbered, pair
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from api import direct, fanout

PAIR = 6
LONG = "x" * 2_000
AGAIN = " ".join(f"d{number}: data" for number in range(25))
QUERY = f'subscription {{ events(after: "6") {{ __typename ... on EventArrived {{ event {{ id position data {AGAIN} }} }} }} }}'


def record(house: Running, number: int, text: str = LONG) -> None:
    line = account(f"a{number}", "r", named="help", **note(text, "b"))
    assert not house.organisation.store.recording.record(numbered([line]), recorded_by="system/test").refused


@contextmanager
def subscribed(house: Running) -> Iterator[ClientConnection]:
    """A client that holds few messages for whoever does not read them."""
    url = f"ws://127.0.0.1:{house.port}/graphql"
    with connect(url, subprotocols=["graphql-transport-ws"], max_queue=1, compression=None, max_size=None, close_timeout=1) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {house.token}"}}))
        assert json.loads(socket.recv()) == {"type": "connection_ack"}
        socket.send(json.dumps({"id": "ä", "type": "subscribe", "payload": {"query": QUERY}}))
        assert said(socket) == {"__typename": "CaughtUp"}
        yield socket


def said(socket: ClientConnection) -> Any:
    message = json.loads(socket.recv(timeout=20))
    assert (message["id"], message["type"]) == ("ä", "next")
    return message["payload"]["data"]["events"]


@pytest.fixture(params=[True, False], ids=["short way", "any server"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, direct=request.param) as found:
        assert not found.organisation.store.recording.record(numbered(pair("r")), recorded_by="system/test").refused
        yield found


@pytest.mark.parametrize("size", [1, 1_800])
def test_messages_of_any_length_come_whole(house: Running, size: int) -> None:
    with subscribed(house) as socket:
        for number in range(5):
            record(house, number, "é" * size)
            event = said(socket)["event"]
            assert (event["position"], event["data"]["notes"][0]["text"]) == (str(PAIR + 1 + number), "é" * size)


def test_who_stops_reading_for_a_while_misses_nothing_and_disturbs_nobody(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "QUEUE", 10)
    monkeypatch.setattr(fanout, "STUCK_SECONDS", 3_600.0)
    with subscribed(house) as slow, subscribed(house) as other:
        for number in range(150):
            record(house, number)
            assert said(other)["event"]["id"] == f"a{number}"
        assert [said(slow)["event"]["position"] for _ in range(150)] == [str(PAIR + 1 + number) for number in range(150)]


def test_who_takes_nothing_is_sent_away_with_the_last_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "QUEUE", 10)
    monkeypatch.setattr(fanout, "STUCK_SECONDS", 0.3)
    monkeypatch.setattr(direct, "ABORT_SECONDS", 3_600.0)
    with running(tmp_path) as house:
        assert not house.organisation.store.recording.record(numbered(pair("r")), recorded_by="system/test").refused
        with subscribed(house) as slow, subscribed(house) as other:
            for number in range(150):
                record(house, number)
                assert said(other)["event"]["id"] == f"a{number}"
            time.sleep(5 * fanout.STUCK_SECONDS)
            came = []
            with suppress(ConnectionClosed):
                while len(came) < 150:
                    came.append(said(slow)["event"]["position"])
            assert 0 < len(came) < 150
            assert (slow.close_code, slow.close_reason) == (1013, f"Read too slowly; go on after {came[-1]}")
            record(house, 150)
            assert said(other)["event"]["id"] == "a150"
