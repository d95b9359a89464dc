"""A release of 10,000 relationships and one of ten times as many, written as files: what one relationship costs, and memory."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from store_places import Files

from bench.contacts import ROOT, consenting
from bench.measures import Row, peak, row, timed
from bench.stores import KEY, ORGANISATION, imported, now
from domain.model.roles import Reach
from domain.store.accesses import Viewer, viewed_by
from projections.export.research import package
from projections.views.scope import Scope
from tussenruimte import Organisation

SIZES = (10_000, 100_000)
PROJECT, WHO = "bench", Viewer("member/bench", "researcher")


def released(relationships: int, folder: str) -> None:
    """One size, in a process of its own: prints seconds a relationship of freezing and writing, and the peak of memory of that."""
    store = Files(Path(folder, "bench.db")).open(KEY, ORGANISATION, now)
    organisation = Organisation(store)
    if not Path(folder, "filled").exists():
        imported(store, consenting(relationships * 13))
        organisation.runner.rebuild()
        organisation.projects.create(PROJECT, "To learn what a release costs.", WHO, until="2024-06-30")
        Path(folder, "filled").touch()
        return
    scope = Scope(ORGANISATION, "researcher", Reach(project=PROJECT))
    with viewed_by(WHO):
        freezing = timed(lambda: organisation.releasing.release(scope))
        frozen = peak()
        out = Path(folder, "out")
        writing = timed(lambda: package.write(organisation.releasing, organisation.log, scope, 1, out, "folder", lambda *_: None))
    print(json.dumps([freezing / relationships, writing / relationships, frozen, peak()]))


def rows(rounds: int) -> list[Row]:
    """Measured once: a round takes many minutes."""
    found = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for _ in ("filled", "released"):
                command = [sys.executable, "-m", "bench.releases", str(size), folder]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=os.environ)
            found.append(json.loads(done.stdout))
    small, large = found
    print(f"  releases: {found}", flush=True)
    names = ("freezing, time a relationship", "writing, time a relationship", "freezing, peak of memory", "writing, peak of memory")
    span = f"from {SIZES[0]:,} to {SIZES[1]:,} relationships"
    return [row(f"release {span}: {name}", large[place] / small[place], "≤ 1.30") for place, name in enumerate(names)]


if __name__ == "__main__":
    released(int(sys.argv[1]), sys.argv[2])
