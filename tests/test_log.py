"""The log: one line for each request, with the id that its answer has too; and nothing in it that may be of somebody."""

import io
import json
import logging
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from live import PROTOCOL, live
from served import Served

from projections.telemetry import logs

CANARY = "kanarie"


class Log(io.StringIO):
    """What was logged. `terminal`: as if somebody watched."""

    def __init__(self, terminal: bool = False) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    with logging_to(Log()) as found:
        yield found


@pytest.fixture
def watched() -> Iterator[Log]:
    with logging_to(Log(terminal=True)) as found:
        yield found


class logging_to:  # noqa: N801
    """Log there for a while."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def __enter__(self) -> Log:
        root = logging.getLogger()
        self._before = root.handlers[:], root.level, logging.raiseExceptions
        logs.configure(self._log)
        return self._log

    def __exit__(self, *_: object) -> None:
        root = logging.getLogger()
        root.handlers[:], root.level, logging.raiseExceptions = self._before
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_request_is_one_line_with_the_id_of_its_answer(house: Served, log: Log) -> None:
    answer = house.client.get(f"/graphql?query={{lenses{{name}}}}&operationName={CANARY}")
    (line,) = log.lines()
    assert line.pop("ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request", "level": "info", "logger": "api.correlation", "method": "GET", "route": "/graphql", "status": 200,
        "request_id": answer.headers["x-request-id"],
    }  # fmt: skip


@pytest.mark.parametrize("given", ["9b0dcb9b-4f0b-4963-bebd-9273e3859580", "0123456789abcdef", "A" * 64])
def test_an_id_that_is_given_is_taken_over(house: Served, log: Log, given: str) -> None:
    assert house.client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"] == given
    assert [line["request_id"] for line in log.lines()] == [given]


@pytest.mark.parametrize("given", ["", "anna-de-vries-was-here", "0123456789abcde", "a" * 65, "0123456789abcdef g", "0123456789abcdef\t"])
def test_an_id_in_which_something_could_be_said_is_not(house: Served, log: Log, given: str) -> None:
    answered = house.client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert uuid.UUID(answered)
    assert [line["request_id"] for line in log.lines()] == [answered]


def test_each_request_has_an_id_of_its_own_also_where_it_is_refused(house: Served) -> None:
    answers = [house.client.get(path) for path in ("/healthz", "/healthz", "/elsewhere", "/graphql")]
    refused = house.client.get("/graphql", headers={"Authorization": ""})
    assert len({answer.headers["x-request-id"] for answer in (*answers, refused)}) == 5


def test_a_connection_has_an_id_too(house: Served, log: Log) -> None:
    given = "9b0dcb9b-4f0b-4963-bebd-9273e3859580"
    headers = {"X-Request-ID": given}
    with house.client.websocket_connect(f"/graphql?{CANARY}", subprotocols=[PROTOCOL], headers=headers) as socket:
        assert dict(socket.extra_headers or ())[b"x-request-id"] == given.encode()
    with live(house):
        pass
    first, second = log.lines()
    assert (first["event"], first["route"], first["accepted"], first["request_id"]) == ("connection", "/graphql", True, given)
    assert second["request_id"] != given
    assert CANARY not in log.getvalue()


def test_what_broke_stands_there_with_the_ids_of_its_answer(house: Served, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(house.organisation.questions, "lenses", break_down)
    told = house.client.post("/graphql", json={"query": "{ lenses { name } }"})
    failure, request = log.lines()
    assert failure["event"].removeprefix("internal error ") in told.json()["errors"][0]["extensions"]["rule"]
    assert failure["request_id"] == request["request_id"] == told.headers["x-request-id"]
    assert "in break_down" in failure["exception"]
    assert failure["exception"].endswith("builtins.ValueError\n")
    assert CANARY not in log.getvalue()


def test_what_breaks_outside_of_graphql_has_the_id_as_well(house: Served, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(house.organisation.runner, "position", break_down)
    answer = house.client.get("/readyz")
    assert answer.status_code == 500
    assert {line["request_id"] for line in log.lines()} == {answer.headers["x-request-id"]}
    assert [line["event"].partition(" ")[0] for line in log.lines()] == ["internal", "request"]
    assert CANARY not in log.getvalue()


def failures() -> list[BaseException]:
    """Exceptions that say something of somebody, in each place where one can."""
    found: list[BaseException] = []
    for number in range(4):
        try:
            try:
                raise sqlite3.IntegrityError(CANARY)
            except sqlite3.IntegrityError as error:
                error.add_note(CANARY)
                if number == 0:
                    raise
                if number == 1:
                    raise KeyError(CANARY) from error
                if number == 2:
                    raise OSError(2, CANARY, CANARY)  # noqa: B904
                raise ExceptionGroup(CANARY, [error]) from None
        except Exception as error:
            found.append(error)
    return found


@pytest.mark.parametrize("failure", failures(), ids=lambda failure: type(failure).__name__)
@pytest.mark.parametrize("logger", ["api.errors", "uvicorn.error", "asyncio"])
def test_what_an_exception_says_is_left_out_and_where_it_arose_is_not(log: Log, logger: str, failure: BaseException) -> None:
    logging.getLogger(logger).error("it broke", exc_info=failure)
    (line,) = log.lines()
    assert line["event"] == "it broke"
    assert "in failures" in line["exception"]
    assert "sqlite3.IntegrityError" in line["exception"]
    assert CANARY not in log.getvalue()
    assert CANARY in repr(failure)


def test_of_a_librarys_sentence_only_what_it_says_to_everybody_is_kept(log: Log) -> None:
    logging.getLogger("uvicorn.error").warning('%s - "WebSocket %s" 403', CANARY, CANARY)
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{CANARY}')>")
    logging.getLogger("opentelemetry").warning("Failed with %s, again in %.2fs: 100%% tried", CANARY, 0.5)
    logging.getLogger("uvicorn.error").info("nobody asked for this")
    assert [line["event"] for line in log.lines()] == [
        '… - "WebSocket …" 403', "Task exception was never retrieved", "Failed with …, again in …s: 100%% tried",
    ]  # fmt: skip
    assert CANARY not in log.getvalue()


def test_a_terminal_is_told_in_readable_lines(watched: Log, house: Served) -> None:
    house.client.get("/healthz")
    logging.getLogger("api.errors").error("it broke", exc_info=failures()[1])
    assert "request" in watched.getvalue()
    assert "Traceback" not in watched.getvalue()
    assert "in failures" in watched.getvalue()
    assert CANARY not in watched.getvalue()


def test_who_logs_without_that_tells_it_all(capsys: pytest.CaptureFixture[str]) -> None:
    """The control: an ordinary handler writes what the exception says."""
    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger("control").addHandler(handler)
    logging.getLogger("control").error("it broke", exc_info=failures()[0])
    logging.getLogger("control").removeHandler(handler)
    assert CANARY in capsys.readouterr().err
