"""The access log: who opened personal content, when, on whose behalf and where; never the content. The model is NEN 7513.

Like the events it is an RFC 9162 log: positions without gaps, and a leaf over each entry. An entry is of one place. A relationship or an
initiative is named; a participant is not: their entry holds a mark under their own key, which nobody finds again once that is destroyed.
So no entry, and no two of them, lead from a person to a relationship, and after an erasure nothing here links two relationships of theirs.
"""

import binascii
import hmac
import os
import random
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain
from typing import Any, Literal, get_args

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from domain.model.errors import bad
from domain.model.time import MINUTE, SECOND, rfc3339
from domain.model.words import ID_FORM
from domain.store.database import ACCESSES, Connection, Database, Insert, Row, head_of
from domain.store.ledger import canonical, leaf
from domain.store.mapper import Unreadable
from domain.store.ring import NotOpened, Ring
from domain.store.seals import KEY, framed
from domain.store.together import Together

Action = Literal["read", "export", "follow", "told", "refused", "changed"]
"""`follow`: being told what comes began; `told`: what was told of it since, up to a position.
`refused`: something was asked that this viewer may not do, and `changed`: who may do what; of these `kinds` says what it was."""
ORGANISATION, PARTICIPANT, NOWHERE = "organisation", "participant", "nowhere"
"""Places that are no stream: everything, somebody whose mark the entry holds, and where nothing was shown."""
KINDS = {"name": "names", "contact": "contact", "text": "notes", "voice": "voices", "participant": "members"}
"""What an entry calls content, by the name of the place in which an event has it sealed."""
ALL_KINDS = tuple(sorted(KINDS.values()))
CALENDAR = "calendar"
"""What is told in a calendar: days, and what they are of. It was never sealed, and is written down since it leaves the platform."""
Change = Literal[
    "invited", "link", "joined", "appointed", "released", "left", "token_created", "token_revoked", "grant_asked", "grant_given",
    "grant_opened", "grant_ended", "project_made", "project_people", "project_released", "project_closed", "preset_changed",
    "time_zone_changed", "scale_published", "codebook_changed", "reminded", "reminded_no_more", "calendar_made", "calendar_ended",
    "put_aside", "asked_again",
]  # fmt: skip
CHANGES: tuple[Change, ...] = get_args(Change)
"""What may have become of a member, a token, a grant, a project, a setting, or how a member is reminded."""
REFUSALS = ("forbidden", "unauthenticated", "rate_limited", "conflict")
"""Of which kinds a refusal may be that is written down."""

_BEHALF = re.compile(rf"(coordinator|researcher|system)/{ID_FORM}")
_MARK = b"tussenruimte/access/1"
_chance = random.SystemRandom()


class Viewer(Struct, frozen=True):
    """Who looks: `token/<name>` or `command-line/<user>`, in which role, and for whom, if they say so. `token` is the token's id."""

    by: str
    role: str
    behalf: str | None = None
    token: str | None = None


UNKNOWN = Viewer("unknown", "unknown")
"""Nobody said who looks. That leaves an entry too."""
NOBODY = Viewer("nobody", "nobody")
"""Who shows no token that holds."""
FOLLOWING = Viewer("following", "following")
"""What is opened is told to whoever follows a feed; of each of them entries are written apart."""

_viewer: ContextVar[Viewer] = ContextVar("viewer", default=UNKNOWN)


def viewer() -> Viewer:
    """Who looks, in this task or thread."""
    return _viewer.get()


def look(who: Viewer) -> None:
    """From here on it is they who look, until this task ends."""
    _viewer.set(who)


@contextmanager
def viewed_by(who: Viewer) -> Iterator[None]:
    before = _viewer.set(who)
    try:
        yield
    finally:
        _viewer.reset(before)


def on_behalf(said: str | None, field: str) -> str | None:
    """For whom somebody says they look. A participant or a member is not named here: beside a relationship that would lead to them.

    Raises `Refused`."""
    if said is not None and _BEHALF.fullmatch(said) is None:
        raise bad("on_behalf", field)
    return said


class Access(Struct, frozen=True):
    """One place that was opened: a stream or `organisation`, and which kinds of content. Of everything or a feed: what was recorded after
    `since`, up to `upto`."""

    place: str
    kinds: tuple[str, ...]
    action: Action = "read"
    since: int | None = None
    upto: int | None = None


class Entry(Struct, frozen=True, omit_defaults=True):
    """An entry as it is stored and proven."""

    action: Action
    at: str
    by: str
    kinds: tuple[str, ...]
    organisation: str
    place: str
    position: int
    role: str
    behalf: str | None = None
    mark: str | None = None
    since: int | None = None
    token: str | None = None
    upto: int | None = None


_entry = msgspec.json.Decoder(Entry)


class Seen:
    """What was opened for one question: the kinds of content, by stream."""

    def __init__(self) -> None:
        self._streams: dict[str, set[str]] = {}

    def note(self, stream: str, name: str) -> None:
        """A seal of that name was opened, to be shown."""
        self._streams.setdefault(stream, set()).add(KINDS[name])

    def tells_who(self, streams: Iterable[str]) -> None:
        """It is shown who somebody in these relationships is."""
        for stream in streams:
            if stream.startswith("relationship/"):
                self.note(stream, "participant")

    @property
    def streams(self) -> list[str]:
        return list(self._streams)

    def accesses(self, action: Action = "read") -> list[Access]:
        return [Access(stream, tuple(sorted(kinds)), action) for stream, kinds in self._streams.items()]


