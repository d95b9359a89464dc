"""Of several workers one leads each loop; whoever dies is replaced, whatever the servers do the work comes back, and nothing is lost."""

import json
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from command_line import refused, run_in, run_within
from eventsourcing.persistence import OperationalError
from scraped import samples
from sent_lines import meeting, opened, pair, record, runner_of
from servers import Postgres
from store_faults import faults
from store_places import Databases, Files, Place
from worker_processes import Worker, eventually, settings_of, workers

from domain.store.store import EventStore
from projections.runner import Runner

BROKEN = """
import sys
from tussenruimte import main
from workers.loops import LOOPS

class Broken:
    woken = False
    def __init__(self, organisation, ear): ...
    def step(self):
        raise ArithmeticError("Anna is ill")

LOOPS["project"] = Broken
main()
"""


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with closing(opened(place)) as store:
        record(store, pair("r"))
        yield store


def followed(store: EventStore, runner: Runner) -> bool:
    """Whether the views stand at the head; this process brings none up."""
    with store.reading() as connection:
        return runner.position(connection) == store.head(connection)


def leader(among: Sequence[Worker], name: str = "project") -> Worker:
    eventually(lambda: any(worker.leads(name) for worker in among), f"a leader of {name}")
    (found,) = (worker for worker in among if worker.leads(name))
    return found


def test_a_killed_leader_is_replaced_and_nothing_is_lost_or_done_twice(place: Place, store: EventStore) -> None:
    runner = runner_of(store)
    acknowledged: list[str] = []

    def more() -> None:
        acknowledged.append(f"m{len(acknowledged)}")
        assert record(store, [meeting(acknowledged[-1], "r", mood="light")]).recorded == 1

    with workers(place, "project", count=3) as left:
        while left:
            first = leader(left)
            more()
            eventually(lambda: followed(store, runner), "that the views follow")
            # It dies amid its work, or while nothing is to be done.
            for _ in range(20 * len(left)):
                more()
            first.kill()
            left = [worker for worker in left if worker is not first]
    assert faults(place, acknowledged) == []


def test_a_worker_ends_when_it_is_told_to_and_gives_the_lead_back_at_once(place: Place, store: EventStore) -> None:
    with workers(place, "project", count=2) as both:
        first = leader(both)
        assert first.end() == 0
        (second,) = (worker for worker in both if worker is not first)
        assert leader([second]) is second
        assert second.end() == 0
        assert [first.said(), second.said()] == [["project leads", "told to end"]] * 2


