"""Where an organisation's store is: in files of its own, or with those of others in PostgreSQL; and how it is opened there."""

from collections.abc import Callable
from pathlib import Path

from domain.store.key_database import KeyDatabase
from domain.store.key_places import KeyFile
from domain.store.keys import Keys
from domain.store.postgres import PostgresDatabase
from domain.store.replica import Replica, ReplicaDatabase
from domain.store.root import Root
from domain.store.sqlite import SQLiteDatabase
from domain.store.store import EventStore


def on_sqlite(path: Path, root: bytes | Root, organisation: str, clock: Callable[[], int]) -> EventStore:
    """The store in a file, with its keys beside it; both are made where they are not. `root` is the operator's root key, or who has it."""
    database = SQLiteDatabase(path)
    keys = Keys(KeyFile(str(keys_path(path))), root, organisation, clock)
    return EventStore(database, keys, organisation, clock, lambda: on_sqlite(path, root, organisation, clock))


def keys_path(path: Path) -> Path:
    """Where the keys of an organisation's file are kept."""
    return path.with_name(path.name + ".keys")


def on_postgres(
    url: str, keys_url: str, root: bytes | Root, organisation: str, clock: Callable[[], int], read_url: str | None = None
) -> EventStore:
    """The store in a database whose tables were made by `migrate`, with its keys in another. `read_url`: a replica of the database."""
    database = PostgresDatabase(url, organisation)
    replica = Replica(ReplicaDatabase(read_url, organisation)) if read_url else None
    keys = Keys(KeyDatabase(keys_url, organisation), root, organisation, clock)
    return EventStore(database, keys, organisation, clock, lambda: on_postgres(url, keys_url, root, organisation, clock, read_url), replica)
