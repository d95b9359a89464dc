"""A question that lasts too long is broken off in the database itself, and what records is not."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from live import live
from served import NOW, Served, served_at
from store_places import Place

from domain.store.deadline import Deadline, Overdue, asked_by, go_on
from projections.export.bounds import Bounds
from projections.views.snapshot import Snapshot

LONG = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 500000000) SELECT count(*) FROM c"
SHORT = LONG.replace("500000000", "5")
PATIENCE = 20.0


class Slow:
    """In place of the question for lenses: one statement of minutes, and how it ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.statement = LONG

    def __call__(self, snapshot: Snapshot) -> list[Any]:
        try:
            snapshot.connection.execute(self.statement).fetchall()
        finally:
            self.ended.set()
        return []


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    monkeypatch.setattr(Snapshot, "lenses", lambda snapshot: made(snapshot))
    return made


@pytest.fixture
def house(place: Place) -> Iterator[Served]:
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW), bounds=Bounds(query_seconds=0.5)) as found:
        yield found


def test_a_question_that_lasts_too_long_is_broken_off_in_the_database(house: Served, slow: Slow) -> None:
    response = house.client.post("/graphql", json={"query": "{ lenses { name } }"})
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (413, "TOO_COSTLY")
    assert "took longer than" in error["message"]
    assert slow.ended.wait(PATIENCE)
    slow.statement = SHORT
    for _ in range(20):
        assert house.ask("{ lenses { name } initiatives { nodes { id } } }") == {"lenses": [], "initiatives": {"nodes": []}}


def test_so_is_one_over_a_connection_which_goes_on(house: Served, slow: Slow) -> None:
    with live(house) as client:
        id = client.subscribe("{ lenses { name } }")
        message = client.message()
        assert (message["id"], message["type"], message["payload"][0]["extensions"]["code"]) == (id, "error", "TOO_COSTLY")
        assert slow.ended.wait(PATIENCE)
        slow.statement = SHORT
        client.subscribe("{ lenses { name } }")
        assert client.told() == []


def test_a_subscription_lasts_as_long_as_it_will(house: Served) -> None:
    with live(house) as client:
        client.subscribe("subscription { events { __typename ... on CaughtUp { position } } }")
        assert client.told()["__typename"] == "CaughtUp"
        assert not threading.Event().wait(1.0)
        initiative = {"name": "Home", "kind": "buddy", "guidance": "light", "contact": "indefinite"}
        event = {"specversion": "1.0", "id": "i", "source": "urn:test", "type": "tussenruimte.initiative_registered.v1"}
        house.record([{**event, "subject": "initiative/i", "occurred": "2021-01-01", "data": initiative}])
        assert client.told()["__typename"] == "EventArrived"


def test_a_recording_is_never_broken_off(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = type(house.organisation.store.recording).record

    def slowly(*given: Any, **named: Any) -> Any:
        threading.Event().wait(1.0)
        return taken(*given, **named)

    monkeypatch.setattr(type(house.organisation.store.recording), "record", slowly)
    assert house.ask("mutation { recordEvents(events: []) { recorded } }") == {"recordEvents": {"recorded": 0}}


def test_nothing_is_begun_for_a_question_that_is_overdue() -> None:
    deadline = Deadline()
    deadline.end()
    with asked_by(deadline), pytest.raises(Overdue):
        go_on()
    with pytest.raises(Overdue), deadline.during(lambda: None):
        pass
    go_on()


def test_a_question_is_broken_off_only_while_it_is_worked_on() -> None:
    deadline, broken = Deadline(), []
    with deadline.during(lambda: broken.append("first")):
        pass
    with deadline.during(lambda: broken.append("second")):
        deadline.end()
    assert broken == ["second"]
