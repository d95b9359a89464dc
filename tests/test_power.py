"""Whatever a power cut leaves of the files, what was acknowledged is there afterwards, and what was destroyed is not.

`power_cuts` watches the program and cuts its power at moments that are drawn; here it runs in its short form, beside what it rests on: a
log in which nothing is missing, a disk that promises no more than a file system does, and programs without a protection, at which the
same look has to find what is lost or back. PostgreSQL is not among them: see DECISIONS.md, 184.
"""

import os
import subprocess
import sys
from collections.abc import Container
from pathlib import Path
from random import Random

import pytest
from command_line import environment
from power.books import Books
from power.disk import Disk, Way
from power.house import PROGRAM, House, beginning, meetings
from power.shim import TOLD, begin, built, compiler, records
from power_cuts import HANGS, WAYS, unseen

from domain.store.root import load_root

TESTS = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    compiler() is None,
    reason="what a process does to its files is watched by a library that is preloaded: that takes Linux and a C compiler",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("shim"))


def watched(program: str, around: Path, library: Path) -> tuple[Disk, Path]:
    """A program of Python, in which `folder` is the one that is watched; the disk after it, and the folder."""
    folder, log = around.resolve() / "files", around / "log"
    folder.mkdir()
    begin(log, folder)
    code = f"import os, mmap\nfrom pathlib import Path\nfolder = Path({str(folder)!r})\n{program}"
    env = environment(LD_PRELOAD=str(library), POWER_FOLDER=str(folder), POWER_LOG=str(log))
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    disk = Disk(folder.stat().st_ino)
    for done in records(log):
        disk.take(done)
    return disk, folder


MADE = "file = os.open(folder / 'a', os.O_RDWR | os.O_CREAT)\nos.write(file, b'first')\n"
SYNCED = "os.fsync(file)\n"
NAMED = "os.fsync(os.open(folder, os.O_RDONLY))\n"


@pytest.mark.parametrize(
    ("program", "left"),
    [
        (MADE, {}),
        (MADE + NAMED, {"a": b""}),
        (MADE + SYNCED, {}),
        (MADE + SYNCED + NAMED, {"a": b"first"}),
        (MADE + SYNCED + NAMED + "os.pwrite(file, b'F', 0)", {"a": b"first"}),
        (MADE + SYNCED + NAMED + "os.pwrite(file, b'F', 0)\nos.fdatasync(file)", {"a": b"First"}),
        (MADE + SYNCED + NAMED + "os.writev(file, [b', ', b'second'])\n" + SYNCED, {"a": b"first, second"}),
        (MADE + SYNCED + NAMED + "os.ftruncate(file, 0)", {"a": b"first"}),
        (MADE + SYNCED + NAMED + "os.truncate(folder / 'a', 2)\n" + SYNCED, {"a": b"fi"}),
        (MADE + SYNCED + NAMED + "open(folder / 'a', 'wb').close()\n" + SYNCED, {"a": b""}),
        (MADE + SYNCED + NAMED + "os.unlink(folder / 'a')", {"a": b"first"}),
        (MADE + SYNCED + NAMED + "os.unlink(folder / 'a')\n" + NAMED, {}),
        (MADE + SYNCED + NAMED + "os.rename(folder / 'a', folder / 'b')", {"a": b"first"}),
        (MADE + SYNCED + NAMED + "os.rename(folder / 'a', folder / 'b')\n" + NAMED, {"b": b"first"}),
        (MADE + SYNCED + NAMED + "os.link(folder / 'a', folder / 'b')\n" + NAMED, {"a": b"first", "b": b"first"}),
        # A name that comes again is another file.
        (MADE + SYNCED + NAMED + "os.close(file)\nos.unlink(folder / 'a')\n" + MADE.replace("first", "second") + SYNCED, {"a": b"first"}),
        # Whoever shares memory promises nothing.
        (MADE + NAMED + "mmap.mmap(file, 5, access=mmap.ACCESS_READ).close()", {"a": b""}),
    ],
)
def test_what_was_not_synced_may_be_lost(program: str, left: dict[str, bytes], tmp_path: Path, library: Path) -> None:
    disk, folder = watched(program, tmp_path, library)
    assert disk.images("lost", Random(1)) == left
    assert disk.images("there", Random(1)) == {file.name: file.read_bytes() for file in folder.iterdir()}
    assert unseen(disk, folder) == []


