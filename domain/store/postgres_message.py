"""Several statements as one message to PostgreSQL, by the simple protocol: each of them sees what was committed before it.

By a cursor it would cost twice as much of this process, which gets ready for whatever may be asked of each answer.
"""

from collections.abc import Iterator, Sequence

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus

from domain.store.database import Row


class Rows:
    """The rows of an answer; see `domain.store.database.Cursor`. `status` is what the server says it did."""

    def __init__(self, rows: list[Row], status: str) -> None:
        self._rows = rows
        self.status = status

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def fetchone(self) -> Row | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Row]:
        return self._rows


def ask(connection: psycopg.Connection[Row], statements: Sequence[str]) -> list[Rows]:
    """What each of them comes to. Where one fails what follows is not done, and it is raised why."""
    message = ";".join(statements).encode()
    if b"\0" in message:
        # It would end there.
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    connection.pgconn.send_query(message)
    rows, found = Transformer(connection), list[Rows]()
    for result in connection.wait(execute(connection.pgconn)):
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)
        rows.set_pgresult(result)
        found.append(Rows(rows.load_rows(0, result.ntuples, tuple), (result.command_status or b"").decode()))
    return found
