"""Who looked: the pages of the access log, of everything, of a relationship, or of a participant with the relationships they are in,
under all ids by which they were registered.

Only the primary is asked, to which every entry is written. To look here is itself to look, and is written down before it is answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from domain.model.errors import bad
from domain.store import accesses
from domain.store.accesses import Access, Entry, Marks, entries, viewer
from domain.store.database import EVENTS, Connection, in_pages
from domain.store.persons import registrations
from domain.store.ring import NotOpened
from domain.store.store import EventStore
from projections.views import answers as a
from projections.views.filters import page_size

KIND = "accesses"
"""What an entry calls the access log itself."""


class LookedAt(Struct, frozen=True):
    """Whose entries: the streams that are named, the marks of a person by each of their ids, and between which positions their events
    lie."""

    streams: Sequence[str]
    marks: Mapping[str, Marks] = {}
    spans: Sequence[tuple[int, int]] = ()

    @property
    def places(self) -> list[str]:
        return [*self.streams, accesses.ORGANISATION, *([accesses.PARTICIPANT] if self.marks else [])]

    def meets(self, entry: Entry) -> bool:
        """Of everything counts what reached events that are asked about."""
        if entry.place == accesses.PARTICIPANT:
            return self.owner(entry) is not None
        if entry.place == accesses.ORGANISATION and entry.upto is not None:
            return any(first <= entry.upto and last > (entry.since or 0) for first, last in self.spans)
        return True

    def owner(self, entry: Entry) -> str | None:
        """The id of the person by which an entry is theirs."""
        return next((owner for owner, marks in self.marks.items() if marks.fit(entry)), None)


def access_page(
    store: EventStore, first: int, after: int | None, relationship: str | None = None, participant: str | None = None
) -> a.Page:
    """A page, the latest entry first; `after` is the position of the last entry of the page before.

    Entries about a participant who was erased are found by nobody any more. Raises `Refused`."""
    if relationship is not None and participant is not None:
        raise bad("one_place", "participant")
    size = page_size(first)
    with store.reading() as connection:
        asked = _asked(store, connection, relationship, participant)
        found = []
        for entry in _meeting(connection, after, asked):
            found.append(entry)
            if len(found) > size:
                break
        head = store.head(connection)
    # What is not there was not looked at, and a name that somebody made up is not kept.
    if asked is None or asked.spans:
        store.accesses.write(viewer(), _looks(asked, head))
    shown = found[:size]
    return a.Page([_answer(entry, asked) for entry in shown], [str(entry.position) for entry in shown], len(found) > size)


def of_relationships(connection: Connection, ids: Sequence[str]) -> LookedAt:
    streams = [f"relationship/{id}" for id in ids]
    return LookedAt(streams, spans=list(_spans(connection, streams)))


def _asked(store: EventStore, connection: Connection, relationship: str | None, participant: str | None) -> LookedAt | None:
    """None: of everything."""
    if relationship is not None:
        return of_relationships(connection, [relationship])
    if participant is None:
        return None
    marks = _marks(store, connection, participant)
    streams = list(dict.fromkeys(stream for owner in marks for stream, _ in store.keys.streams_of(owner)))
    return LookedAt(streams, marks, list(_spans(connection, [*streams, *marks])))


def _marks(store: EventStore, connection: Connection, participant: str) -> dict[str, Marks]:
    """By each id of the person whose key there is; none where that of the id by which it is asked is gone."""
    ring, found = store.keys.ring(), {}
    for id in registrations(store, connection, participant):
        with suppress(NotOpened):
            found[f"participant/{id}"] = Marks(store.organisation, f"participant/{id}", ring)
    return found if f"participant/{participant}" in found else {}


def _spans(connection: Connection, streams: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Between which positions the events of each stream lie."""
    for chunk in in_pages(streams):
        named, value = connection.among("originator_id", chunk)
        query = f"SELECT min(position), max(position) FROM {connection.table(EVENTS)} e WHERE {named} GROUP BY originator_id"
        yield from ((low, high) for low, high in connection.execute(query, (value,)))


def _meeting(connection: Connection, before: int | None, asked: LookedAt | None) -> Iterator[Entry]:
    if asked is None:
        return entries(connection, before, None)
    if not asked.spans:
        return iter(())
    return (entry for entry in entries(connection, before, asked.places) if asked.meets(entry))


def _looks(asked: LookedAt | None, head: int) -> list[Access]:
    """Whoever looks by one id of a person looks at all of them."""
    if asked is None:
        return [Access(accesses.ORGANISATION, (KIND,), since=0, upto=head)]
    return [Access(place, (KIND,)) for place in asked.marks or asked.streams]


def _answer(entry: Entry, asked: LookedAt | None) -> a.Access:
    place = (asked.owner(entry) if asked is not None else None) or entry.place
    position, since, upto = str(entry.position), *(None if at is None else str(at) for at in (entry.since, entry.upto))
    return a.Access(position, entry.at, entry.by, entry.role, entry.behalf, entry.action, place, list(entry.kinds), since, upto)
