"""How it is told which of several processes leads: by a lock that the system or the server gives back when the process dies.

Nobody has to wait for a term to run out, and no clock is asked.
"""

import os
from hashlib import sha256
from io import BufferedWriter
from pathlib import Path

import psycopg

from domain.store.database import Row

SESSION = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3"
"""By which the server finds out within seconds that a whole machine is gone; who died on one that runs is noticed at once."""


class FileLead:
    """A lock on a file beside the database. See `domain.store.database.Lead`."""

    def __init__(self, path: Path, file: BufferedWriter) -> None:
        self._path = path
        self._file = file

    def holds(self) -> bool:
        import fcntl  # Not everywhere; and only those who lead need it.

        if not os.path.samestat(os.fstat(self._file.fileno()), self._path.stat()):
            raise OSError(f"{self._path} is another file than it was: somebody removed it, and may lead as well.")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class ServerLead:
    """An advisory lock of a session in PostgreSQL. The connection is for this alone: when it is lost, so is the lead."""

    def __init__(self, connection: psycopg.Connection[Row], organisation: str, name: str) -> None:
        self._connection = connection
        self._number = int.from_bytes(sha256(f"lead/{organisation}/{name}".encode()).digest()[:8], signed=True)
        connection.execute(SESSION)

    def holds(self) -> bool:
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (self._number,)).fetchone()
        return row == (True,)
