"""What is looked at before a store is opened, without making or changing anything: that it is one, whose, and that its keys are there.

Opening a store whose keys are gone would make new ones, which open nothing.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from domain.store.addresses import shown
from domain.store.database import STORE_VERSION
from domain.store.places import keys_path
from domain.store.postgres import connected, store_version


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
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if tables and not {"facts", "events"} <= tables:
                raise Unusable(f"{path} is the database of something else. Name another with --database.")
            versions = database.execute("SELECT value FROM facts WHERE name = 'store_version'").fetchall() if tables else []
            first = database.execute("SELECT state FROM events ORDER BY position LIMIT 1").fetchone() if tables else None
    except sqlite3.Error as error:
        raise Unusable(f"The database {path} cannot be used: {error}.") from None
    if any(int(version) > STORE_VERSION for (version,) in versions):
        raise Unusable(f"{path} was written by a newer version of this program. Install that one.")
    if first is not None:
        if not (keys.exists() and keys.stat().st_size):
            raise Unusable(f"{path} holds events, but its keys {keys} are gone. Put them back from their backup; no others open it.")
        if (found := _organisation_of(first[0])) not in (None, organisation):
            raise Unusable(f"{path} holds the events of the organisation {found!r}, not of {organisation!r}.")


def check_databases(url: str, keys_url: str, organisation: str) -> None:
    """Whether an organisation's share of a database may be opened: its tables are there, and so are its keys if it has events.

    Raises `Unusable`, and the library's `OperationalError` where a server does not answer."""
    for place in (url, keys_url):
        version = store_version(place)
        if version is None:
            raise Unusable(f"There are no tables in {shown(place)} yet. Run `tussenruimte migrate`.")
        if version > STORE_VERSION:
            raise Unusable(f"{shown(place)} was made by a newer version of this program. Install that one.")
    with connected(url) as events, connected(keys_url) as keys:
        recorded = events.execute("SELECT 1 FROM events WHERE organisation = %s LIMIT 1", (organisation,)).fetchone()
        kept = keys.execute("SELECT 1 FROM organisation_keys WHERE organisation = %s LIMIT 1", (organisation,)).fetchone()
    if recorded and not kept:
        raise Unusable(
            f"{shown(url)} holds events of {organisation}, but its keys in {shown(keys_url)} are gone."
            " Put them back from their backup; no others open it."
        )


def _organisation_of(state: object) -> str | None:
    """Whose an event is, as its envelope says; None where that cannot be read any more."""
    try:
        found = msgspec.json.decode(state, type=dict) if isinstance(state, bytes) else {}
    except msgspec.DecodeError:
        return None
    named = found.get("organisation")
    return named if isinstance(named, str) else None
