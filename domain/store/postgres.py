"""A database on PostgreSQL, for all organisations together: the organisation leads every key, and nothing crosses organisations.

Each transaction is set to its organisation as it begins, and shows and takes the rows of no other: see `domain.store.isolation`.

Writers of one organisation wait for one another on a row of `locks`, taken when their transaction begins and held until it commits: so
positions have no gaps and become visible in their order, and other organisations wait for nobody. Generations of a view share a table.
"""

import secrets
import select
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError
from eventsourcing.postgres import PostgresDatastore
from psycopg_pool import ConnectionPool

from domain.store.addresses import shown
from domain.store.cancellation import broken_off_in_time
from domain.store.database import STORE_VERSION, Cursor, Lock, Row, Table
from domain.store.isolation import SET, admit, role_of, secure, within
from domain.store.lead import ServerLead
from domain.store.postgres_arrays import Packed, PackedDumper
from domain.store.postgres_brief import BriefTransaction
from domain.store.postgres_sql import definitions, named, quoted
from domain.store.postgres_transaction import Asked, PostgresTransaction

BUSY_SECONDS = 120
POOL = 40
ANSWER_SECONDS = 30.0
"""How long who asks waits for a server to come back, or for another to take its place."""
RECONNECT_SECONDS = 5.0
"""How long an attempt to connect is repeated before another begins. The pool waits twice as long each time: with its own limit, 5 minutes,
it would find a server only minutes after that is back."""
DRAINED_SECONDS = 1.0
"""Where several threads find within so long that their connection is closed, the others are let go of once."""
_MIGRATING = 7_482_153_001
"""The number of the advisory lock under which tables are made."""
_SESSION = (
    # What hangs in a transaction, or at the other end of a cable that was cut, must not hold a lock for ever.
    f"SET lock_timeout = '{BUSY_SECONDS}s'; SET idle_in_transaction_session_timeout = '300s'; SET client_min_messages = 'warning'; "
    "SET standard_conforming_strings = on"
)
LOCKED = "SELECT 1 FROM locks WHERE organisation = %s AND name = %s FOR UPDATE"
PAUSE = "15s"
"""For so long a brief transaction may say nothing: whoever is paused in the middle of one must not hold all the others up."""
_KEPT_ALIVE: dict[str, Any] = {
    **{"keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3},
    **{"tcp_user_timeout": 45_000},
}
CONNECT_SECONDS = 5


class Unreachable(OperationalError):
    """The server does not answer, or broke off. What was being recorded may be recorded or not: sent again, with its ids, it is once."""


class PostgresDatabase(PostgresDatastore):
    """One organisation's share of a database. `url` is a libpq URL, with whatever libpq takes there: several hosts, a service.

    What a kind of database does otherwise: what is raised where it does not answer, its connections, and how long it is waited for."""

    failure: type["Unreachable"] = Unreachable
    connections: type[psycopg.Connection[Row]] = psycopg.Connection
    answer_seconds = ANSWER_SECONDS
    connect_seconds = CONNECT_SECONDS

    def __init__(self, url: str, organisation: str) -> None:
        self.url = url
        self.organisation = organisation
        self._locks: set[Lock] = set()
        self._drained = float("-inf")
        super().__init__("", "", "", "", "", originator_id_type="text", pool_size=0, max_overflow=POOL)
        self.pool = ConnectionPool(
            url,
            connection_class=self.connections,
            kwargs={**_KEPT_ALIVE, "connect_timeout": self.connect_seconds},
            min_size=0,
            max_size=POOL,
            open=False,
            configure=_configure,
            check=self._see_that_it_lives,
            timeout=self.answer_seconds,
            reconnect_timeout=RECONNECT_SECONDS,
            reconnect_failed=_try_again,
        )  # type: ignore[assignment]

    @contextmanager
    def reading(self) -> Iterator[PostgresTransaction]:
        with self._held() as connection:
            # In one message; and SET, other than a SELECT, leaves it to the first question what is the newest that is seen.
            organisation = quoted(self.organisation)
            connection.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL tussenruimte.organisation = {organisation}")
            try:
                yield PostgresTransaction(connection, self.organisation)
            finally:
                if not connection.closed:
                    connection.rollback()

    @contextmanager
    def asking(self) -> Iterator[PostgresTransaction]:
        with self._held() as connection:
            yield Asked(connection, self.organisation)

    @contextmanager
    def writing(self, lock: Lock, brief: bool = False) -> Iterator[PostgresTransaction]:
        self._make(lock)
        with self._held() as connection, _replicated(connection), (self._briefly if brief else self._begun)(connection, lock) as begun:
            yield begun

    # From when a lock is answered all that was committed under it is seen, and nothing else is written under it.

    @contextmanager
    def _begun(self, connection: psycopg.Connection[Row], lock: Lock) -> Iterator[PostgresTransaction]:
        with connection.transaction():
            with connection.pipeline():
                connection.execute(SET, (self.organisation,))
                held = connection.execute(LOCKED, (self.organisation, lock))
            self._check(held, lock)
            yield PostgresTransaction(connection, self.organisation)

    @contextmanager
    def _briefly(self, connection: psycopg.Connection[Row], lock: Lock) -> Iterator[PostgresTransaction]:
        begun = BriefTransaction(connection, self.organisation, lock, PAUSE)
        try:
            yield begun
            self._check(begun.held, lock)
            begun.commit()
        finally:
            if not connection.closed:
                connection.rollback()

    def _check(self, held: Cursor, lock: Lock) -> None:
        """Without its row nothing was locked: it is gone with a fail-over or a restore, and is made anew for the next."""
        if held.fetchone() is None:
            self._locks.discard(lock)
            raise Unreachable(f"{shown(self.url)}: the lock {lock} of {self.organisation} is gone; try again")

    def wipe_traces(self, tables: Iterable[Table]) -> None:
        """What was overwritten stands in the heap until a vacuum, and in the WAL until that is recycled, which cannot be told to go."""
        with self._held() as connection:
            for table in tables:
                connection.execute(f"VACUUM {named(table)}")

    @contextmanager
    def lead(self, name: str) -> Iterator[ServerLead]:
        with connected(self.url) as connection:
            yield ServerLead(connection, self.organisation, name)

    def _see_that_it_lives(self, connection: psycopg.Connection[Row]) -> None:
        """Where the server closed one connection it closed the others as well. The pool would try one after the other, and wait twice as
        long after each: with six of them longer than anybody who asks."""
        try:
            _check(connection)
        except psycopg.Error:
            if time.monotonic() - self._drained > DRAINED_SECONDS:
                self._drained = time.monotonic()
                self.pool.drain()
            raise

    @contextmanager
    def _held(self) -> Iterator[psycopg.Connection[Row]]:
        try:
            with self.get_connection() as connection, broken_off_in_time(connection):
                yield connection  # type: ignore[misc]
        except (OperationalError, InterfaceError) as error:
            raise self.failure(f"{shown(self.url)}: {error}") from error

    def _make(self, lock: Lock) -> None:
        """See that the row stands there by which an organisation's writers wait for one another."""
        if lock not in self._locks:
            with self._held() as connection, _replicated(connection), within(connection, self.organisation):
                connection.execute("INSERT INTO locks VALUES (%s, %s) ON CONFLICT DO NOTHING", (self.organisation, lock))
            self._locks.add(lock)


def migrate(url: str, tables: Iterable[Table], application: str | None = None, version: int = STORE_VERSION) -> None:
    """Make what tables are not there yet, and see that they keep organisations apart. Of several who do so at once one goes first, and the
    others find it done. `application`: the URL that the platform will use; whose role that is may then use the tables."""
    with connected(url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_MIGRATING,))
        with connection.transaction():
            for statement in definitions(tables):
                connection.execute(statement)
            connection.execute("INSERT INTO facts VALUES ('store_version', %s) ON CONFLICT (name) DO NOTHING", (str(version),))
        secure(connection)
        if application is not None:
            with connected(application) as platform:
                admit(connection, role_of(platform))


