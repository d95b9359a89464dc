"""The program with one thing made otherwise: `python -m power.otherwise WHAT VERB…`.

One comes oftener to what takes long runs; each of the others is without a protection, so that the rig can show that it would see it.
"""

import os
import sqlite3
import sys

import tussenruimte
from domain.store import key_places, sqlite


def often() -> None:
    """SQLite brings its WAL into the file, and begins it anew, after a few pages and not after a thousand."""
    sqlite.PRAGMAS = (*sqlite.PRAGMAS, "wal_autocheckpoint=40")
    _keys_with("wal_autocheckpoint=4")


def events_unsynced() -> None:
    """SQLite does not wait for the disk with the events."""
    sqlite.PRAGMAS = (*sqlite.PRAGMAS, "synchronous=OFF")


def keys_unsynced() -> None:
    """SQLite does not wait for the disk with the keys."""
    _keys_with("synchronous=OFF")


def _keys_with(pragma: str) -> None:
    meant = key_places._connected

    def connected(path: str) -> sqlite3.Connection:
        made = meant(path)
        made.execute(f"PRAGMA {pragma}")
        return made

    key_places._connected = connected


def wal_left() -> None:
    """What was overwritten is left in the WAL."""
    sqlite.empty_wal = key_places.empty_wal = lambda connection, path: True


def root_unsynced() -> None:
    """The root key is not waited for."""
    os.fsync = lambda file: None


if __name__ == "__main__":
    {made.__name__: made for made in (often, events_unsynced, keys_unsynced, wal_left, root_unsynced)}[sys.argv.pop(1)]()
    tussenruimte.main()
