"""A mail server on a port of its own, that keeps what it is given: with TLS or without, for whoever shows a password or for anybody."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from msgspec.structs import replace

from projections.export.mail import Mail

URL = "https://tussenruimte.example.org"
SENDER = "platform@example.org"


class Post:
    """What came in, as it was sent and as it is read. `refuse`: what is said to who names an address, while it is set; `reject` to who
    has sent a mail, and `goodbye` to who goes."""

    def __init__(self) -> None:
        self.came: list[EmailMessage] = []
        self.sent: list[str] = []
        self.refuse: str | None = None
        self.reject: str | None = None
        self.goodbye = "221 Bye"
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse is not None:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self.goodbye

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.reject is not None:
            return self.reject
        self.sent.append(envelope.content.decode("ascii"))
        message = message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.came.append(message)
        return "250 OK"

    def mail(self, **more: Any) -> Mail:
        """How the platform is set to send here."""
        return replace(Mail("127.0.0.1", self.port, enciphered=False, user=None, password=None, sender=SENDER, url=URL), **more)

    @property
    def texts(self) -> list[str]:
        return [one.get_content() for one in self.came]


@contextmanager
def mail_server(port: int = 0, tls: Path | None = None, password: str | None = None, post: Post | None = None) -> Iterator[Post]:
    """`tls`: the file of its certificate and key; then it says nothing before STARTTLS. `password`: that of the user `platform`, to be
    shown over TLS."""
    post = post or Post()

    def knows(server: Any, session: Any, envelope: Any, mechanism: str, shown: Any) -> AuthResult:
        well = isinstance(shown, LoginPassword) and (shown.login, shown.password) == (b"platform", (password or "").encode())
        return AuthResult(success=well, handled=False)

    more: dict[str, Any] = {}
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls)
        more = {"tls_context": context, "require_starttls": True}
    if password is not None:
        more |= {"authenticator": knows, "auth_required": True}
    with socket.create_server(("127.0.0.1", port)) as listening:
        post.port = listening.getsockname()[1]
        ends: Future[Callable[[], None]] = Future()
        serving = threading.Thread(target=lambda: asyncio.run(_serve(listening, lambda: SMTP(post, **more), ends)))
        serving.start()
        try:
            end = ends.result()
            yield post
        finally:
            end()
            serving.join()


async def _serve(listening: socket.socket, made: Callable[[], SMTP], ends: Future[Callable[[], None]]) -> None:
    loop, ended, open_ones = asyncio.get_running_loop(), asyncio.Event(), list[SMTP]()

    def another() -> SMTP:
        open_ones.append(made())
        return open_ones[-1]

    async with await loop.create_server(another, sock=listening) as server:
        ends.set_result(lambda: loop.call_soon_threadsafe(ended.set))  # type: ignore[arg-type, return-value]
        await ended.wait()
        server.close()
        for one in open_ones:
            if one.transport is not None:
                one.transport.abort()
        while any(one.transport is not None for one in open_ones):
            await asyncio.sleep(0.01)
