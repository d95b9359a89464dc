"""Tokens: how a program or a person shows who they are; the platform itself keeps only what a token hashes to.

A token is 256 random bits behind a prefix that secret scanners recognise, with a checksum at its end, so that a mistyped one
is told apart without asking the store. It expires, and can be revoked at once; afterwards it still stands in the list.
"""

import binascii
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Literal, get_args

from msgspec import Struct

from domain.model.errors import bad
from domain.model.time import DAY
from domain.model.words import ID_FORM
from domain.store.database import TOKENS, Database, Insert, Update

PREFIX = "tr_"
MOST_DAYS = 3_650
Role = Literal["administrator"]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{43}})([0-9A-Za-z]{{6}})")
_NAME = re.compile(ID_FORM)


class Token(Struct, frozen=True):
    """What is kept of a token. `id` is public and names it in lists; instants are microseconds since 1970 in UTC."""

    id: str
    role: Role
    name: str
    created: int
    expires: int
    revoked: int | None

    @property
    def recorded_by(self) -> str:
        """How what is recorded with this token says who recorded it."""
        return f"system/{self.name}"

    def holds(self, now: int) -> bool:
        return self.revoked is None and now < self.expires


class Tokens:
    """The tokens of one organisation. `clock` gives UTC microseconds."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    def create(self, role: Role = "administrator", days: int = 365, name: str | None = None) -> str:
        """A new token, told this once. Without a name it is called by its id. Raises `Refused`."""
        if role not in get_args(Role):
            raise bad("wrong_word", "role", value=role, allowed=get_args(Role))
        if not 1 <= days <= MOST_DAYS:
            raise bad("token_days", "days", limit=MOST_DAYS)
        if name is not None and not _NAME.fullmatch(name):
            raise bad("wrong_id", "name")
        secret = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        text = PREFIX + secret + _checksum(secret)
        id, now = secrets.token_hex(5), self._clock()
        with self._database.writing("tokens") as connection:
            connection.write([Insert(TOKENS, [(id, _hash(text), role, name or id, now, now + days * DAY, None)])])
        return text

    def check(self, text: str, now: int) -> Token | None:
        """Whose token this is; None where it is mistyped, unknown, expired or revoked."""
        if not well_formed(text):
            return None
        hashed = _hash(text)
        with self._database.asking() as connection:
            query = f"SELECT id, role, name, created, expires, revoked, hash FROM {connection.table(TOKENS)} t WHERE hash = ?"
            row = connection.execute(query, (hashed,)).fetchone()
        if row is None or not hmac.compare_digest(row[-1], hashed):
            return None
        token = Token(*row[:-1])
        return token if token.holds(now) else None

    def holds(self, id: str) -> bool:
        """Whether a token that was checked before still holds."""
        with self._database.asking() as connection:
            row = connection.execute(f"SELECT expires, revoked FROM {connection.table(TOKENS)} t WHERE id = ?", (id,)).fetchone()
        return row is not None and row[1] is None and self._clock() < row[0]

    def list(self) -> Sequence[Token]:
        """All tokens ever made, the oldest first; never the tokens themselves."""
        with self._database.reading() as connection:
            query = f"SELECT id, role, name, created, expires, revoked FROM {connection.table(TOKENS)} t ORDER BY created, id"
            rows = connection.execute(query).fetchall()
        return [Token(*row) for row in rows]

    def revoke(self, id: str) -> bool:
        """End a token now. False where there is none with this id, or it was revoked before."""
        with self._database.writing("tokens") as connection:
            held = connection.execute(f"SELECT 1 FROM {connection.table(TOKENS)} t WHERE id = ? AND revoked IS NULL", (id,)).fetchone()
            if held is not None:
                connection.write([Update(TOKENS, ("revoked",), ("id",), [(self._clock(), id)])])
        return held is not None


def well_formed(text: str) -> bool:
    """Whether a text has the form and the checksum of a token, known or not."""
    match = _FORM.fullmatch(text)
    return match is not None and _checksum(match[1]) == match[2]


def _checksum(secret: str) -> str:
    rest, digits = binascii.crc32(secret.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return digits


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
