"""Organisations are on several PostgreSQL clusters, as a file says, each with its own positions; and none begins on a second one."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result
from psycopg.conninfo import conninfo_to_dict
from sent_lines import ROOT, meeting, pair
from servers import OWNER, NamedPostgres, Postgres, for_application

from domain.store.addresses import as_role
from domain.store.checks import Unusable
from domain.store.organisations import organisations
from projections.export.placement import placement
from tussenruimte import cli

Run = Callable[..., Result]
PLACED = '[organisations]\nbuurtmaat = "two"\n'


class Cluster(NamedTuple):
    """A cluster by the URLs of its databases, without passwords."""

    events: str
    keys: str


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Postgres | NamedPostgres], Cluster]:
    """Makes the databases of a cluster on a server; libpq finds its password in the passfile."""
    passfile = tmp_path / "pgpass"
    passfile.touch(mode=0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))

    def make(server: Postgres | NamedPostgres) -> Cluster:
        found = conninfo_to_dict(server.url)
        with passfile.open("a") as file:
            file.write(f"*:{found['port']}:*:*:{found.get('password', '')}\n")
        urls = (conninfo_to_dict(for_application(server.database(name))) for name in ("events", "keys"))
        return Cluster(*(f"postgresql://{url['user']}@{url['host']}:{url['port']}/{url['dbname']}" for url in urls))

    return make


def written(path: Path, said: str = PLACED, **clusters: Cluster) -> Path:
    tables = [
        f'[clusters.{name}]\nevents = "{urls.events}"\nkeys = "{urls.keys}"\nread = "{urls.events}"\n' for name, urls in clusters.items()
    ]
    path.write_text("\n".join(['default = "one"', *tables, said]))
    return path


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a verb with the placement in `placement.toml`, unless a setting says otherwise."""
    root = base64.b64encode(ROOT).decode()

    def run(*said: str, given: bytes = b"", **settings: str) -> Result:
        setting = {"TUSSENRUIMTE_PLACEMENT": str(tmp_path / "placement.toml"), "TUSSENRUIMTE_ROOT_KEY": root, "LANG": "C.UTF-8"}
        setting["TUSSENRUIMTE_OWNER"] = OWNER
        done = CliRunner().invoke(cli, said, input=given, env={**setting, **settings})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def recorded(run: Run, organisation: str, *more: bytes) -> None:
    done = run("--organisation", organisation, "import", "-", given=b"\n".join([*pair(), *more]))
    assert done.exit_code == 0, done.output


def positions(run: Run, organisation: str) -> list[int]:
    done = run("--organisation", organisation, "export")
    assert done.exit_code == 0, done.output
    return [json.loads(line)["position"] for line in done.output.splitlines()]


def test_each_organisation_is_on_its_own_cluster_with_its_own_positions(
    run: Run, made: Callable[..., Cluster], postgres: Postgres | NamedPostgres, tmp_path: Path
) -> None:
    one, two = made(postgres), made(postgres)
    written(tmp_path / "placement.toml", one=one, two=two)
    assert run("migrate").exit_code == 0
    recorded(run, "buurtmaat")
    recorded(run, "elsewhere", meeting("soup", "r"))
    assert (positions(run, "buurtmaat"), positions(run, "elsewhere")) == (list(range(1, 7)), list(range(1, 8)))
    settings = {"TUSSENRUIMTE_KEYS_URL": two.keys, "TUSSENRUIMTE_PLACEMENT": ""}
    owned = as_role(two.events, OWNER)
    assert "buurtmaat" in organisations(owned)
    assert "elsewhere" not in organisations(owned)
    assert run("--database", two.events, "--organisation", "buurtmaat", "export", **settings).output.count("\n") == 6
    for organisation, cluster, urls in (("buurtmaat", "two", two), ("elsewhere", "one", one)):
        done = run("--organisation", organisation, "--json", "doctor")
        assert done.exit_code == 0, done.output
        told = {row["name"]: (row["value"], row["from"]) for row in json.loads(done.output)["settings"]}
        assert told["cluster"] == (cluster, "TUSSENRUIMTE_PLACEMENT")
        assert told["replica"] == (urls.events, "TUSSENRUIMTE_PLACEMENT")
        assert told["database"] == (urls.events, "TUSSENRUIMTE_PLACEMENT")


