"""Brief transactions on PostgreSQL: what needs no answer in between goes in one message, with its values written into the statements.

A recording by itself asks little and writes little; what it costs is the statements' way to the server and back. Here they wait until a
row is asked for, or until the end, and go together by the simple protocol, in which each statement still sees what was committed before it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus

from domain.store.database import Change, Lock, Row
from domain.store.postgres_arrays import Texts, literal
from domain.store.postgres_sql import quoted, statement_of
from domain.store.postgres_transaction import PostgresTransaction

FEW = 8
"""Rows up to which they are written into a statement. More go as arrays, by themselves: the server would take longer to read them out of
the statement again than a message takes."""
LOCKED = "SELECT 1 FROM locks WHERE organisation = ? AND name = ? FOR UPDATE"
COMMITTED = "COMMIT"


class Later:
    """The rows of a statement that goes with others: all are sent when the first of them are asked for."""

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self.answer: list[Row] | None = None
        self.status: str | None = None
        """What the server says it did."""

    def _answered(self) -> list[Row]:
        if self.answer is None:
            self._send()
        if self.answer is None:
            raise psycopg.OperationalError("what was sent together had failed before")
        return self.answer

    def __iter__(self) -> Iterator[Row]:
        return iter(self._answered())

    def fetchone(self) -> Row | None:
        return next(iter(self._answered()), None)

    def fetchall(self) -> list[Row]:
        return self._answered()


class BriefTransaction(PostgresTransaction):
    """A transaction of few rows; see `domain.store.database.Connection`. To be committed by `commit`, or rolled back by the connection."""

    def __init__(self, connection: psycopg.Connection[Row], organisation: str, lock: Lock, pause: str) -> None:
        """`pause`: for how long it may say nothing."""
        super().__init__(connection, organisation)
        self._waiting: list[tuple[str, Later]] = []
        self._add("BEGIN")
        self._add(f"SET LOCAL tussenruimte.organisation = {quoted(organisation)}")
        self._add(f"SET LOCAL idle_in_transaction_session_timeout = {quoted(pause)}")
        self.held = self.execute(LOCKED, (organisation, lock))
        """Finds a row if the lock is held."""

    @property
    def _connection(self) -> psycopg.Connection[Row]:
        """What goes by itself goes after what waits."""
        self.send()
        return self._held

    def among(self, column: str, texts: Sequence[str]) -> tuple[str, Texts]:
        return f"{column} = ANY(?)", Texts(texts)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Later:
        return self._add(_filled(statement, "?", [literal(value) for value in values]))

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        return iter(self.execute(statement, values))

    def write(self, changes: Iterable[Change], generation: int = 0) -> None:
        for change in changes:
            rows = list(change.rows)
            if len(rows) > FEW:
                self._send(change, rows, generation)
            elif rows:
                columns = [f"ARRAY[{','.join(map(literal, values))}]" for values in zip(*rows, strict=True)]
                self._add(_filled(statement_of(self.scope(change.table, generation), change), "%s", columns))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        with super().attempt():
            try:
                yield
            except BaseException:
                self._waiting.clear()
                raise
            self.send()

    def commit(self) -> None:
        """Raises `psycopg.Error` where the server rolls back instead: it does so without a word where a statement failed before."""
        end = self._add(COMMITTED)
        self.send()
        if end.status != COMMITTED:
            raise psycopg.OperationalError("what was sent together had failed before, and was rolled back")

    def send(self) -> None:
        """Send what waits."""
        if not (waiting := self._waiting):
            return
        self._waiting = []
        message = ";".join([statement for statement, _ in waiting]).encode()
        if b"\0" in message:
            # It would end there.
            raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        # By a cursor it would cost twice as much of this process: it gets ready for whatever may be asked of each answer.
        self._held.pgconn.send_query(message)
        results = self._held.wait(execute(self._held.pgconn))
        rows = Transformer(self._held)
        for (_, later), result in zip(waiting, results, strict=False):  # What follows on a failure has no result.
            if result.status == ExecStatus.FATAL_ERROR:
                error = error_from_result(result)
                if isinstance(error, psycopg.errors.IdleInTransactionSessionTimeout):
                    raise psycopg.OperationalError(str(error)) from error
                raise error
            rows.set_pgresult(result)
            later.answer = rows.load_rows(0, result.ntuples, tuple)
            later.status = (result.command_status or b"").decode()

    def _add(self, statement: str) -> Later:
        later = Later(self.send)
        self._waiting.append((statement, later))
        return later


def _filled(statement: str, mark: str, values: Sequence[str]) -> str:
    """A statement with values, as SQL writes them, in the places that are marked. Raises ValueError where there are not as many."""
    first, *rest = statement.split(mark)
    return first + "".join([value + part for value, part in zip(values, rest, strict=True)])
