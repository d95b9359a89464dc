"""Wake-ups between processes over Redis: whoever records announces the position, every other process hears of it and looks in the store.

A position is all that is sent, and what is told comes from the store alone. Redis that is lost, flushed, slow or hung therefore costs a
wait and never an event; nothing here raises to those who record or follow. Each organisation has a short stream of its own, so that who
was cut off for a moment finds the newest position still there.

In a cluster each connection goes to the one node on which the stream stands. The cluster client of the library is not used: it does not
start while the first of the nodes is gone, whichever of them is asked for.
"""

import asyncio
import logging
import random
import threading
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import MovedError, RedisError
from redis.retry import Retry

from domain.store.redis_address import Host, RedisAddress

LOST = (RedisError, OSError)
"""What the library raises for a server that is not there, does not answer, or answers that it cannot."""

KEPT = 100
"""About so many positions stay in a stream; only the newest is ever needed."""
BETWEEN_SECONDS = 0.002
"""From one announcement to the next: what is recorded meanwhile is announced with the newest, at no more than 500 a second."""
DIGITS = 18
"""Of the highest position there could be."""
ANSWER_SECONDS = 1.0
"""Until a server that does not answer is given up."""
BLOCK_SECONDS = 2.0
"""Until a server with nothing to say says so: a follower's sign that the connection still lives."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.05, 5.0
"""Between attempts to reach a server that is lost."""
CLOSING_SECONDS = 1.0
"""For the last announcement, when the process ends."""

logger = logging.getLogger(__name__)


def stream_of(organisation: str) -> str:
    """The key of an organisation's stream. The braces keep all of an organisation on one node of a cluster."""
    return f"tussenruimte:{{{organisation}}}:recorded"


class Line:
    """A connection on which one announcement at a time awaits its answer. Its parts may be called by one thread after the other."""

    def __init__(self, client: redis.Redis, stream: str) -> None:
        self.awaits = 0
        """The position that was sent and is not answered yet; 0: none is."""
        self.answered = False
        """Whether it ever was."""
        self._client = client
        # The library types little of it.
        self._connection: Any = client.connection
        self._stream = stream
        self._broken: Exception | None = None

    def send(self, position: int) -> None:
        """What goes wrong is told to who reads the answer. So little, on a line of which nothing is outstanding, waits for no room."""
        try:
            self._connection.send_command("XADD", self._stream, "MAXLEN", "~", KEPT, "*", "position", position, check_health=False)
        except LOST as error:
            self._broken = error
        self.awaits = position

    def read(self) -> None:
        """Wait for the answer. Raises one of `LOST`."""
        if self._broken is not None:
            raise self._broken
        self._connection.read_response()
        self.awaits, self.answered = 0, True

    def close(self) -> None:
        self._client.close()


