"""A backup of one organisation: the rows of its events and of its keys, in files that either kind of database takes in again.

The events are read first and then the keys, so that there is a key for every seal. Views are not among them: a rebuild makes them. The root
key is not either, and without it the files open nothing. Positions, instants and leaves stay what they were: proofs hold after a restore.
"""

from collections.abc import Callable, Iterator, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.time import DAY
from domain.store.accesses import following, stored
from domain.store.checks import Unusable
from domain.store.database import ACCESSES, GENERATIONS, OWN, STORE_VERSION, TRACKING, Connection, Delete, Insert, Row, Table, head_of
from domain.store.disk import put, sync_folder
from domain.store.erasures import Erasures
from domain.store.key_places import KEY_TABLES
from domain.store.ring import chunks
from domain.store.store import EventStore
from domain.store.tokens import end_all
from domain.store.turning import Spans

FORM = 1
MANIFEST = "manifest.json"
NOBODY: Mapping[str, str] = {}
EVENT_TABLES = tuple(table for table in OWN if table not in (GENERATIONS, TRACKING))
Progress = Callable[[str, int], None]
"""Hears of each file, and how many rows of it are done."""


class Part(Struct, frozen=True):
    """A file with the rows of one table: how many, and the SHA-256 of its bytes in hex."""

    rows: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a backup holds. `made` is in UTC microseconds; `position` is that of its last event."""

    form: int
    store_version: int
    organisation: str
    made: int
    position: int
    events: dict[str, Part]
    keys: dict[str, Part]


def save(store: EventStore, folder: Path, progress: Progress) -> Manifest:
    """Write a backup into a new folder, or an empty one. Raises `Unusable`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Unusable(f"{folder} is not empty. A backup never writes over another: name a new folder.")
        with store.reading() as connection:
            position = store.head(connection)
            events = {table.name: _write(folder, "events", table, connection, progress) for table in EVENT_TABLES}
        # Under their lock, so that nothing changes from one table to the next.
        with store.keys.place.writing() as connection:
            keys = {table.name: _write(folder, "keys", table, connection, progress) for table in KEY_TABLES}
        made = Manifest(FORM, STORE_VERSION, store.organisation, store.clock(), position, events, keys)
        put(folder / MANIFEST, [_text(made)])
        sync_folder(folder)
        return made
    except OSError as error:
        raise Unusable(f"{error.filename or folder}: {error.strerror}. What is there of the backup is not whole: remove it.") from error


def load(store: EventStore, folder: Path, progress: Progress, spans: Spans, erased: Mapping[str, str] = NOBODY) -> Manifest:
    """Bring a backup back into a store in which nothing was recorded. Nothing is kept of one that is not whole. Keys are committed a moment
    before the events: broken off between the two, it leaves keys that no event needs, and can be begun again. Raises `Unusable`.

    One that was made before all keys of today, as the `spans` have it, is refused: the place it is brought into knows of no epoch that has
    died, and a root key in a file would open it.

    No token and no grant in it holds any more: since then they may have been revoked, and who had them may have left. Those of the empty
    platform go, as its members and settings do; what its access log tells of who did that follows on what the one of the backup tells.

    `erased`: the days on which it was asked for, by participant. Their keys are frozen, and their erasures taken down, in the transactions
    that bring back keys and events: broken off anywhere, nothing of them opens, and the next start goes on."""
    manifest = _manifest(folder, store.organisation)
    _check_age(folder, store.clock() - manifest.made, spans)
    with store.database.writing("events") as connection:
        if store.head(connection):
            raise Unusable("A backup is brought back into an empty platform. This one has events: name another database.")
        looks = stored(connection)
        # Who was invited to the empty platform, what was set and what a worker did there, is not of what is brought back.
        for table in EVENT_TABLES:
            held = connection.execute(f"SELECT {', '.join(table.key)} FROM {connection.table(table)} t").fetchall()
            connection.write([Delete(table, table.key, held)])
            for page in chunks(_rows(folder, "events", table, progress)):
                connection.write([Insert(table, page)])
        connection.write([Insert(ACCESSES, list(following(looks, head_of(connection, ACCESSES))))])
        if store.head(connection) != manifest.position:
            raise Unusable(f"{folder} holds other events than its {MANIFEST} says. Take another backup.")
        end_all(connection, store.clock())
        Erasures(store).take_down(connection, erased)
        with store.keys.place.writing() as keys:
            for table in KEY_TABLES:
                held = keys.execute(f"SELECT {', '.join(table.key)} FROM {keys.table(table)} t").fetchall()
                keys.write([Delete(table, table.key, held), Insert(table, list(_rows(folder, "keys", table, progress)))])
            store.keys.check(keys)
            store.keys.hold(keys, [f"participant/{id}" for id in erased])
    return manifest