def test_an_organisation_goes_on_when_the_cluster_of_another_is_down(
    run: Run, made: Callable[..., Cluster], postgres: Postgres | NamedPostgres, own_postgres: Postgres, tmp_path: Path
) -> None:
    written(tmp_path / "placement.toml", one=made(postgres), two=made(own_postgres))
    assert run("migrate").exit_code == 0
    recorded(run, "buurtmaat")
    recorded(run, "elsewhere")
    own_postgres.kill()
    assert positions(run, "elsewhere") == list(range(1, 7))
    assert str(own_postgres.port) in run("--organisation", "buurtmaat", "list").output
    refused = run("--organisation", "new", "import", "-", given=b"\n".join(pair()))
    assert refused.exit_code == 1, "whether it has events on the cluster that is down cannot be told"


def test_an_organisation_begins_on_no_second_cluster_and_may_be_moved_to_it(
    run: Run, made: Callable[..., Cluster], postgres: Postgres | NamedPostgres, tmp_path: Path
) -> None:
    clusters = {"one": made(postgres), "two": made(postgres)}
    path = written(tmp_path / "placement.toml", **clusters)
    assert run("migrate").exit_code == 0
    recorded(run, "buurtmaat")
    exported = run("--organisation", "buurtmaat", "export").stdout_bytes
    written(path, "", **clusters)
    refused = run("--organisation", "buurtmaat", "import", "-", given=b"\n".join(pair()))
    assert refused.exit_code == 1
    assert "on the cluster 'two'" in refused.output
    assert "Tokens do not move along" in refused.output
    there = ("--organisation", "buurtmaat", "--database", clusters["one"].events)
    moved = run(*there, "import", "--restore", "-", given=exported, TUSSENRUIMTE_KEYS_URL=clusters["one"].keys)
    assert moved.exit_code == 0, moved.output
    assert positions(run, "buurtmaat") == list(range(1, 7))


GOOD = 'default = "one"\n[clusters.one]\nevents = "postgresql://one/events"\nkeys = "postgresql://one/keys"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("clusters = 1", r"Expected `object`, got `int` - at `\$.clusters`"),
        ("[clusters", "not of the right form"),
        pytest.param("a = " + "[" * 5_000 + "]" * 5_000, "nested too deep", id="nested"),
        pytest.param(GOOD + "a = " + "9" * 5_000, "not of the right form", id="long number"),
        (GOOD + 'reed = "x"', "unknown field `reed`"),
        ('default = "one"\n[clusters.one]\nevents = "postgresql://one/events"', "missing required field `keys`"),
        (GOOD.replace("one/events", "anna:secret@one/events"), "clusters.one.events holds a password"),
        (GOOD.replace("one/keys", "one/keys?password=secret"), "clusters.one.keys holds a password"),
        (GOOD.replace("postgresql://one/keys", "sqlite:///keys.db"), "clusters.one.keys is no URL of PostgreSQL"),
        (GOOD.replace("one/keys", "one/keys?nonsense=secret"), "clusters.one.keys is no URL of PostgreSQL"),
        (GOOD.replace("one/keys", "one/events"), "clusters.one.events and clusters.one.keys are one database"),
        (GOOD.replace('default = "one"', 'default = "two"'), "default names the cluster 'two', which is not there. There are: one"),
        (GOOD + '[organisations]\nbuurtmaat = "two"', "organisations.buurtmaat names the cluster 'two'"),
        (GOOD + '[organisations]\n"Buurt maat" = "one"', "'Buurt maat' cannot be the name of an organisation"),
    ],
)
def test_a_placement_that_is_wrong_is_refused_with_what_is_wrong_where(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "placement.toml"
    path.write_text(text)
    with pytest.raises(Unusable, match=why) as refused:
        placement(path)
    assert str(path) in str(refused.value)
    assert "secret" not in str(refused.value)


def test_what_the_placement_lacks_is_told(run: Run, tmp_path: Path) -> None:
    assert "cannot be read: No such file" in run("list").output
    (tmp_path / "placement.toml").write_text(GOOD)
    both = run("list", TUSSENRUIMTE_KEYS_URL="postgresql://one/keys")
    assert "TUSSENRUIMTE_PLACEMENT and TUSSENRUIMTE_KEYS_URL are both set" in both.output
