"""One organisation as the front door opens it, served within the test: what a client sees of it, and what the store has to do for that."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import make_app
from domain.model.time import instant
from domain.store.places import on_sqlite
from domain.store.signals import Signals
from domain.store.staging import Line
from domain.store.store import EventStore
from projections.export.bounds import STANDARD, Bounds
from tussenruimte import Organisation

EXAMPLES = Path(__file__).parent.parent / "examples"
NOW = instant("2026-01-31T12:00:00Z")[0]
CONNECTIONS = 8


def opened(path: Path) -> Organisation:
    """An organisation in a file; its clock stands at `NOW`."""
    return Organisation(on_sqlite(path, b"r" * 32, "buurtmaat", lambda: NOW))


class Served:
    """The application with a client that has a token."""

    def __init__(self, organisation: Organisation, client: TestClient) -> None:
        self.organisation = organisation
        self.client = client
        self.token = organisation.tokens.create(name="tester")
        client.headers["Authorization"] = f"Bearer {self.token}"

    @cached_property
    def auditor(self) -> dict[str, str]:
        """What an auditor sends along."""
        return {"Authorization": f"Bearer {self.organisation.tokens.create('auditor', name='auditor')}"}

    @cached_property
    def administrator(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.organisation.tokens.create('administrator', name='administrator')}"}

    def answer(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> Any:
        """The whole answer to a query. An auditor asks what only they may."""
        asks = {**(self.auditor if "audit {" in query else {}), **(headers or {})}
        return self.client.post("/graphql", json={"query": query, "variables": variables}, headers=asks).json()

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer in which nothing went wrong."""
        answer = self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def refusal(self, query: str, language: str = "en", **variables: Any) -> Any:
        """The extensions of the first error, of which there is one."""
        (error,) = self.answer(query, {"Accept-Language": language}, **variables)["errors"]
        assert error["message"] == error["extensions"]["rule"]
        return error["extensions"]

    def record(self, events: Iterable[dict[str, Any]]) -> None:
        lines = [(Line("given", number), json.dumps(event).encode()) for number, event in enumerate(events, 1)]
        outcome = self.organisation.store.recording.record(lines, recorded_by="coordinator/k")
        assert not outcome.refused, outcome.refused

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL that is run meanwhile. Every connection of the pool is watched."""
        seen: list[str] = []
        with ExitStack() as held:
            watched = [held.enter_context(self.organisation.store.database.connection()) for _ in range(CONNECTIONS)]
        for connection in watched:
            connection.set_trace_callback(seen.append)
        yield seen
        for connection in watched:
            connection.set_trace_callback(None)


@contextmanager
def served(path: Path, look_seconds: float = 3_600, bounds: Bounds = STANDARD) -> Iterator[Served]:
    """An empty organisation, served. Unless asked for, nobody is looked out for: this process wakes its own subscribers."""
    with served_at(on_sqlite(path / "events.db", b"r" * 32, "buurtmaat", lambda: NOW), look_seconds, bounds) as found:
        yield found


@contextmanager
def served_at(
    store: EventStore, look_seconds: float | None = 3_600, bounds: Bounds = STANDARD, signals: Signals | None = None
) -> Iterator[Served]:
    """The same, wherever its store is."""
    organisation = Organisation(store, signals)
    with TestClient(make_app(organisation, look_seconds, bounds=bounds), raise_server_exceptions=False) as client:
        yield Served(organisation, client)


def examples() -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(EXAMPLES.glob("*.jsonl")) for line in file.read_text().splitlines()]
