"""Releases of research projects, and to whom they were given: so that after a withdrawal it can be said who holds what is withdrawn.

Of a release there stands how it is worked out, and what its bytes hash to as often as they came out otherwise; never a reading or a
pseudonym. Nothing here would have to be erased, and nothing here says who withdrew.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.errors import missing
from domain.store.accesses import Viewer
from domain.store.database import HANDED, RELEASES, REVISIONS, Connection, Insert, ReadConnection
from domain.store.projects import open_project
from domain.store.ring import PROJECT
from domain.store.store import EventStore


class Release(Struct, frozen=True):
    """What a project is told of what was recorded up to `position`, as it stood at the instant `made`: through `lenses` (`name@version`),
    every `step` weeks."""

    project: str
    number: int
    made: int
    made_by: str
    position: int
    lenses: tuple[str, ...]
    step: int


class Revision(Struct, frozen=True):
    """How a release came out: with so many relationships, and bytes that hash to `sha256` (hex), first at the instant `since`."""

    number: int
    since: int
    relationships: int
    sha256: str


class Handed(Struct, frozen=True):
    """A revision of a release was given to somebody, as the access log names them, and on whose behalf."""

    release: int
    revision: int
    format: str
    at: int
    recipient: str
    behalf: str | None


class ReleaseRegister:
    """The releases of one organisation's projects."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def take_down(self, project: str, made: int, position: int, lenses: Sequence[str], step: int, first: Revision, who: Viewer) -> Release:
        """A new release of a project, under the next number; or the same one, where somebody froze it like that at this moment. Raises
        `Refused`."""
        self._store.accesses.change(who, PROJECT + project, "project_released")
        with self._store.database.writing("tokens") as connection:
            open_project(connection, project)
            written = msgspec.json.encode(tuple(lenses)).decode()
            query = (
                f"SELECT {', '.join(RELEASES.columns)} FROM {connection.table(RELEASES)} r"
                " WHERE project = ? AND position = ? AND lenses = ? AND step = ?"
            )
            if alike := connection.execute(query, (project, position, written, step)).fetchall():
                return _release(alike[0])
            number = _next(connection, f"SELECT max(number) FROM {connection.table(RELEASES)} r WHERE project = ?", project)
            row = (project, number, made, who.by, position, written, step)
            connection.write([Insert(RELEASES, [row]), Insert(REVISIONS, [_revision_row(project, number, first)])])
        return Release(project, number, made, who.by, position, tuple(lenses), step)

    def all(self, project: str) -> list[Release]:
        """The releases of a project, the first first."""
        with self._store.reading() as connection:
            query = f"SELECT {', '.join(RELEASES.columns)} FROM {connection.table(RELEASES)} r WHERE project = ? ORDER BY number"
            return [_release(row) for row in connection.execute(query, (project,))]

    def of(self, project: str, number: int) -> Release:
        """Raises `Refused` where there is none."""
        found = next((one for one in self.all(project) if one.number == number), None)
        if found is None:
            raise missing("release_unknown", "release", id=project, number=number)
        return found

    def revisions(self, release: Release) -> list[Revision]:
        """How a release came out, in the order in which that was found."""
        with self._store.reading() as connection:
            return _revisions(connection, release)

    def came_out(self, release: Release, relationships: int, sha256: str) -> Revision:
        """The revision that a release is now: one that there was already, where it comes out like that."""
        with self._store.database.writing("tokens") as connection:
            known = _revisions(connection, release)
            if (found := next((one for one in known if one.sha256 == sha256), None)) is not None:
                return found
            new = Revision(len(known) + 1, self._store.clock(), relationships, sha256)
            connection.write([Insert(REVISIONS, [_revision_row(release.project, release.number, new)])])
        return new

    def hand(self, release: Release, revision: int, format: str, who: Viewer) -> None:
        """Write down that somebody is given a revision, before they are. Raises `Refused` where the project was closed meanwhile."""
        with self._store.database.writing("tokens") as connection:
            open_project(connection, release.project)
            entry = _next(connection, f"SELECT max(entry) FROM {connection.table(HANDED)} h")
            row = (entry, release.project, release.number, revision, format, self._store.clock(), who.by, who.behalf)
            connection.write([Insert(HANDED, [row])])

    def handed(self, project: str) -> list[Handed]:
        """What of a project was given to whom, in that order."""
        with self._store.reading() as connection:
            columns = "release, revision, format, at, recipient, behalf"
            query = f"SELECT {columns} FROM {connection.table(HANDED)} h WHERE project = ? ORDER BY entry"
            return [Handed(*row) for row in connection.execute(query, (project,))]


def _next(connection: Connection, query: str, *values: str) -> int:
    [(highest,)] = connection.execute(query, values).fetchall()
    return int(highest or 0) + 1


def _revisions(connection: ReadConnection, release: Release) -> list[Revision]:
    query = (
        f"SELECT number, since, relationships, sha256 FROM {connection.table(REVISIONS)} r WHERE project = ? AND release = ?"
        " ORDER BY number"
    )
    return [Revision(*row) for row in connection.execute(query, (release.project, release.number))]


def _revision_row(project: str, release: int, one: Revision) -> tuple[Any, ...]:
    return (project, release, one.number, one.since, one.relationships, one.sha256)


def _release(row: Sequence[Any]) -> Release:
    project, number, made, made_by, position, lenses, step = row
    return Release(project, number, made, made_by, position, msgspec.json.decode(lenses, type=tuple[str, ...]), step)
