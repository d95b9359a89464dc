"""PostgreSQL as Compose sets it up: the database and its owner, and how the platform signs in without a password in an environment."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from archived_postgres import FOLDER, Archived

PASSWORD = "no one's & everyone's"


@pytest.fixture(scope="module")
def server() -> Iterator[Archived]:
    with Archived() as server:
        secret = server.folder / "application_password"
        secret.write_text(f"{PASSWORD}\n")
        script = (FOLDER / "create-database.sh").read_text()
        assert "/run/secrets/application_password" in script
        server.sh(script.replace("/run/secrets/application_password", str(secret)))
        yield server


def test_the_platform_owns_its_database_and_nothing_else(server: Archived) -> None:
    asked = "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles where rolname = 'tussenruimte'"
    with psycopg.connect(server.url) as connection:
        assert connection.execute(asked).fetchone() == (False,) * 5
    address = {"host": "127.0.0.1", "port": server.port, "user": "tussenruimte", "password": PASSWORD}
    with psycopg.connect(dbname="tussenruimte", **address) as connection:
        connection.execute("create table made (id text)")
        encoding = "select pg_encoding_to_char(encoding), datcollate from pg_database where datname = current_database()"
        assert connection.execute(encoding).fetchone() == ("UTF8", "C")


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
