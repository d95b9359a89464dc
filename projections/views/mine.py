"""What a participant sees of what is kept: who they are here, and the contacts they are in, with what is theirs alone in them.

Days, kinds and other shared facts are everybody's as long as they are in a contact. A text is opened where it is about them and nobody
else, a voice where it is their own; that somebody else said something, or was asked, is not told at all.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from domain.model.catalogue import BY_TYPE
from domain.model.errors import missing
from domain.model.time import span
from domain.store.mapper import Stored
from domain.store.persons import registrations
from domain.store.store import EventStore
from projections.views import answers as a
from projections.views import spans
from projections.views.histories import INITIATIVES, MEMBERS, RELATIONSHIPS
from projections.views.questions import Questions
from projections.views.snapshot import Snapshot

CLOSED = ("opening", "tension")
"""The names under which an event says what it closes."""


class Contact(Struct, frozen=True):
    """A relationship as one of its members sees it. `events` as they are taken along, in the order of occurring."""

    id: str
    initiative: str
    started_on: str
    ended_on: str | None
    handle: str
    joined: str
    left: str | None
    roles: list[str]
    side: str
    events: list[dict[str, Any]]


class Mine(Struct, frozen=True):
    """All that is kept of somebody, under all ids by which they were registered."""

    id: str
    name: Any
    contact: Any
    registered_on: str
    consents: list[a.Consent]
    registrations: list[dict[str, Any]]
    contacts: list[Contact]


def mine(store: EventStore, questions: Questions, participant: str) -> Mine:
    """What is theirs. Raises `Refused` where nobody is registered by that id."""
    with questions.newest() as snapshot:
        ids = registrations(store, snapshot.connection, participant)
        people = snapshot.people(ids)
        opening = next((event for event in people[participant][1] if event.kind.opens), None)
        if opening is None:
            raise missing("participant_unknown", "participant", participant=participant)
        shown = snapshot.events([opening.id])[opening.id]
        data = shown.amended or shown.data
        own = [event for id in ids for event in _registered(store, snapshot, f"participant/{id}")]
        consents = [consent for id in ids for consent in spans.consents(people[id][1])]
        contacts = list(_contacts(store, snapshot, ids))
        return Mine(participant, data.get("name"), data.get("contact"), opening.occurred, consents, own, contacts)


def _contacts(store: EventStore, snapshot: Snapshot, ids: Collection[str]) -> Iterator[Contact]:
    these, value = snapshot.connection.among("m.participant", sorted(set(ids) - snapshot.gone()))
    rows = snapshot.connection.execute(
        f"SELECT r.id, i.name, r.started_on, r.ended_on, m.handle, m.joined, m.left_on, m.roles, m.side FROM {snapshot.table(MEMBERS)} m"
        f" JOIN {snapshot.table(RELATIONSHIPS)} r ON r.id = m.relationship JOIN {snapshot.table(INITIATIVES)} i ON i.id = r.initiative"
        f" WHERE {these} ORDER BY r.latest DESC, r.id DESC, m.place",
        (value,),
    ).fetchall()
    stays: dict[str, list[_Stay]] = {}
    for row in rows:
        stays.setdefault(row[0], []).append(_Stay(row[4], row[6]))
    snapshot.seen.tells_who(f"relationship/{id}" for id in stays)
    events = {id: _shared(store, snapshot, f"relationship/{id}", own) for id, own in stays.items()}
    for id, name, began, ended, handle, joined, left, roles, side in rows:
        yield Contact(id, name, began, ended, handle, joined, left, msgspec.json.decode(roles), side, events[id])


class _Stay(NamedTuple):
    """As whom they are in a relationship, and until when."""

    handle: str
    left: str | None


def _registered(store: EventStore, snapshot: Snapshot, stream: str) -> list[dict[str, Any]]:
    """Their own stream, of which all but the organisation's own notes is theirs."""
    rows = store.recorder.stream(snapshot.connection, stream)
    return [
        _taken_along(*store.mapper.plain(state, snapshot.ring, None, snapshot.seen.note, lambda place: place.owner == stream))
        for state, _, _ in rows
    ]


def _shared(store: EventStore, snapshot: Snapshot, stream: str, stays: Sequence[_Stay]) -> list[dict[str, Any]]:
    """What is theirs of a relationship, as long as they are in it."""
    handles = frozenset(stay.handle for stay in stays)
    left = [stay.left for stay in stays if stay.left is not None]
    until = max(_over(text) for text in left) if len(left) == len(stays) else None
    found: list[tuple[int, int, dict[str, Any]]] = []
    hidden = _Hidden(handles)
    for state, at, _ in store.recorder.stream(snapshot.connection, stream):
        stored = store.mapper.envelope(state)
        if hidden.hides(stored) or (until is not None and at >= until):
            hidden.add(stored)
            continue
        told = store.mapper.plain(
            state, snapshot.ring, None, snapshot.seen.note, lambda place: bool(place.about) and handles.issuperset(place.about)
        )
        found.append((at, stored.position, _taken_along(*told)))
    return [event for _, _, event in sorted(found, key=lambda one: one[:2])]


def _over(left: str) -> int:
    """The instant at which the day or time is over at which they left."""
    days = span(left)
    return days.first if days.last is None else days.last


class _Hidden:
    """What somebody else said or was asked, with what closes or corrects it."""

    def __init__(self, handles: frozenset[str]) -> None:
        self._handles = handles
        self._ids: set[str] = set()
        self._own: set[str] = set()

    def hides(self, stored: Stored) -> bool:
        kind, data = BY_TYPE[stored.type], msgspec.json.decode(stored.data)
        if kind.corrects:
            return data["event"] in self._ids
        if kind.voiced:
            return stored.perspective not in self._handles
        if kind.name == "check_in_held":
            return self._handles.isdisjoint(data["with"])
        return any(data.get(name) in self._own for name in CLOSED)

    def add(self, stored: Stored) -> None:
        self._ids.add(stored.id)
        if (own := BY_TYPE[stored.type].own) is not None:
            self._own.add(msgspec.json.decode(stored.data)[own])


def _taken_along(stored: Stored, data: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "type", "subject", "occurred", "time", "method", "perspective", "toldby", "recorded", "recordedby")
    return {**{name: value for name in kept if (value := getattr(stored, name)) is not None}, "data": data}