def store_version(connection: psycopg.Connection[Row]) -> str | None:
    """The version of the tables in a database, as it stands there; None where there are none."""
    if not has_table(connection, "facts"):
        return None
    row = connection.execute("SELECT value FROM facts WHERE name = 'store_version'").fetchone()
    return row[0] if row else None


def has_table(connection: psycopg.Connection[Row], name: str) -> bool:
    return connection.execute("SELECT to_regclass(%s)", (name,)).fetchone() != (None,)


def lacks(connection: psycopg.Connection[Row], tables: Iterable[Table]) -> bool:
    """Whether a table is missing, or one of its columns."""
    expected = {(named(table), column) for table in tables for column in table.columns}
    found = connection.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped"
        " WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid)",
        ([name for name, _ in expected],),
    )
    return not expected <= set(found)


def are_one(connection: psycopg.Connection[Row], other: psycopg.Connection[Row]) -> bool:
    """Whether two connections lead to one database, however their URLs are written: what the one locks the other finds locked."""
    number = secrets.randbits(62)
    connection.execute("SELECT pg_advisory_lock(%s)", (number,))
    return other.execute("SELECT pg_try_advisory_lock(%s)", (number,)).fetchone() == (False,)


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Row]]:
    """A connection of its own. Raises `Unreachable`, which names the server and no password."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS, **_KEPT_ALIVE) as connection:
            yield connection
    except (psycopg.Error, UnicodeError) as error:
        # The latter where a host's name is none, as one with a part of more than 63 letters.
        raise Unreachable(f"{shown(url)}: {error}") from error


@contextmanager
def _replicated(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Refuse a COMMIT that was broken off while it waited for a synchronous replica: PostgreSQL then says only in a warning that what it
    took is on one server, and may be lost with it."""
    warned: list[str] = []

    def hear(notice: psycopg.errors.Diagnostic) -> None:
        # The warning has no code of its own, and its text speaks the server's language.
        if notice.source_function == "SyncRepWaitForLSN":
            warned.append(notice.message_primary or "")

    connection.add_notice_handler(hear)
    try:
        yield
    finally:
        connection.remove_notice_handler(hear)
    if warned:
        raise psycopg.OperationalError(warned[0])


def _check(connection: psycopg.Connection[Any]) -> None:
    """A connection at which something waits to be read, while nothing was asked, was most likely closed by the server."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)


def _try_again(pool: ConnectionPool[Any]) -> None:
    """An attempt was given up. The next begins with whoever asks next; those who wait already are not to depend on that."""
    if pool.get_stats().get("requests_waiting"):
        with suppress(psycopg.OperationalError):
            pool.putconn(pool.getconn(timeout=0.01))


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.autocommit = True
    connection.adapters.register_dumper(Packed, PackedDumper)
    connection.execute(_SESSION)
