"""The read model of what is recorded: every event with what corrected it, the relationships, who is in them, and the initiatives.

It holds no text and opens none: pages are found here, and the events themselves are opened when they are shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.model.history import Standing, resolve
from domain.model.lens import Definition
from domain.store.keys import NotOpened, Ring
from projections.reader import Change, Touched


class Histories:
    """Tables: `entries` (an event each), `relationships`, `members`, `participants`, `initiatives`."""

    name = "histories"
    version = 2

    def tables(self, generation: int) -> Mapping[str, Sequence[str]]:
        g = generation
        return {
            f"entries_{g}": (
                f"CREATE TABLE entries_{g} (position INTEGER NOT NULL, stream TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,"
                " recorded INTEGER NOT NULL, recorded_by TEXT, retracted_by TEXT, amended_by TEXT,"
                " PRIMARY KEY (stream, position)) WITHOUT ROWID",
                f"CREATE UNIQUE INDEX entries_position_{g} ON entries_{g} (position)",
            ),
            f"relationships_{g}": (
                f"CREATE TABLE relationships_{g} (id TEXT PRIMARY KEY, initiative TEXT NOT NULL, origin TEXT NOT NULL,"
                " began INTEGER NOT NULL, started_on TEXT NOT NULL, ended INTEGER, ended_on TEXT, latest INTEGER NOT NULL) WITHOUT ROWID",
                f"CREATE INDEX relationships_latest_{g} ON relationships_{g} (latest, id)",
                f"CREATE INDEX relationships_home_{g} ON relationships_{g} (initiative, latest, id)",
            ),
            f"members_{g}": (
                f"CREATE TABLE members_{g} (relationship TEXT NOT NULL, handle TEXT NOT NULL, participant TEXT,"
                " PRIMARY KEY (relationship, handle)) WITHOUT ROWID",
                f"CREATE INDEX members_person_{g} ON members_{g} (participant, relationship)",
            ),
            f"participants_{g}": (f"CREATE TABLE participants_{g} (id TEXT PRIMARY KEY, registered_on TEXT NOT NULL) WITHOUT ROWID",),
            f"initiatives_{g}": (
                f"CREATE TABLE initiatives_{g} (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, guidance TEXT NOT NULL,"
                " contact TEXT NOT NULL, latest INTEGER NOT NULL) WITHOUT ROWID",
                f"CREATE INDEX initiatives_latest_{g} ON initiatives_{g} (latest, id)",
            ),
        }

    def changes(self, generation: int, touched: Sequence[Touched], ring: Ring, own: Sequence[Definition]) -> Iterator[Change]:
        g = generation
        columns = "(position, stream, kind, at, recorded, recorded_by)"
        yield (
            f"INSERT INTO entries_{g} {columns} VALUES (?, ?, ?, ?, ?, ?)",
            [
                (e.position, e.stream, e.kind.name, e.at, e.recorded, e.recordedby)
                for found in touched
                for e in found.events[len(found.events) - found.new :]
            ],
        )
        corrected = [found for found in touched if any(event.kind.corrects for event in found.events)]
        yield (
            f"UPDATE entries_{g} SET retracted_by = ?, amended_by = ? WHERE position = ?",
            [row for found in corrected for row in _marks(found)],
        )
        yield from _relationships(g, [found for found in touched if found.told is not None], ring)
        people = [found for found in touched if found.stream.startswith("participant/")]
        yield f"DELETE FROM participants_{g} WHERE id = ?", [(found.id,) for found in people]
        yield (
            f"INSERT INTO participants_{g} VALUES (?, ?)",
            [(found.id, opening.event.occurred) for found in people for opening in _standing(found) if opening.event.kind.opens],
        )
        homes = [found for found in touched if found.stream.startswith("initiative/")]
        yield f"DELETE FROM initiatives_{g} WHERE id = ?", [(found.id,) for found in homes]
        yield f"INSERT INTO initiatives_{g} VALUES (?, ?, ?, ?, ?, ?)", [row for found in homes for row in _initiative(found)]


def _standing(found: Touched) -> list[Standing]:
    return resolve(found.events).standing


def _marks(found: Touched) -> Iterator[tuple[str | None, str | None, int]]:
    """By position, which correction of each event holds."""
    history = resolve(found.events)
    for event in found.events:
        amended = history.amended.get(event.id)
        yield history.retracted.get(event.id), amended.id if amended is not None else None, event.position


def _initiative(found: Touched) -> Iterator[tuple[str, str, str, str, str, int]]:
    standing = _standing(found)
    for opening in standing:
        if opening.event.kind.opens:
            data = opening.event.data
            yield found.id, data.name, data.kind, data.guidance, data.contact, standing[-1].event.at


def _relationships(g: int, touched: Sequence[Touched], ring: Ring) -> Iterator[Change]:
    rows: list[tuple[Any, ...]] = []
    members: list[tuple[Any, ...]] = []
    gone = []
    for found in touched:
        told = found.told
        opening = next((step.event for step in told.steps if step.event.kind.opens), None) if told is not None else None
        if told is None or opening is None:
            gone.append((found.id,))
            continue
        last = told.steps[-1].after
        ended = None
        if last.ended:
            ended = next(step.event for step in reversed(told.steps) if step.after.ended and not step.before.ended)
        origin = "MATCHED" if last.matched else "EMERGED"
        ending = (ended.at, ended.occurred) if ended is not None else (None, None)
        rows.append((found.id, last.initiative, origin, opening.at, opening.occurred, *ending, told.steps[-1].event.at))
        members += [(found.id, handle, participant_of(ring, found.stream, handle)) for handle in last.members]
    yield f"DELETE FROM relationships_{g} WHERE id = ?", gone
    yield f"DELETE FROM members_{g} WHERE relationship = ?", [(found.id,) for found in touched if found.new < len(found.events)]
    yield f"INSERT OR REPLACE INTO relationships_{g} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
    yield f"INSERT OR REPLACE INTO members_{g} VALUES (?, ?, ?)", members


def participant_of(ring: Ring, stream: str, handle: str) -> str | None:
    """The participant a handle stands for; None where that cannot be told (any more)."""
    try:
        return ring.owner(stream, handle).partition("/")[2]
    except NotOpened:
        return None
