"""The key store: the only place from which a sealed text can be opened, and so the place where erasure happens.

It stands in a database of its own, beside the events and never in their backups. The operator's root key wraps the organisation's key,
that wraps the data key of each participant; an alias says which participant a relationship's handle stands for. Every change that takes
something away raises the fence's generation in the same transaction, and whoever reads looks at the fence first.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from domain.model.time import iso_day
from domain.store.database import Connection, Delete, Insert, Update
from domain.store.epochs import Epochs, raise_fence
from domain.store.key_places import ALIASES, DATA_KEYS, FENCE, ORGANISATION_KEYS, KeyPlace
from domain.store.ring import (
    CHUNK,
    LOG,
    ORGANISATION,
    PROJECT,
    Cache,
    Erased,
    Frozen,
    HandleTaken,
    KeyStoreError,
    KeyStoreSilent,
    Missing,
    NotOpened,
    Ring,
    RootKeyError,
    Trouble,
    chunks,
)
from domain.store.root import HeldRoot, Root, load_root, make_root
from domain.store.seals import DataKey
from domain.store.wrapping import Wrapping

__all__ = [
    "ORGANISATION",
    "Erased",
    "Frozen",
    "HandleTaken",
    "KeyStoreError",
    "KeyStoreSilent",
    "Keys",
    "Missing",
    "NotOpened",
    "Ring",
    "RootKeyError",
    "load_root",
    "make_root",
]

LIFE = 60_000_000
"""Microseconds for which a key may be served from memory."""

ALIASES_AT_ONCE = 5_000
"""Aliases that are made in one transaction: the disk is waited for at the end of each."""

_ERASED = "erased/"


class Keys:
    """The keys of one organisation. For several threads and several processes."""

    def __init__(self, place: KeyPlace, root: bytes | Root, organisation: str, clock: Callable[[], int]) -> None:
        """`root` is the root key or who has it, `clock` gives UTC microseconds. A new place gets its first keys.

        Raises RootKeyError or KeyStoreError."""
        held = HeldRoot(root) if isinstance(root, bytes) else root
        self._place, self._clock = place, clock
        self._wrapping = Wrapping(held, organisation, place.name)
        self.epochs = Epochs(place, held, self._wrapping, clock)
        self._lock = threading.RLock()
        self._cache = Cache(-1, 0)
        try:
            with place.reading() as db:
                begun = self._begun(db)
            if not begun:
                with place.writing() as db:
                    if not self._begun(db):
                        self._begin(db)
            with place.reading() as db:
                self._wrapping.check(db)
        except BaseException:
            place.close()
            raise

    @property
    def place(self) -> KeyPlace:
        """Where they are kept."""
        return self._place

    def check(self, db: Connection) -> None:
        """Whether the root key opens what stands there. Raises RootKeyError or KeyStoreError."""
        self._wrapping.let_go()
        self._wrapping.check(db)

    def create(self, owners: Iterable[str]) -> None:
        """Makes the keys that are not there yet, before the first event that needs them.

        Goes by the thousand: where one of them is Erased or Frozen, none of its thousand is made.
        """
        for chunk in chunks(owners):
            if not all(owner == ORGANISATION or owner.startswith((LOG, PROJECT)) or _is_participant(owner) for owner in chunk):
                raise ValueError("a key is owned by participant/<id>, by a log, a project or the organisation")
            with self._place.writing() as db:
                known = _active(db, chunk)
                epoch, now = self._wrapping.newest(db), self._clock()
                new = [self._wrapping.new_key(db, owner, epoch, now) for owner in dict.fromkeys(chunk) if owner not in known]
                # Asked for again, an event may be on its way again: the sweep waits anew.
                db.write([Insert(DATA_KEYS, new), Update(DATA_KEYS, ("created",), ("owner",), [(now, owner) for owner in sorted(known)])])

    def add_aliases(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Rows of (stream, handle, owner), whose keys were made; they are served from memory from then on. Where one of them raises
        HandleTaken, Erased, Frozen or Missing, none of its five thousand is made.
        """
        for chunk in chunks(rows, ALIASES_AT_ONCE):
            owners = {owner for _, _, owner in chunk}
            if not all(map(_is_participant, owners)):
                raise ValueError("a handle stands for a participant")
            # Taken before: where somebody is erased from here on, nobody is served from it any more.
            cache = self._cache
            with self._place.writing() as db:
                if owners != _active(db, owners):
                    raise Missing
                aliases = self._add_aliases(db, chunk)
            cache.make_room()
            cache.learn({stream for stream, _, _ in chunk}, aliases)
            Ring(self, cache).prefetch(owners)

    def ring(self) -> Ring:
        """Raises KeyStoreError where the fence cannot be read: then nothing is opened."""
        return Ring(self, self.served())

    def streams_of(self, owner: str) -> list[tuple[str, str]]:
        """Every (stream, handle) that stands for a participant. Opens all aliases: no index leads from a person to a relationship. One that
        is damaged tells of nobody, and is passed over."""
        with self._place.reading() as db:
            return [(stream, handle) for stream, handle, told in self._all_aliases(db) if told == owner]

    def owners(self) -> Iterator[tuple[str, str, int]]:
        """(owner, state, when its key was last asked to be made) of every key, by owner."""
        last = ""
        while rows := self._keys_after(last):
            yield from rows
            last = rows[-1][0]

    def _keys_after(self, last: str) -> list[tuple[str, str, int]]:
        with self._place.reading() as db:
            query = f"SELECT owner, state, created FROM {db.table(DATA_KEYS)} k WHERE owner > ? ORDER BY owner LIMIT ?"
            return [(owner, state, created) for owner, state, created in db.execute(query, (last, CHUNK))]

    def handles(self) -> Iterator[tuple[str, str, int]]:
        """(stream, handle, when it was last asked for) of every alias, by stream."""
        last = ("", "")
        while rows := self._aliases_after(last):
            yield from rows
            last = rows[-1][:2]

    def _aliases_after(self, last: tuple[str, str]) -> list[tuple[str, str, int]]:
        with self._place.reading() as db:
            query = (
                f"SELECT stream, handle, created FROM {db.table(ALIASES)} a WHERE (stream, handle) > (?, ?) ORDER BY stream, handle LIMIT ?"
            )
            return [(stream, handle, created) for stream, handle, created in db.execute(query, (*last, CHUNK))]

    def forget(self, owners: Iterable[str], aliases: Iterable[tuple[str, str]], before: int) -> int:
        """Sweeps participants' keys, and (stream, handle)s, that were last asked for before an instant; how many. Of who is being erased or
        was, and of what is damaged, nothing is taken.

        Whoever asks holds the lock of the event store, and found after that instant that no event needs them."""
        names, handles = list(owners), list(aliases)
        if not all(map(_is_participant, names)):
            raise ValueError("only a participant's key is swept")
        swept = 0
        with self._place.writing() as db:
            for chunk in chunks(names):
                named, value = db.among("owner", chunk)
                query = f"SELECT owner FROM {db.table(DATA_KEYS)} k WHERE {named} AND state = 'active' AND created < ?"
                keys = db.execute(query, (value, before)).fetchall()
                db.write([Delete(DATA_KEYS, ("owner",), keys)])
                swept += len(keys)
            for some in chunks(handles):
                named, value = db.among("stream", [stream for stream, _ in some])
                old = self._aliases(db, f"{named} AND created < ?", (value, before))
                told = {pair: owner for pair in some if isinstance(owner := old.get(pair), str)}
                named, value = db.among("owner", list(told.values()))
                query = f"SELECT owner FROM {db.table(DATA_KEYS)} k WHERE {named} AND state = 'frozen'"
                frozen = {owner for (owner,) in db.execute(query, (value,))}
                gone = [pair for pair, owner in told.items() if owner not in frozen]
                db.write([Delete(ALIASES, ("stream", "handle"), gone)])
                swept += len(gone)
            raise_fence(db)
        return swept

    def release(self, aliases: Iterable[tuple[str, str]]) -> None:
        """Takes back (stream, handle)s that no recorded event gave out; whoever asks holds the lock of the event store and has looked."""
        with self._place.writing() as db:
            db.write([Delete(ALIASES, ("stream", "handle"), list(aliases))])
            raise_fence(db)

    def freeze(self, owner: str) -> None:
        """The first step of an erasure: from here on nobody gets the key, if there is one. May be repeated."""
        with self._place.writing() as db:
            if self._state_of(db, owner) == "active":
                self.hold(db, [owner])

    def hold(self, db: Connection, owners: Iterable[str]) -> None:
        """Freeze the active ones of these, within a transaction of the caller's."""
        for some in chunks(owners):
            named, value = db.among("owner", some)
            living = db.execute(f"SELECT owner FROM {db.table(DATA_KEYS)} k WHERE state = 'active' AND {named}", (value,)).fetchall()
            db.write([Update(DATA_KEYS, ("state",), ("owner",), [("frozen", owner) for (owner,) in living])])
        raise_fence(db)

    def erase(self, owner: str) -> str:
        """Destroys the key, and in every alias who it stood for; gives the ISO day. Where there is no key, none is ever made from then on.
        To be repeated until it succeeds: `erased` it is when no trace is left."""
        self.erase_all([owner])
        with self._place.reading() as db:
            [(on,)] = db.execute(f"SELECT erased_on FROM {db.table(DATA_KEYS)} k WHERE owner = ?", (owner,)).fetchall()
        return str(on)

    def erase_all(self, owners: Iterable[str]) -> None:
        """The same of several; the aliases are looked through once."""
        day = iso_day(self._clock())
        with self._place.writing() as db:
            epoch = self._wrapping.newest(db)
            states = {owner: self._state_of(db, owner) for owner in owners}
            new = [(owner, 1, "frozen", b"", epoch, self._clock(), None) for owner, state in states.items() if state is None]
            going = {owner for owner, state in states.items() if state != "erased"}
            db.write([Insert(DATA_KEYS, new)])
            if going:
                db.write([Update(DATA_KEYS, ("state", "wrapped", "epoch"), ("owner",), [("frozen", b"", epoch, owner) for owner in going])])
                forgotten = [
                    (self._wrapping.sealed_owner(db, stream, handle, _ERASED + day, epoch), epoch, stream, handle)
                    for stream, handle, told in self._all_aliases(db)
                    if told in going
                ]
                db.write([Update(ALIASES, ("sealed_owner", "epoch"), ("stream", "handle"), forgotten)])
                raise_fence(db)
        if going:
            self._place.wipe_traces()
            with self._place.writing() as db:
                done = [("erased", None, day, owner) for owner in sorted(going) if self._state_of(db, owner) != "erased"]
                db.write([Update(DATA_KEYS, ("state", "wrapped", "erased_on"), ("owner",), done)])

    def erased(self) -> dict[str, str]:
        """The ISO day on which the key of each participant was destroyed, by their id."""
        with self._place.reading() as db:
            rows = db.execute(f"SELECT owner, erased_on FROM {db.table(DATA_KEYS)} k WHERE state = 'erased'").fetchall()
        return {owner.partition("/")[2]: on for owner, on in rows}

    def close(self) -> None:
        """Closes the place and lets go of all keys."""
        with self._lock:
            self._place.close()
            self._cache = Cache(-1, 0)
            self._wrapping.let_go()

    def _begun(self, db: Connection) -> bool:
        return db.execute(f"SELECT 1 FROM {db.table(ORGANISATION_KEYS)} k LIMIT 1").fetchone() is not None

    def _begin(self, db: Connection) -> None:
        """The first opening of a new store: the fence, the organisation's key of the first epoch, and its content key."""
        now = self._clock()
        db.write([Insert(FENCE, [(0,)]), Insert(ORGANISATION_KEYS, [self._wrapping.new_epoch(1, now)])])
        db.write([Insert(DATA_KEYS, [self._wrapping.new_key(db, ORGANISATION, 1, now)])])

    def _add_aliases(self, db: Connection, rows: list[tuple[str, str, str]]) -> Mapping[tuple[str, str], str | Trouble]:
        """All aliases of those streams."""
        epoch, now = self._wrapping.newest(db), self._clock()
        held = self._aliases_of(db, list({stream for stream, _, _ in rows}))
        wanted: dict[tuple[str, str], str] = {}
        for stream, handle, owner in rows:
            if held.get((stream, handle), wanted.setdefault((stream, handle), owner)) != owner or wanted[stream, handle] != owner:
                raise HandleTaken(f"{handle} of {stream} already stands for somebody else")
        new = [
            (stream, handle, self._wrapping.sealed_owner(db, stream, handle, owner, epoch), epoch, now)
            for (stream, handle), owner in wanted.items()
            if (stream, handle) not in held
        ]
        again = [(now, *place) for place in wanted if place in held]
        db.write([Insert(ALIASES, new), Update(ALIASES, ("created",), ("stream", "handle"), again)])
        return held | wanted

    def state(self, owner: str) -> str | None:
        """`active`, `frozen` or `erased`; None where there is no key."""
        with self._place.reading() as db:
            return self._state_of(db, owner)

    def _state_of(self, db: Connection, owner: str) -> str | None:
        if not _is_participant(owner):
            raise ValueError("only a participant is erased")
        row = db.execute(f"SELECT state FROM {db.table(DATA_KEYS)} k WHERE owner = ?", (owner,)).fetchone()
        return None if row is None else str(row[0])

    def _all_aliases(self, db: Connection) -> Iterator[tuple[str, str, str]]:
        last = ("", "")
        query = (
            f"SELECT stream, handle, sealed_owner, epoch FROM {db.table(ALIASES)} a WHERE (stream, handle) > (?, ?)"
            " ORDER BY stream, handle LIMIT ?"
        )
        while rows := db.execute(query, (*last, CHUNK)).fetchall():
            for stream, handle, sealed, epoch in rows:
                if (told := self._wrapping.told(db, stream, handle, sealed, epoch)) is not None:
                    yield stream, handle, told
            last = (rows[-1][0], rows[-1][1])

    def served(self) -> Cache:
        """The cache of this generation. The fence is read before anything is loaded, so what is loaded is never older than it."""
        generation = self._generation()
        with self._lock:
            # Another thread may have looked later, and been here sooner.
            if generation < self._cache.generation and (generation := self._generation()) < self._cache.generation:
                raise KeyStoreError(f"the key store {self._place.name} was put back to an older state: end this process, and begin it anew")
            if self._cache.generation != generation or not self.is_fresh(self._cache):
                self._cache = Cache(generation, self._clock())
                self._wrapping.let_go()
            return self._cache

    def _generation(self) -> int:
        with self._place.reading() as db:
            rows = db.execute(f"SELECT generation FROM {db.table(FENCE)} f").fetchall()
        if len(rows) != 1:
            raise KeyStoreError(self._wrapping.damage("has no fence"))
        return int(rows[0][0])

    def is_fresh(self, cache: Cache) -> bool:
        return 0 <= self._clock() - cache.begun < LIFE

    def load_keys(self, owners: list[str]) -> dict[str, DataKey | Trouble]:
        if not owners:
            return {}
        with self._place.reading() as db:
            columns = "owner, version, state, wrapped, epoch, erased_on"
            named, value = db.among("owner", owners)
            rows = db.execute(f"SELECT {columns} FROM {db.table(DATA_KEYS)} k WHERE {named}", (value,)).fetchall()
            return {row[0]: self._key_entry(db, *row) for row in rows}

    def _key_entry(
        self, db: Connection, owner: str, version: int, state: str, wrapped: bytes, epoch: int, erased_on: str
    ) -> DataKey | Trouble:
        if state == "erased":
            return partial(Erased, erased_on)
        if state == "frozen":
            return Frozen
        secret = self._wrapping.key(db, owner, version, wrapped, epoch)
        return partial(KeyStoreError, self._wrapping.damage("holds a damaged key")) if secret is None else DataKey(secret, version)

    def load_alias(self, stream: str, handle: str) -> dict[tuple[str, str], str | Trouble]:
        with self._place.reading() as db:
            return self._aliases(db, "stream = ? AND handle = ?", (stream, handle))

    def load_streams(self, streams: list[str]) -> dict[tuple[str, str], str | Trouble]:
        with self._place.reading() as db:
            return self._aliases_of(db, streams)

    def load_gone(self) -> frozenset[str]:
        with self._place.reading() as db:
            rows = db.execute(f"SELECT owner FROM {db.table(DATA_KEYS)} k WHERE state <> 'active'").fetchall()
        return frozenset(owner.partition("/")[2] for (owner,) in rows)

    def _aliases_of(self, db: Connection, streams: list[str]) -> dict[tuple[str, str], str | Trouble]:
        named, value = db.among("stream", streams)
        return self._aliases(db, named, (value,)) if streams else {}

    def _aliases(self, db: Connection, where: str, values: tuple[Any, ...]) -> dict[tuple[str, str], str | Trouble]:
        rows = db.execute(f"SELECT stream, handle, sealed_owner, epoch FROM {db.table(ALIASES)} a WHERE {where}", values).fetchall()
        return {(row[0], row[1]): self._alias_entry(db, *row) for row in rows}

    def _alias_entry(self, db: Connection, stream: str, handle: str, sealed: bytes, epoch: int) -> str | Trouble:
        told = self._wrapping.told(db, stream, handle, sealed, epoch)
        if told is None:
            return partial(KeyStoreError, self._wrapping.damage("holds a damaged alias"))
        return partial(Erased, told.removeprefix(_ERASED)) if told.startswith(_ERASED) else told


def _active(db: Connection, owners: Iterable[str]) -> set[str]:
    """Those of the owners that have a key. Raises Erased or Frozen for the first that may not have one."""
    names = list(owners)
    if not names:
        return set()
    named, value = db.among("owner", names)
    query = f"SELECT owner, state, erased_on FROM {db.table(DATA_KEYS)} k WHERE {named} ORDER BY state, owner"
    rows = db.execute(query, (value,)).fetchall()
    for _, state, on in rows:
        if state == "erased":
            raise Erased(on)
        if state == "frozen":
            raise Frozen
    return {owner for owner, _, _ in rows}


def _is_participant(owner: str) -> bool:
    return owner.startswith("participant/") and owner != "participant/"
