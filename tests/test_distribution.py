"""The tables are ready for an engine that distributes them by organisation: `deploy/citus.sql` names each, and none crosses organisations.

Citus comes in no package that the tests can install. What it asks of tables is read from the catalogue of PostgreSQL; its two functions are
stood in for by others of the same form, which write down what they are called with.
"""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from servers import NamedPostgres, Postgres
from store_places import EVENT_TABLES

from domain.store.postgres import migrate

SCRIPT = (Path(__file__).parent.parent / "deploy" / "citus.sql").read_text()
FORMS = """
    CREATE TABLE calls (name text, by text, beside text);
    CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
        colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL)
        RETURNS void LANGUAGE sql AS 'INSERT INTO calls VALUES ($1::text, $2, $4)';
    CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS 'INSERT INTO calls VALUES ($1::text)'
"""
TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
UNIQUE = """
    SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname, a.attnotnull
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indisunique
"""
KEYLESS = f"{TABLES} AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = pg_class.oid AND p.contype = 'p')"
CROSSING = {
    "a foreign key": "SELECT conname FROM pg_constraint WHERE contype = 'f'",
    "an exclusion": "SELECT conname FROM pg_constraint WHERE contype = 'x'",
    "a sequence": "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
    "a trigger": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    "a rule": "SELECT rulename FROM pg_rules WHERE schemaname = 'public'",
}


def called(connection: psycopg.Connection[Any]) -> dict[str, tuple[str | None, str | None]]:
    """What the script says of each table: by which column it is distributed, and beside which other; none for a reference table."""
    with connection.transaction(force_rollback=True):
        connection.execute(FORMS)
        connection.execute(SCRIPT)
        return {name: (by, beside) for name, by, beside in connection.execute("SELECT name, by, beside FROM calls")}


def unready(connection: psycopg.Connection[Any]) -> list[str]:
    """What keeps the tables from being distributed. Empty: nothing does."""
    told = called(connection)
    there = {name for (name,) in connection.execute(TABLES)}
    whole = {name for name, (by, _) in told.items() if by is None}
    found = [f"{name} is not in the script" for name in there - told.keys()]
    found += [f"{name} is not beside the events" for name, said in told.items() if name not in whole | {"events"} and said[1] != "events"]
    found += [f"{name} is distributed by {by}" for name, (by, _) in told.items() if by not in (None, "organisation")]
    found += [f"{name} has no primary key" for (name,) in connection.execute(KEYLESS)]
    for table, index, column, given in connection.execute(UNIQUE):
        if table not in whole and (column, given) != ("organisation", True):
            found.append(f"{index} begins with {column}")
    for what, asked in CROSSING.items():
        found += [f"{name} is {what}" for (name,) in connection.execute(asked)]
    return found


@pytest.fixture(scope="module")
def url(postgres: Postgres | NamedPostgres) -> str:
    url = postgres.database("distributed")
    migrate(url, EVENT_TABLES)
    return url


def test_every_table_can_be_distributed_by_organisation(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        assert unready(connection) == []
        assert {name for name, (by, _) in called(connection).items() if by is None} == {"facts"}


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ("CREATE TABLE extra (organisation text PRIMARY KEY)", "extra is not in the script"),
        ("CREATE UNIQUE INDEX other ON events (id, organisation)", "other begins with id"),
        ("CREATE UNIQUE INDEX other ON events (lower(organisation))", "other begins with None"),
        ("ALTER TABLE tokens ADD UNIQUE (hash)", "tokens_hash_key begins with hash"),
        ("ALTER TABLE tokens DROP CONSTRAINT tokens_pkey", "tokens has no primary key"),
        ("ALTER TABLE events ADD FOREIGN KEY (topic) REFERENCES facts", "events_topic_fkey is a foreign key"),
        ("CREATE SEQUENCE numbers", "numbers is a sequence"),
        (
            "CREATE TRIGGER copied BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "copied is a trigger",
        ),
    ],
)
def test_what_could_not_be_distributed_is_seen(url: str, made: str, why: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection, connection.transaction(force_rollback=True):
        connection.execute(made)
        assert why in unready(connection)


def test_the_script_names_no_table_that_is_not_there(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection, connection.transaction(force_rollback=True):
        connection.execute("DROP TABLE tokens")
        with pytest.raises(psycopg.errors.UndefinedTable, match="tokens"):
            called(connection)
