"""The read model of what is recorded: every event with what corrected it, the relationships, who is in them, and the initiatives.

It holds no text and opens none: pages are found here, and the events themselves are opened when they are shown.
"""

import sqlite3
from collections.abc import Mapping, Sequence

from domain.model.history import resolve
from domain.store.keys import NotOpened, Ring
from projections.runner import Touched


class Histories:
    """Tables: `entries` (an event each), `relationships`, `members`, `participants`, `initiatives`."""

    name = "histories"
    version = 1

    def tables(self, generation: int) -> Mapping[str, Sequence[str]]:
        g = generation
        return {
            f"entries_{g}": (
                f"CREATE TABLE entries_{g} (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,"
                " recorded_by TEXT, retracted_by TEXT, amended_by TEXT)",
                f"CREATE INDEX entries_stream_{g} ON entries_{g} (stream, position)",
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

    def apply(self, connection: sqlite3.Connection, generation: int, touched: Sequence[Touched], ring: Ring) -> None:
        g = generation
        entries = []
        for found in touched:
            entries += [(e.position, e.stream, e.kind.name, e.at, e.recordedby) for e in found.events[len(found.events) - found.new :]]
        connection.executemany(f"INSERT INTO entries_{g} (position, stream, kind, at, recorded_by) VALUES (?, ?, ?, ?, ?)", entries)
        for found in touched:
            if any(event.kind.corrects for event in found.events):
                self._mark(connection, g, found)
        self._relationships(connection, g, [found for found in touched if found.told is not None], ring)
        for found in touched:
            if found.stream.startswith("participant/"):
                self._participant(connection, g, found)
            elif found.stream.startswith("initiative/"):
                self._initiative(connection, g, found)

    def _mark(self, connection: sqlite3.Connection, g: int, found: Touched) -> None:
        history = found.told.history if found.told is not None else resolve(found.events)
        connection.executemany(
            f"UPDATE entries_{g} SET retracted_by = ?, amended_by = ? WHERE position = ?",
            [
                (history.retracted.get(e.id), amended.id if (amended := history.amended.get(e.id)) is not None else None, e.position)
                for e in found.events
            ],
        )

    def _relationships(self, connection: sqlite3.Connection, g: int, touched: Sequence[Touched], ring: Ring) -> None:
        rows, members, gone = [], [], []
        for found in touched:
            told = found.told
            assert told is not None
            opening = next((step.event for step in told.steps if step.event.kind.opens), None)
            if opening is None:
                gone.append((found.id,))
                continue
            last = told.steps[-1].after
            ended = (
                next((step.event for step in reversed(told.steps) if step.after.ended and not step.before.ended), None)
                if last.ended
                else None
            )
            rows.append(
                (found.id, last.initiative, "MATCHED" if last.matched else "EMERGED", opening.at, opening.occurred,
                 ended.at if ended else None, ended.occurred if ended else None, told.steps[-1].event.at)
            )  # fmt: skip
            members += [(found.id, handle, participant_of(ring, found.stream, handle)) for handle in last.members]
        for table in ("relationships", "members"):
            connection.executemany(f"DELETE FROM {table}_{g} WHERE {'id' if table == 'relationships' else 'relationship'} = ?", gone)
        connection.executemany(f"INSERT OR REPLACE INTO relationships_{g} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.executemany(f"INSERT OR REPLACE INTO members_{g} VALUES (?, ?, ?)", members)

    def _participant(self, connection: sqlite3.Connection, g: int, found: Touched) -> None:
        opening = next((s.event for s in resolve(found.events).standing if s.event.kind.opens), None)
        connection.execute(f"DELETE FROM participants_{g} WHERE id = ?", (found.id,))
        if opening is not None:
            connection.execute(f"INSERT INTO participants_{g} VALUES (?, ?)", (found.id, opening.occurred))

    def _initiative(self, connection: sqlite3.Connection, g: int, found: Touched) -> None:
        standing = resolve(found.events).standing
        opening = next((s.event for s in standing if s.event.kind.opens), None)
        connection.execute(f"DELETE FROM initiatives_{g} WHERE id = ?", (found.id,))
        if opening is not None:
            data = opening.data
            row = (found.id, data.name, data.kind, data.guidance, data.contact, standing[-1].event.at)
            connection.execute(f"INSERT INTO initiatives_{g} VALUES (?, ?, ?, ?, ?, ?)", row)


def participant_of(ring: Ring, stream: str, handle: str) -> str | None:
    """The participant a handle stands for; None where that cannot be told (any more)."""
    try:
        return ring.owner(stream, handle).partition("/")[2]
    except NotOpened:
        return None
