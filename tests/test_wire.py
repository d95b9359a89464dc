"""What comes over a real connection comes in a certain size and time, with a token or without; else the connection ends with a reason."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from running import Running, running
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from api import wire
from api.limits import BODY

BODY_OF_ONE = b'{"query": "{ lenses { name } }"}'
PATIENCE = 20.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("house")) as found:
        yield found


def head(house: Running, *more: str, length: int = len(BODY_OF_ONE)) -> bytes:
    own = [f"Authorization: {house.headers['Authorization']}", "Host: here", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join(["POST /graphql HTTP/1.1", *own, *more, "", ""]).encode()


class Client:
    """A plain connection, on which anything may be sent."""

    def __init__(self, house: Running) -> None:
        self.socket = socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> tuple[int, bytes]:
        """The status of the next answer, and its body."""
        data = b""
        while b"\r\n\r\n" not in data:
            came = self.socket.recv(65_536)
            assert came, data
            data += came
        top, _, body = data.partition(b"\r\n\r\n")
        length = int(next(line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1])
        while len(body) < length:
            body += self.socket.recv(65_536)
        return int(top.split()[1]), body

    def refusal(self) -> tuple[int, str]:
        status, body = self.answer()
        (error,) = json.loads(body)["errors"]
        assert self.is_ended()
        return status, error["extensions"]["code"]

    def trickle(self, piece: bytes) -> int | None:
        """Send it over and over, until there is an answer: its status; none where the connection was cut before it could be read."""
        self.socket.settimeout(0.05)
        try:
            while True:
                self.send(piece)
                with suppress(TimeoutError):
                    return self.answer()[0]
        except ConnectionError:
            return None

    def is_ended(self) -> bool:
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def test_a_head_may_be_as_long_as_the_limit_and_no_longer(house: Running) -> None:
    with Client(house) as client:
        client.send(head(house, "X-Long: " + "x" * (wire.HEAD_BYTES - 1_000)) + BODY_OF_ONE)
        assert client.answer()[0] == 200
        client.send(head(house, "X-Long: " + "x" * wire.HEAD_BYTES) + BODY_OF_ONE)
        assert client.refusal() == (431, "TOO_COSTLY")


def test_a_head_without_an_end_is_read_no_further_than_the_limit(house: Running) -> None:
    with Client(house) as client:
        client.send(b"GET /healthz HTTP/1.1\r\nHost: here\r\nX-Long: ")
        assert client.trickle(b"x" * 10_000) in (431, None)


def test_an_address_may_be_as_long_as_a_head(house: Running) -> None:
    with Client(house) as client:
        client.send(b"GET /healthz?" + b"x" * (wire.HEAD_BYTES - 1_000) + b" HTTP/1.1\r\nHost: here\r\n\r\n")
        assert client.answer()[0] == 200
        client.send(b"GET /healthz?" + b"x" * wire.HEAD_BYTES + b" HTTP/1.1\r\nHost: here\r\n\r\n")
        assert client.refusal() == (431, "TOO_COSTLY")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.5)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "begun",
    [b"", b"GET /hea", b"GET /healthz HTTP/1.1\r\nHost:", b"\r\n", b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"],
    ids=["nothing", "an address in part", "a head in part", "no request", "no second request"],
)
def test_whoever_does_not_come_to_the_end_of_a_head_is_ended(house: Running, begun: bytes) -> None:
    with Client(house) as client:
        client.send(begun)
        if begun.endswith(b"\r\n\r\n"):
            assert client.answer()[0] == 200
            client.send(b"\r\n")
        assert client.refusal() == (408, "BAD_INPUT")


@pytest.mark.usefixtures("hasty")
def test_a_body_that_trickles_is_ended(house: Running) -> None:
    with Client(house) as client:
        client.send(head(house, length=1_000))
        assert client.trickle(b" ") in (408, None)


@pytest.mark.usefixtures("hasty")
def test_so_is_one_for_which_no_token_was_given_and_which_was_answered(house: Running) -> None:
    with Client(house) as client:
        client.send(b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n")
        assert client.answer()[0] == 401
        assert client.is_ended()


@pytest.mark.usefixtures("hasty")
def test_a_request_in_parts_that_comes_in_time_is_answered_and_so_is_the_next(house: Running) -> None:
    with Client(house) as client:
        for _ in range(2):
            whole = head(house) + BODY_OF_ONE
            for part in (whole[:30], whole[30:90], whole[90:-5], whole[-5:]):
                client.send(part)
            status, body = client.answer()
            assert (status, "lenses" in json.loads(body)["data"]) == (200, True)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("size", [BODY, BODY + 1])
def test_a_frame_may_be_as_long_as_a_body_and_a_connection_lasts(house: Running, size: int) -> None:
    url = f"ws://127.0.0.1:{house.port}/graphql"
    with connect(url, subprotocols=["graphql-transport-ws"], compression=None) as client:  # type: ignore[list-item]
        client.send(json.dumps({"type": "connection_init", "payload": {"authorization": house.headers["Authorization"]}}))
        assert json.loads(client.recv(PATIENCE)) == {"type": "connection_ack"}
        with pytest.raises(TimeoutError):
            client.recv(1.0)
        ping = b'{"type": "ping", "payload": {"x": "%b"}}'
        client.send((ping % (b"x" * (size - len(ping) + 2))).decode())
        if size == BODY:
            assert json.loads(client.recv(PATIENCE)) == {"type": "pong"}
        else:
            with pytest.raises(ConnectionClosed):
                client.recv(PATIENCE)
            assert client.close_code == 1009


def test_the_bounds_are_those_that_are_served(tmp_path: Path) -> None:
    with running(tmp_path, direct=False) as house, Client(house) as client:
        client.send(head(house, "X-Long: " + "x" * wire.HEAD_BYTES) + BODY_OF_ONE)
        assert client.refusal() == (431, "TOO_COSTLY")
