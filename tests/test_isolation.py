"""PostgreSQL keeps organisations apart: the catalogue says so of every table, and who attacks as the platform's role gets nothing."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError
from psycopg import errors
from psycopg.sql import SQL, Identifier
from sent_lines import meeting, note, opened, pair, record, runner_of
from servers import APPLICATION, OWNER, NamedPostgres, Postgres
from store_places import Databases

from domain.store.database import EVENTS, Table
from domain.store.isolation import EVERY, within
from domain.store.organisations import organisations
from domain.store.postgres_sql import named
from domain.store.postgres_transaction import PostgresTransaction

Connection = psycopg.Connection[Any]
TABLES = """
    SELECT c.oid::regclass::text, c.relrowsecurity AND c.relforcerowsecurity,
        EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'organisation'),
        ARRAY(SELECT pg_get_expr(polqual, polrelid) || coalesce(' and ' || pg_get_expr(polwithcheck, polrelid), '')
              FROM pg_policy WHERE polrelid = c.oid AND (0 = ANY (polroles) OR 'tussenruimte_test'::regrole = ANY (polroles))
              ORDER BY polname DESC)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""
OWN = "(organisation = current_setting('tussenruimte.organisation'::text, true))"
RIGHTS = "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = %s AND table_name = %s"


def leaks(connection: Connection) -> list[str]:
    """What in the catalogue would let the platform's role see or take rows of another organisation. Empty: nothing."""
    found = []
    for name, forced, holds_rows, policies in connection.execute(TABLES).fetchall():
        rights = {right for (right,) in connection.execute(RIGHTS, (APPLICATION, name))}
        if not holds_rows:
            found += [] if name == "facts" else [f"{name} belongs to no organisation"]
            found += [] if rights == {"SELECT"} else [f"{name} can be changed"]
            continue
        found += [] if forced else [f"{name} is open"]
        found += [] if policies == [OWN] else [f"{name} is shown by {policies}"]
        found += [f"{name} may be {right}" for right in rights & {"TRUNCATE", "REFERENCES", "TRIGGER"}]
    able = "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER')"
    found += [f"it is {role}" for role, free in connection.execute(able, (APPLICATION,)) if free or role != APPLICATION]
    return found + [f"{APPLICATION} owns {name}" for (name,) in connection.execute(OWNED, (APPLICATION,))]


OWNED = "SELECT relname FROM pg_class WHERE relowner = %s::regrole"


@pytest.fixture(scope="module")
def place(postgres: Postgres | NamedPostgres) -> Databases:
    """Two organisations of which each recorded something, and its views."""
    place = Databases(postgres, "apart")
    for organisation in ("here", "there"):
        with closing(opened(place, organisation)) as store:
            record(store, [*pair(), meeting("m", "r", **note("Rain.", "a"))])
            runner_of(store).catch_up()
    return place


@pytest.fixture(params=["events", "keys"])
def databases(request: pytest.FixtureRequest, place: Databases) -> tuple[str, str, str]:
    """One of the two, for the application, for its owner and for the superuser."""
    events = request.param == "events"
    return (place.url, place.owned, place.all) if events else (place.keys_url, place.owned_keys, place.all_keys)


@pytest.fixture
def attacker(databases: tuple[str, str, str]) -> Iterator[Connection]:
    """The platform's role, past the platform."""
    with psycopg.connect(databases[0], autocommit=True) as connection:
        yield connection


@pytest.fixture
def tables(databases: tuple[str, str, str]) -> list[str]:
    """Those that hold rows of both."""
    with psycopg.connect(databases[2]) as everything:
        names = [name for name, _, holds_rows, _ in everything.execute(TABLES).fetchall() if holds_rows]
        found = [name for name in names if {"here", "there"} == seen(everything, name)]
    assert len(found) >= 3
    return found


def seen(connection: Connection, table: str) -> set[str]:
    """The organisations whose rows a table shows, to a question without a condition."""
    return {name for (name,) in connection.execute(SQL("SELECT DISTINCT organisation FROM {}").format(Identifier(table)))}