def test_the_metrics_say_who_leads(place: Place, store: EventStore) -> None:
    def leads(worker: Worker) -> dict[str, float]:
        (port,) = [told["port"] for line in worker.log if (told := json.loads(line))["event"] == "metrics are served"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            found = samples(answer.read().decode())
        return {labels[0]: value for (name, labels), value in found.items() if name == "loop_leads"}

    with workers(place, "project", "--metrics-port", "0", count=2) as both:
        first = leader(both)
        (second,) = (worker for worker in both if worker is not first)
        eventually(lambda: (leads(first), leads(second)) == ({"project": 1}, {"project": 0}), "that one leads and one stands by")
        first.kill()
        eventually(lambda: leads(second) == {"project": 1}, "that the other leads")


def test_a_loop_that_dies_of_what_nobody_foresaw_ends_the_worker_so_that_it_is_begun_anew(place: Place, store: EventStore) -> None:
    with workers(place, program=BROKEN) as (worker,):
        assert worker.process.wait(60) == 1
        eventually(lambda: "project ended by itself" in worker.said(), "that it says so")
        assert "ArithmeticError" in "".join(worker.log)
        assert "Anna" not in "".join(worker.log)


def test_the_key_turns_while_somebody_works(place: Place, store: EventStore) -> None:
    """The store was made with the clock of the tests, long before that of the worker."""
    before = store.keys.ring().key("participant/r-anna")
    with workers(place, "epochs", count=2, TUSSENRUIMTE_EPOCH_DAYS="1") as both:
        first = leader(both, "epochs")
        eventually(lambda: store.keys.epochs.newest() == 2, "a new epoch")
        first.kill()
        leader([worker for worker in both if worker is not first], "epochs")
    assert store.keys.ring().key("participant/r-anna") == before


def test_what_there_is_to_do_is_done_once(tmp_path: Path) -> None:
    place = Files(tmp_path / "tussenruimte.buurtmaat.db")
    run = run_in(tmp_path)

    def doctor() -> dict[str, Any]:
        (found,) = [one for one in json.loads(run("doctor", "--json", *of, **settings).out)["findings"] if one["name"] == "epochs"]
        return found

    of, settings = ("--organisation", "buurtmaat"), settings_of(place)
    with closing(opened(place)) as store:
        record(store, pair("r"))
        assert doctor()["sound"] is False
        assert "let `work epochs` run" in doctor()["detail"]
        done = run("work", "project", "epochs", "--once", *of, **settings)
        assert (done.code, done.out) == (0, "Done for now: project, epochs\n"), done.err
        assert store.keys.epochs.newest() == 2
        assert doctor()["sound"] is True
        assert followed(store, runner_of(store))


@pytest.mark.parametrize("days", ["0", "-1", "a week", "1.5", "10000", "²"])
@pytest.mark.parametrize("name", ["TUSSENRUIMTE_EPOCH_DAYS", "TUSSENRUIMTE_OLD_EPOCH_DAYS"])
def test_a_span_that_is_no_number_of_days_is_refused(tmp_path: Path, name: str, days: str) -> None:
    assert f"{name} has to be a number of days" in refused(run_within(tmp_path)("list", **{name: days}))


def test_a_loop_that_there_is_not_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    said = refused(run_in(tmp_path)("work", "project", "prject"), 2)
    assert "'prject' is not one of 'project', 'watch', 'relay', 'erase', 'epochs', 'checkpoint'" in said
    assert not list(tmp_path.iterdir())


def test_who_removes_the_file_of_the_lead_takes_the_lead_away(tmp_path: Path) -> None:
    place = Files(tmp_path / "tussenruimte.buurtmaat.db")
    with closing(opened(place)) as store, store.database.lead("project") as lead, store.database.lead("project") as other:
        assert lead.holds()
        assert not other.holds()
        (tmp_path / "tussenruimte.buurtmaat.db.project.lead").unlink()
        with store.database.lead("project") as third:
            assert third.holds()
            with pytest.raises(OSError, match="another file"):
                lead.holds()


def test_leads_of_other_loops_and_other_organisations_are_apart(place: Place) -> None:
    beside = place if isinstance(place, Databases) else place.beside("other")
    with closing(opened(place)) as one, closing(opened(beside, "elsewhere")) as two:
        leads = [(one, "project"), (one, "watch"), (two, "project")]
        for database, name in leads * 2:
            with database.database.lead(name) as lead, database.database.lead(name) as other:
                assert lead.holds()
                assert lead.holds()
                assert not other.holds()


def test_who_loses_the_connection_of_the_lead_no_longer_leads(databases: Databases) -> None:
    databases.empty()

    def robbed() -> None:
        with store.database.lead("project") as lead:
            assert lead.holds()
            with psycopg.connect(databases.all, autocommit=True) as connection:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            eventually(other.holds, "another lead")
            lead.holds()

    with closing(opened(databases)) as store, store.database.lead("project") as other:
        with pytest.raises(OperationalError, match="terminating connection"):
            robbed()
        assert other.holds()


def test_loops_come_back_when_the_server_was_begun_anew_or_stood_still(own_postgres: Postgres) -> None:
    databases = Databases(own_postgres)
    with closing(opened(databases)) as store:
        record(store, pair("r"))
        runner = runner_of(store)
        with workers(databases, "project", count=2) as both:
            leader(both)
            eventually(lambda: followed(store, runner), "that the views follow")
            own_postgres.stop()
            trouble = "project does not go, and is tried again: the database of the events does not answer"
            eventually(lambda: all(trouble in worker.said() for worker in both), "trouble")
            assert not any('"exception"' in line for worker in both for line in worker.log)
            own_postgres.start()
            eventually(lambda: all("project goes again" in worker.said() for worker in both), "that both work again")
            record(store, [meeting("m1", "r")])
            eventually(lambda: followed(store, runner), "that the views follow")
            own_postgres.freeze()
            time.sleep(3)  # Long enough for both to ask it something.
            own_postgres.thaw()
            record(store, [meeting("m2", "r")])
            eventually(lambda: followed(store, runner), "that the views follow")
            own_postgres.freeze()
            assert [worker.end() for worker in both] == [0, 0]
            own_postgres.thaw()
    assert faults(databases, ["m1", "m2"]) == []
