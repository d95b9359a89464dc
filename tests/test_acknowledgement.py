"""What a sender is told is what is kept: nothing is acknowledged that is on one server where two are asked for, what was broken off may be
sent again, and a database that does not answer is told as that."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from patroni_cluster import until
from sent_lines import ROOT, Clock, meeting, note, opened, pair, record, runner_of
from served import Served
from servers import Postgres
from starlette.testclient import TestClient
from store_faults import faults
from store_places import Databases

from api.app import make_app
from domain.store.batch import Outcome
from domain.store.database import EVENTS
from domain.store.keys import KeyStoreSilent
from domain.store.places import on_postgres
from domain.store.postgres import PostgresDatabase, Unreachable
from projections.soundness import examine
from tussenruimte import Organisation, cli

LINE = meeting("soup", "r", **note("They laughed.", "a", "b"))
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresDatabase, "answer_seconds", 1.0)


@pytest.fixture
def place(own_postgres: Postgres) -> Databases:
    found = Databases(own_postgres)
    with closing(opened(found)) as store:
        assert record(store, pair()).recorded == 6
    return found


@pytest.fixture
def sender() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as found:
        yield found


class Waits:
    """A server that asks for a replica which is not there: whoever commits waits for it."""

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def ask(self, *statements: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            for statement in statements[:-1]:
                connection.execute(statement)
            return connection.execute(statements[-1]).fetchall()

    def begin(self) -> None:
        self.ask("ALTER SYSTEM SET synchronous_standby_names = 'one'", "SELECT pg_reload_conf()")
        until(lambda: self.ask("SHOW synchronous_standby_names") == [("one",)], "the server waits for a replica")

    def end(self) -> None:
        self.ask("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")

    def break_off(self, how: str) -> None:
        """What waits, as an operator ends it, or a time limit."""
        ((pid,),) = until(lambda: self.ask(WAITING), "somebody waits for the replica")
        self.ask(f"SELECT {how}({pid})")


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_what_was_committed_and_not_answered_is_already_there_when_it_is_sent_again(
    own_postgres: Postgres, place: Databases, sender: ThreadPoolExecutor, how: str
) -> None:
    waits = Waits(own_postgres)
    with closing(opened(place)) as store:
        waits.begin()
        unanswered = sender.submit(record, store, [LINE])
        waits.break_off(how)
        with pytest.raises(Unreachable):
            unanswered.result(60)
        again: Future[Outcome] = sender.submit(record, store, [LINE])
        until(lambda: waits.ask(WAITING), "what is sent again waits for the replica too")
        assert not again.done()
        waits.end()
        assert again.result(60).already == 1
    assert faults(place, ["soup"]) == []


@contextmanager
def served(place: Databases) -> Iterator[Served]:
    organisation = Organisation(place.open(ROOT, "buurtmaat", Clock()))
    with TestClient(make_app(organisation), raise_server_exceptions=False) as client:
        yield Served(organisation, client)


def sent(house: Served) -> tuple[int, Any]:
    answer = house.client.post("/events", content=LINE, headers={"Content-Type": "application/cloudevents+json"})
    return answer.status_code, answer.json()


def test_who_sends_while_the_server_dies_is_told_so_and_may_send_again(
    own_postgres: Postgres, place: Databases, sender: ThreadPoolExecutor
) -> None:
    with served(place) as house:
        with closing(psycopg.connect(place.all)) as other:
            other.execute("SELECT 1 FROM locks WHERE organisation = 'buurtmaat' AND name = 'events' FOR UPDATE")
            on_its_way = sender.submit(sent, house)
            until(lambda: Waits(own_postgres).ask("SELECT 1 FROM pg_locks WHERE NOT granted"), "the sender waits for the lock")
            own_postgres.kill()
        for status, answer in (on_its_way.result(60), sent(house)):
            assert status == 503
            (error,) = answer["errors"]
            assert error["extensions"]["code"] == "UNAVAILABLE"
            assert "may be sent again" in error["message"]
        assert house.client.get("/readyz").status_code == 503
        own_postgres.start()
        assert until(lambda: (found := sent(house))[0] < 300 and found[1], "the server is back")
    assert faults(place, ["soup"]) == []


def test_the_command_line_says_which_server_does_not_answer(own_postgres: Postgres, place: Databases) -> None:
    hosts = f"127.0.0.1:1,127.0.0.1:{own_postgres.port}"
    url = place.url.replace(f"127.0.0.1:{own_postgres.port}", hosts) + "?target_session_attrs=read-write"
    root = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    setting = {"TUSSENRUIMTE_DATABASE_URL": url, "TUSSENRUIMTE_KEYS_URL": place.keys_url, "TUSSENRUIMTE_ROOT_KEY": root}
    asked = ["--organisation", "buurtmaat", "list", "--json"]
    answered = CliRunner().invoke(cli, asked, env=setting)
    assert answered.exit_code == 0, answered.output
    own_postgres.stop()
    refused = CliRunner().invoke(cli, asked, env=setting)
    assert refused.exit_code == 1
    assert hosts in refused.output
    assert own_postgres.password not in refused.output
    assert "Traceback" not in refused.output


def test_keys_that_cannot_be_asked_for_are_not_taken_for_damaged(own_postgres: Postgres, place: Databases) -> None:
    with Postgres() as server:
        keys = Databases(server)
        with closing(on_postgres(place.url, keys.keys_url, ROOT, "elsewhere", Clock())) as store:
            record(store, [*pair(), LINE])
            ring = store.keys.ring()
            with store.reading() as connection:
                ((state,),) = connection.execute(f"SELECT state FROM {connection.table(EVENTS)} e WHERE id = 'soup'").fetchall()
        with closing(on_postgres(place.url, keys.keys_url, ROOT, "elsewhere", Clock())) as store:
            runner, ring = runner_of(store), store.keys.ring()
            server.kill()
            with pytest.raises(KeyStoreSilent):
                store.mapper.plain(state, ring)
            with pytest.raises(KeyStoreSilent):
                examine(store, runner, lambda done, of: None)
