"""Brief transactions on PostgreSQL: what needs no answer in between goes in one message, with its values written into the statements.

A recording by itself asks little and writes little; what it costs is the statements' way to the server and back. Here they wait until a
row is asked for, or until the end, and go together by the simple protocol, in which each statement still sees what was committed before it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from domain.store.database import Change, Lock, Row
from domain.store.postgres_arrays import Texts, literal
from domain.store.postgres_message import Rows, ask
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
        self.answer: Rows | None = None

    def answered(self) -> Rows:
        if self.answer is None:
            self._send()
        if self.answer is None:
            raise psycopg.OperationalError("what was sent together had failed before")
        return self.answer

    def __iter__(self) -> Iterator[Row]:
        return iter(self.answered())

    def fetchone(self) -> Row | None:
        return self.answered().fetchone()

    def fetchall(self) -> list[Row]:
        return self.answered().fetchall()


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
        if end.answered().status != COMMITTED:
            raise psycopg.OperationalError("what was sent together had failed before, and was rolled back")

    def send(self) -> None:
        """Send what waits."""
        if not (waiting := self._waiting):
            return
        self._waiting = []
        try:
            answers = ask(self._held, [statement for statement, _ in waiting])
        except psycopg.errors.IdleInTransactionSessionTimeout as error:
            raise psycopg.OperationalError(str(error)) from error
        for (_, later), answer in zip(waiting, answers, strict=True):
            later.answer = answer

    def _add(self, statement: str) -> Later:
        later = Later(self.send)
        self._waiting.append((statement, later))
        return later


def _filled(statement: str, mark: str, values: Sequence[str]) -> str:
    """A statement with values, as SQL writes them, in the places that are marked. Raises ValueError where there are not as many."""
    first, *rest = statement.split(mark)
    return first + "".join([value + part for value, part in zip(values, rest, strict=True)])
