"""The store on SQLite passes the contract of all stores, and its own files keep what a SQLite file can keep.

Memory is measured in a process of its own: an import three times as long takes hardly more of it.
"""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.register_assert_rewrite("store_contract", "store_import_contract", "store_sharing_contract")

from sent_lines import generated, line, meeting, opened, pair, record  # noqa: E402
from store_contract import StoreContract  # noqa: E402
from store_faults import faults  # noqa: E402
from store_import_contract import StoreImportContract  # noqa: E402
from store_places import Files, Place  # noqa: E402
from store_sharing_contract import StoreSharingContract  # noqa: E402

from domain.model.envelope import read  # noqa: E402
from domain.store import staging  # noqa: E402

TESTS = Path(__file__).parent
PEAK = """
import re, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from domain.store import sqlite, staging
from sent_lines import generated, line, meeting, opened, record

# All that is held in memory at once is an eighth of what it is, so that an eighth of the lines is enough; `make bench` takes a million.
staging.HELD //= 8
staging.CACHE //= 8
sqlite.PRAGMAS = tuple(pragma.replace("cache_size=-16384", "cache_size=-2048") for pragma in sqlite.PRAGMAS)

def peak():
    # Not from getrusage: what it tells of a new process is at least what the process that started it had.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

store = opened(Path(sys.argv[1]))
for count in map(int, sys.argv[2:]):
    outcome = record(store, generated(count))
    assert outcome.recorded + outcome.already == count, outcome.refused[:1]
    print(peak())
"""


class TestSQLite(StoreContract, StoreImportContract):
    """One file, with its keys beside it."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return Files(tmp_path / "events.sqlite")


class TestSQLiteWithLargeBatches(TestSQLite):
    """The same, with batches that wait in a table as large ones do."""

    @pytest.fixture(autouse=True)
    def large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(staging, "HELD", 1)


class TestSQLiteShared(StoreSharingContract):
    """Many who record at once."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return Files(tmp_path / "events.sqlite")


def test_what_waits_in_memory_is_nothing_to_the_collector_of_cycles(tmp_path: Path) -> None:
    """Else it would be gone through again and again, the more of it there is."""
    stage, event = staging.Stage(), read(meeting("m", "r"))
    stage.add(1, event, staging.Line("lines", 1), b"{}")
    [held] = stage.in_order()
    assert not any(map(gc.is_tracked, (held, held.event, held.event.data, held.place)))
    assert gc.is_tracked([held])


def test_a_name_that_many_lines_give_stands_in_memory_once() -> None:
    one, other = (read(line(id, "relationship_resumed", "relationship/r", {}, recordedby="coordinator/c")) for id in ("m", "n"))
    assert all(getattr(one, name) is getattr(other, name) for name in ("stream", "source", "recordedby"))
    assert one.id is not other.id


def peaks(path: Path, *counts: int) -> list[int]:
    """The most memory (KiB) that a process had by the end of each of its imports of so many lines."""
    program = PEAK.format(tests=str(TESTS))
    home = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), *map(str, counts)], env=home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [int(number) for number in done.stdout.split()]


def test_memory_stays_flat_however_many_lines_there_are(tmp_path: Path) -> None:
    """From where a batch does not wait in memory any more."""
    little, few, few_again = peaks(tmp_path / "few.sqlite", 500, 30_000, 30_000)
    [many] = peaks(tmp_path / "many.sqlite", 90_000)
    assert little < few
    assert few_again - little <= 1.3 * (few - little)
    assert many - little <= 1.3 * (few - little)


def test_a_store_is_as_it_was_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    for raw in (pair(), list(generated(700))):
        store = opened(path)
        assert record(store, raw).recorded == len(raw)
        store.close()
    assert faults(path, ["r-match"]) == []


def test_the_writing_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    store = opened(tmp_path / "events.sqlite")
    with store.database.connection() as connection:
        [(synchronous,), (journal,), (wiping,)] = [
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("synchronous", "journal_mode", "secure_delete")
        ]
    store.close()
    assert (synchronous, journal, wiping) == (2, "wal", 1)
