"""Plain clients follow the events too: server-sent events from any position on, over any number of breaks, for as long as a token holds."""

import json
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Running, running
from scraped import samples
from sent_lines import meeting, numbered, pair
from worker_processes import eventually

from api import course, watch

PAIR = 6
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        record(found, pair("r"))
        yield found


def record(house: Running, lines: list[bytes]) -> None:
    assert not house.organisation.store.recording.record(numbered(lines), recorded_by="system/test").refused


def told(house: Running, headers: dict[str, str] | None = None, **asked: str) -> Generator[dict[str, str]]:
    """What comes, field by field; what is no event is `comment`."""
    url = f"http://127.0.0.1:{house.port}/events"
    with httpx.stream("GET", url, params=asked, headers={**house.headers, **STREAM, **(headers or {})}, timeout=20) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        said: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, text = line.partition(": ")
                said[name or "comment"] = text
            else:
                yield said
                said = {}


def test_the_past_comes_first_then_what_is_recorded(house: Running) -> None:
    said = told(house, after="4")
    assert [next(said)["id"] for _ in range(2)] == ["5", "6"]
    assert next(said) == {"id": "6", "event": "caught-up", "data": "{}"}
    record(house, [meeting("m", "r")])
    event = next(said)
    assert (event["id"], event["event"]) == ("7", "meeting_held")
    lines = httpx.get(f"http://127.0.0.1:{house.port}/events", params={"after": "6"}, headers=house.headers).text
    assert event["data"] == lines.rstrip("\n")


def test_whoever_breaks_off_goes_on_after_the_last_id_and_misses_nothing(house: Running) -> None:
    recording = threading.Thread(target=lambda: [record(house, [meeting(f"m{number}", "r")]) for number in range(60)])
    recording.start()
    came: list[int] = []
    while len(came) < PAIR + 60:
        last = {"Last-Event-ID": str(came[-1])} if came else {}
        for said in told(house, last, after="0"):
            if said["event"] != "caught-up":
                came.append(int(said["id"]))
                if len(came) % 7 == 0:
                    break
            elif came[-1] == PAIR + 60:
                break
    recording.join()
    assert came == list(range(1, PAIR + 61))


def test_whoever_listens_is_counted_until_they_go(house: Running) -> None:
    def listen() -> float:
        answer = httpx.get(f"http://127.0.0.1:{house.port}/metrics", headers=house.headers)
        return samples(answer.text)["subscriptions_open", ()]

    said = told(house)
    next(said)
    assert listen() == 1
    said.close()
    eventually(lambda: listen() == 0, "that nobody listens")


def test_only_what_is_asked_for_comes(house: Running) -> None:
    record(house, pair("other"))
    for asked, kinds in (
        ({"types": "match_made,meeting_held"}, ["match_made", "match_made"]),
        ({"relationship": "other"}, ["match_made"]),
        ({"participant": "r-anna", "types": "consent_given"}, ["consent_given"]),
        ({"initiative": "home", "types": "match_made"}, ["match_made", "match_made"]),
    ):
        said = []
        for one in told(house, **asked):
            if one["event"] == "caught-up":
                break
            said.append(one["event"])
        assert said == kinds, asked


def test_silence_is_told_from_time_to_time(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "HEARTBEAT_SECONDS", 0.1)
    said = told(house, after="6")
    assert [next(said) for _ in range(3)] == [{"id": "6", "event": "caught-up", "data": "{}"}, *2 * [{"comment": "nothing came"}]]


def test_it_ends_with_the_token(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "TOKEN_SECONDS", 0.05)
    said = told(house, after="6")
    assert next(said)["event"] == "caught-up"
    (token,) = house.organisation.tokens.list()
    house.organisation.tokens.revoke(token.id)
    assert list(said) == []


@pytest.mark.parametrize(
    ("headers", "asked", "field"),
    [
        ({}, {"after": "x"}, "after"),
        ({}, {"after": "7"}, "after"),
        ({"Last-Event-ID": "-1"}, {}, "Last-Event-ID"),
        ({"Last-Event-ID": "7"}, {"after": "1"}, "Last-Event-ID"),
    ],
)
def test_a_position_that_is_none_is_refused(house: Running, headers: dict[str, str], asked: dict[str, Any], field: str) -> None:
    url = f"http://127.0.0.1:{house.port}/events"
    answer = httpx.get(url, params=asked, headers={**house.headers, **STREAM, **headers}, timeout=20)
    (error,) = json.loads(answer.text)["errors"]
    assert (answer.status_code, error["extensions"]["code"], error["extensions"]["field"]) == (400, "BAD_INPUT", field)
