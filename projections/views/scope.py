"""Who may see what: what somebody asks of the read models is narrowed here to what their role and reach let them see, in the SQL.

A question is given a connection on which a table holds the rows of its asker and no others, so that nothing has to think of it further on.
A table of which nothing is said here cannot be asked at all.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from domain.model.catalogue import CATALOGUE
from domain.model.errors import forbidden
from domain.model.roles import RIGHTS, WHOLE, Reach, Right
from domain.store.database import EVENTS, Cursor, ReadConnection, Row, Table
from domain.store.mapper import NOTHING, Opens
from domain.store.postgres_sql import quoted
from projections.views.attention import ATTENTION
from projections.views.histories import APPOINTMENTS, ENTRIES, INITIATIVES, JOINS, MEMBERS, PARTICIPANTS, RELATIONSHIPS
from projections.views.trajectories import LENSES, MOVES, TRAJECTORIES

JOINING = ("participants_joined", "participants_parted")
"""The events that name another participant, whom their reader may not know. Who is joined with whom is told by `joinedWith`."""


class Scope(Struct, frozen=True):
    """What somebody may see. Nothing that was worked out for one scope is given to another.

    `recorder`: as `recordedby` names whoever asks."""

    organisation: str
    role: str = "operator"
    reach: Reach = WHOLE
    recorder: str | None = None

    def may(self, right: Right) -> bool:
        if self.reach.opens:
            # By a grant something is opened, and nothing else is done.
            return right in ("look", "open")
        return right in RIGHTS[self.role]

    def need(self, right: Right) -> None:
        """Raises `Refused` where a role may not do something."""
        if not self.may(right):
            raise forbidden(self.role, right)

    @property
    def is_whole(self) -> bool:
        """Whether it holds of all of the organisation."""
        reach = self.reach
        return reach.initiatives is None and reach.relationships is None and reach.coordinator is None

    def opened(self, only: Opens | None) -> Opens | None:
        """What is opened of events, where `only` is asked for (None: all)."""
        return only if self.may("open") else NOTHING

    def narrowed(self, connection: ReadConnection, generation: int) -> ReadConnection:
        """A connection that shows of the views of a generation, and of the events, what is in this scope."""
        return connection if self.is_whole else Narrowed(connection, generation, self)


class Narrowed:
    """A connection for reading on which each table holds what somebody may see."""

    def __init__(self, connection: ReadConnection, generation: int, scope: Scope) -> None:
        self.json = connection.json
        self._connection = connection
        self._generation = generation
        self._reach = scope.reach
        self._recorder = scope.recorder

    def among(self, column: str, texts: Sequence[str]) -> tuple[str, Any]:
        return self._connection.among(column, texts)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        return self._connection.execute(statement, values)

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterable[Row]:
        return self._connection.stream(statement, values)

    def table(self, table: Table, generation: int = 0) -> str:
        plain = self._connection.table(table, generation)
        condition = _CONDITIONS[table.name](self)
        return f"(SELECT * FROM {plain} seen WHERE {condition})" if condition else plain

    def _view(self, table: Table) -> str:
        return self._connection.table(table, self._generation)

    def _homes(self) -> str:
        """SQL for the initiatives that are looked after as a whole."""
        if self._reach.coordinator is not None:
            return f"(SELECT initiative FROM {self._view(APPOINTMENTS)} own WHERE coordinator = {quoted(self._reach.coordinator)})"
        return _listed(self._reach.initiatives or ())

    def _of_relationships(self) -> str:
        condition = f"initiative IN {self._homes()}"
        return f"({condition} OR id IN {_listed(self._reach.relationships)})" if self._reach.relationships is not None else condition

    def _contacts(self) -> str:
        """SQL for the relationships that may be seen."""
        return f"(SELECT id FROM {self._view(RELATIONSHIPS)} contact WHERE {self._of_relationships()})"

    def _within(self) -> str:
        return f"relationship IN {self._contacts()}"

    def _of_initiatives(self) -> str:
        """Of a relationship that may be seen it may be seen too where it arose."""
        condition = f"id IN {self._homes()}"
        if self._reach.relationships is None:
            return condition
        arose = f"SELECT initiative FROM {self._view(RELATIONSHIPS)} contact WHERE id IN {_listed(self._reach.relationships)}"
        return f"({condition} OR id IN ({arose}))"

    def _people(self) -> str:
        """SQL for the participants that may be seen: who is in a relationship that may be, and whom a coordinator registered themselves,
        as long as nobody is matched with them."""
        members = f"SELECT participant FROM {self._view(MEMBERS)} part WHERE participant IS NOT NULL AND {self._within()}"
        if self._recorder is None:
            return f"({members})"
        matched = f"SELECT 1 FROM {self._view(MEMBERS)} match WHERE match.participant = own.id"
        own = (
            f"SELECT id FROM {self._view(PARTICIPANTS)} own WHERE registered_by = {quoted(self._recorder)}"
            f" AND NOT EXISTS ({matched}) AND EXISTS (SELECT 1 FROM {self._homes()} home)"
        )
        return f"({members} UNION ALL {own})"

    def _of_participants(self) -> str:
        return f"id IN {self._people()}"

    def _of_joins(self) -> str:
        return f"id IN {self._people()} AND other IN {self._people()}"

    def _of_streams(self, column: str) -> str:
        """Lenses are everybody's."""
        homes = f"SELECT id FROM {self._view(INITIATIVES)} home WHERE {self._of_initiatives()}"
        return (
            f"({column} IN (SELECT 'relationship/' || id FROM {self._contacts()} contacts)"
            f" OR {column} IN (SELECT 'initiative/' || id FROM ({homes}) homes)"
            f" OR {column} IN (SELECT 'participant/' || participant FROM {self._people()} people)"
            f" OR ({column} >= 'lens/' AND {column} < 'lens0'))"
        )


def _listed(texts: Iterable[str]) -> str:
    """Of none, a list in which nothing is."""
    return f"({', '.join(map(quoted, texts)) or 'NULL'})"


_CONDITIONS: dict[str, Callable[[Narrowed], str]] = {
    RELATIONSHIPS.name: Narrowed._of_relationships,
    MEMBERS.name: Narrowed._within,
    TRAJECTORIES.name: Narrowed._within,
    MOVES.name: Narrowed._within,
    ATTENTION.name: Narrowed._within,
    INITIATIVES.name: Narrowed._of_initiatives,
    PARTICIPANTS.name: Narrowed._of_participants,
    JOINS.name: Narrowed._of_joins,
    ENTRIES.name: lambda seen: f"{seen._of_streams('stream')} AND kind NOT IN {_listed(JOINING)}",
    EVENTS.name: lambda seen: f"{seen._of_streams('originator_id')} AND topic NOT IN {_listed(CATALOGUE[name].topic for name in JOINING)}",
    LENSES.name: lambda seen: "",
}
"""What a row has to meet, by the name of its table."""
