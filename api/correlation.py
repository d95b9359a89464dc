"""What belongs to one request is found together: an id in its answer and in every line that is logged meanwhile, one line that says what
became of it, its time among the metrics, and its span.

An address, a header or what somebody sent stands in none of them: a route is told by its template, and an id is taken over only in a form
in which nothing can be said.
"""

import logging
import random
import re
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from opentelemetry.trace import SpanKind
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from projections.telemetry import metrics, traces

HEADER = "X-Request-ID"
SAFE = re.compile(r"[0-9a-fA-F-]{16,64}")
"""UUIDs, and what proxies make: digits and a to f, in which no name and no address can be written."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PLAIN = ("/graphiql", "/graphql", "/events", "/metrics", "/sign-in", "/sign-out")
"""Pages whose routes leave no template in the scope, always or where the gate refuses."""
UNROUTED = "none"
"""The route of what was refused before it came to one, or leads to none."""

logger = logging.getLogger(__name__)


class Correlation:
    """Stands around the whole application, so that also what breaks there is told."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        id = headers.get(HEADER, "")
        id = id if SAFE.fullmatch(id) else _made()
        clear_contextvars()
        bind_contextvars(request_id=id)
        if scope["type"] == "websocket":
            await self._connection(id, scope, receive, send)
        else:
            await self._request(id, headers.get("traceparent"), scope, receive, send)

    async def _request(self, id: str, traceparent: str | None, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        status: int | None = None

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _give(id, message)
            await send(message)

        began = time.perf_counter()
        with traces.span(method, traces.caller(traceparent), SpanKind.SERVER, **{"http.request.method": method}) as span:
            try:
                await self.app(scope, receive, answer)
            finally:
                route, seconds = _template(scope), time.perf_counter() - began
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status or 0, "request_id": id})
                metrics.REQUESTS.labels(method, route, f"{status // 100}xx" if status else "none").observe(seconds)
                told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1_000, 1)}
                logger.info("request", extra=told)

    async def _connection(self, id: str, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = False

        async def answer(message: Message) -> None:
            nonlocal accepted
            if message["type"] == "websocket.accept":
                accepted = True
                metrics.SOCKETS.inc()
                _give(id, message)
            await send(message)

        began = time.perf_counter()
        try:
            await self.app(scope, receive, answer)
        finally:
            if accepted:
                metrics.SOCKETS.dec()
            told = {"route": _template(scope), "accepted": accepted, "ms": round((time.perf_counter() - began) * 1_000, 1)}
            logger.info("connection", extra=told)


def _made() -> str:
    """A UUID. It guards nothing, and asking the system for chance lets every other thread go first."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _give(id: str, message: MutableMapping[str, Any]) -> None:
    message.setdefault("headers", [])
    MutableHeaders(scope=message)[HEADER] = id


def _template(scope: Scope) -> str:
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    return next((page for page in PLAIN if scope["path"].startswith(page)), UNROUTED)