def test_of_what_was_not_synced_any_pieces_may_be_there(tmp_path: Path, library: Path) -> None:
    program = MADE + SYNCED + NAMED + "os.pwrite(file, b'x' * 5_000, 0)\nos.ftruncate(file, 1_000)"
    disk, _ = watched(program, tmp_path, library)
    torn = {disk.images("torn", Random(seed))["a"] for seed in range(500)}
    assert {b"first", b"x" * 1_000, b"x" * 5_000, b"x" * 512, b"first" + bytes(507) + b"x" * 488} <= torn
    assert all(set(content) <= set(b"firstx\0") for content in torn)


def test_what_is_done_to_files_unseen_is_noticed(tmp_path: Path, library: Path) -> None:
    disk, folder = watched(MADE + "os.posix_fallocate(file, 0, 100)", tmp_path, library)
    assert unseen(disk, folder) == ["a"]


def test_whoever_writes_to_a_file_as_to_memory_is_noticed(tmp_path: Path, library: Path) -> None:
    with pytest.raises(AssertionError, match="written to as memory"):
        watched(MADE + "mmap.mmap(file, 5)", tmp_path, library)


def test_nothing_acknowledged_is_lost_and_nothing_destroyed_is_back_wherever_the_power_is_cut() -> None:
    command = [sys.executable, str(TESTS / "power_cuts.py"), "--runs", "2", "--cuts", "25"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def looked_at(house: House, behind: Container[bytes], way: Way | None = None) -> list[str]:
    """What is wrong after a cut behind everything of these kinds that was done in a house. `way`: else any."""
    disk, books, found = Disk(house.folder.stat().st_ino), Books(house.folder.with_name("looked-at")), []
    for done in records(house.log):
        disk.take(done)
        if done.kind == TOLD:
            books.take(done, disk)
        if done.at >= house.begun and done.kind in behind:
            draw = Random(done.at)
            found += books.faults(disk.images(way or draw.choice(WAYS), draw))
    return found


def test_a_store_that_was_being_made_when_the_power_was_cut_can_be_made(tmp_path: Path, library: Path) -> None:
    house = House(tmp_path, library)
    house.verb("token", "create")
    assert looked_at(house, HANGS) == []


CARELESS = {
    "root_unsynced": "there is no root key",
    "events_unsynced": "was acknowledged and is lost",
    "keys_unsynced": "anna is back in tussenruimte.db.keys",
    "wal_left": "anna is left in tussenruimte.db.keys-wal",
}


@pytest.mark.parametrize(("protection", "fault"), CARELESS.items())
def test_the_look_sees_a_program_that_does_not_wait_for_the_disk(protection: str, fault: str, tmp_path: Path, library: Path) -> None:
    careless = ("-m", "power.otherwise", protection)
    house = House(tmp_path, library, careless if protection == "root_unsynced" else PROGRAM)
    house.take_in(beginning())
    house.program = careless
    house.take_in(meetings("more", 3))
    house.erase("anna")
    assert any(fault in one for one in looked_at(house, [TOLD], "lost"))


WRITTEN = """
import sqlite3
from domain.store.sqlite import empty_wal
db = sqlite3.connect(folder / "some.db", isolation_level=None)
for said in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
    db.execute("PRAGMA " + said).fetchall()
db.execute("CREATE TABLE t (name)")
db.execute("INSERT INTO t VALUES ('anna')")
db.execute("UPDATE t SET name = 'gone'")
"""
CUT = {"empty_wal(db, folder / 'some.db')\n": False, "db.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchall()\n": True}


@pytest.mark.parametrize(("cut", "back"), CUT.items())
def test_what_was_emptied_of_a_wal_is_not_back_after_a_power_cut(cut: str, back: bool, tmp_path: Path, library: Path) -> None:
    disk, _ = watched(WRITTEN + cut, tmp_path, library)
    left = disk.images("lost", Random(1))
    assert b"anna" not in left["some.db"]
    assert (b"anna" in left.get("some.db-wal", b"")) is back


def test_a_root_key_is_on_the_disk_once_it_was_made_and_never_in_part(tmp_path: Path, library: Path) -> None:
    _, folder = watched("from domain.store.root import make_root\nmake_root(folder / 'root.key')", tmp_path, library)
    disk = Disk(folder.stat().st_ino)
    for done in records(tmp_path / "log"):
        disk.take(done)
        for way in WAYS:
            held = disk.images(way, Random(done.at)).get("root.key")
            assert held in (None, (folder / "root.key").read_bytes())
    assert disk.images("lost", Random(1)) == {"root.key": (folder / "root.key").read_bytes()}
    assert len(load_root(folder / "root.key")) == 32
    assert os.listdir(folder) == ["root.key"]
