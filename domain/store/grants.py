"""Grants: an auditor asks to open something, two administrators allow it, and for some hours it may be opened.

Asking, allowing, opening and ending each stand in the access log before they are done. A grant never reaches further than the initiatives
or relationships that it names, and whoever opens something by it is written down as for any other look.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.errors import Refusal, Refused, bad, missing
from domain.model.roles import Reach
from domain.model.time import HOUR, MINUTE
from domain.store.accesses import AccessLog, Change, Viewer
from domain.store.database import GRANTS, TOKENS, Database, Insert, ReadConnection, Update
from domain.store.roster import Roster, current, member_of
from domain.store.tokens import Tokens

MOST_HOURS = 168
"""A week."""
WHY_LIMIT = 500
_COLUMNS = "id, auditor, reach, why, hours, asked, first, second, until, ended"


class Grant(Struct, frozen=True):
    """What an auditor asked to open. `first` and `second`: the administrators who allowed it, who are members; from when the second did it
    holds until `until`. Instants are microseconds since 1970 in UTC."""

    id: str
    auditor: str
    reach: Reach
    why: str
    hours: int
    asked: int
    first: str | None = None
    second: str | None = None
    until: int | None = None
    ended: int | None = None

    def holds(self, now: int) -> bool:
        return self.until is not None and self.ended is None and now < self.until


class Grants:
    """The grants of one organisation. `clock` gives UTC microseconds."""

    def __init__(self, database: Database, roster: Roster, tokens: Tokens, accesses: AccessLog, clock: Callable[[], int]) -> None:
        self._database = database
        self._roster = roster
        self._tokens = tokens
        self._accesses = accesses
        self._clock = clock

    def ask(self, auditor: str, reach: Reach, why: str, hours: int, who: Viewer) -> Grant:
        """Ask to open the initiatives or relationships of a reach. Raises `Refused`."""
        if self._roster.of(auditor).role != "auditor":
            raise Refused(Refusal("FORBIDDEN", "grant_role"))
        if not (reach.initiatives or reach.relationships):
            raise bad("grant_place")
        if not 1 <= len(why.strip()) <= WHY_LIMIT:
            raise bad("grant_why", "why", limit=WHY_LIMIT)
        if not 1 <= hours <= MOST_HOURS:
            raise bad("grant_hours", "hours", limit=MOST_HOURS)
        reach = Reach(reach.initiatives or (), reach.relationships or (), opens=True)
        grant = Grant(secrets.token_hex(5), auditor, reach, why, hours, self._clock())
        self._log(who, grant, "grant_asked")
        row = (grant.id, auditor, msgspec.json.encode(reach).decode(), why, hours, grant.asked, None, None, None, None)
        with self._database.writing("tokens") as connection:
            connection.write([Insert(GRANTS, [row])])
        return grant

    def allow(self, id: str, administrator: str, who: Viewer) -> Grant:
        """Have an administrator, a member, allow it; from the second one on it holds. Raises `Refused`."""
        with self._database.reading() as connection:
            _allowable(connection, id, administrator)
        self._log(who, self.of(id), "grant_given")
        with self._database.writing("tokens") as connection:
            grant, now = _allowable(connection, id, administrator), self._clock()
            if grant.first is None or not _allows(connection, grant.first):
                connection.write([Update(GRANTS, ("first",), ("id",), [(administrator, id)])])
            else:
                until = now + grant.hours * HOUR
                connection.write([Update(GRANTS, ("second", "until"), ("id",), [(administrator, until, id)])])
            return _grant(connection, id)

    def open(self, id: str, auditor: str, who: Viewer) -> str:
        """A token with which the auditor opens what was granted, told this once; it holds as long as the grant. Raises `Refused`."""
        grant = self.of(id)
        if grant.auditor != auditor:
            raise missing("grant_unknown", "id", id=id)
        if grant.until is None and grant.ended is None:
            raise Refused(Refusal("FORBIDDEN", "grant_not_yet", "id", {"id": id, "number": int(grant.first is not None)}))
        minutes = 0 if grant.until is None else (grant.until - self._clock()) // MINUTE
        if not grant.holds(self._clock()) or minutes < 1:
            raise Refused(Refusal("CONFLICT", "grant_over", "id", {"id": id}))
        self._log(who, grant, "grant_opened")
        return self._tokens.made_for("auditor", minutes, "grant", grant.id, grant.reach, auditor)

    def end(self, id: str, who: Viewer) -> None:
        """Have it hold no more, and what was made by it neither. Raises `Refused`."""
        grant, now = self.of(id), self._clock()
        if grant.ended is not None or (grant.until is not None and grant.until <= now):
            raise Refused(Refusal("CONFLICT", "grant_over", "id", {"id": id}))
        self._log(who, grant, "grant_ended")
        with self._database.writing("tokens") as connection:
            # They hold no more by the grant alone; this is for who lists them.
            query = f"SELECT id FROM {connection.table(TOKENS)} t WHERE use = 'grant' AND name = ? AND revoked IS NULL"
            held = connection.execute(query, (id,)).fetchall()
            connection.write([Update(TOKENS, ("revoked",), ("id",), [(now, token) for (token,) in held])])
            connection.write([Update(GRANTS, ("ended",), ("id",), [(now, id)])])

    def of(self, id: str) -> Grant:
        """Raises `Refused` where there is none."""
        with self._database.reading() as connection:
            return _grant(connection, id)

    def all(self) -> Sequence[Grant]:
        """All that was ever asked, the latest first."""
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(GRANTS)} g ORDER BY asked DESC, id").fetchall()
        return [_read(row) for row in rows]

    def _log(self, who: Viewer, grant: Grant, what: Change) -> None:
        self._accesses.change(who, f"grant/{grant.id}", what)


def _allowable(connection: ReadConnection, id: str, administrator: str) -> Grant:
    """A grant that this administrator may allow. Raises `Refused`."""
    if not _allows(connection, administrator):
        raise Refused(Refusal("FORBIDDEN", "grant_person"))
    grant = _grant(connection, id)
    if grant.ended is not None or grant.until is not None:
        raise Refused(Refusal("CONFLICT", "grant_over", "id", {"id": id}))
    if grant.first == administrator:
        raise Refused(Refusal("CONFLICT", "grant_twice", "id", {"by": administrator}))
    current(connection, grant.auditor)
    return grant


def _allows(connection: ReadConnection, id: str) -> bool:
    """Whether somebody is an administrator who is a person of their own: known by a provider, or invited by who runs the platform. Whom
    another administrator invites by a link, that one can be."""
    member = member_of(connection, id)
    if member is None or member.ended is not None or member.role != "administrator" or member.joined is None:
        return False
    return member.issuer is not None or member.invited_by.startswith("command-line/")


def _grant(connection: ReadConnection, id: str) -> Grant:
    row = connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(GRANTS)} g WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise missing("grant_unknown", "id", id=id)
    return _read(row)


def _read(row: Sequence[Any]) -> Grant:
    id, auditor, reach, *rest = row
    return Grant(id, auditor, msgspec.json.decode(reach, type=Reach), *rest)
