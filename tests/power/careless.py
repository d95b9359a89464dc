"""The program without one of its protections, so that the rig can show that it would see it: `python -m power.careless WHICH VERB…`."""

import os
import sqlite3
import sys
from pathlib import Path

import tussenruimte
from domain.store import key_places, sqlite


def events_unsynced() -> None:
    """SQLite does not wait for the disk with the events."""
    sqlite.PRAGMAS = ("synchronous=OFF", *(pragma for pragma in sqlite.PRAGMAS if not pragma.startswith("synchronous")))


def keys_unsynced() -> None:
    """SQLite does not wait for the disk with the keys."""
    meant = key_places._connected

    def connected(path: str) -> sqlite3.Connection:
        made = meant(path)
        made.execute("PRAGMA synchronous = OFF")
        return made

    key_places._connected = connected


def wal_left() -> None:
    """What was overwritten is left in the WAL."""
    sqlite.empty_wal = key_places.empty_wal = lambda connection, path: True


def wal_cut_unsynced() -> None:
    """The WAL is cut off, and nobody waits for the disk with that."""

    def emptied(connection: sqlite3.Connection, path: Path) -> bool:
        return connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0

    sqlite.empty_wal = key_places.empty_wal = emptied


def root_unsynced() -> None:
    """The root key is not waited for."""
    os.fsync = lambda file: None


if __name__ == "__main__":
    {one.__name__: one for one in (events_unsynced, keys_unsynced, wal_left, wal_cut_unsynced, root_unsynced)}[sys.argv.pop(1)]()
    tussenruimte.main()
