"""Faults of every kind under load, and after each round of them a look at whether anything was lost, doubled or missed.

`python tests/fault_soak.py --faults 1000 --seed 1` is the long form. First two api and two workers run on PostgreSQL and
Redis, then one process on SQLite; each has a share of the faults as of the kinds. Between two faults something has to be acknowledged.
The seed decides which faults come when and whom they hit; what happens meanwhile is as the machine has it.
"""

import argparse
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from random import Random

from soak.faults import KINDS, Fault, plan
from soak.houses import Alone, House, Shared, Stuck
from soak.verdict import Verdict, verdict

ROUND = 50
"""Faults between two verdicts, at most."""
ZEROS = {
    "lost": "acknowledged events lost",
    "doubled": "events twice in a view",
    "untold": "events missing or doubled at a subscriber",
    "unequal": "views unequal to a rebuild",
}
PAUSE_SECONDS = 0.5


class Soak:
    """`count` says how often each fault came about, by house and kind."""

    def __init__(self) -> None:
        self.count: Counter[tuple[str, str]] = Counter()
        self.found = Verdict()

    def go_through(self, house: House, faults: int, draw: Random) -> None:
        drawn = plan(KINDS[type(house)], draw)
        while faults > 0:
            some = min(faults, ROUND)
            self._round(house, islice(drawn, some), draw)
            faults -= some

    def _round(self, house: House, faults: Iterator[Fault], draw: Random) -> None:
        began = time.monotonic()
        house.begin()
        done, stuck = "the beginning", []
        for fault in faults:
            try:
                house.load_goes_on()
            except Stuck as error:
                stuck.append(f"{error} That was after: {done}")
                break
            time.sleep(draw.uniform(0, PAUSE_SECONDS))
            done = fault(house, draw)
            self.count[house.name, done] += 1
        found = verdict(house)
        found.findings += stuck
        self.found.add(found)
        said = (
            f"{self.count.total()} faults; this round: {found.events} events, {found.breaks} connections of subscribers,"
            f" {found.starts} starts of processes, {time.monotonic() - began:.0f} s"
        )
        print(said, *found.findings, sep="\n  ", file=sys.stderr, flush=True)

    def told(self, seconds: float) -> str:
        """Tables for the README, and what they were made on."""
        found = self.found
        return "\n".join(
            [
                f"{datetime.now(UTC).date()}, {platform.platform()}, Python {platform.python_version()}.",
                f"{self.count.total()} faults in {seconds / 60:.0f} minutes; {found.events} events, {found.acknowledged} acknowledged,",
                f"{found.breaks} connections of subscribers, {found.starts} starts of processes.",
                "",
                "| on | fault | times |",
                "|---|---|---|",
                *(f"| {house} | {kind} | {count} |" for (house, kind), count in sorted(self.count.items())),
                "",
                "| found | times |",
                "|---|---|",
                *(f"| {words} | {getattr(found, name)} |" for name, words in ZEROS.items()),
                f"| anything wrong | {len(found.findings)} |",
            ]
        )


def main() -> None:
    options = argparse.ArgumentParser(description="Bring faults of every kind about under load, and look for losses.")
    options.add_argument("--faults", type=int, default=1_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    began = time.monotonic()
    draw = Random(given.seed)
    soak = Soak()
    on_sqlite = round(given.faults * len(KINDS[Alone]) / (len(KINDS[Alone]) + len(KINDS[Shared])))
    for kind, faults in ((Shared, given.faults - on_sqlite), (Alone, on_sqlite)):
        with closing(kind()) as house:
            soak.go_through(house, faults, draw)
    print(soak.told(time.monotonic() - began))
    raise SystemExit(bool(soak.found.findings))


if __name__ == "__main__":
    main()
