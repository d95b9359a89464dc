"""The page on operating holds: its commands of backup and restore are run as they stand there, on real servers, and do what it says.

Only the folders, the moment that is restored to and the name of the backup are others. PostgreSQL archives as `postgresql.conf` has it.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from archived_postgres import NAME, Archived
from command_line import EXAMPLES, run_in
from deploy_tools import DEPLOY, serving
from servers import free_port

PAGE = (DEPLOY / "operating.md").read_text()
DAYS = 24 * 60 * 60


def blocks(heading: str) -> list[str]:
    """The blocks of shell below a heading."""
    section = re.split(r"^#+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.M)[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S)


@pytest.fixture
def server() -> Iterator[Archived]:
    with Archived() as server:
        yield server


def test_a_point_in_time_has_all_that_was_acknowledged_before_it_and_nothing_after(server: Archived) -> None:
    prepare, finish = blocks("Restore to a point in time")
    server.record(["a-first"])
    name = server.based()
    server.record(["b-before"])
    moment = server.now()
    server.record(["c-after"])
    server.stop()
    server.sh(prepare, name=name, moment=moment)
    server.start()
    server.sh(finish)
    assert server.recorded() == ["a-first", "b-before"]
    server.record(["d-new"])
    server.stop()
    server.start()
    assert server.recorded() == ["a-first", "b-before", "d-new"]
    assert "recovery_target" not in (server.data / "postgresql.auto.conf").read_text()
    assert server.based() > name


def test_after_the_loss_of_the_disk_all_that_was_archived_comes_back(server: Archived) -> None:
    (prepare,), (_, finish) = blocks("Restore of all there is"), blocks("Restore to a point in time")
    server.record(["a-first"])
    name = server.based()
    server.record([f"b-{number:03}" for number in range(100)])
    server.archive()
    server.kill()
    shutil.rmtree(server.data)
    server.sh(prepare, name=name)
    server.start()
    server.sh(finish)
    assert server.recorded() == ["a-first", *(f"b-{number:03}" for number in range(100))]


def test_without_the_archive_only_the_base_backup_comes_back(server: Archived) -> None:
    (prepare,) = blocks("Restore of all there is")
    server.record(["a-first"])
    name = server.based()
    server.record(["b-second"])
    server.archive()
    server.kill()
    for archived in (shutil.rmtree, Path.mkdir):
        archived(server.backup / "wal")
    shutil.rmtree(server.data)
    server.sh(prepare, name=name)
    server.start()
    assert server.recorded() == ["a-first"]


def test_a_backup_by_hand_is_whole_and_a_broken_one_is_seen(server: Archived) -> None:
    server.record(["a-first"])
    (by_hand,) = blocks("A base backup")
    server.sh(by_hand)
    kept = server.backup / "base" / "before-upgrade"
    (kept / "PG_VERSION").write_text("?\n")
    with pytest.raises(AssertionError, match="PG_VERSION"):
        server.sh(by_hand.splitlines()[-1])


def test_backups_that_had_their_time_go_with_their_log_and_the_newest_stays(server: Archived) -> None:
    server.record(["a-first"])
    old = server.backup / "base" / server.based()
    server.record(["b-second"])
    server.archive()
    before = {path.name for path in (server.backup / "wal").iterdir()}
    old = old.rename(old.with_name("2026-01-01T020000Z"))  # The names of two backups of one second would be the same.
    os.utime(old, (time.time() - 36 * DAYS,) * 2)
    new = server.based()
    assert [path.name for path in (server.backup / "base").iterdir()] == [new]
    assert not before <= {path.name for path in (server.backup / "wal").iterdir()}
    server.record(["c-third"])
    server.archive()
    server.kill()
    shutil.rmtree(server.data)
    server.sh(blocks("Restore of all there is")[0], name=new)
    server.start()
    assert server.recorded() == ["a-first", "b-second", "c-third"]


def test_what_postgresql_says_can_be_asked(server: Archived) -> None:
    (watch,) = blocks("What to watch")
    assert server.sh(watch).count(" rows)") + server.sh(watch).count(" row)") == watch.count("select")


def sqlite_sh(text: str, folder: Path, name: str = NAME) -> None:
    places = {"/var/backups": f"{folder}/backups", "/var/lib/tussenruimte": f"{folder}/live", NAME: name}
    for there, here in (places | {"/opt/tussenruimte/.venv/bin/python": sys.executable}).items():
        text = text.replace(there, here)
    subprocess.run(["sh", "-eu"], input=text, text=True, check=True)


def test_a_copy_of_sqlite_that_was_made_while_it_ran_brings_back_all_that_was_recorded_by_then(tmp_path: Path) -> None:
    backup, restore = blocks("SQLite")
    live = tmp_path / "live"
    live.mkdir()
    run = run_in(live)
    assert run("import", *EXAMPLES[:5]).code == 0
    before = run("list", "--json").out
    with serving(live, free_port()):
        sqlite_sh(backup, tmp_path)
    (name,) = [path.name for path in (tmp_path / "backups" / "tussenruimte").iterdir()]
    assert run("import", *EXAMPLES[5:]).code == 0
    assert run("list", "--json").out != before
    sqlite_sh(restore, tmp_path, name)
    assert run("list", "--json").out == before
    assert run("doctor").code == 0