class Signals:
    """What one process announces and follows of an organisation. Nothing is connected before it is needed."""

    def __init__(self, address: RedisAddress, organisation: str) -> None:
        self._address = address
        self._stream = stream_of(organisation)
        self._changed = threading.Condition()
        self._newest = 0
        self._owed = False
        """Whether the newest has yet to be sent."""
        self._free: Line | None = None
        """That of the thread, while it waits and nothing is outstanding: whoever announces may send."""
        self._closing = False
        self._thread: threading.Thread | None = None
        self._tells, self._hears = True, False

    @property
    def works(self) -> bool:
        """Whether the server answers who follows here, and took what was last announced here, if anything."""
        return self._tells and self._hears

    # Announcing

    def announce(self, position: int, again: bool = False) -> None:
        """Tell the others that all up to a position is recorded. Returns at once: it is sent from here where the server has answered what
        was sent before, which is sooner by far than to wake a thread; where it has not, the thread sends what is newest by then.

        `again`: whatever this process has sent before."""
        with self._changed:
            if again or position > self._newest:
                self._newest, self._owed = position, True
            if self._owed and self._free is not None:
                self._send(self._free)
            if self._thread is None:
                thread = threading.Thread(target=self._announce_all, name="signals", daemon=True)
                thread.start()
                self._thread = thread
            self._changed.notify_all()

    def trouble(self) -> str | None:
        """What is wrong with the server, for who looks whether all is well; None where it answers."""
        try:
            self._connected().close()
        except LOST as error:
            kind = type(error).__name__
            return f"{self._address} does not answer ({kind}): processes look for what others recorded instead. See whether it runs."
        return None

    def close(self) -> None:
        """Send what is still to be sent, if that can be done in a moment."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS)

    def _announce_all(self) -> None:
        """Until it is closed. When it is, what is newest is tried once more."""
        attempts = Attempts("Announcing", self._address)
        line: Line | None = None
        while self._has_work(line):
            closing, pause = self._closing, BETWEEN_SECONDS
            try:
                line = line or self._connected()
                with self._changed:
                    if not line.awaits:
                        self._send(line)
                line.read()
                attempts.succeeded()
                self._tells = True
            except LOST as error:
                with self._changed:
                    self._owed = True
                # The server may have cut what was idle for long: then another line goes.
                pause = 0.0 if line is not None and line.answered else attempts.failed(error)
                self._tells = not pause
                if line is not None:
                    line.close()
                    line = None
                if closing and pause:
                    break
            with self._changed:
                self._changed.wait_for(lambda: self._closing, pause)
        if line is not None:
            line.close()

    def _has_work(self, line: Line | None) -> bool:
        """Wait until something awaits its answer or has yet to be sent, on a line that whoever announces may use meanwhile; false when
        there will be nothing any more."""

        def work() -> bool:
            return self._owed or (line is not None and line.awaits > 0)

        with self._changed:
            self._free = line if not work() else None
            self._changed.wait_for(lambda: work() or self._closing)
            self._free = None
            return work()

    def _send(self, line: Line) -> None:
        self._free, self._owed = None, False
        line.send(self._newest)

    def _connected(self) -> Line:
        """As `_listening`."""
        lost: Exception = ConnectionError()
        for host in self._hosts():
            try:
                client = self._to_send(host)
                try:
                    client.xrevrange(self._stream, count=1)
                except BaseException:
                    client.close()
                    raise
                return Line(client, self._stream)
            except MovedError as moved:
                return Line(self._to_send(_place(moved, host)), self._stream)
            except LOST as error:
                lost = error
        raise lost

    def _to_send(self, host: Host) -> redis.Redis:
        return redis.Redis(**self._to(host, ANSWER_SECONDS), retry=Retry(NoBackoff(), 0), single_connection_client=True)

    # Following

    async def following(self) -> AsyncGenerator[int, None]:
        """Positions as others announce them, without end and perhaps some twice or none for a while.

        At every connection the newest that is there comes first, 0 where there is none."""
        attempts = Attempts("Following", self._address)
        while True:
            try:
                async with await self._listening() as client, aclosing(self._heard(client)) as heard:
                    async for position in heard:
                        attempts.succeeded()
                        self._hears = True
                        yield position
            except LOST as error:
                self._hears = False
                await asyncio.sleep(attempts.failed(error))
            finally:
                self._hears = False

    async def _heard(self, client: redis.asyncio.Redis) -> AsyncGenerator[int, None]:
        """What a connection tells. Whenever nothing came for a while the newest is asked for, since a stream that was flushed may begin
        again with ids that lie before those already seen."""
        last = b""
        while True:
            entries = await _answered(client.xrevrange(self._stream, count=1))
            newest = entries[0][0] if entries else b"0-0"
            if newest != last:
                last = newest
                yield _highest(entries)
            while told := await _answered(client.xread({self._stream: last}, block=int(BLOCK_SECONDS * 1_000))):
                ((_, entries),) = told
                last = entries[-1][0]
                yield _highest(entries)

    async def _listening(self) -> redis.asyncio.Redis:
        """Connected to the server or, in a cluster, to the node on which the stream stands; any node that lives says which that is."""
        lost: Exception = ConnectionError()
        for host in self._hosts():
            client = redis.asyncio.Redis(**self._to(host, None), retry=AsyncRetry(NoBackoff(), 0))
            try:
                await _answered(client.xrevrange(self._stream, count=1))
                return client
            except MovedError as moved:
                await client.aclose()
                return redis.asyncio.Redis(**self._to(_place(moved, host), None), retry=AsyncRetry(NoBackoff(), 0))
            except LOST as error:
                await client.aclose()
                lost = error
        raise lost

    # The connection

    def _hosts(self) -> list[Host]:
        """In any order, so that a node that is gone does not delay every process every time."""
        return random.sample(self._address.hosts, len(self._address.hosts))

    def _to(self, host: Host, seconds: float | None) -> dict[str, Any]:
        """`seconds`: until a server that says nothing is given up, where the library has to see to that."""
        return {
            "host": host.name,
            "port": host.port,
            "db": self._address.database,
            "username": self._address.username,
            "password": self._address.password,
            "ssl": self._address.tls,
            # What somebody else wrote there may be no text.
            "decode_responses": False,
            "socket_timeout": seconds,
            "socket_connect_timeout": ANSWER_SECONDS,
        }


class Attempts:
    """Tells once that Redis is lost and once that it is back, and how long to wait in between."""

    def __init__(self, doing: str, address: RedisAddress) -> None:
        self._what = (doing, address)
        self._wait = 0.0

    def failed(self, error: Exception) -> float:
        """Seconds until the next attempt, doubled each time and never quite the same in two processes."""
        if not self._wait:
            why = type(error).__name__
            logger.warning("%s over %s does not go, and is tried again; what is recorded is seen more slowly: %s", *self._what, why)
        self._wait = min(max(2 * self._wait, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
        return random.uniform(self._wait / 2, self._wait)

    def succeeded(self) -> None:
        if self._wait:
            logger.warning("%s over %s goes again", *self._what)
        self._wait = 0.0


async def _answered(answer: Awaitable[Any]) -> Any:
    """Raises TimeoutError, an OSError, where a server says nothing. The library's own limit can lose a cancellation on Python 3.11."""
    async with asyncio.timeout(BLOCK_SECONDS + ANSWER_SECONDS):
        return await answer


def _place(moved: MovedError, asked: Host) -> Host:
    """Where a node says that a stream stands. A node that does not know its own name names none, and means the one it was asked under."""
    return Host(moved.host or asked.name, moved.port)


def _highest(entries: Any) -> int:
    """Of entries of a stream; processes may announce in another order than they recorded in. What is no position counts as none."""
    said = [fields.get(b"position", b"") for _, fields in entries]
    return max((int(position) for position in said if position.isdigit() and len(position) <= DIGITS), default=0)
