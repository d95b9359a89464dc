"""What is looked at before a store is used, without making or changing anything: that it is one, whose, and that its keys are there.

Opening a store whose keys are gone would make new ones, which open nothing; with those of another store, what is recorded is lost to both.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal

import msgspec

from domain.store.addresses import shown
from domain.store.database import EVENTS, OWN, STORE_VERSION
from domain.store.isolation import may_read, open_tables, role_of, within
from domain.store.key_places import KEY_TABLES, ORGANISATION_KEYS
from domain.store.mapper import Unreadable
from domain.store.places import keys_path
from domain.store.postgres import Unreachable, are_one, connected, has_table, lacks, store_version
from domain.store.store import EventStore
from domain.store.turning import check_epochs

TRIED = 200
"""Events, from the first on, among which one is looked for that the keys open."""
SEAL, DAMAGED, ERASED = b'{"seal":', b'{"damaged":true}', b'{"erased":'


class Unusable(Exception):
    """Something is not as it must be before anything can be done; the text says what, and what to do."""


def check_files(path: Path, organisation: str, new: bool) -> None:
    """Whether a file may be opened. `new`: it may be made. Raises `Unusable`."""
    if not path.parent.is_dir():
        raise Unusable(f"There is no folder {path.parent} for the database. Make it first.")
    if path.is_dir():
        raise Unusable(f"{path} is a folder. Name a file in it.")
    keys = keys_path(path)
    if not path.exists() or not path.stat().st_size:
        if keys.exists() and keys.stat().st_size:
            raise Unusable(f"There are keys {keys}, but the events {path} are gone. Put them back from their backup, or remove the keys.")
        if not new:
            raise Unusable(f"There is no database {path} yet. It is made by what records, as `import`; or name another with --database.")
        return
    try:
        try:
            versions, first = _looked_into(path, "ro")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
            # Whoever began the file died over it. Only who may write can take that back, and before that nobody can look.
            versions, first = _looked_into(path, "rw")
    except sqlite3.Error as error:
        raise Unusable(f"The database {path} cannot be used: {error}.") from None
    for (version,) in versions:
        _check_version(str(path), str(version))
    if first is not None:
        if not (keys.exists() and keys.stat().st_size):
            raise Unusable(f"{path} holds events, but its keys {keys} are gone. Put them back from their backup; no others open it.")
        if (found := _organisation_of(first[0])) not in (None, organisation):
            raise Unusable(f"{path} holds the events of the organisation {found!r}, not of {organisation!r}.")


def _looked_into(path: Path, mode: Literal["ro", "rw"]) -> tuple[list[tuple[object]], tuple[object] | None]:
    """The versions that a file gives for itself, and its first event. Raises `Unusable` where it is no store."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return [], None
        if not {"facts", "events"} <= tables:
            raise Unusable(f"{path} is the database of something else. Name another with --database.")
        versions = database.execute("SELECT value FROM facts WHERE name = 'store_version'").fetchall()
        return versions, database.execute("SELECT state FROM events ORDER BY position LIMIT 1").fetchone()


def check_places(url: str, keys_url: str) -> None:
    """Whether tables may be made, or are, in these two databases: they are two, neither holds what belongs into the other, and no newer
    version made them. Raises `Unusable`, and the library's `OperationalError` where a server does not answer."""
    with connected(url) as events, connected(keys_url) as keys:
        if are_one(events, keys):
            raise Unusable(
                f"{shown(keys_url)} names the database of the events. Make another for the keys: no backup may hold both. If keys are there"
                " already, copy their tables over with pg_dump -t fence -t organisation_keys -t data_keys -t aliases, as a superuser, and"
                " drop them there."
            )
        for connection, place, own, other, table in (
            (events, url, "events", "keys", ORGANISATION_KEYS),
            (keys, keys_url, "keys", "events", EVENTS),
        ):
            if has_table(connection, table.name):
                raise Unusable(
                    f"{shown(place)} is set as the database of the {own}, and holds {other} (the table {table.name})."
                    " The two URLs may be exchanged: look which is which, and set each as what it is."
                )
            if has_table(connection, "facts") and not may_read(connection, "facts"):
                raise Unusable(
                    f"The tables in {shown(place)} are another role's, and {role_of(connection)} may not use them yet: run"
                    " `tussenruimte migrate` where TUSSENRUIMTE_OWNER names the role that owns them."
                )
            if (version := store_version(connection)) is not None:
                _check_version(shown(place), version)


