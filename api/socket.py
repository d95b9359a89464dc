"""GraphQL over WebSockets (graphql-transport-ws): subscriptions for who gives a token in the first message, and for as long as it holds."""

import asyncio
import json
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any, cast

import starlette.websockets
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage

from api.context import Context, Organisation, looks
from api.direct import DIRECT, Direct
from api.entrance import Entrance
from api.errors import all_said, language_of, mask
from api.exchange import STATUS, HTTPRefused, Question
from api.fanout import Fanout, Subscriber, TooSlow
from api.followers import NotWritten
from api.limits import measured
from api.refused import note, note_errors
from api.schema import Schema
from api.sign_in.sessions import COOKIE
from api.subscription import NotBegun, Subscription
from api.time_limit import lift, within
from api.trusted import Documents
from api.turnstile import Limited, Turnstile, address_of
from api.wakeups import Wakeups
from api.watch import TokenWatch
from domain.model.errors import Refused
from domain.store.accesses import NOBODY, look
from domain.store.trouble import SILENT
from projections.export.bounds import Bounds

INIT_SECONDS = 10
MOST_SUBSCRIPTIONS = 50
"""The most that one connection may have at once."""
ENDED, FORBIDDEN = 4401, 4403
LATER = 1013
"""Try again later: the clients that there are do so by themselves."""
GONE = (WebSocketDisconnect, starlette.websockets.WebSocketDisconnected, WebSocketDisconnected)
"""The ways in which is told that nobody is there any more."""


class _Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """A connection that ends with its token, and on which subscriptions are told from one reading with others."""

    view: "Socket"
    websocket: ASGIWebSocketAdapter
    _ending: asyncio.Task[None] | None = None

    async def handle(self) -> None:
        with ExitStack() as self._watched:
            await super().handle()

    async def handle_message(self, message: Any) -> None:
        """What has not the form of the protocol ends the connection, whoever sent it. From who was let in each message is counted."""
        if not _is_message(message):
            await self.handle_invalid_message("This is no message of graphql-transport-ws")
            return
        if self.connection_acknowledged:
            try:
                message = self._admitted(message)
            except Refused as refused:
                if message["type"] == "subscribe":
                    await self.send_message({"id": message["id"], "type": "error", "payload": await self._told(refused)})
                else:
                    self.finish(LATER, str(refused))
                return
        await super().handle_message(message)

    def _admitted(self, message: Any) -> Any:
        """With the text of the document that is named. Raises `Refused`."""
        self.view.turnstile.ask(self.context.token)
        if message["type"] != "subscribe":
            return message
        payload = message["payload"]
        return {**message, "payload": {**payload, "query": self.view.documents.text(payload.get("query"), payload.get("documentId"))}}

    async def _refuse(self, operation: Operation[Context, None], refused: Refused) -> None:
        await operation.send_operation_message({"id": operation.id, "type": "error", "payload": await self._told(refused)})

    async def _told(self, refused: Refused) -> list[Any]:
        await note_errors(self.context.organisation, [refused])
        return [error.formatted for error in all_said([GraphQLError(str(refused), original_error=refused)], self.context.language)]

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        already = self.connection_acknowledged
        try:
            await super().handle_connection_init(message)
        except Limited as limited:
            await note_errors(self.context.organisation, [limited], NOBODY)
            self.finish(LATER, str(limited))
        except SILENT as error:
            # Nobody was refused: who is closed out as forbidden would not come back.
            mask(error)
            self.finish(LATER, "The database does not answer just now")
        except HTTPRefused as refused:
            silent = refused.status == STATUS["UNAVAILABLE"]
            if not silent:
                await note(self.context.organisation, "UNAUTHENTICATED")
            self.finish(*((LATER, "The provider of sign-in does not answer just now") if silent else (FORBIDDEN, "Forbidden")))
        if self.connection_acknowledged and not already:
            ended = partial(self.finish, ENDED, "The token has expired or was revoked")
            self._watched.enter_context(self.view.watch.over(self.context.token, ended))

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """A question is answered in time, as over HTTP."""
        try:
            async with within(self.view.bounds.query_seconds):
                await super().run_operation(operation)
        except Refused as refused:
            await self._refuse(operation, refused)

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: Any) -> None:
        """Questions and recordings are answered as the library does it; a subscription is a feed."""
        try:
            subscriber = self.view.subscriber(operation, self.context, self.websocket.ws)
        except Limited as limited:
            await self._refuse(operation, limited)
            return
        if subscriber is None:
            await super()._send_result_stream(operation, result_source)
            return
        lift()
        try:
            with self.view.turnstile.listening(self.context.token):
                await subscriber.follow()
        except Limited as limited:
            await self._refuse(operation, limited)
        except NotBegun as refused:
            await self._handle_pre_execution_error(operation, refused.result)
        except (TooSlow, NotWritten) as away:
            # Who is told that a subscription is complete does not come back for the rest.
            operation.completed = True
            self.finish(LATER, str(away))

    async def handle_task_exception(self, error: Exception) -> None:
        """Who has gone needs no answer; all else stands in the log under an id, as everywhere."""
        if not isinstance(error, GONE):
            mask(error)

    def finish(self, code: int, reason: str) -> None:
        """End the connection; from here on nothing is told."""
        for operation in self.operations.values():
            if operation.task is not None:
                operation.task.cancel()
        direct = _direct(self.websocket.ws)
        if direct is not None:
            direct.end(code, reason)
        elif self._ending is None:
            self._ending = asyncio.create_task(self.websocket.close(code, reason))


