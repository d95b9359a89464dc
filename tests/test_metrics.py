"""What is measured goes up by what was done, and is had only with a token or on a port of its own."""

import urllib.error
import urllib.request

import pytest
from live import EVENTS, live
from scraped import out_of_reach, risen, samples, scraped
from sent_lines import account, pair
from served import Served
from starlette.testclient import TestClient

from projections.telemetry.metrics import serve_metrics

MEETING = {
    "specversion": "1.0", "id": "m1", "source": "urn:test", "type": "tussenruimte.meeting_held.v1", "subject": "relationship/r",
    "occurred": "2021-02-01", "data": {"present": ["a", "b"]},
}  # fmt: skip
RECORD = "mutation($events: [JSON!]!) { recordEvents(events: $events) { recorded } }"
ASKED = "{ relationships { nodes { id } } }"
"""Has the views brought up."""
BATCH = {"Content-Type": "application/cloudevents-batch+json"}


def batch(*lines: bytes) -> bytes:
    return b"[" + b",".join(lines) + b"]"


def test_metrics_need_a_token(house: Served) -> None:
    assert TestClient(house.client.app).get("/metrics").status_code == 401
    assert house.client.get("/metrics").status_code == 200


def test_on_a_port_of_their_own_metrics_need_none(empty: Served) -> None:
    port = serve_metrics(empty.organisation, "127.0.0.1", 0)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert samples(answer.read().decode())["projection_lag_events", ("views",)] == 0
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics?name[]=tussenruimte_store_position", timeout=10) as answer:
        assert ("store_position", ()) in samples(answer.read().decode())
    with pytest.raises(OSError, match="in use"):
        serve_metrics(empty.organisation, "127.0.0.1", port)


def test_recording_is_counted_by_what_became_of_it(empty: Served) -> None:
    before = scraped(empty)
    assert empty.client.post("/events", content=batch(*pair()), headers=BATCH).json()["recorded"] == 6
    empty.ask(ASKED)
    assert empty.ask(RECORD, events=[MEETING])["recordEvents"]["recorded"] == 1
    assert empty.ask(RECORD, events=[MEETING])["recordEvents"]["recorded"] == 0
    empty.ask(ASKED)
    refused = empty.client.post("/events", content=batch(account("a1", "r", "z"), account("a2", "r", "y")), headers=BATCH)
    assert refused.status_code == 422
    after = risen(before, scraped(empty))
    assert {name: after["events_total", (name,)] for name in ("recorded", "already", "refused")} == {
        "recorded": 7, "already": 1, "refused": 2,
    }  # fmt: skip
    assert after["record_batch_events_count", ()] == after["record_batch_seconds_count", ()] == 4
    assert after["record_batch_events_sum", ()] == 6 + 1 + 1 + 2
    assert after["record_batch_seconds_sum", ()] > 0
    assert after["refusals_total", (refused.json()["errors"][0]["extensions"]["code"],)] == 1
    assert after["projection_events_total", ("views",)] == 7
    assert after["projection_seconds_count", ("views",)] == 2
    assert after["wakeups_total", ("recording",)] == 2


def test_the_positions_are_those_of_the_moment(empty: Served) -> None:
    empty.client.post("/events", content=batch(*pair()), headers=BATCH)
    empty.ask(ASKED)
    empty.record([MEETING])
    now = scraped(empty)
    assert now["store_reachable", ()] == 1
    assert now["store_position", ()] == 7
    assert now["projection_position", ("views",)] == 6
    assert now["projection_lag_events", ("views",)] == 1
    empty.ask(ASKED)
    assert scraped(empty)["projection_lag_events", ("views",)] == 0


def test_a_store_that_cannot_be_asked_is_said_to_be_so(empty: Served) -> None:
    with out_of_reach(empty):
        lost = scraped(empty)
    assert lost["store_reachable", ()] == 0
    assert ("store_position", ()) not in lost
    assert ("events_total", ("recorded",)) in lost