def check_databases(url: str, keys_url: str, organisation: str) -> None:
    """Whether an organisation's share of a database may be opened: its tables are there, and so are its keys if it has events.

    Raises `Unusable`, and the library's `OperationalError` where a server does not answer."""
    check_places(url, keys_url)
    with connected(url) as events, connected(keys_url) as keys:
        for connection, place, tables in ((events, url, OWN), (keys, keys_url, KEY_TABLES)):
            if store_version(connection) is None:
                raise Unusable(f"There are no tables in {shown(place)} yet. Run `tussenruimte migrate`.")
            if lacks(connection, tables) or open_tables(connection):
                raise Unusable(f"The tables in {shown(place)} are of an older version of this program. Run `tussenruimte migrate`.")
        with within(events, organisation), within(keys, organisation):
            recorded = events.execute("SELECT 1 FROM events WHERE organisation = %s LIMIT 1", (organisation,)).fetchone()
            kept = keys.execute("SELECT 1 FROM organisation_keys WHERE organisation = %s LIMIT 1", (organisation,)).fetchone()
    if recorded and not kept:
        raise Unusable(
            f"{shown(url)} holds events of {organisation}, but its keys in {shown(keys_url)} are gone."
            " Put them back from their backup; no others open it."
        )


def check_replica(url: str) -> None:
    """Whether what is to answer questions has the events; one that does not answer just now is waited for where it is asked.

    Raises `Unusable`."""
    with suppress(Unreachable), connected(url) as connection:
        if not has_table(connection, EVENTS.name):
            raise Unusable(
                f"{shown(url)} is set to answer questions, and has no table of events. Name a replica of the database of the events;"
                " one that was made just now may need a moment."
            )


def check_keys(store: EventStore) -> None:
    """Whether the keys are those of the events, and not those that another store of this organisation has under the same root key, nor an
    old copy whose epochs have died.

    The first events that hold something sealed are opened until one does; what was erased says nothing.

    Raises `Unusable` or KeyStoreError."""
    check_epochs(store)
    shut = False
    with store.reading() as connection:
        ring = store.keys.ring()
        for _, _, (state, _, _) in store.since(connection, 0, TRIED):
            if isinstance(state, bytes) and SEAL in state:
                with suppress(Unreadable):
                    opened = msgspec.json.encode(store.mapper.plain(state, ring)[1])
                    if DAMAGED not in opened and ERASED not in opened:
                        return
                    shut |= DAMAGED in opened
    if shut:
        raise Unusable(
            f"The keys of {store.organisation} that are set do not open its events: they are those of another store. Nothing was changed."
            " Set the key store that belongs to these events, or put it back from its backup."
        )


def _check_version(place: str, version: str) -> None:
    if not (version.isascii() and version.isdecimal() and len(version) <= 9 and int(version)):
        raise Unusable(
            f"{place} says that it has version {version[:20]!r}, which is none."
            f" Put `store_version` in its table `facts` right: this program makes {STORE_VERSION}."
        )
    if int(version) > STORE_VERSION:
        raise Unusable(f"{place} was made by a newer version of this program. Install that one.")


def _organisation_of(state: object) -> str | None:
    """Whose an event is, as its envelope says; None where that cannot be read any more."""
    try:
        found = msgspec.json.decode(state, type=dict) if isinstance(state, bytes) else {}
    except msgspec.DecodeError:
        return None
    named = found.get("organisation")
    return named if isinstance(named, str) else None
