"""Who is reminded by mail, and of which day a mail went out: so that each goes out once, however many workers there are and whenever they
die.

A mail address is sealed under the organisation's key; the row goes when its member wants no more mail, or leaves. In each mail stands a
secret that stops it and does nothing else: it is sealed as well, and found by its hash.

A mail is taken down as being sent before it is. Who sends it has `SENDING` for that, and nobody else takes it up meanwhile; was that broken
off, it is sent again: twice at the worst, rather than never.
"""

import logging
import secrets
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.errors import Language
from domain.model.reminders import Digest, due_days, is_morning
from domain.model.time import MINUTE
from domain.store.accesses import NOBODY, Viewer
from domain.store.database import REMINDERS, ROSTER, SETTINGS, Connection, Delete, Put, ReadConnection, Update
from domain.store.own_settings import choices_of
from domain.store.ring import ORGANISATION
from domain.store.roster import Member, current
from domain.store.seals import Context, Damaged, open_seal, seal
from domain.store.store import EventStore

SENDING = 10 * MINUTE
"""Far longer than a mail server may take."""
RETRY = 5 * MINUTE

logger = logging.getLogger(__name__)


class _Kept(Struct, frozen=True):
    """What a row holds sealed."""

    address: str
    language: Language
    stop: str


class Due(Struct, frozen=True):
    """A mail that whoever has this is to send now. `day`: of which it is, counted from 1970-01-01; `stop`: the secret that stands in it."""

    member: Member
    digest: Digest
    stop: str
    day: int


class Reminders:
    """The members of one organisation who asked for mail."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._clock = store.clock

    def of(self, member: str) -> Digest | None:
        """What a member asked for, if they did."""
        with self._store.reading() as connection:
            row = _row(connection, member)
        opened = None if row is None else self._opened(row)
        return None if opened is None else opened[0]

    def choose(self, member: str, digest: Digest, who: Viewer) -> None:
        """Remind a member from the next morning on that is one of theirs. Raises `Refused` for who is a member no more."""
        self._store.keys.create([ORGANISATION])
        self._store.accesses.change(who, f"member/{member}", "reminded")
        # Under the same lock as a leave, so that nobody is reminded who has left.
        with self._store.database.writing("tokens") as connection:
            current(connection, member)
            before = _row(connection, member)
            opened = None if before is None else self._opened(before)
            # The mails that came before go on to stop it.
            stop = secrets.token_urlsafe(32) if opened is None else opened[1]
            days, now = due_days(_zone(connection), self._clock()), self._clock()
            row = (member, digest.weekday, self._sealed(member, digest, stop), _hash(stop), days[digest.weekday], now)
            connection.write([Put(REMINDERS, [row])])

    def stop(self, member: str, who: Viewer) -> None:
        """Remind a member no more; their address is gone."""
        self._store.accesses.change(who, f"member/{member}", "reminded_no_more")
        with self._store.database.writing("tokens") as connection:
            connection.write([Delete(REMINDERS, ("member",), [(member,)])])

    def stopped(self, secret: str) -> bool:
        """The same for whoever has the secret of a mail. Whether there was anything to stop."""
        with self._store.reading() as connection:
            query = f"SELECT member FROM {connection.table(REMINDERS)} r WHERE stop = ?"
            row = connection.execute(query, (_hash(secret),)).fetchone()
        if row is not None:
            self.stop(row[0], NOBODY)
        return row is not None

    def take(self) -> Due | None:
        """A mail that is due and that nobody else is sending: from here on the caller is. None where there is none."""
        with self._store.reading() as connection:
            if self._next(connection) is None:
                return None
        with self._store.database.writing("tokens") as connection:
            while (found := self._next(connection)) is not None:
                row, day = found
                if (opened := self._opened(row)) is not None:
                    connection.write([Update(REMINDERS, ("again",), ("member",), [(self._clock() + SENDING, row[0])])])
                    return Due(current(connection, row[0]), *opened, day)
                logger.error("the mail address of a member cannot be opened: they are reminded when they have chosen it anew")
                connection.write([Update(REMINDERS, ("done",), ("member",), [(day, row[0])])])
        return None

    def stands(self, due: Due) -> bool:
        """Whether a mail that was taken still is what its member wants: they may have stopped it, chosen anew or left since."""
        with self._store.reading() as connection:
            row = _row(connection, due.member.id)
        return row is not None and self._opened(row) == (due.digest, due.stop)

    def done(self, due: Due) -> None:
        """It went out, or there was nothing to send: the next one is of another day."""
        self._note(due, ("done", due.day))

    def later(self, due: Due) -> None:
        """It could not be sent: it is tried again."""
        self._note(due, ("again", self._clock() + RETRY))

    def _note(self, due: Due, noted: tuple[str, int]) -> None:
        """Of who stopped it or chose anew meanwhile the weekday may be another: what they chose holds."""
        column, value = noted
        with self._store.database.writing("tokens") as connection:
            named = ("member", "stop", "weekday")
            connection.write([Update(REMINDERS, (column,), named, [(value, due.member.id, _hash(due.stop), due.digest.weekday)])])

    def _next(self, connection: ReadConnection) -> tuple[tuple[Any, ...], int] | None:
        """The row of who waits for a mail of a day, and that day."""
        zone, now = _zone(connection), self._clock()
        if not is_morning(zone, now):
            return None
        days = due_days(zone, now)
        day = f"CASE weekday {' '.join('WHEN ? THEN ?' for _ in days)} ELSE 0 END"
        query = (
            f"SELECT {_COLUMNS}, {day} FROM {connection.table(REMINDERS)} r WHERE again <= ? AND done < {day}"
            f" AND EXISTS (SELECT 1 FROM {connection.table(ROSTER)} m WHERE m.id = r.member AND m.ended IS NULL)"
            " ORDER BY again, member LIMIT 1"
        )
        pairs = [value for pair in days.items() for value in pair]
        row = connection.execute(query, (*pairs, now, *pairs)).fetchone()
        return None if row is None else (row[:-1], row[-1])

    def _sealed(self, member: str, digest: Digest, stop: str) -> str:
        kept = msgspec.json.encode(_Kept(digest.address, digest.language, stop))
        return seal(kept, self._place(member), [self._store.keys.ring().key(ORGANISATION)])

    def _opened(self, row: tuple[Any, ...]) -> tuple[Digest, str] | None:
        """What was chosen, and the secret that stops it; None where it was damaged."""
        member, weekday, sealed = row
        try:
            opened = open_seal(sealed, self._place(member), [self._store.keys.ring().key(ORGANISATION)])
        except Damaged:
            return None
        kept = msgspec.json.decode(opened, type=_Kept)
        return Digest(kept.address, weekday, kept.language), kept.stop

    def _place(self, member: str) -> Context:
        return Context(self._store.organisation, f"member/{member}", "", "reminders", "digest", ())


_COLUMNS = "r.member, r.weekday, r.sealed"


def _row(connection: ReadConnection, member: str) -> tuple[Any, ...] | None:
    return connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(REMINDERS)} r WHERE member = ?", (member,)).fetchone()


def _zone(connection: Connection | ReadConnection) -> str:
    return choices_of(connection, connection.table(SETTINGS)).time_zone


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
