"""What an event costs in a small store and in one ten times as large: time and memory, each size in a process of its own."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from store_places import Files

from bench.contacts import ROOT, made_up
from bench.measures import Row, peak, row, timed
from bench.stores import KEY, ORGANISATION, imported, now
from projections.runner import Runner
from projections.views.attention import Attention
from projections.views.filters import RelationshipFilter
from projections.views.histories import Histories
from projections.views.questions import Questions
from projections.views.trajectories import Trajectories

SIZES = (100_000, 1_000_000)
NAMES = (
    "import, time an event",
    "rebuild, time an event",
    "page of 100 with readings, time",
    "import, peak of memory",
    "import and rebuild, peak of memory",
)


def grown(events: int, folder: str) -> None:
    """One size of the growth row, in a process of its own: prints microseconds per event and the peak of memory."""
    store = Files(Path(folder, "bench.db")).open(KEY, ORGANISATION, now)
    importing = timed(lambda: imported(store, made_up(events)))
    import_peak = peak()
    runner = Runner(store, [Histories(), Trajectories(), Attention()])
    rebuilding = timed(runner.rebuild)
    questions = Questions(store, runner)

    def page() -> None:
        found = questions.relationship_page(100, None, RelationshipFilter())
        questions.readings([node.id for node in found.nodes], now())

    page()
    paging = statistics.median(timed(page) for _ in range(15))
    print(json.dumps([importing / events, rebuilding / events, paging, import_peak, peak()]))


def rows(rounds: int) -> list[Row]:
    """Measured once: a round takes minutes."""
    found = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            command = [sys.executable, "-m", "bench.growth", str(size), folder]
            done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ)
            found.append(json.loads(done.stdout))
    small, large = found
    span = f"from {SIZES[0]:,} to {SIZES[1]:,} events"
    return [row(f"growth {span}: {name}", large[place] / small[place], "≤ 1.30") for place, name in enumerate(NAMES)]


if __name__ == "__main__":
    grown(int(sys.argv[1]), sys.argv[2])
