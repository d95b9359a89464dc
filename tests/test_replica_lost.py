"""A replica that is gone or frozen takes nothing away: the primary answers in its place, soon, and it is told where operators look."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from command_line import EXAMPLES, run_in
from follower import Follower
from scraped import scraped
from sent_lines import ROOT, meeting, pair
from served import NOW, Served, served_at
from servers import Postgres
from store_places import Databases
from test_replica import ASKED, held_back, recorded

from api.context import question
from domain.store import replica
from domain.store.places import on_postgres


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Databases, Follower]]:
    with Postgres() as primary:
        databases = Databases(primary)
        with Follower(primary) as follower:
            yield databases, follower


@pytest.fixture
def house(servers: tuple[Databases, Follower]) -> Iterator[tuple[Served, Follower]]:
    """An organisation that asks the replica, which has all that is recorded and with which connections stand."""
    databases, follower = servers
    databases.empty()
    behind = urlsplit(databases.url)._replace(netloc=urlsplit(follower.url).netloc).geturl()
    with served_at(on_postgres(databases.url, databases.keys_url, ROOT, "buurtmaat", lambda: NOW, behind)) as found:
        found.ask(ASKED, at=recorded(found, pair()))
        assert found.client.get("/readyz").json()["replica"] == "ok"
        yield found, follower
        if not follower.runs:
            follower.start()
        follower.thaw()
        follower.holding_back(False)


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_the_primary_answers_in_place_of_a_replica_that_is_lost_until_it_is_back(
    house: tuple[Served, Follower], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, follower = house
    assert scraped(served)["replica_lost", ()] == 0
    getattr(follower, fault)()
    assert served.ask(ASKED) == {"events": {"nodes": [{"id": "r-match"}]}}
    with monkeypatch.context() as patient:
        # Who asked it now would not come back.
        patient.setattr(replica, "BEGIN_SECONDS", 3_600.0)
        assert served.ask(ASKED) == {"events": {"nodes": [{"id": "r-match"}]}}
    ready = served.client.get("/readyz")
    assert (ready.status_code, ready.json()["replica"]) == (200, "unreachable, the primary answers")
    assert scraped(served)["replica_lost", ()] == 1
    monkeypatch.setattr(replica, "LOST_SECONDS", 0.0)
    if follower.runs:
        follower.thaw()
    else:
        follower.start()
    limit = time.monotonic() + 30
    while served.client.get("/readyz").json()["replica"] != "ok":
        assert time.monotonic() < limit
    assert scraped(served)["replica_lost", ()] == 0


def test_a_question_that_is_asked_when_the_replica_freezes_is_answered(
    house: tuple[Served, Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    served, follower = house
    monkeypatch.setattr(replica, "STATEMENT_SECONDS", 1.0)
    asked = []

    def ask() -> Any:
        with served.organisation.questions.snapshot() as snapshot:
            if not asked:
                follower.freeze()
            asked.append(snapshot.upto)
            return snapshot.connection.execute("SELECT 7").fetchone()

    async def answered() -> Any:
        return await question(ask)

    assert asyncio.run(answered()) == (7,)
    assert asked == [6, 6]


def test_what_the_primary_answered_in_its_place_is_not_unsaid_by_a_replica_that_is_back_and_behind(
    house: tuple[Served, Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    served, follower = house
    held_back(follower)
    follower.freeze()
    position = recorded(served, [meeting("m", "r")])
    with_it = {"events": {"nodes": [{"id": "m"}]}}
    assert served.ask(ASKED, at=position) == with_it
    monkeypatch.setattr(replica, "LOST_SECONDS", 0.0)
    follower.thaw()
    assert served.organisation.store.replica is not None
    while not served.organisation.store.replica.answers():
        pass
    assert served.ask(ASKED) == served.ask(ASKED, at=position) == with_it
    follower.holding_back(False)


def test_the_doctor_says_that_the_replica_or_redis_does_not_answer(servers: tuple[Databases, Follower], tmp_path: Any) -> None:
    databases, follower = servers
    databases.empty()
    behind = urlsplit(databases.url)._replace(netloc=urlsplit(follower.url).netloc).geturl()
    nowhere = "127.0.0.1:1"
    run = run_in(tmp_path)
    settings = {
        "TUSSENRUIMTE_DATABASE_URL": databases.url, "TUSSENRUIMTE_KEYS_URL": databases.keys_url, "TUSSENRUIMTE_READ_URL": behind,
        "TUSSENRUIMTE_ROOT_KEY": "cnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=",
    }  # fmt: skip
    assert run("import", next(path for path in EXAMPLES if "lars" in path), **settings).code == 0
    told = {one["name"]: one for one in json.loads(run("doctor", "--json", **settings).out)["findings"]}
    assert told["replica"]["sound"]
    assert "redis" not in told
    lost = {
        **settings,
        "TUSSENRUIMTE_READ_URL": urlsplit(behind)._replace(netloc=nowhere).geturl(),
        "TUSSENRUIMTE_REDIS_URL": f"redis://{nowhere}",
    }
    done = run("doctor", "--json", **lost)
    told = {one["name"]: one for one in json.loads(done.out)["findings"]}
    assert done.code == 1
    assert {name for name, one in told.items() if not one["sound"]} == {"replica", "redis"}
    assert "the primary answers" in told["replica"]["detail"]
    assert nowhere in told["redis"]["detail"]
