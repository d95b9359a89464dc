"""What was overwritten leaves a file's WAL, whoever else is about it at that moment."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from domain.store import sqlite
from domain.store.sqlite import empty_wal

HOLDS = """
import fcntl, sys, time
with open(sys.argv[1], "rb+") as shared:
    fcntl.lockf(shared, fcntl.LOCK_EX, 1, 121)
    print(flush=True)
    time.sleep(float(sys.argv[2]))
"""
"""Holds the lock of who brings a WAL over (https://www.sqlite.org/walformat.html#wal_locks: the second of eight from byte 120)."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        yield connection


def wal(path: Path) -> int:
    return path.with_name(path.name + "-wal").stat().st_size


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "some.sqlite"
    with opened(path) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("INSERT INTO t VALUES (1)")
        assert wal(path)
        yield path


def test_who_brings_the_wal_over_at_the_same_moment_is_waited_for(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS, f"{path}-shm", "0.5"], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        with opened(path) as connection:
            assert empty_wal(connection, path)
    assert wal(path) == 0


def test_a_reader_is_waited_for_and_keeps_no_writer_waiting_for_as_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "EMPTY_SECONDS", 60.0)
    with opened(path) as reader, opened(path) as writer, opened(path) as wiping:
        reader.execute("BEGIN")
        reader.execute("SELECT a FROM t").fetchall()
        writer.execute("INSERT INTO t VALUES (2)")
        done: list[bool] = []
        wipes = threading.Thread(target=lambda: done.append(empty_wal(wiping, path)))
        wipes.start()
        time.sleep(0.3)
        writer.execute("INSERT INTO t VALUES (3)")
        assert not done
        reader.execute("COMMIT")
        wipes.join()
        assert done == [True]
        assert wal(path) == 0
        assert wiping.execute("PRAGMA busy_timeout").fetchall() == [(60000,)]


def test_a_reader_who_stays_on_is_told_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "EMPTY_SECONDS", 0.2)
    with opened(path) as reader, opened(path) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT a FROM t").fetchall()
        writer.execute("INSERT INTO t VALUES (2)")
        assert not empty_wal(writer, path)
        assert wal(path)
