"""Events as they are shown: opened as far as the keys allow, with what corrected them."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from domain.model.catalogue import BY_TYPE
from domain.model.event import Event
from domain.model.history import resolve
from domain.model.time import instant, rfc3339
from domain.store.database import EVENTS, ReadConnection, in_pages, marks
from domain.store.keys import Ring
from domain.store.mapper import NOTHING, Noted, Opens, Stored
from domain.store.store import EventStore
from projections.views.answers import RecordedEvent
from projections.views.histories import ENTRIES

Marks = Mapping[str, tuple[str | None, str | None]]
"""By an event's id: which event retracted it and which amends it."""


class Opened:
    """Opens stored events for one question, within one snapshot; of each what is in `only`, where not all of it is shown."""

    def __init__(self, store: EventStore, connection: ReadConnection, ring: Ring, generation: int, noted: Noted) -> None:
        """`noted` hears of all that is opened."""
        self._store = store
        self._connection = connection
        self._ring = ring
        self._generation = generation
        self._noted = noted

    def by_position(self, positions: Sequence[int], only: Opens | None) -> dict[int, RecordedEvent]:
        return {int(event.position): event for event in self._found("e.position", positions, only)}

    def by_id(self, ids: Sequence[str], only: Opens | None) -> dict[str, RecordedEvent]:
        return {event.id: event for event in self._found("e.id", ids, only)}

    def as_known(self, streams: Sequence[Sequence[Event]], only: Opens | None) -> dict[str, RecordedEvent]:
        """The events of streams as they were known then: given all that was recorded by that instant, and nothing later."""
        corrected: dict[str, tuple[str | None, str | None]] = {}
        for events in streams:
            history = resolve(events)
            for id in history.retracted.keys() | history.amended.keys():
                corrected[id] = (history.retracted.get(id), amended.id if (amended := history.amended.get(id)) is not None else None)
        found = self._found("e.id", [event.id for events in streams for event in events], only, plain=True)
        return self._marked({event.id: event for event in found}, corrected, only)

    def _found(self, column: str, keys: Sequence[Any], only: Opens | None, plain: bool = False) -> list[RecordedEvent]:
        shown: dict[str, RecordedEvent] = {}
        corrected: dict[str, tuple[str | None, str | None]] = {}
        for chunk in in_pages(keys):
            entries = self._connection.table(ENTRIES, self._generation)
            rows = self._connection.execute(
                "SELECT e.state, n.retracted_by, n.amended_by, e.originator_id"
                f" FROM {self._connection.table(EVENTS)} e LEFT JOIN {entries} n ON n.position = e.position"
                f" WHERE {column} IN {marks(chunk)} ORDER BY e.position",
                chunk,
            ).fetchall()
            if only != NOTHING:
                self._ring.prefetch_streams({row[3] for row in rows if row[3].startswith("relationship/")})
            for state, retracted, amended, _ in rows:
                stored, data = self._store.mapper.plain(state, self._ring, only, self._noted)
                shown[stored.id] = _shown(stored, data)
                if retracted is not None or amended is not None:
                    corrected[stored.id] = (retracted, amended)
        return list(shown.values()) if plain or not corrected else list(self._marked(shown, corrected, only).values())

    def _marked(self, shown: dict[str, RecordedEvent], corrected: Marks, only: Opens | None) -> dict[str, RecordedEvent]:
        """Say of each event what corrected it; what holds now stands in the data of the amendment."""
        wanted = [amended for _, amended in corrected.values() if amended is not None]
        holding = {event.id: event.data.get("data") for event in self._found("e.id", wanted, only, plain=True)} if wanted else {}
        for id, (retracted, amended) in corrected.items():
            event = shown[id]
            shown[id] = replace(event, retracted_by=retracted, amended_by=amended, amended=holding.get(amended) if amended else None)
        return shown


def _shown(stored: Stored, data: dict[str, Any]) -> RecordedEvent:
    time = rfc3339(instant(stored.time)[0]) if stored.time is not None else None
    return RecordedEvent(
        stored.id, BY_TYPE[stored.type].name, stored.subject, stored.source, time, stored.toldby, str(stored.position), stored.occurred,
        stored.recorded, stored.recordedby, stored.method, stored.perspective, None, None, data, None,
    )  # fmt: skip
