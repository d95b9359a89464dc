"""Whatever a process is doing when it is killed, what it acknowledged is there afterwards, and views are at their checkpoint.

`kill_loop` kills at random moments; here it runs in its short form. Beside it stand a process that dies at the worst of
moments, and controls: where the protection is taken away, or something is lost, the same check has to say so.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sent_lines import generated, opened, pair, record, runner_of
from store_faults import faults

TESTS = Path(__file__).parent
HOME = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}

DYING = """
import os, signal, sys
from pathlib import Path
from sent_lines import opened
from projections.runner import Runner
from projections.views.attention import Attention
from projections.views.histories import Histories
from projections.views.trajectories import Trajectories

class Dying(Runner):
    def _move(self, connection, generation, position):
        super()._move(connection, generation, position)
        os.kill(os.getpid(), signal.SIGKILL)

class Torn(Dying):
    \"\"\"Its views and its checkpoint are written in two transactions.\"\"\"

    def _move(self, connection, generation, position):
        connection.execute("COMMIT")
        os.kill(os.getpid(), signal.SIGKILL)

runner = {runner}(opened(Path(sys.argv[1])), [Histories(), Trajectories(), Attention()])
runner.{work}()
"""


def descendants(pid: int) -> set[int]:
    """The processes that a process began, and those that these began."""
    found: set[int] = set()
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found |= {child, *descendants(child)}
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; one that has ended and waits to be noticed does not."""
    found = set()
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        try:
            state = stat.read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found.add(pid)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with 300 events, whose views have taken in the first six."""
    path = tmp_path / "events.sqlite"
    with closing(opened(path)) as store:
        record(store, pair())
        runner_of(store).catch_up()
        record(store, generated(294))
    return path


def died(path: Path, runner: str, work: str) -> None:
    program = DYING.format(runner=runner, work=work)
    done = subprocess.run([sys.executable, "-c", program, str(path)], env=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_nothing_is_lost_torn_or_left_behind_by_kills_at_random_moments() -> None:
    command = [sys.executable, str(TESTS / "kill_loop.py"), "--kills", "15"]
    done = subprocess.run(command, env=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("work", ["catch_up", "rebuild"])
def test_a_process_that_dies_between_view_and_checkpoint_leaves_both_as_they_were(path: Path, work: str) -> None:
    died(path, "Dying", work)
    assert faults(path, ["r-match"]) == []


def test_a_large_rebuild_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    with closing(opened(path)) as store:
        record(store, generated(5_000))
    program = """
import sys
from pathlib import Path
from projections import reader, runner as runners
from sent_lines import opened, runner_of

reader.SHARED_FROM, reader.SLICE, runners.BACKLOG = 1_000, 400, 2_000
runner = runner_of(opened(Path(sys.argv[1])))
while True:
    runner.rebuild(lambda done, whole: print(done, flush=True))
"""
    with subprocess.Popen([sys.executable, "-c", program, str(path)], env=HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        running = {process.pid, *descendants(process.pid)}
        assert len(running) > 1
        process.kill()
    waited_until = time.monotonic() + 15
    while alive(running) and time.monotonic() < waited_until:
        time.sleep(0.1)
    left = alive(running)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left
    assert faults(path, ["g1-match"]) == []


def test_the_check_sees_a_view_and_a_checkpoint_written_in_two_transactions(path: Path) -> None:
    died(path, "Torn", "catch_up")
    assert faults(path, ["r-match"]) == ["the checkpoint is 6, and the view holds 300 events up to 300"]


def test_the_check_sees_an_acknowledged_event_that_is_not_there(path: Path) -> None:
    assert faults(path, ["r-match", "never"]) == ["never was acknowledged and is lost"]


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        ("DELETE FROM events WHERE position = 7", "position 8 follows 6"),
        ("UPDATE events SET leaf = zeroblob(32) WHERE position = 7", "the leaf at 7 is not that of its envelope"),
        ("UPDATE events SET id = 'b-1of2' WHERE position = 7", "of batch b only 1 of 2 events are there"),
        ("UPDATE moves_1 SET now = 'elsewhere'", "the view moves is not what a rebuild makes of it"),
        ("DELETE FROM members_1", "the view members is not what a rebuild makes of it"),
    ],
)
def test_the_check_sees_what_was_harmed(path: Path, harm: str, fault: str) -> None:
    with closing(opened(path)) as store:
        runner_of(store).catch_up()
    assert faults(path, [], rebuilt=False) == []
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute(harm).rowcount > 0
    assert fault in faults(path, [])


def test_the_check_sees_what_no_longer_opens(path: Path) -> None:
    with closing(sqlite3.connect(f"{path}.keys")) as db, db:
        db.execute("DELETE FROM aliases WHERE stream = 'relationship/r'")
    assert "something sealed at 6 does not open" in faults(path, [])
