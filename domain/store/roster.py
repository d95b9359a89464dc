"""The members of an organisation: who looks after contacts, audits, studies or administers, and participants who look at what is theirs.

A member is invited in one role, joins by a link, and leaves; whoever has left is never taken for somebody else, so an id is given once. To
which initiatives a coordinator is appointed their streams say. Every change stands in the access log before it is made.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.errors import Refusal, Refused, bad, missing
from domain.model.roles import WHOLE, Reach, Role
from domain.model.words import ID_FORM
from domain.store.accesses import AccessLog, Change, Viewer
from domain.store.database import REMINDERS, ROSTER, TOKENS, Connection, Database, Delete, Insert, ReadConnection, Update
from domain.store.tokens import check_project, check_role, revoke_of

_ID = re.compile(ID_FORM)
_COLUMNS = "id, role, reach, invited, invited_by, issuer, subject, joined, ended"


class Member(Struct, frozen=True):
    """Somebody in a role; instants are microseconds since 1970 in UTC. `issuer` and `subject`: who they are to a provider of OpenID
    Connect, where they signed in by one."""

    id: str
    role: Role
    reach: Reach
    invited: int
    invited_by: str
    issuer: str | None = None
    subject: str | None = None
    joined: int | None = None
    ended: int | None = None


class Roster:
    """The members of one organisation. `clock` gives UTC microseconds."""

    def __init__(self, database: Database, accesses: AccessLog, clock: Callable[[], int]) -> None:
        self._database = database
        self._accesses = accesses
        self._clock = clock

    def invite(self, id: str, role: Role, who: Viewer, reach: Reach = WHOLE) -> Member:
        """Take somebody in under an id that nobody had before. Raises `Refused`."""
        if not _ID.fullmatch(id):
            raise bad("wrong_id", "id")
        check_role(role, reach)
        if role == "coordinator":
            # Which initiatives those are is looked up each time.
            reach = Reach(coordinator=id)
        check_project(self._database, reach)
        self._refuse_taken(id)
        self._log(who, id, "invited")
        member = Member(id, role, reach, self._clock(), who.by)
        with self._database.writing("tokens") as connection:
            if member_of(connection, id) is not None:
                raise _taken(id)
            row = (id, role, msgspec.json.encode(reach).decode(), member.invited, who.by, None, None, None, None)
            connection.write([Insert(ROSTER, [row])])
        return member

    def invite_participant(self, participant: str, who: Viewer) -> Member:
        """Let a participant look at what is theirs, under an id that says nothing of them."""
        return self.invite(f"p-{secrets.token_hex(8)}", "participant", who, Reach(participant=participant))

    def joins(self, id: str, identity: tuple[str, str] | None = None) -> Member:
        """A member came in; from now on they are known by an identity (issuer and subject), where they showed one.

        Where that is another one than before, whatever they held until then gives entry no more. Raises `Refused`, also where an
        administrator by this identity is one already: what two of them have to grant is granted by two people."""
        with self._database.writing("tokens") as connection:
            member, now = current(connection, id), self._clock()
            known = (member.issuer, member.subject)
            issuer, subject = identity or known
            if identity is not None and known != identity:
                _refuse_twice(connection, member, identity)
                if member.issuer is not None:
                    revoke_of(connection, id, now)
                    connection.write([Delete(REMINDERS, ("member",), [(id,)])])
            joined = member.joined if member.joined is not None else now
            connection.write([Update(ROSTER, ("joined", "issuer", "subject"), ("id",), [(joined, issuer, subject, id)])])
        return msgspec.structs.replace(member, joined=joined, issuer=issuer, subject=subject)

    def leaves(self, id: str, who: Viewer) -> None:
        """Have somebody be a member no more; nothing they hold gives entry from then on, and their mail address is gone.

        Raises `Refused`, also for the last administrator."""
        self._refuse_last(self.of(id))
        self._log(who, id, "left")
        with self._database.writing("tokens") as connection:
            member = current(connection, id)
            _refuse_last_of(_all(connection), member)
            now = self._clock()
            connection.write([Update(ROSTER, ("ended",), ("id",), [(now, id)]), Delete(REMINDERS, ("member",), [(id,)])])
            revoke_of(connection, id, now)

    def has_left(self, id: str) -> bool:
        """Whether somebody was a member and is none any more."""
        with self._database.reading() as connection:
            member = member_of(connection, id)
        return member is not None and member.ended is not None

    def of(self, id: str) -> Member:
        """A member who has not left. Raises `Refused`."""
        with self._database.reading() as connection:
            return current(connection, id)

    def identified(self, issuer: str, subject: str) -> list[Member]:
        """The members whom somebody is who showed an identity; one for each role they are in."""
        with self._database.asking() as connection:
            return _identified(connection, issuer, subject)

    def all(self) -> Sequence[Member]:
        """All who were ever invited, but for participants who were erased; by id."""
        with self._database.reading() as connection:
            return _all(connection)

    def forget(self, participant: str) -> None:
        """Take away all that is kept of a participant who looked at what is theirs: they are being erased."""
        with self._database.writing("tokens") as connection:
            mine = [member.id for member in _all(connection) if member.reach.participant == participant]
            connection.write([Delete(TOKENS, ("member",), [(id,) for id in mine]), Delete(ROSTER, ("id",), [(id,) for id in mine])])

    def knows(self, participant: str) -> int:
        """How many members are this participant."""
        return sum(member.reach.participant == participant for member in self.all())

    def _refuse_taken(self, id: str) -> None:
        with self._database.reading() as connection:
            if member_of(connection, id) is not None:
                raise _taken(id)

    def _refuse_last(self, member: Member) -> None:
        _refuse_last_of(self.all(), member)

    def _log(self, who: Viewer, id: str, what: Change) -> None:
        self._accesses.change(who, f"member/{id}", what)


def _refuse_last_of(members: Sequence[Member], member: Member) -> None:
    others = (m for m in members if m.role == "administrator" and m.ended is None and m.joined is not None and m.id != member.id)
    if member.role == "administrator" and next(others, None) is None:
        raise Refused(Refusal("CONFLICT", "last_administrator", "id", {"id": member.id}))


def _refuse_twice(connection: Connection, member: Member, identity: tuple[str, str]) -> None:
    others = [other.id for other in _identified(connection, *identity) if other.role == "administrator" and other.id != member.id]
    if member.role == "administrator" and others:
        raise Refused(Refusal("CONFLICT", "entry_twice", None, {"id": others[0]}))


def _identified(connection: Connection, issuer: str, subject: str) -> list[Member]:
    query = f"SELECT {_COLUMNS} FROM {connection.table(ROSTER)} r WHERE issuer = ? AND subject = ? AND ended IS NULL ORDER BY id"
    return [_read(row) for row in connection.execute(query, (issuer, subject))]


def _taken(id: str) -> Refused:
    return Refused(Refusal("CONFLICT", "member_taken", "id", {"id": id}))


def current(connection: ReadConnection, id: str) -> Member:
    """A member who has not left. Raises `Refused`."""
    if (member := member_of(connection, id)) is None:
        raise missing("member_unknown", "id", id=id)
    if member.ended is not None:
        raise missing("member_left", "id", id=id)
    return member


def member_of(connection: ReadConnection, id: str) -> Member | None:
    """Whoever has or had an id."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(ROSTER)} r WHERE id = ?", (id,)).fetchone()
    return _read(row) if row is not None else None


def _all(connection: Connection) -> list[Member]:
    return [_read(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(ROSTER)} r ORDER BY id")]


def _read(row: Sequence[Any]) -> Member:
    id, role, reach, *rest = row
    return Member(id, role, msgspec.json.decode(reach, type=Reach), *rest)
