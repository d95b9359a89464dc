"""A process as an operator runs it, with its log, its port for Prometheus and a collector of traces: what each of them is told, and that
none is told anything of anybody.
"""

import json
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_line import environment, refused, run_in
from live import EVENTS, PROTOCOL
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from otlp_receiver import Receiver, attributes, receiving
from scraped import Samples, samples
from sent_lines import initiative, line, match, meeting, note
from websockets.sync.client import connect

CANARY = "kanarie"
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
PERSON = f"{CANARY}-anna"
LINES = [
    initiative(),
    line(f"{CANARY}-1", "participant_registered", f"participant/{PERSON}", {"name": CANARY, "contact": f"{CANARY}@example.org"}),
    line(f"{CANARY}-2", "consent_given", f"participant/{PERSON}", {"scope": "record"}),
    line(f"{CANARY}-3", "participant_registered", f"participant/{CANARY}-bram", {"name": CANARY}),
    line(f"{CANARY}-4", "consent_given", f"participant/{CANARY}-bram", {"scope": "record"}),
    match(CANARY, PERSON, f"{CANARY}-bram"),
    meeting(f"{CANARY}-m", CANARY, **note(CANARY, "a")),
]
SENT = b"[" + b",".join(LINES) + b"]"
QUESTION = f'query {CANARY} {{ {CANARY}: participant(id: "{PERSON}") {{ id name }} }}'
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = {
    "traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": f"{CANARY}={CANARY}", "baggage": f"{CANARY}={CANARY}",
    "X-Request-ID": f"{CANARY}-0123456789abcdef", "User-Agent": CANARY, "Accept-Language": "en",
}  # fmt: skip


