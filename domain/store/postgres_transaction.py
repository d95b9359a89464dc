"""A transaction on PostgreSQL: one organisation's rows, read by statements and written as arrays, a column each.

Of a view's tables, in which the generations stand together, it sees the rows of the generation that it is asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count, islice
from typing import Any

import psycopg

from domain.store.database import Change, Cursor, Insert, JsonForms, Row, Table
from domain.store.isolation import SET
from domain.store.postgres_arrays import Packed, Texts, packed
from domain.store.postgres_message import ask
from domain.store.postgres_sql import given, named, quoted, statement_of

TOGETHER = 500
"""New rows that go by one statement. The server takes them in while the next are formed, which is as fast as COPY; that PostgreSQL refuses
where row-level security holds."""
AHEAD = 16_000_000
"""Bytes of such statements that are sent before their answers are waited for."""
STREAMED = 2_000
_numbers = count()


class PostgresTransaction:
    """A transaction of one organisation; see `domain.store.database.Connection`."""

    takes_in_meanwhile = True
    json = JsonForms(
        "coalesce(to_json({})::text, 'null')",
        "(SELECT string_agg({each}, ',' ORDER BY {by}) FROM {rows})",
    )

    def __init__(self, connection: psycopg.Connection[Row], organisation: str) -> None:
        self._held = connection
        self._organisation = organisation

    @property
    def _connection(self) -> psycopg.Connection[Row]:
        return self._held

    def table(self, table: Table, generation: int = 0) -> str:
        """The organisation's own rows, and of a view those of one generation: PostgreSQL plans this as it does a plain condition."""
        return f"(SELECT * FROM {named(table)} WHERE {self._own(table, generation)})"

    def _own(self, table: Table, generation: int) -> str:
        own = f"organisation = {quoted(self._organisation)}"
        return f"{own} AND generation = {int(generation)}" if table.version else own

    def among(self, column: str, texts: Sequence[str]) -> tuple[str, Packed | Texts]:
        return f"{column} = ANY(?)", packed("text", texts)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        return self._connection.execute(_translated(statement), values or None, binary=True)

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        with self._connection.cursor(f"streamed_{next(_numbers)}", binary=True) as cursor:
            cursor.itersize = STREAMED
            cursor.execute(_translated(statement), values or None)
            yield from cursor

    def write(self, changes: Iterable[Change], generation: int = 0) -> None:
        for change in changes:
            if not change.rows:
                continue
            if isinstance(change, Insert):
                self._insert(change, generation)
            else:
                self._send(change, change.rows, generation)

    def _insert(self, change: Insert, generation: int) -> None:
        rows, waiting = iter(change.rows), 0
        with self._connection.pipeline() as pipeline:
            while some := list(islice(rows, TOGETHER)):
                waiting += self._send(change, some, generation)
                if waiting > AHEAD:
                    pipeline.sync()
                    waiting = 0

    def _send(self, change: Change, rows: Iterable[Row], generation: int) -> int:
        """Returns how many bytes went."""
        statement = statement_of(self.scope(change.table, generation), change)
        columns = zip(given(change), zip(*rows, strict=True), strict=True)
        arrays = [packed(change.table.columns[name], values) for name, values in columns]
        self._connection.execute(statement, arrays)
        return sum(len(array.raw) for array in arrays)

    def scope(self, table: Table, generation: int) -> dict[str, str]:
        scope = {"organisation": quoted(self._organisation)}
        return {**scope, "generation": str(int(generation))} if table.version else scope

    @contextmanager
    def attempt(self) -> Iterator[None]:
        with self._connection.transaction():
            yield

    def make(self, tables: Iterable[Table], generation: int) -> None:
        """The tables are there; what is left of a generation that was broken off goes."""
        self.drop(tables, generation)

    def index(self, tables: Iterable[Table], generation: int) -> None:
        """The indexes are there."""

    def drop(self, tables: Iterable[Table], generation: int) -> None:
        for table in tables:
            self._connection.execute(f"DELETE FROM {named(table)} WHERE {self._own(table, generation)}")

    def drop_other_forms(self, tables: Iterable[Table]) -> None:
        for table in tables:
            query = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ %s AND pg_table_is_visible(oid)"
            for (name,) in self._connection.execute(query, (f"^{table.name}_v[0-9]+$",)).fetchall():
                if table.version and name != named(table):
                    self._connection.execute(f"DELETE FROM {name} WHERE organisation = {quoted(self._organisation)}")


class Asked(PostgresTransaction):
    """Statements of which each is a transaction: it is set to the organisation by what is sent with it."""

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        if values:
            with self._connection.pipeline():
                self._connection.execute(SET, (self._organisation,))
                return super().execute(statement, values)
        # Without values both go as one message, which costs a third of two in a pipeline.
        _, answer = ask(self._connection, [f"SET LOCAL tussenruimte.organisation = {quoted(self._organisation)}", statement])
        return answer


@lru_cache(maxsize=4_096)
def _translated(statement: str) -> str:
    return statement.replace("?", "%s")
