"""A page of another site does nothing in somebody's name: not with their cookie over HTTP, and not over a WebSocket."""

from collections.abc import Iterator

import pytest
from live import PROTOCOL
from served import Served, served
from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect

from api.origin import is_foreign
from projections.export.bounds import Bounds

QUERY = {"query": "{ lenses { name } }"}
FRIEND, STRANGER = "https://dashboard.example", "https://elsewhere.example"
COOKIE = {"Cookie": "session=x"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("guarded"), bounds=Bounds(origins=frozenset({FRIEND}))) as found:
        yield found


OWN = [
    {},
    {"Origin": "http://testserver"},
    {"Origin": "https://TestServer"},
    {"Origin": FRIEND},
    {"Origin": f"{FRIEND}:443", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://inner.proxy", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]
FOREIGN = [
    {"Origin": STRANGER},
    {"Origin": "null"},
    {"Origin": "http://testserver:8000"},
    {"Origin": "http://testserver.elsewhere.example"},
    {"Origin": "https://["},
    {"Origin": STRANGER, "Sec-Fetch-Site": "cross-site"},
    {"Origin": STRANGER, "Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("said", OWN)
def test_a_page_of_this_host_or_of_one_that_is_set_may_ask_with_a_cookie(guarded: Served, said: dict[str, str]) -> None:
    assert guarded.client.post("/graphql", json=QUERY, headers={**COOKIE, **said}).json()["data"]["lenses"]
    assert guarded.client.get("/graphql", params=QUERY, headers={**COOKIE, **said}).status_code == 200


@pytest.mark.parametrize("said", FOREIGN)
@pytest.mark.parametrize("path", ["/graphql", "/events", "/metrics", "/schemas/schema.graphql", "/nowhere"])
def test_a_page_of_another_site_may_not(guarded: Served, path: str, said: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        refused = guarded.client.request(method, path, headers={**COOKIE, **said, "Accept-Language": "nl"})
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["extensions"]["code"]) == (403, "FORBIDDEN")
        assert error["message"].startswith("Dit komt van een pagina van een andere site")


@pytest.mark.parametrize("said", FOREIGN)
def test_without_a_cookie_nothing_is_sent_by_itself_and_nothing_is_refused(guarded: Served, said: dict[str, str]) -> None:
    assert guarded.client.post("/graphql", json=QUERY, headers=said).json()["data"]["lenses"]


def test_pages_that_are_open_may_be_linked_to(guarded: Served) -> None:
    assert guarded.client.get("/graphiql/", headers={**COOKIE, "Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(("said", "let_in"), [*((one, True) for one in OWN), *((one, "Origin" not in one) for one in FOREIGN)])
def test_a_websocket_is_opened_from_the_same_pages_with_a_cookie_or_without(guarded: Served, said: dict[str, str], let_in: bool) -> None:
    for cookie in ({}, COOKIE):
        try:
            with guarded.client.websocket_connect("/graphql", subprotocols=[PROTOCOL], headers={**said, **cookie}) as socket:
                socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {guarded.token}"}})
                assert socket.receive_json() == {"type": "connection_ack"}
                assert let_in
        except WebSocketDisconnect:
            assert not let_in


def test_nobody_else_is_let_in_where_nothing_is_set() -> None:
    headers = Headers({"origin": FRIEND, "host": "testserver"})
    assert (is_foreign(headers, ()), is_foreign(headers, {FRIEND})) == (True, False)


def test_a_form_of_another_site_cannot_ask(guarded: Served) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        refused = guarded.client.post("/graphql", content=b'{"query": "{ lenses { name } }"}', headers={"Content-Type": media})
        assert refused.status_code == 415
