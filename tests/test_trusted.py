"""Where trusted documents are set only these are executed, by the hash of their text; and the schema is told to who signed in only."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query
from live import PROTOCOL, live
from served import Served, served
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from domain.store.checks import Unusable
from projections.export import bounds as settings
from projections.export.bounds import Bounds, bounds

LENSES = "query Lenses {\n  lenses { name }\n}\n"
NAMED = "query($id: ID!) { relationship(id: $id) { id } }"
FEED = "subscription { events { __typename } }"
RECORD = "mutation($events: [JSON!]!) { recordEvents(events: $events) { recorded } }"
OTHER = "{ lenses { version } }"


def id_of(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("documents")
    (made / "more").mkdir()
    for name, text in (("a", LENSES), ("b", NAMED), ("more/c", FEED), ("d", RECORD)):
        (made / f"{name}.graphql").write_text(text)
    (made / "e.txt").write_text(OTHER)
    return made


@pytest.fixture(scope="module")
def trusting(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(settings.DOCUMENTS, str(folder))
        with served(tmp_path_factory.mktemp("trusting"), bounds=bounds()) as found:
            yield found


def sent(house: Served, **body: Any) -> tuple[int, Any]:
    response = house.client.post("/graphql", json=body)
    return response.status_code, response.json()


def test_a_trusted_document_is_executed_by_its_id_or_by_its_text(trusting: Served) -> None:
    for named in ({"documentId": id_of(LENSES)}, {"query": LENSES}, {"documentId": id_of(LENSES), "query": OTHER}):
        status, answer = sent(trusting, **named)
        assert (status, list(answer["data"]["lenses"][0])) == (200, ["name"])
    assert sent(trusting, documentId=id_of(NAMED), variables={"id": "x"})[1]["data"] == {"relationship": None}
    assert sent(trusting, documentId=id_of(RECORD), variables={"events": []})[1]["data"] == {"recordEvents": {"recorded": 0}}
    asked = {"documentId": id_of(NAMED), "variables": json.dumps({"id": "x"})}
    assert trusting.client.get("/graphql", params=asked).json()["data"] == {"relationship": None}


@pytest.mark.parametrize(
    "body",
    [
        {"query": OTHER},
        {"query": LENSES + " "},
        {"query": get_introspection_query()},
        {"query": "{ lens }"},
        {"query": "{"},
        {"documentId": id_of(OTHER)},
        {"documentId": id_of(LENSES).removeprefix("sha256:")},
        {"documentId": ""},
        {"documentId": id_of(OTHER), "query": LENSES},
    ],
)
def test_nothing_else_is_executed_or_told_of(trusting: Served, body: dict[str, Any]) -> None:
    status, answer = sent(trusting, **body)
    assert (status, answer["errors"][0]["extensions"]["code"], "data" in answer) == (403, "FORBIDDEN", False)
    assert "Did you mean" not in json.dumps(answer)


def test_over_a_connection_it_is_the_same(trusting: Served) -> None:
    with live(trusting) as client:

        def message(id: str, **payload: Any) -> Any:
            client.socket.send_json({"id": id, "type": "subscribe", "payload": payload})
            return client.message()

        assert message("1", documentId=id_of(LENSES))["payload"]["data"]["lenses"]
        assert client.message() == {"id": "1", "type": "complete"}
        assert message("2", query=FEED)["payload"]["data"]["events"] == {"__typename": "CaughtUp"}
        untrusted = ({"query": OTHER}, {"documentId": id_of(OTHER)}, {"query": get_introspection_query()}, {"query": "\ud83e"})
        for number, payload in enumerate(untrusted, 3):
            told = message(str(number), **payload)
            assert (told["id"], told["type"], told["payload"][0]["extensions"]["code"]) == (str(number), "error", "FORBIDDEN")


@pytest.mark.parametrize("payload", [{}, {"query": None}, {"documentId": 1}, {"query": LENSES, "documentId": []}])
def test_a_message_that_names_nothing_ends_the_connection(trusting: Served, payload: dict[str, Any]) -> None:
    with live(trusting) as client:
        client.socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
        with pytest.raises(WebSocketDisconnect) as ended:
            client.message()
        assert ended.value.code == 4400


def test_where_none_are_set_a_query_is_asked_for(house: Served) -> None:
    status, answer = sent(house, documentId=id_of(LENSES))
    assert (status, answer["errors"][0]["extensions"]["field"]) == (400, "documentId")
    assert sent(house, documentId=id_of(LENSES), query=OTHER)[1]["data"]["lenses"]
    with live(house) as client:
        client.socket.send_json({"id": "1", "type": "subscribe", "payload": {"documentId": id_of(LENSES)}})
        assert client.message()["payload"][0]["extensions"]["code"] == "BAD_INPUT"


def test_what_is_set_wrongly_is_told_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn.graphql").write_bytes(b"{ \xff }")
    wrong = {
        settings.DOCUMENTS: [str(tmp_path / "empty"), str(tmp_path / "nowhere.graphql"), str(tmp_path / "torn.graphql")],
        settings.ORIGINS: ["*", "example.org", "https://example.org/", "https://a.example, null"],
        settings.QUERY_SECONDS: ["0", "-1", "1.5", "x", "9999"],
        settings.REQUESTS: ["-1", "many"],
        settings.COST: ["99999"],
        settings.GUESSES: ["-1"],
        settings.SUBSCRIPTIONS: ["0"],
    }
    for variable, values in wrong.items():
        for value in values:
            with monkeypatch.context() as patched:
                patched.setenv(variable, value)
                with pytest.raises(Unusable, match=variable):
                    bounds()


def test_what_is_set_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = tmp_path / "one.graphql"
    one.write_text(LENSES)
    for variable, value in (
        (settings.DOCUMENTS, str(one)),
        (settings.ORIGINS, "https://A.example http://localhost:3000,http://[::1]:5173"),
        (settings.QUERY_SECONDS, "5"),
        (settings.REQUESTS, "0"),
        (settings.COST, "100000"),
        (settings.GUESSES, "7"),
        (settings.SUBSCRIPTIONS, "9"),
    ):
        monkeypatch.setenv(variable, value)
    origins = frozenset({"https://a.example", "http://localhost:3000", "http://[::1]:5173"})
    assert bounds() == Bounds(5, 0, 100_000, 7, 9, origins, {id_of(LENSES): LENSES})


def test_the_schema_is_told_to_who_signed_in_and_to_nobody_else(house: Served) -> None:
    query = {"query": get_introspection_query()}
    stranger = TestClient(house.client.app)
    for asked in (stranger.post("/graphql", json=query), stranger.post("/graphql", json={"query": "{ lense }"})):
        assert (asked.status_code, "Lens" in asked.text, "lenses" in asked.text) == (401, False, False)
    assert stranger.get("/schemas/schema.graphql").status_code == 401
    assert stranger.get("/schemas").status_code == stranger.get("/schemas/asyncapi.json").status_code == 200
    assert house.client.post("/graphql", json=query).json()["data"]["__schema"]
    assert "Did you mean 'lenses'" in house.client.post("/graphql", json={"query": "{ lense }"}).text
    assert "type Lens" in house.client.get("/schemas/schema.graphql").text


def test_over_a_connection_nothing_is_told_before_a_token_is_given(house: Served) -> None:
    for query in ("{ lense }", get_introspection_query()):
        with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
            socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": query}})
            with pytest.raises(WebSocketDisconnect) as ended:
                socket.receive_json()
            assert (ended.value.code, ended.value.reason) == (4401, "Unauthorized")
