"""The platform starts only where PostgreSQL keeps organisations apart, and `doctor` tells of a role from whom nothing is kept."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner, Result
from sent_lines import ROOT, pair
from servers import APPLICATION, OWNER, NamedPostgres, Postgres, for_all, for_application

from domain.store.postgres_sql import named
from projections.views.histories import MEMBERS
from tussenruimte import cli

Run = Callable[..., Result]


@pytest.fixture
def owned(postgres: Postgres | NamedPostgres) -> tuple[str, str]:
    """New databases of the events and of the keys, for the role that owns them."""
    return postgres.database("events"), postgres.database("keys")


def run_on(events: str, keys: str, **more: str) -> Run:
    """`more`: settings; where it names an owner, their password is found as libpq finds it for who has none in the URL."""
    given = {"TUSSENRUIMTE_DATABASE_URL": events, "TUSSENRUIMTE_KEYS_URL": keys, "TUSSENRUIMTE_ROOT_KEY": base64.b64encode(ROOT).decode()}

    def run(*said: str, lines: bytes = b"") -> Result:
        password = {"PGPASSWORD": urlsplit(events).password or ""}
        done = CliRunner().invoke(cli, said, input=lines, env={**given, **password, "LANG": "C.UTF-8", **more})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def as_application(owned: tuple[str, str], **more: str) -> Run:
    return run_on(*map(for_application, owned), **more)


def told(run: Run) -> dict[str, tuple[bool, str]]:
    return {one["name"]: (one["sound"], one["detail"]) for one in json.loads(run("--json", "doctor").output)["findings"]}


def words(done: Result) -> str:
    return " ".join(done.output.split())


def test_the_owner_makes_the_tables_and_another_role_uses_them(owned: tuple[str, str]) -> None:
    migrating = as_application(owned, TUSSENRUIMTE_OWNER=OWNER)
    assert migrating("migrate").exit_code == 0
    assert migrating("migrate").exit_code == 0
    run = as_application(owned)
    assert run("import", "-", lines=b"\n".join(pair())).exit_code == 0
    assert run("rebuild").exit_code == 0
    assert run("erase", "r-anna", "--yes").exit_code == 0, "what is overwritten is vacuumed"
    for name in ("organisations", "their keys"):
        assert told(run)[name] == (True, f"kept apart by row-level security from the role {APPLICATION}")
    settings = {row["name"]: row for row in json.loads(migrating("--json", "doctor").output)["settings"]}
    assert settings["owner"] == {"name": "owner", "value": OWNER, "from": "TUSSENRUIMTE_OWNER"}


def test_what_the_platforms_role_overwrites_it_may_vacuum(owned: tuple[str, str]) -> None:
    assert as_application(owned, TUSSENRUIMTE_OWNER=OWNER)("migrate").exit_code == 0
    with psycopg.connect(for_application(owned[0]), autocommit=True) as connection:
        warned: list[str | None] = []
        connection.add_notice_handler(lambda notice: warned.append(notice.message_primary))
        connection.execute(f"VACUUM events, {named(MEMBERS)}")
        assert warned == []
        with psycopg.connect(owned[0], autocommit=True) as owner:
            owner.execute(f"REVOKE MAINTAIN ON events FROM {APPLICATION}")
        connection.execute("VACUUM events")
        assert warned == ['permission denied to vacuum "events", skipping it']


def test_one_role_for_all_is_kept_to_one_organisation_too_and_is_told_what_it_could_do(owned: tuple[str, str]) -> None:
    run = run_on(*owned)
    assert run("migrate").exit_code == 0
    assert run("import", "-", lines=b"\n".join(pair())).exit_code == 0
    for name in ("organisations", "their keys"):
        sound, detail = told(run)[name]
        assert sound
        assert "it owns the tables and could end that" in detail
    with psycopg.connect(owned[0]) as connection:
        assert connection.execute("SELECT FROM events").fetchall() == []


def test_a_superuser_is_warned_of(owned: tuple[str, str], postgres: Postgres | NamedPostgres) -> None:
    assert run_on(*owned)("migrate").exit_code == 0
    run = run_on(*(for_all(url, postgres.url) for url in owned))
    assert run("import", "-", lines=b"\n".join(pair())).exit_code == 0
    for name in ("organisations", "their keys"):
        sound, detail = told(run)[name]
        assert not sound
        assert "is held to nothing by row-level security" in detail
        assert "rows are shown to who names no organisation by" in detail
        assert "let the platform connect as a plain role" in detail
    assert run("doctor").exit_code == 1


@pytest.mark.parametrize(
    "harm",
    [
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own ON events",
        "CREATE POLICY more ON events USING (true)",
    ],
)
def test_nothing_starts_where_a_table_does_not_keep_them_apart_until_migrate_has_mended_it(owned: tuple[str, str], harm: str) -> None:
    migrating, run = as_application(owned, TUSSENRUIMTE_OWNER=OWNER), as_application(owned)
    assert migrating("migrate").exit_code == 0
    assert run("import", "-", lines=b"\n".join(pair())).exit_code == 0
    with psycopg.connect(owned[0], autocommit=True) as owner:
        owner.execute(harm)
    for verb in ("list", "doctor"):
        assert "Run `tussenruimte migrate`." in words(run(verb))
    assert migrating("migrate").exit_code == 0
    assert run("list").exit_code == 0
    assert all(sound for sound, _ in told(run).values())


def test_a_policy_that_says_something_else_is_found_by_what_it_shows(owned: tuple[str, str]) -> None:
    run = as_application(owned)
    assert as_application(owned, TUSSENRUIMTE_OWNER=OWNER)("migrate").exit_code == 0
    assert run("import", "-", lines=b"\n".join(pair())).exit_code == 0
    with psycopg.connect(owned[0], autocommit=True) as owner:
        owner.execute("ALTER POLICY own ON events USING (true)")
    sound, detail = told(run)["organisations"]
    assert not sound
    assert "rows are shown to who names no organisation by events" in detail


def test_a_role_that_may_not_use_the_tables_yet_is_told_what_to_run(owned: tuple[str, str]) -> None:
    assert run_on(*owned)("migrate").exit_code == 0
    refused = as_application(owned)("list")
    assert refused.exit_code == 1
    assert f"{APPLICATION} may not use them yet: run `tussenruimte migrate` where TUSSENRUIMTE_OWNER names" in words(refused)
    assert as_application(owned, TUSSENRUIMTE_OWNER=OWNER)("migrate").exit_code == 0
    assert as_application(owned)("list").exit_code == 0


def test_whoever_does_not_own_the_tables_is_not_told_which_organisations_there_are(owned: tuple[str, str]) -> None:
    assert as_application(owned, TUSSENRUIMTE_OWNER=OWNER)("migrate").exit_code == 0
    assert as_application(owned)("import", "-", lines=b"\n".join(pair())).exit_code == 0
    refused = as_application(owned)("rebuild", "--all-organisations")
    assert refused.exit_code == 1
    assert f"{APPLICATION} is not. Name the role that is with TUSSENRUIMTE_OWNER." in words(refused)


def test_two_organisations_do_not_share_a_file(tmp_path: Path) -> None:
    """SQLite has no row-level security, and needs none: each has a file of its own."""
    given = {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{tmp_path}/events.db", "TUSSENRUIMTE_ROOT_KEY": base64.b64encode(ROOT).decode()}

    def run(organisation: str, *said: str) -> Result:
        return CliRunner().invoke(cli, ["--organisation", organisation, *said], input=b"\n".join(pair()), env=given)

    assert run("here", "import", "-").exit_code == 0
    assert run("there", "import", "-").exit_code == 0
    for kind in ("db", "db.keys"):
        (tmp_path / f"events.there.{kind}").unlink()
        (tmp_path / f"events.here.{kind}").rename(tmp_path / f"events.there.{kind}")
    for verb in (("import", "-"), ("list",), ("export",)):
        refused = run("there", *verb)
        assert refused.exit_code == 1
        assert "holds the events of the organisation 'here', not of 'there'" in words(refused)
