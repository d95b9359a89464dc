"""Tables in a temporary file, for what would grow in memory: it has no name, belongs to this process alone, and is gone with it.

Of what is small nothing touches the disk. Whoever puts there what is personal enciphers it, under a key that is in memory alone.
"""

import sqlite3

PRAGMAS = ("journal_mode=OFF", "synchronous=OFF")
"""Of tables that nobody needs once this process is gone."""


def temporary(cache: int, *tables: str) -> sqlite3.Connection:
    """Tables, as SQL defines each; so many KiB of them are held in memory."""
    made = sqlite3.connect("", isolation_level=None)
    for pragma in (*PRAGMAS, f"cache_size=-{cache}"):
        made.execute(f"PRAGMA {pragma}")
    for table in tables:
        made.execute(f"CREATE TABLE {table}")
    return made
