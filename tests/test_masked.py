"""What nobody foresaw is told by a number, in whichever way it was asked: under that it stands in the log, and nothing else is told."""

import logging
import re
from typing import Any

import pytest
from live import EVENTS, live
from served import Served

from api import feed
from api import live as live_feeds
from api.event_stream import Feed
from projections.views.snapshot import Snapshot

SECRET = "words of an exception"


def broken(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError(SECRET)


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The numbers under which something stands in the log, with its traceback."""
    found = [record for record in caplog.records if record.getMessage().startswith("internal error ")]
    assert all(record.exc_info and SECRET in str(record.exc_info[1]) for record in found)
    return [record.getMessage().removeprefix("internal error ") for record in found]


def number_in(text: str) -> str:
    assert SECRET not in text
    assert "ZeroDivision" not in text
    (found,) = set(re.findall(r"stands in the log as ([0-9a-f]{12})", text))
    return str(found)


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_over_http(empty: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str) -> None:
    monkeypatch.setattr(Snapshot, "lenses", broken)
    asked = {"query": "{ lenses { name } }"}
    answer = empty.client.get("/graphql", params=asked) if method == "GET" else empty.client.post("/graphql", json=asked)
    assert [number_in(answer.text)] == logged(caplog)


def test_a_question_over_a_connection(empty: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(Snapshot, "lenses", broken)
    with live(empty) as client:
        client.subscribe("{ lenses { name } }")
        assert [number_in(str(client.message()))] == logged(caplog)


def test_a_subscription(empty: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(live_feeds.live, "events_after", broken)
    with live(empty) as client:
        client.subscribe(EVENTS)
        assert [number_in(str(client.message()))] == logged(caplog)


def test_server_sent_events(empty: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(Feed, "_page", broken)
    answer = empty.client.get("/events", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 500
    assert [number_in(answer.text)] == logged(caplog)


def test_events_that_are_sent(empty: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(feed, "take", broken)
    answer = empty.client.post("/events", content=b"{}", headers={"Content-Type": "application/cloudevents+json"})
    assert answer.status_code == 500
    assert [number_in(answer.text)] == logged(caplog)


def test_a_page(empty: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("api.health_pages.exposition", broken)
    answer = empty.client.get("/metrics")
    assert answer.status_code == 500
    assert [number_in(answer.text)] == logged(caplog)


def test_an_answer_in_lines_that_breaks_off(empty: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(feed.cloudevents, "pages", broken)
    answer = empty.client.get("/events")
    assert SECRET not in answer.text
    assert len(logged(caplog)) == 1