class _Look(Struct, frozen=True):
    """What becomes an entry; `key` is that of its mark, if it has one."""

    who: Viewer
    at: int
    access: Access
    key: bytes | None


class Marks:
    """The marks of one participant. Raises as `Ring.key` does."""

    def __init__(self, organisation: str, owner: str, ring: Ring) -> None:
        secret = ring.key(owner).secret
        self.key = HKDF(SHA256(), KEY, _MARK, framed(organisation)).derive(secret)

    def fit(self, entry: Entry) -> bool:
        return entry.mark is not None and hmac.compare_digest(entry.mark, _mark(self.key, entry.position))


def _mark(key: bytes, position: int) -> str:
    """Another one at each position, so that two of one person have nothing in common."""
    return binascii.hexlify(hmac.digest(key, position.to_bytes(8), "sha256")).decode()


class AccessLog:
    """The access log of one organisation. `clock` gives UTC microseconds. For several threads and several processes."""

    def __init__(self, database: Database, organisation: str, ring: Callable[[], Ring], clock: Callable[[], int]) -> None:
        self._database = database
        self._organisation = organisation
        self._ring = ring
        self._clock = clock
        self._together = Together(self._settle)
        self._lock = threading.Lock()
        self._refused: dict[tuple[str, str], int] = {}

    def write(self, who: Viewer, accesses: Sequence[Access], ring: Ring | None = None) -> None:
        """Write that they look, before they see it. Many who look at the same time share a transaction."""
        self.write_all([(who, access) for access in accesses], ring)

    def change(self, who: Viewer, place: str, what: Change) -> None:
        """Write that they change who may do what, before it is done."""
        self.write(who, [Access(place, (what,), "changed")])

    def refuse(self, who: Viewer, code: str) -> None:
        """Write that they were refused. What one may bring about without end is written once a minute."""
        if code in ("forbidden", "conflict") or self._is_first((who.by, code)):
            self.write(who, [Access(NOWHERE, (code,), "refused")])

    def _is_first(self, refused: tuple[str, str]) -> bool:
        now = self._clock()
        with self._lock:
            self._refused = {other: at for other, at in self._refused.items() if now - at < MINUTE}
            first = refused not in self._refused
            self._refused.setdefault(refused, now)
        return first

    def write_all(self, looks: Sequence[tuple[Viewer, Access]], ring: Ring | None = None) -> None:
        """The same for several who look, all in one transaction."""
        if not looks:
            return
        at = self._clock() // SECOND * SECOND
        # The order in which places were opened may say how they belong together.
        shuffled = _chance.sample(looks, len(looks))
        self._together.take([_Look(who, at, access, self._key_of(access, ring)) for who, access in shuffled])

    def _key_of(self, access: Access, ring: Ring | None) -> bytes | None:
        """Of who is being erased just now, one that nobody else has: their mark is never found again either way."""
        if not access.place.startswith("participant/"):
            return None
        try:
            return Marks(self._organisation, access.place, ring or self._ring()).key
        except NotOpened:
            return os.urandom(KEY)

    def _settle(self, groups: list[list[_Look]]) -> None:
        with self._database.writing("accesses", brief=True) as connection:
            looks = enumerate(chain.from_iterable(groups), head_of(connection, ACCESSES) + 1)
            connection.write([Insert(ACCESSES, [self._row(position, look) for position, look in looks])])

    def _row(self, position: int, look: _Look) -> Row:
        who, access, key = look.who, look.access, look.key
        entry = Entry(
            access.action, rfc3339(look.at), who.by, access.kinds, self._organisation, access.place if key is None else PARTICIPANT,
            position, who.role, who.behalf, None if key is None else _mark(key, position), access.since, who.token, access.upto,
        )  # fmt: skip
        state = canonical(entry)
        return (position, look.at, entry.place, state, leaf(state))


def entries(connection: Connection, before: int | None, places: Sequence[str] | None) -> Iterator[Entry]:
    """The entries of some places (None: of all), the latest first, from before a position. Raises `Unreadable`."""
    needs: list[tuple[str, Any]] = [] if before is None else [("position < ?", before)]
    needs += [] if places is None else [connection.among("place", places)]
    where = f" WHERE {' AND '.join(part for part, _ in needs)}" if needs else ""
    query = f"SELECT entry FROM {connection.table(ACCESSES)} a{where} ORDER BY position DESC"
    for (state,) in connection.stream(query, [value for _, value in needs]):
        try:
            entry = _entry.decode(state)
        except msgspec.DecodeError:
            raise Unreadable from None
        yield entry


def stored(connection: Connection) -> list[tuple[int, Entry]]:
    """All entries with their instants, in order. Raises `Unreadable`."""
    instants = connection.execute(f"SELECT at FROM {connection.table(ACCESSES)} a ORDER BY position").fetchall()
    return [(at, entry) for (at,), entry in zip(instants, reversed(list(entries(connection, None, None))), strict=True)]


def following(looks: Iterable[tuple[int, Entry]], head: int) -> Iterator[Row]:
    """Entries of one log as rows that follow on another, of which `head` is the last position. A mark fits nobody any more."""
    for position, (at, entry) in enumerate(looks, head + 1):
        state = canonical(msgspec.structs.replace(entry, position=position))
        yield (position, at, entry.place, state, leaf(state))


def entry_of(state: bytes) -> Entry | None:
    """An entry from its bytes; None where it is none, or not written as it was."""
    try:
        entry = _entry.decode(state)
    except msgspec.DecodeError:
        return None
    return entry if canonical(entry) == state else None
