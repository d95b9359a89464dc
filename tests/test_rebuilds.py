"""The views of many organisations are rebuilt at once, here or on a Dask cluster, and come out as a plain rebuild makes them."""

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
from command_line import environment
from dask_cluster import Dask
from patroni_cluster import until
from sent_lines import ROOT, generated, opened, pair, record, runner_of
from servers import OWNER, NamedPostgres, Postgres
from store_faults import view_rows
from store_places import Databases

NAMES = [f"home{number}" for number in range(6)]
Views = dict[str, dict[str, list[Sequence[object]]]]


@pytest.fixture(scope="module")
def place(postgres: Postgres | NamedPostgres) -> Databases:
    found = Databases(postgres)
    for number, name in enumerate(NAMES):
        with closing(opened(found, name)) as store:
            record(store, [*pair(), *generated(30 * (number + 1), name)])
    return found


def views(place: Databases) -> Views:
    found = {}
    for name in NAMES:
        with closing(opened(place, name)) as store:
            found[name] = view_rows(store, runner_of(store))
    return found


@pytest.fixture(scope="module")
def plain(place: Databases) -> Views:
    """What one process makes of each, one after another."""
    for name in NAMES:
        with closing(opened(place, name)) as store:
            runner_of(store).rebuild()
    return views(place)


@pytest.fixture
def spoilt(place: Databases, plain: Views) -> Databases:
    """Views from which much is gone, though their checkpoint says that they are whole."""
    with psycopg.connect(place.all) as connection:
        for (table,) in connection.execute("SELECT relname FROM pg_class WHERE relname ~ '_v[0-9]+$' AND relkind = 'r'").fetchall():
            connection.execute(f"DELETE FROM {table}")
    assert views(place) != plain
    return place


def settings(place: Databases, root: bytes = ROOT) -> dict[str, str]:
    urls = {"TUSSENRUIMTE_DATABASE_URL": place.url, "TUSSENRUIMTE_KEYS_URL": place.keys_url}
    return {**urls, "TUSSENRUIMTE_ROOT_KEY": base64.b64encode(root).decode()}


def rebuild(place: Databases, *said: str, root: bytes = ROOT) -> "subprocess.Popen[str]":
    verb = [sys.executable, "-m", "tussenruimte", "--json", "rebuild", "--all-organisations", *said]
    # In the URL stands the password of the platform's role, so that this one is for the owner's.
    owner = {"TUSSENRUIMTE_OWNER": OWNER, "PGPASSWORD": urlsplit(place.url).password or ""}
    told = environment(**settings(place, root), **owner)
    return subprocess.Popen(verb, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def positions(running: "subprocess.Popen[str]") -> dict[str, str | None]:
    out, err = running.communicate(timeout=300)
    assert "Traceback" not in err
    return {one["organisation"]: one["position"] for one in json.loads(out)}


def expected(place: Databases) -> dict[str, str]:
    with psycopg.connect(place.all) as connection:
        return {name: str(head) for name, head in connection.execute("SELECT organisation, max(position) FROM events GROUP BY 1")}


def test_rebuilt_here_the_views_are_those_of_plain_rebuilds(spoilt: Databases, plain: Views) -> None:
    assert positions(rebuild(spoilt)) == expected(spoilt)
    assert views(spoilt) == plain


def test_rebuilt_on_a_cluster_the_views_are_those_of_plain_rebuilds_made_with_the_workers_own_key(spoilt: Databases, plain: Views) -> None:
    """Who asks for it has another root key, with which nothing opens."""
    with Dask(2, environment(**settings(spoilt))) as cluster:
        assert positions(rebuild(spoilt, "--scheduler", cluster.scheduler.address, root=bytes(32))) == expected(spoilt)
    assert views(spoilt) == plain


def test_what_a_worker_was_at_when_it_died_is_done_by_another(spoilt: Databases, plain: Views) -> None:
    with Dask(2, environment(**settings(spoilt))) as cluster:
        running = rebuild(spoilt, "--scheduler", cluster.scheduler.address)
        first = "SELECT 1 FROM generations WHERE building > generation"
        with psycopg.connect(spoilt.all, autocommit=True) as connection:
            until(lambda: connection.execute(first).fetchone(), "a rebuild has begun")
        cluster.workers[0].kill()
        assert positions(running) == expected(spoilt)
    assert views(spoilt) == plain


def test_a_scheduler_that_is_lost_is_told(spoilt: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    with Dask(1, environment(**settings(spoilt))) as cluster:
        running = rebuild(spoilt, "--scheduler", cluster.scheduler.address)
        first = "SELECT 1 FROM generations WHERE building > generation"
        with psycopg.connect(spoilt.all, autocommit=True) as connection:
            until(lambda: connection.execute(first).fetchone(), "a rebuild has begun")
        cluster.workers[0].kill()
        cluster.scheduler.kill()
        _, err = running.communicate(timeout=300)
    assert running.returncode == 1
    # Dask logs for itself what it tried.
    assert err.splitlines()[-1] == "Error: The cluster was lost while it rebuilt. Views that were not done yet stand as they did."


def test_an_organisation_that_cannot_be_rebuilt_is_told_and_the_others_are(spoilt: Databases, plain: Views) -> None:
    with psycopg.connect(spoilt.all_keys, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE aside AS SELECT * FROM organisation_keys WHERE organisation = 'home0'")
        connection.execute("DELETE FROM organisation_keys WHERE organisation = 'home0'")
        running = rebuild(spoilt)
        out, err = running.communicate(timeout=300)
        connection.execute("INSERT INTO organisation_keys SELECT * FROM aside")
    assert running.returncode == 1
    assert "home0: " in err
    assert "are gone" in err
    assert {one["organisation"] for one in json.loads(out) if one["position"]} == set(NAMES[1:])
    assert {name: rows for name, rows in views(spoilt).items() if name != "home0"} == {name: plain[name] for name in NAMES[1:]}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["--scheduler", "tcp://127.0.0.1:1"], "tcp://127.0.0.1:1"),
        (["--database", "sqlite:///other.db", "--scheduler", "tcp://127.0.0.1:1"], "the database is set where its workers run"),
    ],
)
def test_a_cluster_that_is_not_there_is_told(place: Databases, said: list[str], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    running = rebuild(place, *said)
    _, err = running.communicate(timeout=60)
    assert running.returncode
    assert why in err
    assert "Traceback" not in err