def test_the_catalogue_keeps_organisations_apart_in_every_table(databases: tuple[str, str, str]) -> None:
    with psycopg.connect(databases[2]) as everything:
        assert leaks(everything) == []


@pytest.mark.parametrize(
    ("done", "why"),
    [
        ("ALTER TABLE events DISABLE ROW LEVEL SECURITY", "events is open"),
        ("ALTER TABLE tokens NO FORCE ROW LEVEL SECURITY", "tokens is open"),
        ("DROP POLICY own ON locks", "locks is shown by []"),
        ("CREATE POLICY more ON hangs USING (true)", f"hangs is shown by {[OWN, 'true']}"),
        ("CREATE TABLE extra (organisation text)", "extra is open"),
        ("CREATE VIEW extra AS SELECT * FROM events", "extra is open"),
        ("CREATE TABLE extra (name text)", "extra belongs to no organisation"),
        (f"GRANT UPDATE ON facts TO {APPLICATION}", "facts can be changed"),
        (f"GRANT TRUNCATE ON events TO {APPLICATION}", "events may be TRUNCATE"),
        (f"ALTER TABLE events OWNER TO {APPLICATION}", f"{APPLICATION} owns events"),
        (f"ALTER ROLE {APPLICATION} BYPASSRLS", f"it is {APPLICATION}"),
        (f"GRANT {OWNER} TO {APPLICATION}", f"it is {OWNER}"),
    ],
)
def test_what_would_let_them_meet_is_seen_in_the_catalogue(place: Databases, done: str, why: str) -> None:
    with psycopg.connect(place.all) as everything:
        everything.execute(done)
        assert why in leaks(everything)
        everything.rollback()


def test_who_names_no_organisation_is_shown_nothing(attacker: Connection, tables: list[str]) -> None:
    assert {name: seen(attacker, name) for name in tables} == {name: set() for name in tables}


def test_nor_is_the_owner_of_the_tables(databases: tuple[str, str, str], tables: list[str]) -> None:
    with psycopg.connect(databases[1]) as owner:
        assert {name: seen(owner, name) for name in tables} == {name: set() for name in tables}


def test_who_names_one_is_shown_that_one_until_the_transaction_ends(attacker: Connection, tables: list[str]) -> None:
    with within(attacker, "here"):
        assert {name: seen(attacker, name) for name in tables} == {name: {"here"} for name in tables}
    assert {name: seen(attacker, name) for name in tables} == {name: set() for name in tables}


def test_without_row_level_security_a_table_shows_all_of_them(databases: tuple[str, str, str], tables: list[str]) -> None:
    """The control: nothing else than that keeps them apart from who leaves out the condition."""
    for name in tables:
        table = Identifier(name)
        for harm in ("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", "CREATE POLICY more ON {} USING (true)"):
            with psycopg.connect(databases[2]) as everything:
                everything.execute(SQL(harm).format(table))
                everything.execute(SQL("SET LOCAL ROLE {}").format(Identifier(APPLICATION)))
                assert seen(everything, name) == {"here", "there"}
                everything.rollback()


def test_nothing_of_anothers_is_changed_taken_away_or_added(
    attacker: Connection, databases: tuple[str, str, str], tables: list[str]
) -> None:
    for name in tables:
        table = Identifier(name)
        with within(attacker, "here"):
            for change in ("UPDATE {} SET organisation = organisation", "DELETE FROM {}"):
                assert attacker.execute(SQL(change + " WHERE organisation = 'there'").format(table)).rowcount == 0
        with pytest.raises(errors.InsufficientPrivilege, match="violates row-level security"), within(attacker, "here"):
            attacker.execute(SQL("UPDATE {} SET organisation = 'there'").format(table))
        with psycopg.connect(databases[2]) as everything:
            row = everything.execute(SQL("SELECT * FROM {} WHERE organisation = 'there' LIMIT 1").format(table)).fetchone()
        assert row is not None
        more = SQL("INSERT INTO {} VALUES ({})").format(table, SQL(", ").join(["there", *row[1:]]))
        for put in (SQL(""), SQL(" ON CONFLICT DO NOTHING")):
            with pytest.raises(errors.InsufficientPrivilege, match="violates row-level security"), within(attacker, "here"):
                attacker.execute(more + put)


