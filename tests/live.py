"""One connection over graphql-transport-ws within the test, as a dashboard has it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from served import Served
from starlette.testclient import WebSocketTestSession

PROTOCOL = "graphql-transport-ws"
EVENTS = """subscription($after: Position, $filter: EventFilter) { events(after: $after, filter: $filter) { __typename
    ... on EventArrived { event { id type position } relationship { id } } ... on CaughtUp { position } ... on Heartbeat { position } } }"""
MOVES = """subscription($after: Position, $lens: String, $filter: MoveFilter) {
    moves(after: $after, lens: $lens, filter: $filter) { __typename
    ... on MoveArrived { position move { relationship { id } holder was now kind at cause triggers { id } } }
    ... on MoveWithdrawn { position relationship lens holder at now } ... on CaughtUp { position } ... on Heartbeat { position } } }"""


class Live:
    """A connection that was let in."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self._made = 0

    def subscribe(self, query: str, **variables: Any) -> str:
        self._made += 1
        payload = {"query": query, "variables": variables}
        self.socket.send_json({"id": str(self._made), "type": "subscribe", "payload": payload})
        return str(self._made)

    def message(self) -> Any:
        return self.socket.receive_json()

    def told(self) -> Any:
        """What the next message says, of whichever subscription."""
        message = self.message()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        ((_, said),) = message["payload"]["data"].items()
        return said

    def until_caught_up(self) -> list[Any]:
        """All that is told up to there; how far that is stands last."""
        said = [self.told()]
        while said[-1]["__typename"] != "CaughtUp":
            said.append(self.told())
        return said


@contextmanager
def live(served: Served, token: str | None = None) -> Iterator[Live]:
    with served.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {token or served.token}"}})
        assert socket.receive_json() == {"type": "connection_ack"}
        yield Live(socket)
