"""Pages of relationships and initiatives, the most recent event first, and how they stay whole while more is recorded.

A cursor carries the place in the order and the position up to which the order was told. What has been recorded in since then has another
place now; it is told at the place it had then, so that who pages on meets everything once.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from msgspec.structs import replace

from domain.store.database import Table, marks
from projections.views import answers as a
from projections.views.filters import Clause, RelationshipFilter, cursor, page_size, place_of, relationship_clause
from projections.views.histories import ENTRIES, INITIATIVES, RELATIONSHIPS
from projections.views.snapshot import Snapshot

RELATIONSHIP = "id, initiative, origin, started_on, ended_on"
INITIATIVE = "id, name, kind, guidance, contact"
TOGETHER = 100
"""Owners whose pages are asked for in one statement."""

Found = tuple[Any, ...]
"""When its latest event occurred, then the columns that are shown; the first of them is the id."""


def relationship_page(snapshot: Snapshot, first: int, after: str | None, asked: RelationshipFilter) -> a.Page:
    """One page of the relationships that pass a filter."""
    size, clause = page_size(first), _clause(snapshot, asked)
    if after is None:
        found = _latest(snapshot, RELATIONSHIPS, RELATIONSHIP, clause, size)
        return _page(found, size, a.Relationship, snapshot.upto)
    latest, id, upto = place_of(after, tuple[int, str, int])
    moved = _recorded_in_since(snapshot, upto)
    old = {one: told.steps[-1].event.at for one, told in snapshot.told(moved, snapshot.recorded_at(upto)).items()} if moved else {}
    still = _clause(snapshot, asked)
    still.need("(r.latest, r.id) < (?, ?)", latest, id)
    found = _latest(snapshot, RELATIONSHIPS, RELATIONSHIP, still, size, frozenset(moved))
    for row in _by_id(snapshot, clause, [one for one, at in old.items() if (at, one) < (latest, id)]):
        found.append((old[row[1]], *row[1:]))
    return _page(sorted(found, key=lambda row: row[:2], reverse=True), size, a.Relationship, upto)


def relationship_pages(
    snapshot: Snapshot, owners: Sequence[str], of: str, first: int, after: str | None, asked: RelationshipFilter
) -> dict[str, a.Page]:
    """The page of each owner: `of` says which field of the filter names them, `initiative` or `participant`."""
    if after is not None:
        return {owner: relationship_page(snapshot, first, after, replace(asked, **{of: owner})) for owner in owners}
    size = page_size(first)
    found: dict[str, list[Found]] = {owner: [] for owner in owners}
    rest = iter(found)
    while chunk := list(islice(rest, TOGETHER)):
        parts, values = [], []
        for owner in chunk:
            clause = _clause(snapshot, replace(asked, **{of: owner}))
            select = f"SELECT ? owner, r.latest, {RELATIONSHIP} FROM {snapshot.table(RELATIONSHIPS)} r{clause.where}"
            parts.append(f"SELECT * FROM ({select} ORDER BY r.latest DESC, r.id DESC LIMIT ?) page")
            values += [owner, *clause.values, size + 1]
        for owner, *row in snapshot.connection.execute(" UNION ALL ".join(parts), values):
            found[owner].append(tuple(row))
    return {owner: _page(rows, size, a.Relationship, snapshot.upto) for owner, rows in found.items()}


def initiative_page(snapshot: Snapshot, first: int, after: str | None) -> a.Page:
    """One page of the initiatives; few are recorded in while somebody pages."""
    size, clause = page_size(first), Clause()
    if after is not None:
        clause.need("(r.latest, r.id) < (?, ?)", *place_of(after, tuple[int, str, int])[:2])
    return _page(_latest(snapshot, INITIATIVES, INITIATIVE, clause, size), size, a.Initiative, snapshot.upto)


def _clause(snapshot: Snapshot, asked: RelationshipFilter) -> Clause:
    return relationship_clause(asked, snapshot.table, snapshot.lens(asked.lens)[0], snapshot.now if asked.at is None else asked.at)


def _latest(
    snapshot: Snapshot, table: Table, columns: str, clause: Clause, size: int, without: frozenset[str] = frozenset()
) -> list[Found]:
    """One more than a page holds, those left out that are named."""
    rows = snapshot.connection.execute(
        f"SELECT r.latest, {columns} FROM {snapshot.table(table)} r{clause.where} ORDER BY r.latest DESC, r.id DESC LIMIT ?",
        (*clause.values, size + 1 + len(without)),
    )
    return list(islice((row for row in rows if row[1] not in without), size + 1))


def _by_id(snapshot: Snapshot, clause: Clause, ids: Sequence[str]) -> list[Found]:
    found: list[Found] = []
    rest = iter(ids)
    while chunk := list(islice(rest, TOGETHER)):
        named = Clause([*clause.parts], [*clause.values])
        named.need(f"r.id IN {marks(chunk)}", *chunk)
        query = f"SELECT r.latest, {RELATIONSHIP} FROM {snapshot.table(RELATIONSHIPS)} r{named.where}"
        found += snapshot.connection.execute(query, named.values).fetchall()
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


def _page(rows: Sequence[Found], size: int, answer: Callable[..., a.Answer], upto: int) -> a.Page:
    shown = rows[:size]
    return a.Page([answer(*row[1:]) for row in shown], [cursor(row[0], row[1], upto) for row in shown], len(rows) > size)