def test_requests_are_counted_by_their_route_and_never_by_their_address(house: Served) -> None:
    before = scraped(house)
    stranger = TestClient(house.client.app)
    for address in ("/graphql?query={lenses{name}}", "/schemas/asyncapi.json?a=b", "/graphiql/", "/graphiql/page.js", "/elsewhere/anna"):
        house.client.get(address)
    house.client.request("BREW", "/events")
    stranger.post("/events")
    after = risen(before, scraped(house))
    counted = {labels: count for (name, labels), count in after.items() if name == "http_request_seconds_count"}
    assert counted == {
        ("GET", "/graphql", "2xx"): 1,
        ("GET", "/schemas/asyncapi.json", "2xx"): 1,
        ("GET", "/graphiql", "2xx"): 2,
        ("GET", "none", "4xx"): 1,
        ("other", "/events", "4xx"): 1,
        ("POST", "/events", "4xx"): 1,
        ("GET", "/metrics", "2xx"): 1,
    }
    assert after["refusals_total", ("UNAUTHENTICATED",)] == 1


@pytest.mark.parametrize(
    ("query", "variables", "kind", "outcome"),
    [
        ("{ lenses { name } }", {}, "query", "OK"),
        ('{ relationship(id: "lars") { reading(at: "2099-01-01") { phase } } }', {}, "query", "BAD_INPUT"),
        ("{ nothing }", {}, "query", "BAD_INPUT"),
        ("{ lenses {", {}, "unknown", "BAD_INPUT"),
        ("{ " + " ".join(f"a{n}: lenses {{ name }}" for n in range(500)) + " }", {}, "unknown", "TOO_COSTLY"),
        ("query a { lenses { name } } query b { lenses { name } }", {}, "unknown", "BAD_INPUT"),
        (RECORD, {"events": []}, "mutation", "OK"),
        (RECORD, {"events": [{}]}, "mutation", "BAD_INPUT"),
    ],
)
def test_operations_are_counted_by_kind_and_code(house: Served, query: str, variables: dict[str, object], kind: str, outcome: str) -> None:
    before = scraped(house)
    house.answer(query, **variables)
    after = risen(before, scraped(house))
    assert {labels: count for (name, labels), count in after.items() if name == "graphql_operations_total"} == {(kind, outcome): 1}
    assert after["graphql_operation_seconds_count", (kind,)] == 1


def test_a_mutation_that_is_asked_with_get_is_counted_as_refused(house: Served) -> None:
    before = scraped(house)
    assert house.client.get("/graphql", params={"query": "mutation { recordEvents(events: []) { recorded } }"}).status_code == 405
    assert risen(before, scraped(house))["graphql_operations_total", ("mutation", "BAD_INPUT")] == 1


def test_connections_and_subscriptions_are_counted_while_they_are_open(house: Served) -> None:
    def are_open() -> tuple[float, float]:
        now = scraped(house)
        return now["sockets_open", ()], now["subscriptions_open", ()]

    before = scraped(house)
    assert are_open() == (0, 0)
    with live(house) as one:
        one.subscribe(EVENTS)
        one.until_caught_up()
        ended = one.subscribe(EVENTS)
        one.until_caught_up()
        one.subscribe(EVENTS, after="no position")
        assert one.message()["payload"]["errors"]
        assert one.message()["type"] == "complete"
        assert are_open() == (1, 2)
        one.socket.send_json({"id": ended, "type": "complete"})
        one.subscribe("{ lenses { name } }")
        assert one.message()["payload"]["data"]["lenses"]
        assert are_open() == (1, 1)
    assert are_open() == (0, 0)
    after = risen(before, scraped(house))
    counted = {labels: count for (name, labels), count in after.items() if name == "graphql_operations_total"}
    assert counted == {("query", "OK"): 1, ("subscription", "BAD_INPUT"): 1}
