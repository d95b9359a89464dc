"""A TCP proxy whose connections can be cut, fall silent and become slow, between any program and the server it talks to.

What it cannot do is lose single packets: a kernel that has taken a packet sees to the rest. A silent connection stands for a cable that
was pulled: both ends stay connected and hear nothing, until it is cut as a kernel does when nothing was confirmed for too long.
"""

import asyncio
import socket
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from typing import Self

AT_ONCE = struct.pack("ii", 1, 0)
"""Lingering for no time at all: closing sends a reset."""


class Connection:
    """Both halves of one connection. `lost`: some of it was swallowed, so that it can only be cut."""

    def __init__(self, *writers: StreamWriter) -> None:
        self._writers = writers
        self.lost = False

    def cut(self) -> None:
        for writer in self._writers:
            if not writer.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                writer.transport.abort()

    def close(self) -> None:
        for writer in self._writers:
            writer.close()


class Proxy:
    """Listens on `port`, in a thread of its own, for a server on this machine. `passed` counts bytes."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._connections: set[Connection] = set()
        self._delay = 0.0
        self._silent = False
        self.passed = 0
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._accepting = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._accept, sock=self._listening), self._loop).result()

    def cut(self) -> None:
        """Reset every connection there is."""
        self._within(self._cut)

    def slow(self, seconds: float) -> None:
        """Hold whatever is sent up for so long, on every connection; 0: as before."""
        self._delay = seconds

    def silence(self) -> None:
        """Pass nothing on, neither of the connections there are nor of new ones, and tell nobody."""
        self._within(self._fall_silent)

    def recover(self) -> None:
        """Pass on what comes again; connections of which something was swallowed are cut."""
        self._within(self._speak)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _within(self, what: Callable[[], None]) -> None:
        """In the thread of the loop; returns when it is done."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (what(), done.set()))
        done.wait()

    async def _close(self) -> None:
        self._accepting.close()
        while self._connections:
            self._cut()
            await asyncio.sleep(0)

    def _cut(self) -> None:
        for connection in self._connections:
            connection.cut()

    def _fall_silent(self) -> None:
        self._silent = True
        for connection in self._connections:
            connection.lost = True

    def _speak(self) -> None:
        self._silent = False
        for connection in self._connections:
            if connection.lost:
                connection.cut()

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            beyond, onward = await asyncio.open_connection("127.0.0.1", self._server)
        except OSError:
            Connection(writer).cut()
            return
        connection = Connection(writer, onward)
        connection.lost = self._silent
        self._connections.add(connection)
        await asyncio.gather(self._pass(connection, reader, onward), self._pass(connection, beyond, writer))
        self._connections.discard(connection)
        connection.close()

    async def _pass(self, connection: Connection, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if self._delay:
                    await asyncio.sleep(self._delay)
                if not connection.lost:
                    writer.write(data)
                    self.passed += len(data)
                    await writer.drain()
            if not connection.lost:
                writer.write_eof()
        except OSError:
            connection.cut()
