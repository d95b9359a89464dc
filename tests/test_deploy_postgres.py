"""PostgreSQL as Compose sets it up: the database, its owner and who uses it, and how they sign in without a password in an environment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from archived_postgres import FOLDER, Archived
from store_places import EVENT_TABLES

from domain.store.isolation import breaches, within
from domain.store.postgres import migrate

PASSWORD = "no one's & everyone's"
SECRETS = {"application_password": PASSWORD, "owner_password": "the owner's"}


@pytest.fixture(scope="module")
def server() -> Iterator[Archived]:
    with Archived() as server:
        script = (FOLDER / "create-database.sh").read_text()
        for name, password in SECRETS.items():
            (server.folder / name).write_text(f"{password}\n")
            assert f"/run/secrets/{name}" in script
            script = script.replace(f"/run/secrets/{name}", str(server.folder / name))
        server.sh(script)
        yield server


def connected(server: Archived, user: str, password: str) -> psycopg.Connection[Any]:
    return psycopg.connect(dbname="tussenruimte", host="127.0.0.1", port=server.port, user=user, password=password, autocommit=True)


def test_one_role_owns_the_database_and_the_platform_uses_it_as_another_and_neither_is_more(server: Archived) -> None:
    asked = "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles where rolname like 'tussenruimte%'"
    members = "select from pg_auth_members where 'tussenruimte'::regrole in (member, roleid)"
    with psycopg.connect(server.url) as connection:
        assert connection.execute(asked).fetchall() == [(False,) * 5] * 2
        assert connection.execute(members).fetchall() == []
    with connected(server, "tussenruimte_owner", SECRETS["owner_password"]) as connection:
        connection.execute("create table made (id text)")
        encoding = "select pg_encoding_to_char(encoding), datcollate from pg_database where datname = current_database()"
        assert connection.execute(encoding).fetchone() == ("UTF8", "C")
    with connected(server, "tussenruimte", PASSWORD) as connection:
        for made in ("create table more (id text)", "create temp table more (id text)", "select from made"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(made)


def test_the_tables_are_made_by_the_one_and_keep_organisations_apart_from_the_other(server: Archived) -> None:
    address = f"127.0.0.1:{server.port}/tussenruimte"
    owner, application = (f"postgresql://{user}@{address}" for user in ("tussenruimte_owner", "tussenruimte"))
    owner, application = f"{owner}?password={quote(SECRETS['owner_password'])}", f"{application}?password={quote(PASSWORD)}"
    migrate(owner, EVENT_TABLES, application)
    with connected(server, "tussenruimte", PASSWORD) as connection:
        assert list(breaches(connection)) == []
        with within(connection, "buurtmaat"):
            assert connection.execute("insert into locks values ('buurtmaat', 'events')").rowcount == 1
        assert connection.execute("select from locks").fetchall() == []


def test_nobody_else_gets_in(server: Archived) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("create role other login password 'other'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(host="127.0.0.1", port=server.port, user="other", password="other", dbname="tussenruimte")


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440], ids=oct)
def test_passwords_come_from_a_file_that_is_its_owners_alone(
    server: Archived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:{server.port}:tussenruimte:tussenruimte:{PASSWORD}\n")
    file.chmod(mode)
    monkeypatch.setenv("PGPASSFILE", str(file))
    address = f"postgresql://tussenruimte@127.0.0.1:{server.port}/tussenruimte"
    if mode & 0o077:
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(address)
    else:
        psycopg.connect(address).close()
