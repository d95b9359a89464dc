"""The loop that signs: while something is recorded it signs, whoever is killed is replaced, and of a rewritten history it only tells."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import slow_tree
from prometheus_client import REGISTRY
from sent_lines import Clock, generated, initiative, opened, record, runner_of
from signed_log import grown, leaves, log_of, rewrite
from store_places import Files, Place
from worker_processes import Worker, eventually, workers

from domain.store.database import CHECKPOINTS
from domain.store.store import EventStore
from projections.runner import Runner
from tussenruimte import Organisation
from workers.loops import Checkpoint

TESTS = Path(__file__).parent.parent
HOME = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (TESTS.parent, TESTS, TESTS / "proofs")))}
SIGNING = """
import os, sys
from pathlib import Path
from itertools import count
from sent_lines import generated, opened, record
from signed_log import log_of

store = opened(Path(sys.argv[1]))
os.write(1, b".")
for number in count():
    record(store, generated(90, f"{sys.argv[2]}x{number}x"))
    signed = log_of(store).sign(whole=number % 3 == 0)
    os.write(1, f"{signed.size} {signed.root.hex()}\\n".encode())
"""
DYING = """
import os, signal, sys
from pathlib import Path
import domain.store.log as module
from sent_lines import opened
from signed_log import log_of

store = opened(Path(sys.argv[1]))
kept, die_at = store.database.writing, int(sys.argv[2])

class Dying:
    def __init__(self, connection):
        self._connection = connection
    def __getattr__(self, name):
        return getattr(self._connection, name)
    def write(self, changes, generation=0):
        global die_at
        self._connection.write(changes, generation)
        die_at -= 1
        if die_at == 0:
            os.kill(os.getpid(), signal.SIGKILL)

from contextlib import contextmanager

@contextmanager
def writing(lock, brief=False):
    with kept(lock, brief) as connection:
        yield Dying(connection)

store.database.writing = writing
module.BATCH = 1
log_of(store).sign()
"""


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with closing(opened(place)) as store:
        yield store


def signed(store: EventStore) -> list[tuple[int, bytes]]:
    with store.reading() as connection:
        return connection.execute(f"SELECT size, root FROM {connection.table(CHECKPOINTS)} c ORDER BY size").fetchall()


def wrong(store: EventStore) -> list[int]:
    """The sizes whose root is not that of the events that are there."""
    known = leaves(store)
    return [size for size, root in signed(store) if size > len(known) or slow_tree.mth(known[:size]) != root]


def leading(among: list[Worker]) -> Worker:
    eventually(lambda: any(worker.leads("checkpoint") for worker in among), "a leader")
    (found,) = (worker for worker in among if worker.leads("checkpoint"))
    return found


def test_workers_sign_while_something_is_recorded_and_whoever_dies_is_replaced(place: Place, store: EventStore) -> None:
    record(store, generated(300))
    with workers(place, "checkpoint", count=3, TUSSENRUIMTE_LOG_ORIGIN="tussenruimte.example") as left:
        while left:
            leader = leading(left)
            record(store, [initiative(f"home{len(left)}")])
            eventually(lambda: bool(signed(store)) and signed(store)[-1][0] == len(leaves(store)), "that all is signed")
            leader.kill()
            left = [worker for worker in left if worker is not leader]
    assert wrong(store) == []
    assert log_of(store).sign(whole=True) is not None


def test_signers_that_are_killed_at_any_moment_leave_a_log_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    told: list[str] = []
    for number in range(12):
        command = [sys.executable, "-c", SIGNING, str(path), f"k{number}"]
        both = [subprocess.Popen([*command[:-1], f"{command[-1]}{one}"], env=HOME, stdout=subprocess.PIPE) for one in "ab"]
        for process in both:
            assert process.stdout is not None
            process.stdout.read(1)
        time.sleep(random.uniform(0.01, 0.6))
        for process in both:
            process.send_signal(signal.SIGKILL)
            out, _ = process.communicate()
            told += [line for line in out.decode().splitlines(keepends=True) if line.endswith("\n")]
    with closing(opened(path)) as store:
        assert len(told) > 10
        kept = {f"{size} {root.hex()}\n" for size, root in signed(store)}
        assert [line for line in told if line not in kept] == []
        assert wrong(store) == []
        assert log_of(store).sign(whole=True) is not None
        assert wrong(store) == []


@pytest.mark.parametrize("die_at", [1, 2, 3, 4, 5])
def test_a_signer_that_dies_at_any_write_leaves_what_the_next_goes_on_from(tmp_path: Path, die_at: int) -> None:
    """Four tiles in transactions of their own, then the checkpoint."""
    path = tmp_path / "events.sqlite"
    with closing(opened(path)) as store:
        record(store, generated(1_100))
        done = subprocess.run([sys.executable, "-c", DYING, str(path), str(die_at)], env=HOME, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert signed(store) == []
        found = log_of(store).sign(whole=True)
        assert found is not None
        assert found.root == slow_tree.mth(leaves(store))


def counted() -> dict[str, float]:
    return {one: REGISTRY.get_sample_value("tussenruimte_log_checkpoints_total", {"outcome": one}) or 0 for one in ("signed", "refused")}


def test_of_a_rewritten_history_the_loop_tells_once_counts_and_goes_on_when_it_is_put_right(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = tmp_path / "events.sqlite", Clock()
    with closing(Organisation(Files(path).open(bytes(range(32)), "buurtmaat", clock), origin="tussenruimte.example")) as organisation:
        store, loop = organisation.store, Checkpoint(organisation, None)
        grown(store, 300)
        before = counted()

        def steps(count: int) -> dict[str, float]:
            for _ in range(count):
                clock.now += 2_000_000
                assert loop.step() is False
            return {name: value - before[name] for name, value in counted().items()}

        assert steps(3) == {"signed": 0, "refused": 0}
        record(store, [initiative("one")])
        assert steps(3) == {"signed": 1, "refused": 0}
        rewrite(store, 20)
        record(store, [initiative("two")])
        assert steps(3) == {"signed": 1, "refused": 3}
        assert [line.levelname for line in caplog.records if "signs nothing more" in line.message] == ["ERROR"]
        assert signed(store)[-1][0] == 301
        rewrite(store, 20, back=True)
        assert steps(1) == {"signed": 2, "refused": 3}
        assert wrong(store) == []


def test_under_another_name_than_was_signed_the_loop_tells_once_and_the_worker_goes_on(place: Place, store: EventStore) -> None:
    grown(store, 10)
    runner = runner_of(store)
    with workers(place, "checkpoint", "project", TUSSENRUIMTE_LOG_ORIGIN="elsewhere.example") as (worker,):
        for number in range(3):
            record(store, [initiative(f"more{number}")])
            eventually(lambda: any("signs nothing more" in said for said in worker.said()), "that it says so")
            eventually(lambda: at(store, runner) == len(leaves(store)), "that the views follow")
        assert worker.end() == 0
    (told,) = (said for said in worker.said() if "signs nothing more" in said)
    assert told.startswith("checkpoint signs nothing more of the events: The log is signed under the name 'tussenruimte.example/buurtmaat'")
    assert [size for size, _ in signed(store)] == [10]


def at(store: EventStore, runner: Runner) -> int:
    """How far the views are; this process brings none up."""
    with store.reading() as connection:
        return runner.position(connection)
