"""While a large import is on its way, and when it is killed there, nothing personal lies in any file in the clear.

The process stops itself at each step of the import, and all that it holds open is read from outside: also the temporary files
that SQLite takes out of their folder at once, which only the process's own list of open files still shows.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sent_lines import account, opened

from domain.model.envelope import read
from domain.store import staging
from domain.store.staging import Line, Stage

TESTS = Path(__file__).parent
CANARY = b"kanarie"
CLEAR = b"helderwoord"
LINES = 16_800

PROGRAM = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from sent_lines import account, initiative, line, match, meeting, note, opened, person, record
from domain.store import staging
from domain.store.fresh import FreshIds

# All that waits goes to the disk at once, as it does in the end with a batch that is large enough.
staging.HELD = 1
staging.CACHE = 500

def lines(count):
    yield initiative()
    for number in range(count // 12):
        r = f"r{{number}}"
        for name in ("anna", "bram"):
            named = {{"name": "kanarie", "contact": "kanarie"}}
            yield line(f"{{r}}-{{name}}", "participant_registered", f"participant/{{r}}-{{name}}", named)
            yield person(f"{{r}}-{{name}}")[1]
        yield match(r, f"{{r}}-anna", f"{{r}}-bram", **note("kanarie " * 500, "a", "b"))
        for place in range(4):
            yield meeting(f"{{r}}-m{{place}}", r, activity="helderwoord", **(note("kanarie " * 500, "a") if place % 2 else {{}}))
        answers = {{"instrument": "kanarie", "mode": "self", "answers": {{"kanarie": 3}}}}
        yield line(f"{{r}}-taken", "measure_taken", f"relationship/{{r}}", answers, "2021-03-01", perspective="a")
        amended = {{"event": f"{{r}}-m0", "data": {{"present": ["a"], **note("kanarie", "b")}}}}
        yield line(f"{{r}}-am", "event_amended", f"relationship/{{r}}", amended, "2021-03-01")

stops = {stops}
def heard(step, count):
    if stops and (step, True) == (stops[0][0], count >= stops[0][1]):
        stops.pop(0)
        os.kill(os.getpid(), signal.SIGSTOP)

store = opened(Path(sys.argv[1]))
outcome = record(store, lines({lines}), progress=heard, fresh=FreshIds() if sys.argv[2] == "fresh" else None)
print(outcome.recorded, stops, outcome.refused[:1])
"""
STOPS = [("read", 14_000), ("judge", 1), ("judge", 9_000), ("record", 1_000), ("record", 10_000)]


@pytest.fixture(params=["as sent", "fresh"])
def importing(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """An import that stops itself at each of STOPS."""
    (tmp_path / "temporary").mkdir()
    home = {
        **os.environ,
        "PYTHONPATH": str(TESTS.parent),
        "TMPDIR": str(tmp_path / "temporary"),
        "SQLITE_TMPDIR": str(tmp_path / "temporary"),
    }
    program = PROGRAM.format(tests=str(TESTS), stops=STOPS, lines=LINES)
    command = [sys.executable, "-c", program, str(tmp_path / "events.sqlite"), request.param]
    with subprocess.Popen(command, env=home, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def stopped(process: subprocess.Popen[str]) -> None:
    """Wait until the process has stopped itself."""
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), f"the import ended with {status}"


def written(process: subprocess.Popen[str], folder: Path) -> bytes:
    """Everything in the folder, and in every file that the process holds open though it stands in no folder any more."""
    held = Path(f"/proc/{process.pid}/fd")
    removed = [file for file in held.iterdir() if os.readlink(file).startswith(str(folder)) and os.readlink(file).endswith("(deleted)")]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return b"".join(file.read_bytes() for file in [*files, *removed])


def test_at_no_step_of_an_import_is_anything_sealed_in_the_clear(importing: subprocess.Popen[str], tmp_path: Path) -> None:
    for step in STOPS:
        stopped(importing)
        found = written(importing, tmp_path)
        assert CLEAR in found, f"at {step} nothing was seen of what is on its way"
        assert CANARY not in found
        os.kill(importing.pid, signal.SIGCONT)
    told, _ = importing.communicate()
    assert told.split()[0] == str(LINES // 12 * 11 + 1), told
    assert CANARY not in written_after(tmp_path)


def test_an_import_killed_on_its_way_leaves_nothing_in_the_clear(importing: subprocess.Popen[str], tmp_path: Path) -> None:
    for _ in STOPS[:-1]:
        stopped(importing)
        os.kill(importing.pid, signal.SIGCONT)
    stopped(importing)
    assert CLEAR in written(importing, tmp_path)
    importing.kill()
    importing.wait()
    assert CANARY not in written_after(tmp_path)
    assert list((tmp_path / "temporary").iterdir()) == []


def written_after(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_line_that_is_staged_twice_looks_different_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "HELD", 1)
    event = read(account("said", "r", named="help"))
    with closing(opened(tmp_path / "events.sqlite")) as store:
        stage = Stage()
        veiled = []
        for _ in range(2):
            stage.add(1, event, Line("lines", 1), store.mapper.clear(event), size=1)
            stage.flush()
            veiled += stage._connection.execute("SELECT row FROM staged").fetchall()
            stage.drop([1])
        stage.close()
    assert len(set(veiled)) == 2