def test_copy_brings_nothing_in_and_takes_out_ones_own(attacker: Connection, tables: list[str]) -> None:
    for name in tables:
        table = Identifier(name)
        with pytest.raises(errors.FeatureNotSupported, match="row-level security"), within(attacker, "here"):
            attacker.execute(SQL("COPY {} FROM STDIN").format(table))
        with within(attacker, "here"), attacker.cursor().copy(SQL("COPY {} (organisation) TO STDOUT").format(table)) as copy:
            assert set(copy.rows()) == {("here",)}


@pytest.mark.parametrize(
    "attack",
    [
        f"SET ROLE {OWNER}",
        f"SET SESSION AUTHORIZATION {OWNER}",
        f"ALTER ROLE {APPLICATION} BYPASSRLS",
        "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own ON {}",
        "CREATE POLICY more ON {} USING (true)",
        "TRUNCATE {}",
        "CREATE TABLE public.extra (LIKE {})",
        "CREATE FUNCTION public.extra() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER extra BEFORE INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "COPY {} TO PROGRAM 'cat'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT * FROM pg_statistic",
        "SET LOCAL row_security = off; SELECT * FROM {}",
    ],
)
def test_the_platforms_role_cannot_take_it_away(attacker: Connection, tables: list[str], attack: str) -> None:
    for name in tables:
        with pytest.raises((errors.InsufficientPrivilege, errors.InvalidRoleSpecification)), within(attacker, "here"):
            attacker.execute(SQL(attack).format(Identifier(name)))


def test_a_condition_that_tells_what_it_is_shown_is_shown_nothing_of_anothers(attacker: Connection, tables: list[str]) -> None:
    """However cheap it says it is, it is asked after the policy."""
    told: set[str] = set()
    attacker.add_notice_handler(lambda notice: told.add(notice.message_primary or ""))
    attacker.execute("""CREATE FUNCTION pg_temp.tells(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
        AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$""")
    for name in tables:
        with within(attacker, "here"):
            attacker.execute(SQL("SELECT * FROM {} WHERE pg_temp.tells(organisation)").format(Identifier(name)))
            assert attacker.execute("SELECT most_common_vals FROM pg_stats WHERE tablename = %s", (name,)).fetchall() == []
    assert told == {"here"}


def test_a_statement_of_the_platform_that_forgets_the_condition_shows_nothing_of_anothers(
    place: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unconditional(self: PostgresTransaction, table: Table, generation: int = 0) -> str:
        return named(table)

    monkeypatch.setattr(PostgresTransaction, "table", unconditional)
    with closing(opened(place, "here")) as store:
        for question in (store.database.reading, store.database.asking, lambda: store.database.writing("events")):
            with question() as connection:
                assert connection.execute(f"SELECT DISTINCT organisation FROM {connection.table(EVENTS)} e").fetchall() == [("here",)]


def test_a_connection_goes_back_to_the_pool_set_to_no_organisation(place: Databases) -> None:
    with closing(opened(place, "here")) as store:
        database = store.database
        for use in (database.reading, database.asking, lambda: database.writing("events"), lambda: database.writing("events", brief=True)):
            with use() as connection:
                assert connection.execute(f"SELECT count(*) > 0 FROM {connection.table(EVENTS)} e").fetchall() == [(True,)]
            with database.get_connection() as back:  # type: ignore[attr-defined]
                assert seen(back, "events") == set()
            with pytest.raises(PersistenceError), use() as connection:
                connection.execute("SELECT nothing").fetchall()
            with database.get_connection() as back:  # type: ignore[attr-defined]
                assert seen(back, "events") == set()


def test_which_organisations_there_are_is_told_to_the_owner_who_asks_for_it_alone(place: Databases) -> None:
    assert organisations(place.owned) == organisations(place.all) == ["here", "there"]
    with psycopg.connect(place.url, autocommit=True) as attacker, within(attacker, EVERY):
        assert seen(attacker, "locks") == set()
