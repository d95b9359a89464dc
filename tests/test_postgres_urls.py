"""A URL of PostgreSQL may name several hosts and a service, and is told without what is secret in it."""

import pytest
from click.testing import CliRunner

from domain.store.addresses import shown
from tussenruimte import cli


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://anna:secret@one:5432/events", "postgresql://anna@one:5432/events"),
        ("postgres://anna:secret@one,two/events?target_session_attrs=read-write", "postgresql://anna@one,two/events"),
        ("postgresql://anna@one:1,two:2/events?password=secret", "postgresql://anna@one:1,two:2/events"),
        ("postgresql://one,two/events?port=5433", "postgresql://one:5433,two:5433/events"),
        ("postgresql://[::1]:5432,[fe80::1]:5433/events", "postgresql://[::1]:5432,[fe80::1]:5433/events"),
        ("postgresql:///?service=events&passfile=secret", "postgresql:///?service=events"),
        ("postgresql:///events?host=%2Frun%2Fpostgresql", "postgresql://%2Frun%2Fpostgresql/events"),
        ("postgresql://a%40b:secret@one/an%20event", "postgresql://a%40b@one/an%20event"),
    ],
)
def test_a_url_is_told_with_all_its_hosts_and_without_its_password(url: str, told: str) -> None:
    assert shown(url) == told


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:sec%ret@one/events",
        "postgresql://one/events?secret=1",
        "postgresql://[one/secret",
        "postgresql://sec\udcff/events",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_and_not_repeated(url: str) -> None:
    keys = "postgresql://one/keys"
    for events, setting in ((url, {"TUSSENRUIMTE_KEYS_URL": keys}), (keys, {"TUSSENRUIMTE_KEYS_URL": url})):
        refused = CliRunner().invoke(cli, ["--database", events, "list"], env={**setting, "TUSSENRUIMTE_ROOT_KEY": "A" * 43 + "="})
        assert refused.exit_code == 1
        assert "cannot be read" in refused.output
        assert "sec" not in refused.output


def test_a_host_whose_name_is_none_is_told_by_a_sentence() -> None:
    given = {"TUSSENRUIMTE_KEYS_URL": "postgresql://one/keys", "TUSSENRUIMTE_ROOT_KEY": "A" * 43 + "="}
    refused = CliRunner().invoke(cli, ["--database", f"postgresql://{'a' * 300}/events", "list"], env=given)
    assert (refused.exit_code, isinstance(refused.exception, SystemExit)) == (1, True)
    assert "Error: postgresql://aaa" in refused.output


@pytest.mark.parametrize("option", ["--host", "--metrics-host"])
@pytest.mark.parametrize("name", ["a" * 70, "é" * 70, "a..b"])
def test_an_interface_whose_name_is_none_is_refused(option: str, name: str) -> None:
    refused = CliRunner().invoke(cli, ["serve", option, name])
    assert refused.exit_code == 2
    assert "no name of an interface" in refused.output
