"""Distances and indicators of 1,000 sequences of 52 weeks, beside those of Sequenzo (a port of TraMineR, in C++) and of rapidfuzz.

They come with a numpy of their own, so all of it runs in one process apart, with them and numba on its path: see `sequences_timed`.
"""

import json
import os
import subprocess
import sys

from bench.contacts import ROOT
from bench.measures import Row, row, skipped
from bench.peers import NotInstalled, from_pypi

PEERS = ("sequenzo==0.1.42", "rapidfuzz==3.14.6", "numba==0.68.1")


def rows(rounds: int) -> list[Row]:
    what = "distances of 1,000 sequences of 52 weeks"
    try:
        folder = from_pypi("sequences", *PEERS)
    except NotInstalled as why:
        return [skipped(what, str(why))]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests"), str(folder)])
    done = subprocess.run(
        [sys.executable, "-m", "bench.sequences_timed", str(rounds)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    print("  sequences: " + ", ".join(f"{name} {seconds * 1000:,.0f} ms" for name, seconds in found.items()), flush=True)
    return [
        row("optimal matching, costs from rates: times as fast as Sequenzo", found["Sequenzo, matching"] / found["matching"], "≥ 5"),
        row("LCS: of the time of rapidfuzz", found["LCS"] / found["rapidfuzz, LCS"], "≤ 1.2"),
        row("indicators: times as fast as Sequenzo", found["Sequenzo, indicators"] / found["indicators"], "≥ 5"),
        row("optimal matching with numpy alone: times as fast as Sequenzo", found["Sequenzo, matching"] / found["matching, numpy"]),
    ]
