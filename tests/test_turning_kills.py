"""Wherever turning the organisation's key over is broken off, all opens, and whoever goes on comes to the same end.

`kill_turning` kills at each boundary. The controls take a protection away, and the same check has to say so.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from servers import NamedPostgres, Postgres
from test_kills import HOME

EARLY = """
def rewrap(self):
    with self._place.writing() as db:
        db.execute("UPDATE organisation_keys SET state = 'left' WHERE state = 'replaced'")
    return False

def harm():
    epochs.Epochs.rewrap = rewrap
    epochs._hangs = lambda db, epoch: False
    turning.Turning._let_die = lambda self: self._epochs.destroy(5)
"""
TORN = """
moved = epochs.Epochs._rewrap_keys

def torn(self, db, at):
    done = moved(self, db, at)
    if done is not None:
        db.execute("UPDATE data_keys SET epoch = 5 WHERE owner <= ?", (done.owner,))
        db.execute("COMMIT")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE data_keys SET epoch = 6 WHERE owner <= ?", (done.owner,))
    return done

def harm():
    epochs.Epochs._rewrap_keys = torn
"""
HARMED = """
unharmed = kill_turning.child

def harmed(*given):
    harm()
    unharmed(*given)

kill_turning.child = harmed
"""


def killed_at_boundaries(where: str, before: str = "", every: int = 1) -> "subprocess.CompletedProcess[str]":
    program = f"import kill_turning\nfrom domain.store import epochs, turning\n{before}\nkill_turning.main()\n"
    return subprocess.run(
        [sys.executable, "-c", program, where, "--every", str(every)], env=HOME, capture_output=True, text=True, check=False
    )


def test_in_files_all_opens_wherever_it_is_broken_off(tmp_path: Path) -> None:
    done = killed_at_boundaries(str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_in_databases_all_opens_wherever_it_is_broken_off(postgres: Postgres | NamedPostgres) -> None:
    """At every third of them: on a server each takes as long as ten in files. `make soak-kill` looks at all."""
    done = killed_at_boundaries(postgres.url, every=3)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("harm", [EARLY, TORN], ids=["a key that something hangs on is destroyed", "a key and its epoch are written apart"])
def test_the_check_sees_what_was_taken_away(tmp_path: Path, harm: str) -> None:
    done = killed_at_boundaries(str(tmp_path), harm + HARMED)
    assert "not all opens after the kill" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
