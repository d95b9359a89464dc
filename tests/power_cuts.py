"""Cuts the power of the platform on SQLite, at any moment of a run, and looks each time for what is lost and for what is back.

`python tests/power_cuts.py --runs 16 --cuts 500 --seed 1` is the long form. One run is watched, and gives a log of all that was done to
the files; from it is made, for each moment that is drawn, what a power cut would have left: nothing that was not synced, all of it, or
any part. The next run begins with what one of these cuts has left, so that the power is cut while that is being put right too; every
third begins anew. In every other run the WAL is brought into its file after a few pages already.
"""

import argparse
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple, get_args

from power.books import Books
from power.disk import SHARED, Disk, Way
from power.house import PROGRAM, House, run
from power.shim import TOLD, Done, built, records

RUNS_ON_THE_SAME = 3
OFTEN = ("-m", "power.otherwise", "often")
MEMORY = Path("/dev/shm")
"""What a disk would hold is worked out, so that nothing need wait for a real one."""
WAYS: tuple[Way, ...] = get_args(Way)
HANGS = frozenset((b"C", b"U", b"R", b"L", b"S", TOLD))
"""Syncs, names and acknowledgements: what the power is cut after oftener than after one of many writes."""
WEIGHT = 6


class Left(NamedTuple):
    """What a power cut has left, and the books up to it."""

    images: dict[str, bytes]
    books: Books


class Cuts:
    """`count`: how often the power was cut, by what became of what was not synced. `found`: what was wrong after it."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.found: list[str] = []
        self.acknowledged = self.erased = self.done = 0

    def look(self, house: House, books: Books, cuts: int, draw: Random) -> Left:
        """Cut the power so many times in what was done in a house; what one of these cuts has left."""
        log = list(records(house.log))
        moments = chosen(log, house.begun, cuts, draw)
        going_on = draw.choice(list(moments))
        left: Left | None = None
        disk = Disk(house.folder.stat().st_ino)
        recorded, erased = len(books.recorded), len(books.erased)
        for number, done in enumerate(log):
            disk.take(done)
            if done.kind == TOLD:
                books.take(done, disk)
            for _ in range(moments[number]):
                way = draw.choice(WAYS)
                images = disk.images(way, draw)
                self.count[way] += 1
                self.found += [f"cut {number} of {len(log)}, {way}: {fault}" for fault in books.faults(images)]
                if number == going_on:
                    left = Left(images, books.copied())
        self.acknowledged += len(books.recorded) - recorded
        self.erased += len(books.erased) - erased
        self.done += sum(done.at >= house.begun for done in log)
        self.found += [f"{name} was changed in a way that was not seen" for name in unseen(disk, house.folder)]
        assert left is not None
        return left


def chosen(log: list[Done], begun: int, cuts: int, draw: Random) -> Counter[int]:
    """After which records the power is cut, and how often: everywhere, and where something hangs on it oftener."""
    weights = [0 if done.at < begun else WEIGHT if done.kind in HANGS else 1 for done in log]
    return Counter(draw.choices(range(len(log)), weights, k=cuts))


def unseen(disk: Disk, folder: Path) -> list[str]:
    """The files that are not what the log makes of them."""
    made = {name: content for name, content in disk.images("there", Random()).items() if not name.endswith(SHARED)}
    there = {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith(SHARED)}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def told(cuts: Cuts, runs: int, seconds: float) -> str:
    """A table for the README, and what it was made on."""
    return "\n".join(
        [
            f"{datetime.now(UTC).date()}, {platform.platform()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}.",
            f"{cuts.count.total()} power cuts in {runs} runs, {seconds / 60:.0f} minutes; {cuts.done} things done to files,",
            f"{cuts.acknowledged} events and {cuts.erased} erasures acknowledged.",
            "",
            "| what was not synced was | cuts |",
            "|---|---|",
            *(f"| {way} | {count} |" for way, count in sorted(cuts.count.items())),
            "",
            f"Wrong after them: {len(cuts.found) or 'nothing'}",
        ]
    )


def main() -> None:
    options = argparse.ArgumentParser(description="Cut the power at any moment, and look for what is lost and what is back.")
    options.add_argument("--runs", type=int, default=16)
    options.add_argument("--cuts", type=int, default=500, help="in each run")
    options.add_argument("--batches", type=int, default=6, help="that each of those who record sends")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    began, draw, cuts = time.monotonic(), Random(given.seed), Cuts()
    with tempfile.TemporaryDirectory(prefix="power-", dir=MEMORY if MEMORY.is_dir() else None) as made:
        around, library = Path(made), built(Path(made))
        new = left = Left({}, Books(around / "looked-at"))
        for number in range(given.runs):
            images, books = left if number % RUNS_ON_THE_SAME else new
            own = around / "run"
            own.mkdir()
            house = House(own, library, PROGRAM if number % 2 else OFTEN, images)
            run(house, f"k{number}", given.batches, draw)
            left = cuts.look(house, books.copied(), given.cuts, draw)
            print(f"{cuts.count.total()} cuts", *cuts.found[-20:], sep="\n  ", file=sys.stderr, flush=True)
            shutil.rmtree(own)
    print(told(cuts, given.runs, time.monotonic() - began))
    raise SystemExit(bool(cuts.found))


if __name__ == "__main__":
    main()
