"""PostgreSQL fails over under load, and nothing that was acknowledged is lost; what a sender sees meanwhile, and may do then.

The servers are Patroni, etcd and PostgreSQL from Debian's packages (`apt-get install patroni etcd-server postgresql`). One fail-over is
part of every run of the tests where they are installed; `make test-ha` has every node die once.
"""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self

import pytest
from patroni_cluster import Node, Patroni, missing, until
from sent_lines import opened, pair, record
from store_faults import faults
from store_places import Databases

LOAD = Path(__file__).parent / "fail_over_load.py"
PROCESSES = 3
packages = pytest.mark.skipif(bool(missing()), reason=f"Debian packages not installed: {', '.join(missing())}")


class Load:
    """Processes that record, and what they said."""

    def __init__(self, place: Databases, name: str, processes: int = PROCESSES) -> None:
        self.said: list[tuple[str, str]] = []
        self._processes = [
            subprocess.Popen(
                [sys.executable, str(LOAD), place.url, place.keys_url, f"{name}{number}"],
                env={"PYTHONPATH": f"{LOAD.parent.parent}:{LOAD.parent}"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(processes)
        ]  # fmt: skip
        self._hearing = [threading.Thread(target=self._hear, args=(process,)) for process in self._processes]
        for thread in self._hearing:
            thread.start()

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                outcome, _, what = line.strip().partition(" ")
                self.said.append((outcome, what))

    @property
    def acknowledged(self) -> list[str]:
        return [what for outcome, what in self.said if outcome in ("recorded", "already")]

    def goes_on(self, events: int = 100) -> None:
        """Until so many more are acknowledged."""
        so_far = len(self.acknowledged)
        until(lambda: len(self.acknowledged) >= so_far + events, "recording goes on")

    def end(self) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        assert [process.wait(120) for process in self._processes] == [0] * len(self._processes)
        for thread in self._hearing:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Patroni]:
    with Patroni() as found:
        yield found


def begun(cluster: Patroni) -> Databases:
    place = Databases(cluster)
    with closing(opened(place)) as store:
        record(store, pair())
    return place


def dies(cluster: Patroni, work: Load) -> Node:
    """The primary dies in the midst of it, another takes its place, and recording goes on."""
    cluster.synchronous()
    work.goes_on()
    lost = cluster.primary()
    lost.kill()
    assert cluster.primary() is not lost
    work.goes_on()
    return lost


@packages
def test_nothing_acknowledged_is_lost_when_the_primary_dies(cluster: Patroni) -> None:
    place = begun(cluster)
    with Load(place, "once") as work:
        dies(cluster, work).start()
        work.end()
    assert any(outcome == "unanswered" for outcome, _ in work.said)
    assert faults(place, work.acknowledged) == []


@packages
@pytest.mark.ha
def test_nothing_acknowledged_is_lost_when_every_node_dies_in_turn(cluster: Patroni) -> None:
    place = begun(cluster)
    with Load(place, "each") as work:
        died = set()
        while len(died) < len(cluster.nodes):
            lost = dies(cluster, work)
            lost.start()
            died.add(lost.name)
        work.end()
    told = Counter(outcome for outcome, _ in work.said)
    print(f"acknowledged: {len(work.acknowledged)}, of them when they were sent again: {told['already']}; unanswered: {told['unanswered']}")
    assert faults(place, work.acknowledged) == []


@packages
@pytest.mark.ha
def test_with_asynchronous_replication_what_was_acknowledged_is_lost() -> None:
    """What the others are protected from, and that it is seen where the protection is taken away."""
    with Patroni(synchronous_mode=False, synchronous_mode_strict=False, maximum_lag_on_failover=1 << 30) as cluster:
        place = begun(cluster)
        with Load(place, "lost") as work:
            work.goes_on()
            primary = cluster.primary()
            with ExitStack() as late:
                for node in cluster.nodes:
                    if node is not primary:
                        late.enter_context(node.cut_off())
                work.goes_on()
                primary.kill()
            cluster.primary()
            work.goes_on()
            work.end()
        lost = [fault for fault in faults(place, work.acknowledged) if "was acknowledged and is lost" in fault]
        print(f"acknowledged: {len(work.acknowledged)}; lost: {len(lost)}")
        assert lost
