"""The events table as the eventsourcing library's contract has it, over whichever database holds it.

The version of an event in its stream is its position: rising, and one order for all.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent, Subscription

from domain.store.database import EVENTS, HANGS, Add, Connection, Database, Insert, ReadConnection, Row, head_of


class EventRecorder(ApplicationRecorder):
    """Reads events by stream and by position, and inserts those that were judged, sealed and placed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, connection: Connection, rows: Iterable[Row], hangs: Sequence[Row] = ()) -> None:
        """Insert events inside the caller's transaction, and then what relationships among them hang on."""
        connection.write([Insert(EVENTS, rows), Add(HANGS, hangs)])

    def stream(self, connection: ReadConnection, stream: str) -> list[Row]:
        """The stored envelopes of one stream, with the spans of their dates, in the order of recording."""
        events = connection.table(EVENTS)
        query = f"SELECT state, at, until FROM {events} e WHERE originator_id = ? ORDER BY position"
        return connection.execute(query, (stream,)).fetchall()

    def head(self, connection: ReadConnection) -> int:
        """The highest position; 0 where nothing is recorded."""
        return head_of(connection, EVENTS)

    # The library's own questions

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        if not stored_events:
            return []
        raise TypeError("events enter through Recording.record, which judges, seals and places them")

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        needs: list[tuple[str, Any]] = [("originator_id = ?", str(originator_id))]
        needs += [("position > ?", gt)] if gt is not None else []
        needs += [("position <= ?", lte)] if lte is not None else []
        rows = self._rows(needs, f"position {'DESC' if desc else 'ASC'}", limit)
        return [StoredEvent(stream, position, topic, state) for position, stream, topic, state in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The position is the notification's id."""
        needs: list[tuple[str, Any]] = [("position >= ?" if inclusive_of_start else "position > ?", 0 if start is None else start)]
        needs += [("position <= ?", stop)] if stop is not None else []
        rows = self._rows(needs, "position", limit, topics)
        return [Notification(stream, position, topic, state, id=position) for position, stream, topic, state in rows]

    def _rows(self, needs: Iterable[tuple[str, Any]], order: str, limit: int | None, topics: Sequence[str] = ()) -> list[Row]:
        parts, values = [part for part, _ in needs], [value for _, value in needs]
        if topics:
            parts.append(f"topic IN ({','.join('?' * len(topics))})")
        tail = "" if limit is None else " LIMIT ?"
        with self._database.reading() as connection:
            return connection.execute(
                f"SELECT position, originator_id, topic, state FROM {connection.table(EVENTS)} e WHERE {' AND '.join(parts)}"
                f" ORDER BY {order}{tail}",
                (*values, *topics, *(() if limit is None else (limit,))),
            ).fetchall()

    def max_notification_id(self) -> int | None:
        with self._database.reading() as connection:
            return self.head(connection) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """The library's own way to follow pays a transaction an event, and there is none on SQLite."""
        raise TypeError("who follows the log reads it from a position and is woken by a position")
