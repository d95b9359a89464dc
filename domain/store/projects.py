"""Research projects: what a study is for, and of which relationships it is given readings, under pseudonyms of its own.

Each has a random secret, which stands wrapped in the key store as the keys of people do and never with the events: a copy of the database
names nobody. Closing a project destroys it. An id is given once for ever, and every change stands in the access log before it is made.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.envelope import dated
from domain.model.errors import Refusal, Refused, bad, missing
from domain.model.time import DAY, day
from domain.model.words import ID_FORM
from domain.store.accesses import Change, Viewer
from domain.store.database import EVENTS, PROJECTS, Connection, Delete, Insert, ReadConnection, Update
from domain.store.epochs import raise_fence
from domain.store.key_places import DATA_KEYS
from domain.store.pseudonyms import Pseudonyms
from domain.store.ring import PROJECT, Missing, Ring
from domain.store.store import EventStore

MOST_PURPOSE = 1_000
"""Characters in which is said what a project is for."""

_ID = re.compile(ID_FORM)
_COLUMNS = "id, purpose, initiatives, since, until, made, made_by, closed, people, lenses"


class Project(Struct, frozen=True):
    """A study of relationships that began from the day `since` to the day `until` (None: whenever), in these initiatives (None: in all).

    It is told of none what came after that last day. Instants are microseconds since 1970 in UTC. `people`: the members and tokens, by id
    and name, that may ask (None: whoever is of the project); `lenses`: through which, as `name@version` (None: through all)."""

    id: str
    purpose: str
    initiatives: tuple[str, ...] | None
    since: str | None
    until: str | None
    made: int
    made_by: str
    closed: int | None = None
    people: tuple[str, ...] | None = None
    lenses: tuple[str, ...] | None = None

    @property
    def first(self) -> int | None:
        """The instant from which on relationships are in it that began then."""
        return None if self.since is None else day(self.since)

    @property
    def over(self) -> int | None:
        """The instant at which its last day ends."""
        return None if self.until is None else day(self.until) + DAY


class Projects:
    """The projects of one organisation."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def create(
        self,
        id: str,
        purpose: str,
        who: Viewer,
        initiatives: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        people: Sequence[str] | None = None,
        lenses: Sequence[str] | None = None,
    ) -> Project:
        """Begin a project under an id that none had before. That there are such lenses is for the caller to know. Raises `Refused`."""
        if not _ID.fullmatch(id):
            raise bad("wrong_id", "id")
        if not 1 <= len(purpose.strip()) <= MOST_PURPOSE:
            raise bad("project_purpose", "purpose", limit=MOST_PURPOSE)
        first, last = (None if said is None else dated(day, said, field) for said, field in ((since, "since"), (until, "until")))
        if first is not None and last is not None and first > last:
            raise bad("project_backwards", "since")
        if lenses is not None and not lenses:
            raise bad("project_lenses", "lenses")
        chosen, named = _listed(initiatives), _listed(people)
        _check_people(named or ())
        with self._store.reading() as connection:
            _refuse_taken(connection, id)
            _refuse_unknown(connection, chosen or ())
        self._log(who, id, "project_made")
        # Where it breaks off here, nothing was called by this key, and who begins anew takes it.
        self._store.keys.create([PROJECT + id])
        read = None if lenses is None else tuple(dict.fromkeys(lenses))
        project = Project(id, purpose.strip(), chosen, since, until, self._store.clock(), who.by, None, named, read)
        with self._store.database.writing("tokens") as connection:
            _refuse_taken(connection, id)
            row = (id, project.purpose, _text(chosen), since, until, project.made, who.by, None, _text(named), _text(read))
            connection.write([Insert(PROJECTS, [row])])
        return project

    def admit(self, id: str, people: Sequence[str] | None, who: Viewer) -> Project:
        """Have these, and nobody else, ask from now on (None: whoever is of the project). Raises `Refused`."""
        named = _listed(people)
        _check_people(named or ())
        with self._store.reading() as connection:
            open_project(connection, id)
        self._log(who, id, "project_people")
        with self._store.database.writing("tokens") as connection:
            connection.write([Update(PROJECTS, ("people",), ("id",), [(_text(named), id)])])
            return open_project(connection, id)

    def close(self, id: str, who: Viewer) -> None:
        """End a project, for good: nobody is told anything of it any more, and nobody can say any more whose its pseudonyms were.

        Broken off, it is to be asked for again. Raises `Refused`, and `KeyStoreError` where a trace of the secret is left."""
        with self._store.reading() as connection:
            open_project(connection, id)
        self._log(who, id, "project_closed")
        keys = self._store.keys.place
        with keys.writing() as db:
            db.write([Delete(DATA_KEYS, ("owner",), [(PROJECT + id,)])])
            raise_fence(db)
        keys.wipe_traces()
        with self._store.database.writing("tokens") as connection:
            connection.write([Update(PROJECTS, ("closed",), ("id",), [(self._store.clock(), id)])])

    def all(self) -> list[Project]:
        """All there ever were, by id."""
        with self._store.reading() as connection:
            return [_read(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(PROJECTS)} p ORDER BY id")]

    def _log(self, who: Viewer, id: str, what: Change) -> None:
        self._store.accesses.change(who, PROJECT + id, what)


def open_project(connection: ReadConnection, id: str) -> Project:
    """A project that is not closed. Raises `Refused`."""
    if (project := _found(connection, id)) is None:
        raise missing("project_unknown", "project", id=id)
    if project.closed is not None:
        raise _over(id)
    return project


def closed_project(connection: ReadConnection, id: str) -> Project | None:
    """A project that is closed; None where it is not, or there is none."""
    project = _found(connection, id)
    return project if project is not None and project.closed is not None else None


def check_asker(project: Project, who: Viewer) -> None:
    """Raises `Refused` for who is none of those who may ask. Who looks after projects is asked for by name nowhere."""
    if project.people is not None and who.role not in ("operator", "administrator") and who.by.partition("/")[2] not in project.people:
        raise Refused(Refusal("FORBIDDEN", "project_people", "project", {"id": project.id}))


def pseudonyms_of(project: Project, ring: Ring) -> Pseudonyms:
    """Raises `Refused` where the secret is gone: whoever closes the project is not done yet, or was broken off."""
    try:
        return Pseudonyms(ring.key(PROJECT + project.id))
    except Missing:
        raise _over(project.id) from None


def _over(id: str) -> Refused:
    return Refused(Refusal("FORBIDDEN", "project_over", "project", {"id": id}))


def _refuse_taken(connection: Connection, id: str) -> None:
    if _found(connection, id) is not None:
        raise Refused(Refusal("CONFLICT", "project_taken", "id", {"id": id}))


def _refuse_unknown(connection: Connection, initiatives: Sequence[str]) -> None:
    for id in initiatives:
        query = f"SELECT 1 FROM {connection.table(EVENTS)} e WHERE originator_id = ? LIMIT 1"
        if connection.execute(query, (f"initiative/{id}",)).fetchone() is None:
            raise missing("initiative_unknown", "initiatives", id=id)


def _found(connection: ReadConnection, id: str) -> Project | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(PROJECTS)} p WHERE id = ?", (id,)).fetchone()
    return _read(row) if row is not None else None


def _listed(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(set(names)))


def _check_people(names: Sequence[str]) -> None:
    if not all(_ID.fullmatch(name) for name in names):
        raise bad("wrong_id", "people")


def _text(names: Sequence[str] | None) -> str | None:
    return None if names is None else msgspec.json.encode(names).decode()


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else msgspec.json.decode(text, type=tuple[str, ...])


def _read(row: Sequence[Any]) -> Project:
    id, purpose, initiatives, since, until, made, made_by, closed, people, lenses = row
    return Project(id, purpose, _names(initiatives), since, until, made, made_by, closed, _names(people), _names(lenses))