def _manifest(folder: Path, organisation: str) -> Manifest:
    """What a folder holds, its files found as they were written."""
    try:
        raw = (folder / MANIFEST).read_bytes()
        found = msgspec.json.decode(raw, type=Manifest)
        parts = [(f"events.{name}", part) for name, part in found.events.items()]
        parts += [(f"keys.{name}", part) for name, part in found.keys.items()]
        if _text(found) != raw:
            raise Unusable(f"{folder / MANIFEST} is not as it was written. Nothing was brought back: take another backup.")
        if found.form != FORM or found.store_version > STORE_VERSION:
            raise Unusable(f"{folder} was made by a newer version of this program. Install that one.")
        wanted = {f"events.{table.name}" for table in EVENT_TABLES} | {f"keys.{table.name}" for table in KEY_TABLES}
        if wanted != {name for name, _ in parts}:
            raise Unusable(f"{folder} holds other tables than this version has. Bring it back with the version that made it.")
        for name, part in parts:
            with (folder / name).open("rb") as file:
                if file_digest(file, "sha256").hexdigest() != part.sha256:
                    raise Unusable(f"{folder / name} is not as it was written. Nothing was brought back: take another backup.")
    except OSError as error:
        raise Unusable(f"{error.filename or folder}: {error.strerror}. This is no whole backup.") from error
    except msgspec.MsgspecError as error:
        raise Unusable(f"{folder / MANIFEST} is not as it was written. Nothing was brought back: take another backup.") from error
    if found.organisation != organisation:
        raise Unusable(f"{folder} is a backup of {found.organisation}, not of {organisation}. Name the organisation with --organisation.")
    return found


def _check_age(folder: Path, age: int, spans: Spans) -> None:
    if age <= spans.whole:
        return
    turn, keep, needed = spans.turn // DAY, spans.keep // DAY, -(-(age - spans.turn) // DAY)
    raise Unusable(
        f"{folder} was made {age // DAY} days ago, and is brought back for {turn + keep}: so long a key of the organisation is used"
        f" (TUSSENRUIMTE_EPOCH_DAYS, {turn}) and then kept (TUSSENRUIMTE_OLD_EPOCH_DAYS, {keep}). Whoever was erased since would come back"
        f" unless the file of erasures names them all. If it does, set TUSSENRUIMTE_OLD_EPOCH_DAYS to {needed} for this once."
    )


def _text(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"


def _write(folder: Path, of: str, table: Table, connection: Connection, progress: Progress) -> Part:
    columns, key = ", ".join(table.columns), ", ".join(table.key)
    rows = connection.stream(f"SELECT {columns} FROM {connection.table(table)} t ORDER BY {key}")
    count = 0
    digest = sha256()

    def packed() -> Iterator[bytes]:
        nonlocal count
        for page in chunks(rows):
            raw = msgspec.msgpack.encode(page)
            chunk = len(raw).to_bytes(4) + raw
            digest.update(chunk)
            count += len(page)
            progress(f"{of}: {table.name}", count)
            yield chunk

    put(folder / f"{of}.{table.name}", packed())
    return Part(count, digest.hexdigest())


def _rows(folder: Path, of: str, table: Table, progress: Progress) -> Iterator[Row]:
    done = 0
    with (folder / f"{of}.{table.name}").open("rb") as file:
        while size := file.read(4):
            try:
                rows = msgspec.msgpack.decode(file.read(int.from_bytes(size)), type=list[tuple[Any, ...]])
            except msgspec.MsgspecError as error:
                raise Unusable(f"{folder / f'{of}.{table.name}'} holds no rows. Nothing was brought back: take another backup.") from error
            yield from rows
            done += len(rows)
            progress(f"{of}: {table.name}", done)
