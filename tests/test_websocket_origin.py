"""A page of another site opens no WebSocket here, with a token or without, unless its site is named; and its forms ask nothing."""

from collections.abc import Iterator

import pytest
from live import PROTOCOL
from served import Served, served
from starlette.websockets import WebSocketDisconnect

from projections.export.bounds import Bounds

FRIEND, STRANGER = "https://dashboard.example", "https://elsewhere.example"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("guarded"), bounds=Bounds(origins=frozenset({FRIEND}))) as found:
        yield found


def is_let_in(house: Served, said: dict[str, str]) -> bool:
    try:
        with house.client.websocket_connect("/graphql", subprotocols=[PROTOCOL], headers=said) as socket:
            socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {house.token}"}})
            return bool(socket.receive_json() == {"type": "connection_ack"})
    except WebSocketDisconnect:
        return False


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Origin": "http://testserver"},
        {"Origin": "https://TestServer"},
        {"Origin": FRIEND},
        {"Origin": f"{FRIEND}:443", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://inner.proxy", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_a_page_of_this_host_or_of_one_that_is_named_may_listen(guarded: Served, said: dict[str, str]) -> None:
    assert is_let_in(guarded, said)


@pytest.mark.parametrize(
    "said",
    [
        {"Origin": STRANGER},
        {"Origin": "null"},
        {"Origin": "http://testserver:8000"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": f"{FRIEND}.elsewhere.example"},
        {"Origin": "http://dashboard.example"},
        {"Origin": "https://["},
        {"Origin": STRANGER, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_may_not(guarded: Served, said: dict[str, str]) -> None:
    assert not is_let_in(guarded, said)


def test_nobody_is_named_unless_that_is_set(empty: Served) -> None:
    assert not is_let_in(empty, {"Origin": FRIEND})


def test_a_form_of_another_site_cannot_ask(guarded: Served) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        refused = guarded.client.post("/graphql", content=b'{"query": "{ lenses { name } }"}', headers={"Content-Type": media})
        assert refused.status_code == 415
