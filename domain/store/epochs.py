"""Epochs of the organisation's key: a new one is begun, what hangs on older ones is re-wrapped, and at last an old key is destroyed.

Every step is a transaction under the lock of the keys, and may be broken off, repeated, or be taken by several processes at once. An epoch
is `active` while its key wraps, then `replaced`, `left` when nothing hangs on it any more, and `destroyed`. Events never change.
"""

from collections.abc import Callable
from itertools import pairwise

from msgspec import Struct

from domain.store.database import Connection, Insert, Update
from domain.store.key_places import ALIASES, DATA_KEYS, FENCE, ORGANISATION_KEYS, KeyPlace
from domain.store.ring import CHUNK, KeyStoreError
from domain.store.root import Root
from domain.store.wrapping import Wrapping


class _Round(Struct, frozen=True):
    """How far one look at all that is wrapped is, from the first row to the last; `newest` is the epoch to which it brings everything.

    `owner` is None when all data keys were looked at."""

    newest: int
    owner: str | None = ""
    alias: tuple[str, str] = ("", "")


class Epochs:
    """The epochs of one organisation's key store."""

    def __init__(self, place: KeyPlace, root: Root, wrapping: Wrapping, clock: Callable[[], int]) -> None:
        self._place = place
        self._root = root
        self._wrapping = wrapping
        self._clock = clock
        self._round: _Round | None = None

    def newest(self) -> int:
        with self._place.reading() as db:
            return self._wrapping.newest(db)

    def begun(self) -> int:
        """The instant from which the newest wraps; 0 where that was not noted yet."""
        with self._place.reading() as db:
            query = f"SELECT begun FROM {db.table(ORGANISATION_KEYS)} k WHERE epoch = ?"
            [(begun,)] = db.execute(query, (self._wrapping.newest(db),))
        return int(begun)

    def turn(self, after: int) -> bool:
        """Begin a new epoch where the newest is `after` microseconds old; whether it was."""
        if not self._turns(after):
            return False
        with self._place.writing() as db:
            newest = self._wrapping.newest(db)
            if not _is_old(db, newest, self._clock() - after):
                return False
            new = self._wrapping.new_epoch(newest + 1, self._clock())
            db.write([Update(ORGANISATION_KEYS, ("state",), ("epoch",), [("replaced", newest)]), Insert(ORGANISATION_KEYS, [new])])
        return True

    def _turns(self, after: int) -> bool:
        with self._place.reading() as db:
            return _is_old(db, self._wrapping.newest(db), self._clock() - after)

    def rewrap(self) -> bool:
        """Bring some of what hangs on older epochs to the newest; whether there may be more. What is damaged stays where it is."""
        with self._place.reading() as db:
            if not _in_state(db, "replaced"):
                return False
        with self._place.writing() as db:
            newest = self._wrapping.newest(db)
            at = self._round if self._round is not None and self._round.newest == newest else _Round(newest)
            done = self._rewrap_keys(db, at) or self._rewrap_aliases(db, at)
            if done is None:
                left = [("left", epoch) for epoch in _in_state(db, "replaced")]
                db.write([Update(ORGANISATION_KEYS, ("state",), ("epoch",), left)])
        # Only now: of what was not committed nothing may be passed over.
        self._round = done
        return done is not None

    def _rewrap_keys(self, db: Connection, at: _Round) -> _Round | None:
        if at.owner is None:
            return None
        rows = db.execute(
            f"SELECT owner, version, wrapped, epoch FROM {db.table(DATA_KEYS)} k"
            " WHERE owner > ? AND epoch < ? AND wrapped IS NOT NULL ORDER BY owner LIMIT ?",
            (at.owner, at.newest, CHUNK),
        ).fetchall()
        if not rows:
            return None
        moved = [
            (self._wrapping.rewrapped_key(db, owner, version, wrapped, epoch, at.newest), at.newest, owner)
            for owner, version, wrapped, epoch in rows
        ]
        db.write([Update(DATA_KEYS, ("wrapped", "epoch"), ("owner",), [row for row in moved if row[0] is not None])])
        return _Round(at.newest, rows[-1][0])

    def _rewrap_aliases(self, db: Connection, at: _Round) -> _Round | None:
        rows = db.execute(
            f"SELECT stream, handle, sealed_owner, epoch FROM {db.table(ALIASES)} a"
            " WHERE (stream, handle) > (?, ?) AND epoch < ? ORDER BY stream, handle LIMIT ?",
            (*at.alias, at.newest, CHUNK),
        ).fetchall()
        if not rows:
            return None
        moved = [
            (self._wrapping.rewrapped_alias(db, stream, handle, sealed, epoch, at.newest), at.newest, stream, handle)
            for stream, handle, sealed, epoch in rows
        ]
        db.write([Update(ALIASES, ("sealed_owner", "epoch"), ("stream", "handle"), [row for row in moved if row[0] is not None])])
        return _Round(at.newest, None, (rows[-1][0], rows[-1][1]))

    def outlived(self, after: int) -> list[int]:
        """The epochs that are left and were replaced `after` microseconds ago, the oldest first."""
        with self._place.reading() as db:
            rows = db.execute(f"SELECT epoch, state, begun FROM {db.table(ORGANISATION_KEYS)} k ORDER BY epoch").fetchall()
        before = self._clock() - after
        return [epoch for (epoch, state, _), (_, _, replaced) in pairwise(rows) if state == "left" and replaced <= before]

    def is_left(self, epoch: int) -> bool:
        """Whether nothing hangs on its key. Nothing comes to: only the newest wraps."""
        with self._place.reading() as db:
            return not _hangs(db, epoch)

    def destroy(self, epoch: int) -> None:
        """Destroy the key of an epoch that is left; the row stays. To be repeated until it succeeds."""
        with self._place.writing() as db:
            [(state, wrapped)] = db.execute(f"SELECT state, wrapped FROM {db.table(ORGANISATION_KEYS)} k WHERE epoch = ?", (epoch,))
            if state == "destroyed":
                return
            if state != "left" or _hangs(db, epoch):
                raise KeyStoreError(self.hung(epoch))
            if wrapped is not None:
                self._root.destroy(wrapped)
                db.write([Update(ORGANISATION_KEYS, ("wrapped",), ("epoch",), [(None, epoch)])])
                raise_fence(db)
        self._wrapping.let_go()
        self._place.wipe_traces()
        with self._place.writing() as db:
            db.write([Update(ORGANISATION_KEYS, ("state",), ("epoch",), [("destroyed", epoch)])])

    def hung(self, epoch: int) -> str:
        """What is said where something that hangs on an old epoch cannot be re-wrapped."""
        return self._wrapping.damage(f"holds something damaged under the organisation's key of epoch {epoch}, which is therefore kept")


def raise_fence(db: Connection) -> None:
    """What was taken away is served from nobody's memory any more."""
    [(generation,)] = db.execute(f"SELECT generation FROM {db.table(FENCE)} f").fetchall()
    db.write([Update(FENCE, ("generation",), ("generation",), [(generation + 1, generation)])])


def _is_old(db: Connection, epoch: int, before: int) -> bool:
    row = db.execute(f"SELECT 1 FROM {db.table(ORGANISATION_KEYS)} k WHERE epoch = ? AND begun <= ?", (epoch, before)).fetchone()
    return row is not None


def _in_state(db: Connection, state: str) -> list[int]:
    return [epoch for (epoch,) in db.execute(f"SELECT epoch FROM {db.table(ORGANISATION_KEYS)} k WHERE state = ?", (state,))]


def _hangs(db: Connection, epoch: int) -> bool:
    for table, what in ((DATA_KEYS, "epoch = ? AND wrapped IS NOT NULL"), (ALIASES, "epoch = ?")):
        if db.execute(f"SELECT 1 FROM {db.table(table)} t WHERE {what} LIMIT 1", (epoch,)).fetchone() is not None:
            return True
    return False
