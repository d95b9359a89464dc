"""What the platform costs, each row against a baseline measured in the same run: `make bench`.

    PYTHONPATH=.:tests .venv/bin/python -m bench --only pages --rounds 3

Absolute times say little on a shared machine, so every row is a ratio of medians over rounds that take turns.
"""

import argparse
import os
import platform
import sqlite3
from datetime import UTC, datetime

from bench import frames, growth, imports, live, pages, privacy, rebuilds, releases, runners, segments, sequences, singles

SUBJECTS = {
    "imports": imports.rows,
    "singles": singles.rows,
    "rebuilds": rebuilds.rows,
    "runners": runners.rows,
    "pages": pages.rows,
    "live": live.rows,
    "privacy": privacy.rows,
    "growth": growth.rows,
    "frames": frames.rows,
    "sequences": sequences.rows,
    "releases": releases.rows,
    "segments": segments.rows,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", action="append", choices=SUBJECTS, metavar="NAME", help=f"of {', '.join(SUBJECTS)}; may be repeated")
    given = options.parse_args()
    table = [row for name, rows in SUBJECTS.items() if name in (given.only or SUBJECTS) for row in rows(given.rounds)]
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    print(f"\n{machine}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {datetime.now(UTC):%Y-%m-%d}\n")
    print("| row | measured | goal |\n|---|---|---|")
    for row in table:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
