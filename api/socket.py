"""GraphQL over WebSockets (graphql-transport-ws): subscriptions for who gives a token in the first message, and for as long as it holds."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import starlette.websockets
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from api.context import Context, Organisation, bearer, thread
from api.errors import language_of, mask
from api.schema import Schema
from api.wakeups import Wakeups

INIT_SECONDS = 10
SUBSCRIPTIONS = 50
"""The most that one connection may have at once."""
TOKEN_SECONDS = 1.0
"""How often is looked whether the token of a connection still holds."""
ENDED = 4401
GONE = (WebSocketDisconnect, starlette.websockets.WebSocketDisconnected, WebSocketDisconnected)
"""The ways in which is told that nobody is there any more."""


class _Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """A connection that ends with its token."""

    async def handle(self) -> None:
        watching = asyncio.create_task(self._end_with_token())
        try:
            await super().handle()
        finally:
            watching.cancel()

    async def handle_message(self, message: Any) -> None:
        """What has not the form of the protocol ends the connection, whoever sent it."""
        if not _is_message(message):
            await self.handle_invalid_message("This is no message of graphql-transport-ws")
            return
        await super().handle_message(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Who has gone needs no answer; all else stands in the log under an id, as everywhere."""
        if not isinstance(error, GONE):
            mask(error)

    async def _end_with_token(self) -> None:
        while True:
            await asyncio.sleep(TOKEN_SECONDS)
            if self.connection_acknowledged and not await thread(self.context.holds):
                await self.websocket.close(ENDED, "The token has expired or was revoked")
                return


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    payload = message.get("payload")
    if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return False
    if message["type"] != "subscribe":
        return "payload" not in message or payload is None or isinstance(payload, dict)
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


class Socket(GraphQL[Context, None]):
    """The endpoint; HTTP has one of its own."""

    graphql_transport_ws_handler_class = _Handler

    def __init__(self, schema: Schema, organisation: Organisation, wakeups: Wakeups) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=SUBSCRIPTIONS,
        )
        self._organisation = organisation
        self._wakeups = wakeups

    def decode_json(self, data: str | bytes) -> object:
        try:
            return super().decode_json(data)
        except RecursionError:
            raise json.JSONDecodeError("nested too deep", "", 0) from None

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        # Which of several operations is meant, each message says by itself.
        language = language_of(request.headers.get("accept-language"))
        return Context(self._organisation, self._wakeups, None, "", lasting=True, language=language)

    async def on_ws_connect(self, context: Context) -> Any:
        """Let in who has a token, in the payload of the first message: `{"authorization": "Bearer tr_…"}`."""
        token = await bearer(self._organisation, (context.connection_params or {}).get("authorization"))
        if token is None:
            raise ConnectionRejectionError
        context.admit(token)
        return await super().on_ws_connect(context)
