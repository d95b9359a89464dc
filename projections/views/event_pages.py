"""Pages of events, those that were recorded last first. A position never changes, so that it is the whole cursor."""

from domain.store.mapper import Opens
from projections.views import answers as a
from projections.views.filters import EventFilter, event_clause, page_size
from projections.views.histories import ENTRIES
from projections.views.snapshot import Snapshot


def event_page(snapshot: Snapshot, first: int, after: int | None, asked: EventFilter, only: Opens | None) -> a.Page:
    """`after` is the position of the last event of the page before."""
    if asked.participant is not None:
        snapshot.scope.need("open")
    size = page_size(first)
    clause = event_clause(asked, snapshot.table, snapshot.gone)
    if after is not None:
        clause.need("e.position < ?", after)
    found = snapshot.connection.execute(
        f"SELECT e.position FROM {snapshot.table(ENTRIES)} e{clause.where} ORDER BY e.position DESC LIMIT ?",
        (*clause.values, size + 1),
    )
    positions = [row[0] for row in found]
    shown = positions[:size]
    events = snapshot.events_at(shown, only)
    if asked.participant is not None:
        snapshot.seen.tells_who(event.subject for event in events.values())
    return a.Page([events[place] for place in shown], [str(place) for place in shown], len(positions) > size)