class Process:
    """The process that is served, and all that was seen of it when it has ended."""

    def __init__(self, folder: Path, address: str, metrics: str, process: subprocess.Popen[str], receiver: Receiver) -> None:
        token = run_in(folder)("token", "create", "--name", CANARY).out.strip()
        self.address, self.token, self.process, self.receiver = address, token, process, receiver
        self.client = httpx.Client(base_url=address, headers={**CALLER, "Authorization": f"Bearer {token}"}, timeout=30)
        self.metrics = metrics
        self.log: list[dict[str, Any]] = []

    def scrape(self) -> str:
        return httpx.get(self.metrics, timeout=30).text

    def samples(self) -> Samples:
        return samples(self.scrape())

    def end(self) -> str:
        """End it; its whole log."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        self.log = [json.loads(line) for line in errors.splitlines()]
        return errors

    def spans(self, name: str) -> list[Span]:
        return [span for span in self.receiver.spans if span.name == name]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    run_in(tmp_path)("token", "create")
    with receiving() as receiver:
        command = [sys.executable, "-m", "tussenruimte", "serve", "--port", "0", "--metrics-port", "0"]
        settings = environment(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.address)
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            began = json.loads(process.stderr.readline())
            assert began["event"] == "metrics are served", began
            address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
            found = Process(tmp_path, address, f"http://{began['host']}:{began['port']}/metrics", process, receiver)
            yield found
            found.client.close()
            process.kill()


def test_traces_tell_of_a_request_what_it_came_to(process: Process) -> None:
    given = str(uuid.uuid4())
    assert process.client.post("/events", content=SENT, headers={**BATCH, "X-Request-ID": given}).status_code == 200
    record = {"query": "mutation($e: [JSON!]!) { recordEvents(events: $e) { recorded } }", "variables": {"e": [{}]}}
    assert "errors" in process.client.post("/graphql", json=record).json()
    process.end()
    (request,) = process.spans("POST /events")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, "b7ad6b7169203331")
    assert attributes(request) == {
        "http.request.method": "POST", "http.route": "/events", "http.response.status_code": 200, "request_id": given,
    }  # fmt: skip
    batch, refused_batch = process.spans("record batch")
    assert batch.parent_span_id == request.span_id
    assert attributes(batch) == {"events": 7, "recorded": 7, "already": 0, "refused": 0, "outcome": "OK"}
    (step,) = process.spans("projection step")
    assert step.parent_span_id == request.span_id
    assert attributes(step) == {"projection": "views", "events": 7}
    assert batch.end_time_unix_nano <= step.end_time_unix_nano
    (operation,) = process.spans("graphql operation")
    assert attributes(operation) == {"graphql.operation.type": "mutation", "outcome": "BAD_INPUT"}
    assert refused_batch.parent_span_id == operation.span_id
    assert attributes(refused_batch)["outcome"] == "BAD_INPUT"
    resource = process.receiver.requests[0].resource_spans[0].resource
    assert "tussenruimte" in [pair.value.string_value for pair in resource.attributes if pair.key == "service.name"]
    assert {found["trace_id"] for found in process.log if found["event"] == "request"} == {TRACE}


def test_nothing_of_anybody_is_seen_from_outside(process: Process, tmp_path: Path) -> None:
    client = process.client
    assert client.post("/events", content=SENT, headers=BATCH).status_code == 200
    answers = [client.get("/graphql", params={"query": QUESTION, "operationName": CANARY})]
    answers += [client.post("/graphql", json={"query": QUESTION})]
    answers += [client.get("/events"), client.get(f"/{CANARY}?{CANARY}"), client.request("PROPFIND", f"/graphql?{CANARY}")]
    # A method that HTTP does not know is refused before anything of ours is reached.
    assert client.request(CANARY.upper(), f"/graphql?{CANARY}").status_code == 400
    answers += [client.post("/graphql", json={"query": f"{{ {CANARY} }}"}), client.post("/graphql", json={"query": f"{{{CANARY}"})]
    answers += [client.post("/events", content=meeting(CANARY, f"no-{CANARY}"), headers={"Content-Type": "application/cloudevents+json"})]
    stranger = client.get(f"/{CANARY}", headers={"Authorization": f"Bearer {CANARY}"})
    headers = {"X-Request-ID": CANARY, "traceparent": CALLER["traceparent"], "tracestate": CALLER["tracestate"]}
    url = process.address.replace("http", "ws") + f"/graphql?{CANARY}"
    with connect(url, subprotocols=[PROTOCOL], additional_headers=headers) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {process.token}"}}))
        socket.recv()
        socket.send(json.dumps({"id": CANARY, "type": "subscribe", "payload": {"query": EVENTS}}))
        told = [socket.recv() for _ in LINES]
    leaving = f'mutation {{ eraseParticipant(participant: "{CANARY}-bram") {{ state certificate }} }}'
    erased = client.post("/graphql", json={"query": leaving})
    run_sql(tmp_path, "ALTER TABLE initiatives_1 RENAME TO hidden")
    beside = f'query {CANARY} {{ relationship(id: "{CANARY}") {{ initiative {{ name }} }} }}'
    broken = client.post("/graphql", json={"query": beside})
    run_sql(tmp_path, "ALTER TABLE events RENAME TO hidden_events")
    assert client.post("/events", content=SENT, headers=BATCH).status_code == 500
    metrics = process.scrape()
    log = process.end()
    traces = str(process.receiver.requests)

    # The control: it was there to be seen.
    assert all(CANARY in answer.text for answer in answers[:3])
    assert all(CANARY in str(message) for message in told)
    assert erased.json()["data"]["eraseParticipant"]["state"] == "erased"
    assert broken.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert stranger.status_code == 401
    # And each of the three has seen the requests it came with.
    assert samples(metrics)["http_request_seconds_count", ("GET", "/graphql", "2xx")] == 1
    assert samples(metrics)["http_request_seconds_count", ("other", "/graphql", "4xx")] == 1
    assert "sqlite3.OperationalError (SQLITE_ERROR)" in log
    assert "a participant was erased" in log
    assert [found["event"] for found in process.log].count("connection") == 1
    assert len(process.spans("graphql operation")) == 6
    assert [attributes(span).get("error.type") for span in process.spans("record batch")] == [None, None, "OperationalError"]
    for seen in (metrics, log, traces):
        assert CANARY not in seen.lower()
        assert process.token not in seen
        assert "tr_" not in seen
        assert "no such table" not in seen


def run_sql(folder: Path, statement: str) -> None:
    """Behind the process's back."""
    with sqlite3.connect(folder / "tussenruimte.db") as connection:
        connection.execute(statement)
    connection.close()


def test_a_planned_end_stands_in_the_log_with_how_many_are_still_there(process: Process) -> None:
    assert process.client.get("/healthz").status_code == 200
    process.end()
    (ended,) = [said for said in process.log if said["event"] == "told to end"]
    assert ended["connections"] == 1


def test_a_metrics_port_that_is_taken_is_told_in_a_sentence(process: Process, tmp_path: Path) -> None:
    taken = process.metrics.rpartition(":")[2].removesuffix("/metrics")
    said = refused(run_in(tmp_path)("serve", "--port", "0", "--metrics-port", taken))
    assert "in use" in said
    assert taken in said


def test_traces_that_are_asked_for_without_the_extra_are_told_in_a_sentence(tmp_path: Path) -> None:
    without = """
import sys
sys.modules["opentelemetry.sdk"] = None
from tussenruimte import main
main()
"""
    command = [sys.executable, "-c", without, "serve", "--port", "0"]
    for asked in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        settings = environment(**{asked: "http://127.0.0.1:4318"})
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=settings, timeout=60)
        assert done.returncode == 1
        assert f"{asked} asks for traces" in done.stderr
        assert "pip install 'tussenruimte[traces]'" in done.stderr
        assert "Traceback" not in done.stderr
