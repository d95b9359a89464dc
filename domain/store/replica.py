"""A replica of the events, of which questions are asked so that the primary need not answer them; nothing rests on it.

Whoever finds that it does not answer is told so within seconds, and for some seconds nobody else waits for it: they ask the primary.
A server that is frozen keeps its connections and says nothing, which no setting of TCP sees; so each answer has a time by which it is due.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from domain.store.database import Connection, Database, Row
from domain.store.postgres import PostgresDatabase, Unreachable

BEGIN_SECONDS = 2.0
"""Until a connection is there, and until the first word is answered, which asks nothing of the server but to be there."""
STATEMENT_SECONDS = 10.0
"""Until any other statement is answered; a question's take milliseconds."""
LOST_SECONDS = 10.0
"""For so long a replica that did not answer is not asked. Then one question tries, and the others still ask the primary."""

logger = logging.getLogger(__name__)


class Lost(Unreachable):
    """The replica does not answer, or broke off. Asked again at once, the same is asked of the primary."""


class Hasty(psycopg.Connection[Row]):
    """A connection that is given up when an answer is overdue."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        idle = self.pgconn.transaction_status == TransactionStatus.IDLE
        try:
            return super().wait(gen, interval, timeout or (BEGIN_SECONDS if idle else STATEMENT_SECONDS))
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()  # The answer may still come, and would be taken for that of the next question.
            raise


class ReplicaDatabase(PostgresDatabase):
    """One organisation's share of a replica. Raises `Lost`."""

    failure = Lost
    connections = Hasty
    answer_seconds = BEGIN_SECONDS
    connect_seconds = 2


class Replica:
    """A replica, and whether it answered when it was last asked. For several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._lost = False
        self._again = 0.0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As the database's. Raises `Lost`, at once where it was lost a moment ago."""
        with self._lock:
            now = time.monotonic()
            if self._lost and now < self._again:
                raise Lost("the replica did not answer a moment ago")
            # Should it not answer now either, only who asks here has waited for it.
            self._again = now + LOST_SECONDS
        try:
            with self._database.reading() as connection:
                self._is(lost=False)
                yield connection
        except Lost:
            self._is(lost=True)
            raise

    def answers(self) -> bool:
        """Whether it can be asked just now: looked at within seconds, or known since a moment ago."""
        try:
            with self.reading():
                return True
        except Lost:
            return False

    def close(self) -> None:
        self._database.close()

    def _is(self, lost: bool) -> None:
        with self._lock:
            changed, self._lost = self._lost != lost, lost
            if lost:
                self._again = time.monotonic() + LOST_SECONDS
        if changed:
            logger.warning(
                "the replica does not answer; the primary answers in its place" if lost else "the replica answers again",
            )
