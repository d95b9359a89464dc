"""Where the tests keep stores: in files, or in PostgreSQL databases, of which the events have one and the keys another."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier
from servers import NamedPostgres, Postgres, for_all, for_application

from domain.store.database import OWN, Table
from domain.store.key_places import KEY_TABLES
from domain.store.places import on_postgres, on_sqlite
from domain.store.postgres import migrate
from domain.store.store import EventStore
from projections.set_aside import SET_ASIDE
from projections.views.attention import Attention
from projections.views.histories import Histories
from projections.views.trajectories import Trajectories

EVENT_TABLES = (*OWN, *Histories.tables, *Trajectories.tables, *Attention.tables, SET_ASIDE)


class Files:
    """A SQLite file with its keys beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, root: bytes, organisation: str, clock: Callable[[], int]) -> EventStore:
        return on_sqlite(self.path, root, organisation, clock)

    def beside(self, name: str) -> "Files":
        return Files(self.path.with_name(name + self.path.suffix))

    def stored(self) -> bytes:
        """Every byte of every file."""
        return b"".join(file.read_bytes() for file in self.path.parent.glob(self.path.name + "*"))


class Databases:
    """Two databases with their tables, made when they are first asked for; emptied, they are as new.

    `url` and `keys_url` are for the application, a role that owns nothing; `owned` and `owned_keys` for the role that owns them, `all` and
    `all_keys` for the server's superuser."""

    def __init__(self, server: Postgres | NamedPostgres, name: str = "events") -> None:
        self._server = server
        self._name = name
        self._others: dict[str, Databases] = {}

    @cached_property
    def owned(self) -> str:
        return self._made(self._name, EVENT_TABLES)

    @cached_property
    def owned_keys(self) -> str:
        return self._made(f"{self._name}_keys", KEY_TABLES)

    def _made(self, name: str, tables: Sequence[Table]) -> str:
        url = self._server.database(name)
        migrate(url, tables, for_application(url))
        return url

    @property
    def url(self) -> str:
        return for_application(self.owned)

    @property
    def keys_url(self) -> str:
        return for_application(self.owned_keys)

    @property
    def all(self) -> str:
        return for_all(self.owned, self._server.url)

    @property
    def all_keys(self) -> str:
        return for_all(self.owned_keys, self._server.url)

    def open(self, root: bytes, organisation: str, clock: Callable[[], int]) -> EventStore:
        return on_postgres(self.url, self.keys_url, root, organisation, clock)

    def beside(self, name: str) -> "Databases":
        """Others on the same server."""
        if name not in self._others:
            self._others[name] = Databases(self._server, name)
        return self._others[name]

    def empty(self) -> None:
        """Of tables with few rows a DELETE takes a tenth of the time of a TRUNCATE, which makes new files."""
        self._each("DELETE FROM {}")

    def as_new(self) -> None:
        """Empty, with nothing left that a later look comes across: for what is measured."""
        self._each("TRUNCATE {}")

    def _each(self, statement: LiteralString) -> None:
        for url in (self.all, self.all_keys):
            with psycopg.connect(url, autocommit=True) as connection:
                names = connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'facts'"
                ).fetchall()
                connection.execute(SQL("; ").join(SQL(statement).format(Identifier(name)) for (name,) in names))
        for other in self._others.values():
            other._each(statement)

    def stored(self) -> bytes:
        """Every row of every table, as PostgreSQL copies it out."""
        found = b""
        for url in (self.all, self.all_keys):
            with psycopg.connect(url, autocommit=True) as connection:
                for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
                    with connection.cursor().copy(SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(Identifier(name))) as copy:
                        found += b"".join(bytes(part) for part in copy)
        return found


Place = Files | Databases


def alter(place: Place, statement: str) -> None:
    """What somebody does to the events' tables past the program."""
    if isinstance(place, Files):
        with closing(sqlite3.connect(place.path)) as database, database:
            database.execute(statement)
    else:
        with psycopg.connect(place.all, autocommit=True) as connection:
            connection.execute(statement)
