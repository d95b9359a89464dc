"""Kills processes that record, import and rebuild, at random moments, and looks each time for anything lost, torn or left behind.

`python tests/kill_loop.py --kills 200` is the long form. A child acknowledges an event only after `record` returned; what it
acknowledged must be there after its death. Every tenth kill ends a round: the views are then compared with a rebuild.
"""

import argparse
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

from sent_lines import generated, initiative, meeting, note, opened, pair, record, runner_of
from store_faults import faults

from domain.store.store import EventStore

ROUND = 10
LONGEST = 0.8
"""Seconds after which a child is killed at the latest."""

Acknowledge = Callable[[str], None]


def single(store: EventStore, name: str, acknowledge: Acknowledge) -> None:
    """Single events, the views following each few."""
    runner = runner_of(store)
    for number in count():
        id = f"{name}-{number}"
        assert record(store, [meeting(id, "r", **note("They laughed.", "a", "b"))]).recorded == 1
        acknowledge(id)
        if number % 3 == 0:
            runner.catch_up()


def batches(store: EventStore, name: str, acknowledge: Acknowledge) -> None:
    """Batches of up to sixty events, the views following each."""
    runner = runner_of(store)
    for number in count():
        size = random.randint(2, 60)
        ids = [f"{name}-{number}-{place}of{size}" for place in range(size)]
        assert record(store, [meeting(id, "r", **note("Rain.", "b")) for id in ids]).recorded == size
        for id in ids:
            acknowledge(id)
        runner.catch_up()


def imports(store: EventStore, name: str, acknowledge: Acknowledge) -> None:
    """Large files, each with people and keys of its own."""
    for number in count():
        prefix = f"{name}-{number}-"
        assert record(store, generated(1_500, prefix)).recorded == 1_500
        acknowledge(f"{prefix}home-registered")
        acknowledge(f"{prefix}1-account")


def rebuilds(store: EventStore, name: str, acknowledge: Acknowledge) -> None:
    """One rebuild after another, with something new to take in each time."""
    runner = runner_of(store)
    for number in count():
        record(store, [initiative(f"{name}-{number}")])
        acknowledge(f"{name}-{number}-registered")
        runner.rebuild()


WORK = (single, batches, imports, rebuilds, single, batches)


def child(path: Path, work: Callable[[EventStore, str, Acknowledge], None], name: str, told: int) -> None:
    """Never returns: works until it is killed, and tells of each acknowledged id in a line."""

    def acknowledge(id: str) -> None:
        os.write(told, f"{id}\n".encode())

    os.write(told, b"\n")
    work(opened(path), name, acknowledge)


def killed(path: Path, work: Callable[[EventStore, str, Acknowledge], None], name: str) -> set[str]:
    """Let a child do some work, kill it, and give the ids that it acknowledged."""
    hears, tells = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            child(path, work, name, tells)
        finally:
            os._exit(1)
    os.close(tells)
    os.read(hears, 1)
    time.sleep(random.uniform(0.01, LONGEST))
    os.kill(pid, signal.SIGKILL)
    with os.fdopen(hears, "rb") as answers:
        lines = answers.read()
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit(f"{work.__name__} ended by itself, with {status}")
    whole, _, _ = lines.rpartition(b"\n")
    return set(whole.decode().split())


def loop(kills: int, folder: Path) -> list[str]:
    """Kill so many children, and give what was found wrong after them."""
    found: list[str] = []
    acknowledged: set[str] = set()
    path = folder
    seen: Counter[str] = Counter()
    for number in range(kills):
        if number % ROUND == 0:
            acknowledged = {"r-match"}
            path = folder / f"round{number // ROUND}.sqlite"
            store = opened(path)
            record(store, pair())
            store.close()
        work = WORK[number % len(WORK)]
        told = killed(path, work, f"k{number}")
        seen[work.__name__] += len(told)
        acknowledged |= told
        ends = number % ROUND == ROUND - 1 or number == kills - 1
        found += [f"kill {number}, of {work.__name__}: {fault}" for fault in faults(path, acknowledged, rebuilt=ends)]
    print(f"{kills} kills; acknowledged before them: {dict(seen)}; wrong after them: {found or 'nothing'}")
    if not all(seen.values()):
        found.append(f"some work was never acknowledged before its end: {dict(seen)}")
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description="Kill processes that record, import and rebuild, and look for losses.")
    asked.add_argument("--kills", type=int, default=200)
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(bool(loop(asked.parse_args().kills, Path(folder))))


if __name__ == "__main__":
    main()
