"""Tokens: how a program, a browser or a person shows who they are; the platform itself keeps only what a token hashes to.

A token is 256 random bits behind a prefix that secret scanners recognise, with a checksum at its end, so that a mistyped one
is told apart without asking the store. It expires, and can be revoked at once; afterwards it still stands in the list.
"""

import binascii
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Literal, TypeGuard

import msgspec
from msgspec import Struct

from domain.model.errors import bad
from domain.model.roles import NEEDED, REACHING, ROLES, WHOLE, Reach, Role
from domain.model.time import DAY, MINUTE
from domain.model.words import ID_FORM
from domain.store.database import GRANTS, ROSTER, TOKENS, Connection, Database, Delete, Insert, Update
from domain.store.projects import open_project

PREFIX = "tr_"
MOST_DAYS = 3_650
OWN_NAMES = frozenset({"command-line", "erasure"})
"""As what the platform itself records: `system/<name>`."""
KEPT = 30 * DAY
"""For how long is kept what there was of sessions and links that hold no more; tokens of programs and grants are kept for ever."""
Use = Literal["program", "session", "link", "grant", "calendar"]
"""`session`: of a browser; `link`: turned into a session, once; `grant`: an auditor's, with which what is sealed may be opened;
`calendar`: in the address of a member's calendar."""
OF_ONE_PAGE: tuple[Use, ...] = ("link", "calendar")
"""What gives entry to one page alone, and asks nothing anywhere else."""

PASSING: tuple[Use, ...] = ("session", "link")
"""What is made each time that somebody signs in."""

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{43}})([0-9A-Za-z]{{6}})")
_NAME = re.compile(ID_FORM)
_COLUMNS = "t.id, t.role, t.name, t.created, t.expires, t.revoked, t.use, t.member, t.reach, m.role, m.reach, m.ended, g.ended"


class Token(Struct, frozen=True):
    """What is kept of a token. `id` is public and names it in lists; instants are microseconds since 1970 in UTC.

    `role` and `reach` are those of the `member` whose token it is, as they are now; a program has its own."""

    id: str
    role: Role
    name: str
    created: int
    expires: int
    revoked: int | None
    use: Use = "program"
    member: str | None = None
    reach: Reach = WHOLE

    @property
    def recorded_by(self) -> str:
        """How what is recorded with this token says who recorded it."""
        if self.role == "participant":
            return f"participant/{self.reach.participant}"
        if self.member is not None and self.role in ("coordinator", "researcher"):
            return f"{self.role}/{self.member}"
        return f"system/{self.member or self.name}"

    def holds(self, now: int) -> bool:
        return self.revoked is None and now < self.expires


