"""Who is one person, as the store itself has it: an erasure must not rest on views, which may be behind or have set a stream aside."""

from collections.abc import Sequence

from domain.model.history import resolve
from domain.model.participant import after
from domain.store.database import HANGS, ReadConnection, in_pages
from domain.store.mapper import VOICES, Unreadable
from domain.store.ring import Ring
from domain.store.store import EventStore


def registrations(store: EventStore, connection: ReadConnection, participant: str) -> list[str]:
    """All ids of the person that a participant is, their own first: those that are joined, however many lie between them."""
    known = dict.fromkeys([participant])
    new = [participant]
    while new:
        new = [id for id in _beside(store, connection, new) if id not in known]
        known |= dict.fromkeys(new)
    return list(known)


def _beside(store: EventStore, connection: ReadConnection, ids: Sequence[str]) -> list[str]:
    """Who is joined with one of these, in whosever stream."""
    naming = _naming(connection, [f"participant/{id}" for id in ids])
    joined = _joined(store, connection, sorted({*naming, *ids}))
    found = {other for id in ids for other in joined[id]}
    return sorted(found | {id for id in naming if joined[id] & set(ids)})


def _naming(connection: ReadConnection, streams: Sequence[str]) -> list[str]:
    """The participants in whose streams one of these was ever joined."""
    found = []
    for some in in_pages(streams):
        these, value = connection.among("target", some)
        query = f"SELECT stream FROM {connection.table(HANGS)} h WHERE {these} AND stream >= 'participant/' AND stream < 'participant0'"
        found += [stream.partition("/")[2] for (stream,) in connection.execute(query, (value,))]
    return found


def _joined(store: EventStore, connection: ReadConnection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    ring = store.keys.ring()
    return {id: _joined_there(store, connection, id, ring) for id in ids}


def _joined_there(store: EventStore, connection: ReadConnection, id: str, ring: Ring) -> frozenset[str]:
    """Nobody where something cannot be read: an erasure must not wait for that, and it may be what parted them."""
    rows = store.recorder.stream(connection, f"participant/{id}")
    try:
        events = [store.mapper.event(row, ring, VOICES) for row in rows]
    except Unreadable:
        return frozenset()
    return after(id, [one.event for one in resolve(events).standing]).joined
