"""How often a token may ask, what that may cost and how many subscriptions it may have; and how often one may guess at tokens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from live import EVENTS, PROTOCOL, live
from running import running
from served import Served, served
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api import turnstile
from api.limits import COST
from api.sign_in.sessions import COOKIE
from api.turnstile import Limited, Rate, Turnstile, address_of
from projections.export.bounds import LEAST_COST, Bounds

LENSES = "{ lenses { name } }"


def wrong(number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer tr_wrong{number}"}


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(turnstile, "time", made)
    return made


@contextmanager
def bounded(path: Path, **bounds: Any) -> Iterator[Served]:
    with served(path, bounds=Bounds(**{"guesses": 0, **bounds})) as found:
        yield found


def status(house: Served, **more: Any) -> int:
    return house.client.post("/graphql", json={"query": LENSES}, **more).status_code


def test_a_token_may_ask_so_often_a_minute_and_is_told_when_it_may_again(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, requests=3) as house:
        assert [status(house) for _ in range(3)] == [200] * 3
        response = house.client.post("/graphql", json={"query": LENSES}, headers={"Accept-Language": "nl"})
        (error,) = response.json()["errors"]
        assert (response.status_code, response.headers["retry-after"]) == (429, "20")
        assert (error["extensions"]["code"], "20 seconden" in error["message"]) == ("RATE_LIMITED", True)
        clock.now += 19.0
        assert status(house) == 429
        clock.now += 1.5
        assert [status(house), status(house)] == [200, 429]


def test_another_token_has_as_much_and_pages_without_one_are_not_counted(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, requests=1) as house:
        other = {"Authorization": f"Bearer {house.organisation.tokens.create(name='other')}"}
        assert [status(house), status(house), status(house, headers=other)] == [200, 429, 200]
        assert [house.client.get("/healthz").status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize(("path", "accept"), [("/events", "*/*"), ("/metrics", "*/*"), ("/nowhere", "*/*")])
def test_every_page_behind_a_token_counts(tmp_path: Path, clock: Clock, path: str, accept: str) -> None:
    with bounded(tmp_path, requests=1) as house:
        assert house.client.get(path, headers={"Accept": accept}).status_code != 429
        assert house.client.get(path, headers={"Accept": accept}).status_code == 429


def test_what_a_token_asks_may_cost_so_much_a_minute(tmp_path: Path, clock: Clock) -> None:
    query = "{ relationships(first: 100) { nodes { id " + "origin " * 98 + "} } }"
    with bounded(tmp_path, cost=3 * (1 + 100 * 100)) as house:
        for _ in range(3):
            answer = house.client.post("/graphql", json={"query": query})
            assert (answer.status_code, answer.json()["extensions"]["cost"]["requested"]) == (200, 10_001)
        refused = house.client.post("/graphql", json={"query": query})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
        assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        clock.now += 1.0
        assert status(house) == 200
        with live(house) as client:
            client.subscribe(query)
            message = client.message()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
            client.subscribe(LENSES)
            assert client.told()


def test_a_subscription_costs_what_each_of_its_answers_would(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, cost=15) as house, live(house) as client:
        for expected in ("next", "error"):
            client.subscribe("subscription { events { __typename } }" if expected == "next" else EVENTS)
            assert client.message()["type"] == expected


def test_messages_of_a_connection_count_as_requests(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, requests=2) as house, live(house) as client:
        client.subscribe(LENSES)
        assert client.told()
        assert client.message()["type"] == "complete"
        client.socket.send_json({"type": "ping"})
        assert client.message() == {"type": "pong"}
        id = client.subscribe(LENSES)
        message = client.message()
        assert (message["id"], message["payload"][0]["extensions"]["code"]) == (id, "RATE_LIMITED")
        client.socket.send_json({"type": "ping"})
        with pytest.raises(WebSocketDisconnect) as ended:
            client.message()
        assert ended.value.code == 1013


def test_a_token_may_have_so_many_subscriptions_over_all_connections(tmp_path: Path) -> None:
    with bounded(tmp_path, subscriptions=2) as house:
        with live(house) as one, live(house) as two:
            for client in (one, two):
                client.subscribe(EVENTS)
                assert client.told()["__typename"] == "CaughtUp"
            two.subscribe(EVENTS)
            message = two.message()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
            refused = house.client.get("/events", headers={"Accept": "text/event-stream"})
            assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
            with live(house, house.organisation.tokens.create(name="other")) as other:
                other.subscribe(EVENTS)
                assert other.told()["__typename"] == "CaughtUp"
            one.socket.send_json({"id": "1", "type": "complete"})
            while True:
                two.subscribe(EVENTS)
                if two.message()["type"] == "next":
                    break
        with live(house) as again:
            for _ in range(2):
                again.subscribe(EVENTS)
                assert again.told()["__typename"] == "CaughtUp"


def test_server_sent_events_are_subscriptions_too(tmp_path: Path) -> None:
    with running(tmp_path, bounds=Bounds(subscriptions=1)) as house:
        url, headers = f"http://127.0.0.1:{house.port}/events", {**house.headers, "Accept": "text/event-stream"}
        with httpx.stream("GET", url, headers=headers, timeout=20) as streamed:
            lines = streamed.iter_lines()
            assert (streamed.status_code, next(lines)) == (200, "id: 0")
            assert httpx.get(url, headers=headers, timeout=20).status_code == 429


def test_guessing_at_tokens_is_slowed(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, guesses=3) as house:
        assert status(house) == 200
        assert [status(house, headers=wrong(number)) for number in range(4)] == [401, 401, 401, 429]
        unknown = house.organisation.tokens.create(name="unknown")
        refused = house.client.post("/graphql", json={"query": LENSES}, headers={"Authorization": f"Bearer {unknown}"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
        with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
            socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {unknown}"}})
            with pytest.raises(WebSocketDisconnect) as ended:
                socket.receive_json()
        assert ended.value.code == 1013
        # Who was let in before is not shut out by whoever guesses beside them.
        assert status(house) == 200
        clock.now += 21.0
        assert status(house, headers={"Authorization": f"Bearer {unknown}"}) == 200


def test_a_guess_over_a_connection_counts_and_saying_nothing_does_not(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, guesses=1) as house:
        for _ in range(3):
            assert TestClient(house.client.app).post("/graphql", json={"query": LENSES}).status_code == 401
        with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
            socket.send_json({"type": "connection_init", "payload": {"authorization": wrong(1)["Authorization"]}})
            with pytest.raises(WebSocketDisconnect):
                socket.receive_json()
        assert status(house, headers=wrong(2)) == 429


def test_a_browser_or_a_program_whose_token_has_expired_does_not_guess(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, guesses=3) as house:
        assert [status(house, headers=wrong(0)) for _ in range(5)] == [401] * 5
        # A session in a cookie is guessed at as well as a token in a header.
        stranger = TestClient(house.client.app)
        stale = [{"Cookie": f"{COOKIE}=x{number}; __Host-{COOKIE}=x{number}"} for number in (0, 0, 0, 1)]
        assert [stranger.get("/metrics", headers=headers).status_code for headers in stale] == [401] * 4
        assert status(house, headers=wrong(1)) == 429


def test_that_it_is_too_much_is_written_down_once_a_minute(tmp_path: Path, clock: Clock) -> None:
    with bounded(tmp_path, requests=1, cost=LEAST_COST, guesses=1) as house:
        assert [status(house) for _ in range(10)] == [200, *[429] * 9]
        assert [status(house, headers=wrong(number)) for number in range(10)] == [401, *[429] * 9]
        with house.organisation.store.database.reading() as connection:
            entries = [bytes(entry) for (entry,) in connection.execute("SELECT entry FROM accesses").fetchall()]
        limited = [entry for entry in entries if b"rate_limited" in entry]
        assert (len(limited), sum(b"token/tester" in entry for entry in limited)) == (2, 1)


def test_a_rate_holds_a_minutes_worth_and_knows_so_many() -> None:
    rate = Rate(60)
    for number in range(turnstile.KEPT + 1):
        rate.take(str(number), 60)
    assert rate.lacks("0") == 0
    assert rate.lacks(str(turnstile.KEPT)) > 0


def test_a_rate_of_none_is_without_bound() -> None:
    free = Turnstile(Bounds(guesses=0))
    for number in range(1_000):
        free.guess("here", f"x{number}")
        free.guessed("here", f"x{number}", None)
    held = Turnstile(Bounds(guesses=1))
    held.guessed("here", "x", None)
    with pytest.raises(Limited):
        held.guess("here", "y")


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:aaaa::1", 1), "2001:0db8:0001:0002"),
        (("2001:db8:1:2:bbbb::2", 1), "2001:0db8:0001:0002"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (None, ""),
        (("testclient", 1), "testclient"),
    ],
)
def test_an_address_is_a_host_or_a_network_of_one(client: Any, address: str) -> None:
    assert address_of({"client": client}) == address


def test_one_question_never_costs_more_than_what_may_be_set() -> None:
    assert COST == LEAST_COST