class Tokens:
    """The tokens of one organisation. `clock` gives UTC microseconds."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    def create(self, role: Role = "coordinator", days: int = 365, name: str | None = None, reach: Reach = WHOLE) -> str:
        """A new token for a program, told this once. Without a name it is called by its id. Raises `Refused`."""
        self.check_new(role, days, name, reach)
        return self._made(role, days * DAY, name, reach, "program", None)

    def check_new(self, role: str, days: int, name: str | None, reach: Reach) -> None:
        """Raises `Refused` where there can be no such token for a program."""
        check_role(role, reach)
        check_project(self._database, reach)
        if not 1 <= days <= MOST_DAYS:
            raise bad("token_days", "days", limit=MOST_DAYS)
        if name is not None and (not _NAME.fullmatch(name) or name in OWN_NAMES):
            raise bad("wrong_id" if name not in OWN_NAMES else "own_name", "name")

    def made_for(self, role: Role, minutes: int, use: Use, name: str | None = None, reach: Reach = WHOLE, member: str | None = None) -> str:
        """A new token that is no program's, told this once: for a `member`, or for whom `name` says."""
        return self._made(role, minutes * MINUTE, name or member, reach, use, member)

    def _made(self, role: Role, span: int, name: str | None, reach: Reach, use: Use, member: str | None) -> str:
        secret = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        text = PREFIX + secret + _checksum(secret)
        id, now = secrets.token_hex(5), self._clock()
        row = (id, _hash(text), role, name or id, now, now + span, None, use, member, msgspec.json.encode(reach).decode())
        with self._database.writing("tokens") as connection:
            if use in PASSING:
                query = f"SELECT id FROM {connection.table(TOKENS)} t WHERE use IN ('session', 'link') AND expires < ?"
                connection.write([Delete(TOKENS, ("id",), connection.execute(query, (now - KEPT,)).fetchall())])
            if use == "calendar":
                # There is one at a time, however many are made at once.
                query = f"SELECT id FROM {connection.table(TOKENS)} t WHERE use = 'calendar' AND member = ? AND revoked IS NULL"
                before = connection.execute(query, (member,)).fetchall()
                connection.write([Update(TOKENS, ("revoked",), ("id",), [(now, id) for (id,) in before])])
            connection.write([Insert(TOKENS, [row])])
        return text

    def check(self, text: str, now: int) -> Token | None:
        """Whose token this is; None where it is mistyped, unknown, expired or revoked, or no token to ask with."""
        return self.check_all([text], now).get(text)

    def check_all(self, texts: Sequence[str], now: int) -> dict[str, Token]:
        """Whose tokens these are, as far as they hold, in one statement."""
        return {text: token for text, token in self._found(texts).items() if token.use not in OF_ONE_PAGE and token.holds(now)}

    def redeem(self, text: str) -> Token | None:
        """Whose link this is, and that is the end of it; None where it is none, or holds no more."""
        token = self.link(text)
        return token if token is not None and self.revoke(token.id) else None

    def link(self, text: str) -> Token | None:
        """Whose link this is, as long as it holds; it goes on to hold."""
        token = self._found([text]).get(text)
        return token if token is not None and token.use == "link" and token.holds(self._clock()) else None

    def renew_calendar(self, role: Role, reach: Reach, member: str) -> str:
        """The secret in the address of a member's calendar, told this once; the one before holds no more."""
        return self._made(role, MOST_DAYS * DAY, "calendar", reach, "calendar", member)

    def end_calendar(self, member: str) -> bool:
        """Have a member's calendar be told no more. False where there was none."""
        return sum(self.revoke(token.id) for token in self.list() if token.member == member and token.use == "calendar") > 0

    def calendar_of(self, member: str) -> Token | None:
        """What gives entry to a member's calendar now, if anything does."""
        now = self._clock()
        of_theirs = (one for one in self.list() if one.member == member and one.use == "calendar" and one.holds(now))
        return next(of_theirs, None)

    def calendar(self, text: str) -> Token | None:
        """Whose calendar a secret gives entry to; None for anything else, whatever else it gives entry to."""
        token = self._found([text]).get(text)
        return token if token is not None and token.use == "calendar" and token.holds(self._clock()) else None

    def revoke_links(self, member: str) -> None:
        """End the other links of a member who came in."""
        with self._database.writing("tokens") as connection:
            query = f"SELECT id FROM {connection.table(TOKENS)} t WHERE member = ? AND use = 'link' AND revoked IS NULL"
            held = connection.execute(query, (member,)).fetchall()
            connection.write([Update(TOKENS, ("revoked",), ("id",), [(self._clock(), id) for (id,) in held])])

    def _found(self, texts: Sequence[str]) -> dict[str, Token]:
        hashed = {_hash(text): text for text in texts if well_formed(text)}
        if not hashed:
            return {}
        with self._database.asking() as connection:
            these = ", ".join("?" * len(hashed))
            query = f"SELECT {_COLUMNS}, t.hash FROM {_joined(connection)} WHERE t.hash IN ({these})"
            rows = connection.execute(query, tuple(hashed)).fetchall()
        # An equal hash is looked for, not the nearest: how long that takes says nothing of a token that hashes to another.
        return {hashed[row[-1]]: token for row in rows if (token := _token(row[:-1])) is not None}

    def holds(self, id: str) -> bool:
        """Whether a token that was checked before still holds."""
        return id in self.holding([id])

    def holding(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these tokens that still hold."""
        now = self._clock()
        with self._database.asking() as connection:
            these, value = connection.among("t.id", ids)
            rows = connection.execute(f"SELECT {_COLUMNS} FROM {_joined(connection)} WHERE {these}", (value,)).fetchall()
        return frozenset(token.id for token in map(_token, rows) if token is not None and token.holds(now))

    def list(self) -> Sequence[Token]:
        """All tokens ever made, the oldest first; never the tokens themselves."""
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM {_joined(connection)} ORDER BY t.created, t.id").fetchall()
        return [_token(row) or _as_made(row) for row in rows]

    def shown(self) -> Sequence[Token]:
        """Those that were made for programs, and what else gives entry now."""
        now = self._clock()
        return [token for token in self.list() if token.use not in PASSING or token.holds(now)]

    def is_there(self, id: str) -> bool:
        """Whether there is a token with this id that was not revoked."""
        return any(token.id == id and token.revoked is None for token in self.list())

    def revoke(self, id: str) -> bool:
        """End a token now. False where there is none with this id, or it was revoked before."""
        with self._database.writing("tokens") as connection:
            held = connection.execute(f"SELECT 1 FROM {connection.table(TOKENS)} t WHERE id = ? AND revoked IS NULL", (id,)).fetchone()
            if held is not None:
                connection.write([Update(TOKENS, ("revoked",), ("id",), [(self._clock(), id)])])
        return held is not None


def check_role(role: str, reach: Reach) -> Role:
    """The role. Raises `Refused` for a role that there is not, or that is not given, or cannot be without, a part of this reach."""
    if not _is_role(role):
        raise bad("wrong_word", "role", value=role, allowed=ROLES)
    given = {name for name in ("initiatives", "project", "participant") if getattr(reach, name) is not None}
    for name in given - REACHING.get(role, frozenset()):
        raise bad("reach_not_given", name, name=name, role=role)
    if role in NEEDED and NEEDED[role] not in given:
        raise bad("reach_needed", NEEDED[role], name=NEEDED[role], role=role)
    return role


def _is_role(word: str) -> TypeGuard[Role]:
    return word in ROLES


def check_project(database: Database, reach: Reach) -> None:
    """Raises `Refused` where the project of a reach is not there, or closed."""
    if reach.project is not None:
        with database.reading() as connection:
            open_project(connection, reach.project)


def end_all(connection: Connection, now: int) -> None:
    """End all tokens and all grants."""
    for table, column in ((TOKENS, "revoked"), (GRANTS, "ended")):
        held = connection.execute(f"SELECT id FROM {connection.table(table)} t WHERE {column} IS NULL").fetchall()
        connection.write([Update(table, (column,), ("id",), [(now, id) for (id,) in held])])


def revoke_of(connection: Connection, member: str, now: int) -> None:
    """End all tokens of a member, within whoever changes what they may."""
    query = f"SELECT id FROM {connection.table(TOKENS)} t WHERE member = ? AND revoked IS NULL"
    held = connection.execute(query, (member,)).fetchall()
    connection.write([Update(TOKENS, ("revoked",), ("id",), [(now, id) for (id,) in held])])


def well_formed(text: str) -> bool:
    """Whether a text has the form and the checksum of a token, known or not."""
    match = _FORM.fullmatch(text)
    return match is not None and _checksum(match[1]) == match[2]


def _joined(connection: Connection) -> str:
    return (
        f"{connection.table(TOKENS)} t LEFT JOIN {connection.table(ROSTER)} m ON m.id = t.member"
        f" LEFT JOIN {connection.table(GRANTS)} g ON t.use = 'grant' AND g.id = t.name"
    )


def _as_made(row: Sequence[Any]) -> Token:
    id, role, name, created, expires, revoked, use, member, reach = row[:9]
    return Token(id, role, name, created, expires, revoked, use, member, msgspec.json.decode(reach, type=Reach))


def _token(row: Sequence[Any]) -> Token | None:
    """None where it is a member's who is none any more, or of a grant that was ended."""
    token = _as_made(row)
    if token.member is None:
        return token
    role, reach, ended, taken_back = row[9:]
    if role is None or ended is not None or taken_back is not None:
        return None
    if token.use == "grant":
        return token if role == token.role else None
    return msgspec.structs.replace(token, role=role, reach=msgspec.json.decode(reach, type=Reach))


def _checksum(secret: str) -> str:
    rest, digits = binascii.crc32(secret.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return digits


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