def _direct(socket: WebSocket) -> Direct | None:
    return socket.scope.get("extensions", {}).get(DIRECT)  # type: ignore[no-any-return]


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
        and (isinstance(payload.get("query"), str) or isinstance(payload.get("documentId"), str))
        and isinstance(payload.get("query"), str | None)
        and isinstance(payload.get("documentId"), str | None)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


class Socket(GraphQL[Context, None]):
    """The endpoint; HTTP has one of its own."""

    graphql_transport_ws_handler_class = _Handler

    def __init__(
        self,
        schema: Schema,
        organisation: Organisation,
        wakeups: Wakeups,
        fanout: Fanout,
        watch: TokenWatch,
        entrance: Entrance,
        turnstile: Turnstile,
        documents: Documents,
        bounds: Bounds,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
            allowed_origins=(*bounds.origins, *([entrance.own] if entrance.own else [])),
        )
        self.watch = watch
        self.turnstile = turnstile
        self.documents = documents
        self.bounds = bounds
        self._entrance = entrance
        self._organisation = organisation
        self._wakeups = wakeups
        self._fanout = fanout

    def subscriber(self, operation: Operation[Context, None], context: Context, socket: WebSocket) -> Subscriber | None:
        """Who is to be told what a message asks; none where it is not asked for as it happens, or not in a form that can be read. What it
        costs is counted. Raises `Limited`."""
        question = Question(operation.query, operation.variables, operation.operation_name)
        try:
            found = measured(question.query, question.variables)
            found.check("")
        except (Refused, GraphQLError):
            return None
        context.charge(found.shape.cost)
        parsed = found.document
        asked = Subscription(cast(Schema, self.schema), self._organisation, self._wakeups, question, context.scope, context.language)
        key = asked.key(parsed)
        if key is None:
            return None
        head = b'{"id":' + json.dumps(operation.id).encode() + b',"type":"next","payload":'
        direct = _direct(socket)

        async def send(body: bytes) -> None:
            await socket.send_text((head + body).decode())

        write = partial(direct.write, head) if direct is not None else None
        return Subscriber(self._fanout, key, asked.frames, send, write, asked.place(parsed))

    async def reject_websocket(self, request: WebSocket) -> WebSocket:
        """A page of another site connects."""
        await note(self._organisation, "FORBIDDEN")
        return await super().reject_websocket(request)

    def decode_json(self, data: str | bytes) -> object:
        try:
            return super().decode_json(data)
        except (RecursionError, ValueError):
            # Also what is nested too deep, or holds a number too long to be read, ends the connection as no message at all.
            raise json.JSONDecodeError("this cannot be read", "", 0) from None

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        # Which of several operations is meant, each message says by itself.
        language = language_of(request.headers.get("accept-language"))
        context = Context(self._organisation, self._wakeups, None, "", lasting=True, language=language, turnstile=self.turnstile)
        context.connection = request
        return context

    async def on_ws_connect(self, context: Context) -> Any:
        """Let in who has a token, in the payload of the first message: `{"authorization": "Bearer tr_…"}`; or who is signed in, where a
        page of this site connects. What is asked from here on is asked by them, on behalf of `onBehalfOf` if they say so."""
        said = context.connection_params or {}
        assert context.connection is not None, "a context of a connection has it"
        shown, address = said.get("authorization"), address_of(context.connection.scope)
        shown = shown if shown is not None else self._entrance.cookies.of(context.connection, COOKIE)
        self.turnstile.guess(address, shown)
        token = await self._entrance.shown(context.connection, said.get("authorization"))
        self.turnstile.guessed(address, shown, token)
        behalf = said.get("onBehalfOf")
        if token is None:
            await note(self._organisation, "UNAUTHENTICATED")
        if token is None or not isinstance(behalf, str | None):
            raise ConnectionRejectionError
        try:
            look(looks(token, behalf))
        except Refused:
            raise ConnectionRejectionError from None
        context.admit(token)
        return await super().on_ws_connect(context)
