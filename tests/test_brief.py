"""Brief transactions on PostgreSQL: what needs no answer goes in one message, and is what it would be in many."""

from collections.abc import Iterator
from contextlib import closing, suppress

import psycopg
import pytest
from eventsourcing.persistence import DataError, IntegrityError, PersistenceError
from hypothesis import given
from hypothesis import strategies as st
from sent_lines import opened
from store_places import Databases

from domain.store import postgres_brief
from domain.store.database import ERASURES, HANGS, SETTINGS, TILES, Add, Delete, Insert, Put, Update
from domain.store.postgres import PostgresDatabase, Unreachable
from domain.store.postgres_arrays import literal

HOSTILE = ("'", "''; DROP TABLE settings; --", "\\' OR 1=1", "$$", "?", "%s %", "é漢\u202e", "\n;\n", "")


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[PostgresDatabase]:
    databases.empty()
    with closing(opened(databases)) as store:
        assert isinstance(store.database, PostgresDatabase)
        yield store.database


class Undone(Exception):
    """Takes a transaction back."""


def kept(database: PostgresDatabase) -> dict[str, str]:
    with database.reading() as connection:
        return dict(connection.execute(f"SELECT name, value FROM {connection.table(SETTINGS)} s").fetchall())


def test_every_kind_of_change_is_written_as_it_is_in_a_transaction_of_many_messages(database: PostgresDatabase) -> None:
    changes = [
        Insert(SETTINGS, [(f"one {text}", text) for text in HOSTILE]),
        Put(SETTINGS, [(f"one {text}", f"{text} again") for text in HOSTILE[:3]]),
        Add(SETTINGS, [(f"one {HOSTILE[4]}", "not taken")]),
        Update(SETTINGS, ("value",), ("name",), [("changed", f"one {HOSTILE[5]}")]),
        Delete(SETTINGS, ("name",), [(f"one {HOSTILE[6]}",)]),
        Insert(TILES, [("log", 1, 2**62, bytes(range(256))), ("log", 2, -1, b""), ("log", 3, 0, b"long" * 2_000)]),
        Insert(ERASURES, [("p", "2026-01-01", "e", None, None, None), ("q", "2026-01-01", "e" * 5_000, "", "é", 7)]),
        Add(HANGS, []),
    ]
    found = []
    for brief in (False, True):
        with suppress(Undone), database.writing("settings", brief=brief) as connection:
            connection.write(changes)
            tables = [connection.execute(f"SELECT * FROM {connection.table(t)} t ORDER BY 1, 2") for t in (SETTINGS, TILES, ERASURES)]
            found.append([table.fetchall() for table in tables])
            raise Undone
    assert found[0] == found[1]
    assert len(found[0][0]) == len(HOSTILE) - 1
    assert kept(database) == {}


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.binary(), st.integers(-(2**63), 2**63 - 1))
def test_whatever_is_written_into_a_statement_comes_back_as_it_was(database: PostgresDatabase, text: str, data: bytes, number: int) -> None:
    with database.writing("settings", brief=True) as connection:
        row = connection.execute("SELECT ?::text, ?, ?::bigint", (text, data, number)).fetchone()
        named, value = connection.among("v", [text, "other"])
        assert connection.execute(f"SELECT v FROM (SELECT ?::text AS v) t WHERE {named}", (text, value)).fetchall() == [(text,)]
    assert row == (text, data, number)


def test_a_zero_byte_is_refused_and_nothing_of_the_message_is_kept(database: PostgresDatabase) -> None:
    """The message would end there, and what stands before it would be kept without the rest."""

    def write() -> None:
        with database.writing("settings", brief=True) as connection:
            connection.write([Insert(SETTINGS, [("before", "x")]), Insert(SETTINGS, [("zero", "a\0b")])])

    with pytest.raises(DataError):
        write()
    assert kept(database) == {}


def test_what_follows_a_statement_that_failed_is_not_written_even_where_nobody_heard_of_it(database: PostgresDatabase) -> None:
    """PostgreSQL answers a COMMIT of what failed with a rollback, and says so in a word only."""

    def write() -> None:
        with database.writing("settings", brief=True) as connection:
            connection.write([Insert(SETTINGS, [("kept", "x")])])
            connection.execute("SELECT 1").fetchall()
            with pytest.raises(psycopg.Error):
                connection.execute("SELECT nothing").fetchall()

    with pytest.raises(Unreachable):
        write()
    assert kept(database) == {}


def test_what_was_asked_together_with_a_statement_that_failed_has_no_answer(database: PostgresDatabase) -> None:
    def ask() -> None:
        with database.writing("settings", brief=True) as connection:
            first = connection.execute("SELECT 1")
            with pytest.raises(psycopg.Error):
                connection.execute("SELECT nothing").fetchall()
            first.fetchall()

    with pytest.raises(Unreachable):
        ask()


def test_what_fails_at_the_end_undoes_all(database: PostgresDatabase) -> None:
    def write() -> None:
        with database.writing("settings", brief=True) as connection:
            connection.write([Insert(SETTINGS, [("twice", "x")]), Insert(SETTINGS, [("twice", "y")])])

    with pytest.raises(IntegrityError):
        write()
    assert kept(database) == {}


def test_an_attempt_that_fails_undoes_itself_alone(database: PostgresDatabase) -> None:
    with database.writing("settings", brief=True) as connection:
        connection.write([Insert(SETTINGS, [("kept", "x")])])

        def attempt() -> None:
            with connection.attempt():
                connection.write([Insert(SETTINGS, [("kept", "y")])])

        def given_up() -> None:
            with connection.attempt():
                connection.write([Insert(SETTINGS, [("given up", "y")])])
                raise Undone

        with pytest.raises(psycopg.IntegrityError):
            attempt()
        with pytest.raises(Undone):
            given_up()
        connection.write([Delete(SETTINGS, ("name",), [("nobody",)])])
    assert kept(database) == {"kept": "x"}
    with database.writing("settings", brief=True) as connection:
        connection.write([Delete(SETTINGS, ("name",), [("kept",)])])


def test_many_rows_go_as_arrays_after_what_waits(database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_brief, "FEW", 2)
    with database.writing("settings", brief=True) as connection:
        connection.write([Insert(SETTINGS, [("first", "1")]), Insert(SETTINGS, [(f"{n}", "x") for n in range(3)])])
        connection.write([Delete(SETTINGS, ("name",), [(f"{n}",) for n in range(3)]), Delete(SETTINGS, ("name",), [("first",)])])
    assert kept(database) == {}


def test_a_lock_that_is_gone_refuses_what_was_to_be_written_without_a_question(database: PostgresDatabase) -> None:
    def write() -> None:
        with database.writing("settings", brief=True) as connection:
            connection.write([Insert(SETTINGS, [("unlocked", "x")])])

    write()
    with database.writing("settings") as connection:
        connection.write([Delete(SETTINGS, ("name",), [("unlocked",)])])
        connection.execute("DELETE FROM locks WHERE name = 'settings'")
    with pytest.raises(Unreachable):
        write()
    assert kept(database) == {}


def test_only_what_columns_hold_is_written_into_a_statement(database: PostgresDatabase) -> None:
    with pytest.raises(TypeError):
        literal(1.5)

    def ask() -> None:
        with database.writing("settings", brief=True) as connection:
            connection.execute("SELECT ?", ())

    with pytest.raises((ValueError, PersistenceError)):
        ask()
