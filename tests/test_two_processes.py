"""Several processes record into one file at once, and one more rebuilds its views meanwhile: nothing is lost, torn or out of order."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sent_lines import opened, pair, record
from store_faults import faults

TESTS = Path(__file__).parent
HOME = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
SINGLE, BATCHES, SIZE = 200, 5, 20
PAIRS = 10
"""Relationships that all processes record in."""
FIRST = 5 * PAIRS + 1
"""Their opening events, with their people and their initiative."""

BEGIN = """
import sys
from pathlib import Path
from sent_lines import generated, meeting, note, opened, pair, record, runner_of
path, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
"""
RECORDING = (
    BEGIN
    + f"""
store = opened(path)
runner = runner_of(store)
store.recording.on_recorded(lambda position: runner.catch_up() if position % 10 == 0 else None)
print(record(store, [raw for number in range({PAIRS}) for raw in pair(f"r{{number}}")]).recorded)
for number in range({SINGLE}):
    assert record(store, [meeting(f"{{name}}-{{number}}", f"r{{number % {PAIRS}}}", **note("Rain.", "a", "b"))]).recorded == 1
    if number % {SINGLE // BATCHES} == 0:
        lines = [meeting(f"{{name}}-b{{number}}-{{place}}of{SIZE}", "r0", **note("Sun.", "b")) for place in range({SIZE})]
        assert record(store, lines).recorded == {SIZE}
        assert record(store, generated(50, f"{{name}}{{number}}")).recorded == 50
"""
)
REBUILDING = (
    BEGIN
    + """
import threading
store = opened(path)
runner = runner_of(store)
told = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), told.set()), daemon=True).start()
rebuilds = 0
while not told.is_set() or rebuilds == 0:
    runner.rebuild()
    rebuilds += 1
print(rebuilds)
"""
)
REBUILDING_OFTEN = (
    BEGIN
    + """
from projections.runner import Overtaken
runner = runner_of(opened(path))
done = 0
for _ in range(20):
    try:
        runner.rebuild()
        done += 1
    except Overtaken:
        pass
print(done)
"""
)
OPENING = (
    BEGIN
    + """
store = opened(path)
runner = runner_of(store)
record(store, pair(name))
runner.catch_up()
"""
)


@contextmanager
def begun(programs: Sequence[str], path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that all begin their work at one moment; none outlives the test."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", program, str(path), f"p{number}"],
                    env=HOME,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for number, program in enumerate(programs)
        ]
        for process in started:
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            tell(process)
        yield started


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> int:
    """The number a process told at its end; 0 where it told none."""
    told, _ = process.communicate()
    assert process.returncode == 0
    return int(told or 0)


@pytest.mark.parametrize("writers", [2, 4])
def test_processes_that_record_at_once_lose_nothing(tmp_path: Path, writers: int) -> None:
    path = tmp_path / "events.sqlite"
    opened(path).close()
    with begun([RECORDING] * writers + [REBUILDING], path) as (*recording, rebuilding):
        assert sorted(ended(process) for process in recording) == [0] * (writers - 1) + [FIRST]
        tell(rebuilding)
        assert ended(rebuilding) > 0
    acknowledged = [f"p{name}-{number}" for name in range(writers) for number in range(SINGLE)]
    assert faults(path, acknowledged) == []
    with closing(opened(path)) as store, store.reading() as connection:
        assert store.head(connection) == FIRST + writers * (SINGLE + BATCHES * (SIZE + 50))


@pytest.mark.parametrize("turn", range(3))
def test_processes_that_open_a_new_file_at_once_all_record_in_it(tmp_path: Path, turn: int) -> None:
    path = tmp_path / f"{turn}.sqlite"
    with begun([OPENING] * 4, path) as opening:
        assert [ended(process) for process in opening] == [0] * 4
    assert faults(path, [f"p{number}-match" for number in range(4)]) == []


def test_rebuilds_in_two_processes_at_once_leave_the_views_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    with closing(opened(path)) as store:
        record(store, pair())
    with begun([REBUILDING_OFTEN] * 3, path) as rebuilding:
        assert sum(ended(process) for process in rebuilding) > 0
    assert faults(path, ["r-match"]) == []
