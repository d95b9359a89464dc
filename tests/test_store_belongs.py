"""What belongs together is looked at before anything is done with it: events and keys stand apart, and the keys are those of the events."""

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import psycopg
import pytest
from click.testing import CliRunner, Result
from sent_lines import ROOT, line, pair
from servers import NamedPostgres, Postgres

from tussenruimte import cli

Run = Callable[..., Result]
NOTED = line("m1", "meeting_held", "relationship/r", {"present": ["a", "b"], "notes": [{"about": ["b"], "text": "soup"}]}, "2021-03-01")


def run_with(**settings: str) -> Run:
    given = {"TUSSENRUIMTE_ROOT_KEY": base64.b64encode(ROOT).decode(), "LANG": "C.UTF-8", **settings}

    def run(*said: str, given_in: bytes = b"") -> Result:
        done = CliRunner().invoke(cli, said, input=given_in, env=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def on(events: str, keys: str) -> Run:
    return run_with(TUSSENRUIMTE_DATABASE_URL=events, TUSSENRUIMTE_KEYS_URL=keys)


def refused(done: Result) -> str:
    """What was said of it, wherever its lines were broken: that depends on how long the number of the server's port is."""
    assert done.exit_code == 1, done.output
    return " ".join(done.output.split())


def made(server: Postgres | NamedPostgres) -> tuple[str, str]:
    """Two databases with their tables, in which something is recorded."""
    events, keys = (server.database(name) for name in ("events", "keys"))
    run = on(events, keys)
    assert run("migrate").exit_code == 0
    assert run("import", "-", given_in=b"\n".join([*pair("r"), NOTED])).exit_code == 0
    return events, keys


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row[0] if row else 0


def test_one_database_for_events_and_keys_is_refused_however_it_is_written(postgres: Postgres | NamedPostgres) -> None:
    events = postgres.database("both")
    run = on(events, events.replace("127.0.0.1", "localhost"))
    assert "no backup may hold both" in refused(run("migrate"))
    assert tables(events) == 0


def test_exchanged_urls_are_refused_and_nothing_is_made(postgres: Postgres | NamedPostgres) -> None:
    events, keys = made(postgres)
    before = tables(events), tables(keys)
    for verb in ("migrate", "list", "doctor"):
        assert "may be exchanged" in refused(on(keys, events)(verb))
    assert (tables(events), tables(keys)) == before
    assert on(events, keys)("doctor").exit_code == 0


def test_events_are_not_opened_with_the_keys_of_another_store(postgres: Postgres | NamedPostgres) -> None:
    events, _ = made(postgres)
    # The same people: each has a key there too, of another make.
    _, foreign = made(postgres)
    for verb in ("list", "export", "doctor", "migrate"):
        assert "those of another store" in refused(on(events, foreign)(verb))
    assert "those of another store" in refused(on(events, foreign)("import", "-", given_in=NOTED))


def test_nor_with_keys_that_know_nobody(postgres: Postgres | NamedPostgres) -> None:
    events, _ = made(postgres)
    others, foreign = (postgres.database(name) for name in ("events", "keys"))
    assert on(others, foreign)("migrate").exit_code == 0
    assert "those of another store" in refused(on(events, foreign)("export"))


def test_a_file_is_not_opened_with_the_keys_of_another(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run = run_with(TUSSENRUIMTE_DATABASE_URL=f"sqlite:///{tmp_path / name}.db")
        assert run("import", "-", given_in=b"\n".join([*pair("r"), NOTED])).exit_code == 0
    copyfile(tmp_path / "one.db.keys", tmp_path / "two.db.keys")
    assert "those of another store" in refused(run_with(TUSSENRUIMTE_DATABASE_URL=f"sqlite:///{tmp_path / 'two'}.db")("list"))


VERSIONS = ("abc", "", "1.0", "9" * 5_000, "0", "-1", "٣")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_that_is_none_is_told_by_a_sentence(tmp_path: Path, version: str) -> None:
    run = run_with(TUSSENRUIMTE_DATABASE_URL=f"sqlite:///{tmp_path / 'events'}.db")
    assert run("import", "-", given_in=b"\n".join(pair("r"))).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "events.db")) as database, database:
        database.execute("UPDATE facts SET value = ? WHERE name = 'store_version'", (version,))
    for verb in ("list", "doctor", "migrate"):
        assert "which is none" in refused(run(verb))


def test_a_newer_database_is_refused_before_anything_is_made_in_it(postgres: Postgres | NamedPostgres) -> None:
    events, keys = made(postgres)
    with psycopg.connect(events, autocommit=True) as connection:
        connection.execute("DROP TABLE announced")
        for version, words in (("2", "newer version"), ("abc", "which is none"), ("0", "which is none")):
            connection.execute("UPDATE facts SET value = %s WHERE name = 'store_version'", (version,))
            before = tables(events)
            for verb in ("list", "doctor", "migrate"):
                assert words in refused(on(events, keys)(verb))
            assert tables(events) == before


def test_a_database_of_an_earlier_version_asks_for_migrate_and_goes_on_after_it(postgres: Postgres | NamedPostgres) -> None:
    events, keys = made(postgres)
    run = on(events, keys)
    with psycopg.connect(events, autocommit=True) as connection:
        connection.execute("DROP TABLE tiles, checkpoints")
    for verb in ("list", "doctor"):
        assert "are of an older version of this program. Run `tussenruimte migrate`." in refused(run(verb))
    assert run("migrate").exit_code == 0
    assert run("list").exit_code == 0


def test_what_is_damaged_does_not_keep_a_store_shut(tmp_path: Path) -> None:
    run = run_with(TUSSENRUIMTE_DATABASE_URL=f"sqlite:///{tmp_path / 'events'}.db")
    assert run("import", "-", given_in=b"\n".join([*pair("r"), NOTED])).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "events.db.keys")) as keys, keys:
        keys.execute("DELETE FROM data_keys WHERE owner = (SELECT min(owner) FROM data_keys WHERE owner LIKE 'participant/%')")
    found = json.loads(run("doctor", "--json").output)
    assert {one["name"]: one["sound"] for one in found["findings"]}["keys"] is False


def test_a_replica_that_is_none_is_refused(postgres: Postgres | NamedPostgres) -> None:
    events, keys = made(postgres)
    for elsewhere in (keys, postgres.database("empty")):
        run = run_with(TUSSENRUIMTE_DATABASE_URL=events, TUSSENRUIMTE_KEYS_URL=keys, TUSSENRUIMTE_READ_URL=elsewhere)
        assert "has no table of events" in refused(run("list"))
