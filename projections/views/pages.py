"""Pages of relationships and initiatives, the most recent event first, and how they stay whole while more is recorded.

A cursor carries the place in the order and the position up to which the order was told. What has been recorded in since then has another
place now; it is told at the place it had then, so that who pages on meets everything once.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from msgspec.structs import replace

from domain.store.database import Table, marks
from projections.views import answers as a
from projections.views import older
from projections.views.filters import OWNER_PLACE, Clause, RelationshipFilter, cursor, page_size, place_of, relationship_clause
from projections.views.histories import ENTRIES, INITIATIVES, RELATIONSHIPS
from projections.views.snapshot import Snapshot

TOGETHER = 100
"""Owners whose pages are asked for in one statement."""

Found = tuple[Any, ...]
"""When its latest event occurred, then the columns that are shown; the first of them is the id."""


class Shown(NamedTuple):
    """The columns that are shown of what is called `r`, as SQL, with the values in it. The first is `r.id`."""

    columns: str
    values: tuple[Any, ...] = ()


RELATIONSHIP = Shown("r.id, r.initiative, r.origin, r.started_on, r.ended_on")
INITIATIVE = Shown("r.id, r.name, r.kind, r.guidance, r.contact")


class Rows(NamedTuple):
    """The rows of one page; `upto` is the position up to which its order was told."""

    shown: list[Found]
    upto: int
    more: bool

    @property
    def end(self) -> str | None:
        """The cursor of the last."""
        return cursor(self.shown[-1][0], self.shown[-1][1], self.upto) if self.shown else None


def relationship_page(snapshot: Snapshot, first: int, after: str | None, asked: RelationshipFilter) -> a.Page:
    """One page of the relationships that pass a filter."""
    return _page(rows_of_page(snapshot, first, after, asked, RELATIONSHIP), a.Relationship)


def relationship_pages(
    snapshot: Snapshot, owners: Sequence[str], of: str, first: int, after: str | None, asked: RelationshipFilter
) -> dict[str, a.Page]:
    """The page of each owner; see `rows_of_pages`."""
    found = rows_of_pages(snapshot, owners, of, first, after, asked, RELATIONSHIP)
    return {owner: _page(rows, a.Relationship) for owner, rows in found.items()}


def rows_of_page(snapshot: Snapshot, first: int, after: str | None, asked: RelationshipFilter, shown: Shown) -> Rows:
    """The rows of one page of the relationships that pass a filter."""
    size, clause = page_size(first), _clause(snapshot, asked)
    if after is None:
        return _noted(snapshot, asked.participant, _cut(_latest(snapshot, RELATIONSHIPS, shown, clause, size), size, snapshot.upto))
    latest, id, upto = place_of(after, OWNER_PLACE)
    moved = _recorded_in_since(snapshot, upto)
    old = {one: told.steps[-1].event.at for one, told in snapshot.told(moved, snapshot.recorded_at(upto)).items()} if moved else {}
    still = _clause(snapshot, asked)
    still.need("(r.latest, r.id) < (?, ?)", latest, id)
    found = _latest(snapshot, RELATIONSHIPS, shown, still, size, frozenset(moved))
    for row in _by_id(snapshot, shown, clause, [one for one, at in old.items() if (at, one) < (latest, id)]):
        found.append((old[row[1]], *row[1:]))
    return _noted(snapshot, asked.participant, _cut(sorted(found, key=lambda row: row[:2], reverse=True), size, upto))


def rows_of_pages(
    snapshot: Snapshot, owners: Sequence[str], of: str, first: int, after: str | None, asked: RelationshipFilter, shown: Shown
) -> dict[str, Rows]:
    """The rows of the page of each owner: `of` says which field of the filter names them, `initiative` or `participant`."""
    if after is not None:
        return {owner: rows_of_page(snapshot, first, after, replace(asked, **{of: owner}), shown) for owner in owners}
    size = page_size(first)
    found: dict[str, list[Found]] = {owner: [] for owner in owners}
    rest = iter(found)
    while chunk := list(islice(rest, TOGETHER)):
        parts, values = [], []
        for owner in chunk:
            clause = _clause(snapshot, replace(asked, **{of: owner}))
            page = f"SELECT * FROM {snapshot.table(RELATIONSHIPS)} r{clause.where} ORDER BY r.latest DESC, r.id DESC LIMIT ?"
            parts.append(f"SELECT * FROM (SELECT ? owner, r.latest, {shown.columns} FROM ({page}) r ORDER BY r.latest DESC, r.id DESC) p")
            values += [owner, *shown.values, *clause.values, size + 1]
        for owner, *row in snapshot.connection.execute(" UNION ALL ".join(parts), values):
            found[owner].append(tuple(row))
    person = owners[0] if owners and of == "participant" else None
    return {owner: _noted(snapshot, person, _cut(rows, size, snapshot.upto)) for owner, rows in found.items()}


def _noted(snapshot: Snapshot, person: str | None, rows: Rows) -> Rows:
    """Asked of a person, a page says that they are in these relationships."""
    if person is not None:
        snapshot.seen.tells_who(f"relationship/{row[1]}" for row in rows.shown)
    return rows


def initiative_page(snapshot: Snapshot, first: int, after: str | None) -> a.Page:
    """One page of the initiatives; few are recorded in while somebody pages."""
    size, clause = page_size(first), Clause()
    if after is not None:
        clause.need("(r.latest, r.id) < (?, ?)", *place_of(after, OWNER_PLACE)[:2])
    return _page(_cut(_latest(snapshot, INITIATIVES, INITIATIVE, clause, size), size, snapshot.upto), a.Initiative)


def _clause(snapshot: Snapshot, asked: RelationshipFilter) -> Clause:
    if asked.phase is not None or asked.participant is not None:
        snapshot.scope.need("open")
    name, lens = snapshot.lens(asked.lens)
    at = snapshot.now if asked.at is None else asked.at
    if asked.phase is None or snapshot.keeps(name, lens):
        return relationship_clause(Clause(), asked, snapshot.table, snapshot.gone, name, at)
    clause = relationship_clause(Clause(), replace(asked, phase=None), snapshot.table, snapshot.gone, name, at)
    these, value = snapshot.connection.among("r.id", older.standing(snapshot, clause, lens, asked.phase.lower(), at))
    clause.need(these, value)
    return clause


def _latest(
    snapshot: Snapshot, table: Table, shown: Shown, clause: Clause, size: int, without: frozenset[str] = frozenset()
) -> list[Found]:
    """One more than a page holds, those left out that are named. What is shown is worked out only of those found."""
    page = f"SELECT * FROM {snapshot.table(table)} r{clause.where} ORDER BY r.latest DESC, r.id DESC LIMIT ?"
    rows = snapshot.connection.execute(
        f"SELECT r.latest, {shown.columns} FROM ({page}) r ORDER BY r.latest DESC, r.id DESC",
        (*shown.values, *clause.values, size + 1 + len(without)),
    )
    return [row for row in rows.fetchall() if row[1] not in without][: size + 1]


def _by_id(snapshot: Snapshot, shown: Shown, clause: Clause, ids: Sequence[str]) -> list[Found]:
    found: list[Found] = []
    rest = iter(ids)
    while chunk := list(islice(rest, TOGETHER)):
        named = Clause([*clause.parts], [*clause.values])
        named.need(f"r.id IN {marks(chunk)}", *chunk)
        query = f"SELECT r.latest, {shown.columns} FROM {snapshot.table(RELATIONSHIPS)} r{named.where}"
        found += snapshot.connection.execute(query, (*shown.values, *named.values)).fetchall()
    return found


def _recorded_in_since(snapshot: Snapshot, position: int) -> list[str]:
    """The relationships in which something was recorded after a position."""
    if position >= snapshot.upto:
        return []
    query = (
        f"SELECT DISTINCT substr(stream, 14) FROM {snapshot.table(ENTRIES)} e"
        " WHERE position > ? AND stream >= 'relationship/' AND stream < 'relationship0'"
    )
    return [id for (id,) in snapshot.connection.execute(query, (position,))]


def _cut(rows: list[Found], size: int, upto: int) -> Rows:
    return Rows(rows[:size], upto, len(rows) > size)


def _page(rows: Rows, answer: type[a.Answer]) -> a.Page:
    cursors = [cursor(row[0], row[1], rows.upto) for row in rows.shown]
    return a.Page([answer(*row[1:]) for row in rows.shown], cursors, rows.more)
