"""The application behind the server that its users have, on a port of its own, in a thread of the test.

What depends on real sockets (how much one takes that nobody reads, answers without an end) cannot be seen through the test client.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from served import opened

from api.app import make_app
from api.direct import Server, configured
from projections.export.bounds import STANDARD, Bounds
from tussenruimte import Organisation


class Running:
    """A server; its organisation can be recorded into from here."""

    def __init__(self, organisation: Organisation, port: int) -> None:
        self.organisation = organisation
        self.port = port
        self.token = organisation.tokens.create(name="tester")
        self.headers = {"Authorization": f"Bearer {self.token}"}


@contextmanager
def running(path: Path, direct: bool = True, bounds: Bounds = STANDARD, organisation: Organisation | None = None) -> Iterator[Running]:
    """`direct`: with the short way for what many are told; else as any server of ASGI applications."""
    organisation = organisation or opened(path / "events.db")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Little is held for whoever does not read, so that a test need not send megabytes.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        protocol = {} if direct else {"ws": "websockets-sansio"}
        # Who does not read does not answer a ping either; that is not what a test looks at.
        config = configured(make_app(organisation, bounds=bounds), ws_ping_interval=None, **protocol)
        server = Server(config)
        serving = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        serving.start()
        try:
            yield Running(organisation, listening.getsockname()[1])
        finally:
            server.should_exit = True
            serving.join()
