"""The server, with a short way to WebSockets for what many are told: bytes that are ready go out in one call, without waiting.

As ASGI has it, each message costs a task that is woken and a frame that is made by the library, which together cost more than the
system's own sending. An application finds the short way among the extensions of its scope, and does without where another server runs it.
"""

import logging
import socket
from typing import Any, Protocol, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.correlation import Correlation
from api.limits import BODY
from api.wire import TimelyProtocol

DIRECT = "tussenruimte.direct"
ABORT_SECONDS = 10.0
"""For so long whoever takes nothing is waited for, before the connection is cut."""
logger = logging.getLogger(__name__)


class Direct(Protocol):
    """What an application finds under `DIRECT`."""

    def write(self, head: bytes, body: bytes) -> bool: ...

    def end(self, code: int, reason: str) -> None: ...


class DirectProtocol(WebSocketsSansIOProtocol):
    """A connection without compression, which would cost far more than all else."""

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[DIRECT] = self
        await super().run_asgi()

    def write(self, head: bytes, body: bytes) -> bool:
        """Send a text message, or say that it cannot be just now."""
        if not self.handshake_complete or self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        size = len(head) + len(body)
        if size < 126:
            length = bytes((0x81, size))
        elif size < 65_536:
            length = b"\x81\x7e" + size.to_bytes(2, "big")
        else:
            length = b"\x81\x7f" + size.to_bytes(8, "big")
        self.transport.write(length + head + body)
        return True

    def end(self, code: int, reason: str) -> None:
        """Close a connection from which nothing is taken: whoever looks up within a moment finds why."""
        if not self.handshake_complete or self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(ABORT_SECONDS, self.transport.abort)


def configured(application: ASGIApp, **more: Any) -> uvicorn.Config:
    """How the application is served."""
    bounds: dict[str, Any] = {"http": TimelyProtocol, "ws": DirectProtocol, "ws_per_message_deflate": False, "ws_max_size": BODY}
    return uvicorn.Config(application, log_config=None, access_log=False, **{**bounds, **more})


class Server(uvicorn.Server):
    """Ends answers that go on for ever before it waits for the others to be done."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        logger.info("told to end", extra={"connections": len(self.server_state.connections)})
        cast(Correlation, self.config.app).app.state.fanout.close()
        await super().shutdown(sockets)
