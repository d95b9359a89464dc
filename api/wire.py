"""What a client sends over HTTP comes in a certain size and in a certain time, or the connection ends: uvicorn has no bound of its own for
how long the head of a request may be, nor for how slowly a head or a body may trickle in.

It stands before any application, so that nobody needs a token to be held to it.
"""

import asyncio
from typing import Literal

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.exchange import PLAIN_JSON, HTTPRefused, refusal
from api.limits import too_costly
from domain.model.errors import Refused, bad

HEAD_BYTES = 32 * 1024
"""Address and headers together."""
HEAD_SECONDS = 15.0
BODY_SECONDS = 60.0
Phase = Literal["head", "body"]


class _HeadTooLarge(Exception):
    """Ends the parsing of a request."""


class TimelyProtocol(HttpToolsProtocol):
    """A connection over which requests come in time. Nothing is timed of one that comes at once, as nearly all do."""

    _phase: Phase | None = "head"
    """What of a request is still to come. A connection is made to send one."""
    _timed: Phase | None = None
    _timer: asyncio.TimerHandle | None = None
    _head = 0
    """Bytes of the head that have come."""
    _too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        self._phase = None
        self._time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self._phase is None and self.timeout_keep_alive_task is None and (self.cycle is None or self.cycle.response_complete):
            # What came is no request, and uvicorn has stopped the clock for it.
            self._phase = "head"
        if self._phase == "head":
            self._head += len(data)
            if self._head > HEAD_BYTES:
                self._refuse(431, too_costly("head_size", limit=HEAD_BYTES))
        self._time()

    def handle_websocket_upgrade(self) -> None:
        self._phase = None
        self._time()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase, self._head = "head", 0

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._too_large = True
            raise _HeadTooLarge
        self._phase = "body"
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._phase = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._too_large:
            self._refuse(431, too_costly("head_size", limit=HEAD_BYTES))
        else:
            super().send_400_response(msg)

    def _time(self) -> None:
        if self._timed == self._phase:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timed = self._phase
        seconds = HEAD_SECONDS if self._phase == "head" else BODY_SECONDS
        self._timer = self.loop.call_later(seconds, self._overdue, seconds) if self._phase else None

    def _overdue(self, seconds: float) -> None:
        if self.transport.is_closing():
            return
        if self._phase == "body" and self.cycle is not None and self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(408, bad("request_seconds", limit=round(seconds)))

    def _refuse(self, status: int, refused: Refused) -> None:
        answer = refusal(HTTPRefused(status, refused, {"Connection": "close"}), PLAIN_JSON, "en")
        headers = b"".join(b"%b: %b\r\n" % pair for pair in answer.raw_headers)
        self.transport.write(STATUS_LINE[status] + headers + b"\r\n" + bytes(answer.body))
        self.transport.close()
