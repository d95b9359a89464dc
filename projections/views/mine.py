"""What a participant sees of what is kept: who they are here, and the contacts they are in, with what is theirs alone in them.

Days, kinds and other shared facts are everybody's who is in a contact. A text is opened where it is about them and nobody else, a voice
where it is their own; that somebody else said something is not told at all.
"""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.catalogue import BY_TYPE
from domain.model.errors import missing
from domain.store.mapper import Stored
from domain.store.persons import registrations
from domain.store.sealed import Place
from domain.store.store import EventStore
from projections.views import answers as a
from projections.views import spans
from projections.views.histories import INITIATIVES, MEMBERS, RELATIONSHIPS
from projections.views.questions import Questions
from projections.views.snapshot import Snapshot


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
        own = [event for id in ids for event in _events(store, snapshot, f"participant/{id}", frozenset())]
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
    handles: dict[str, set[str]] = {}
    for row in rows:
        handles.setdefault(row[0], set()).add(row[4])
    snapshot.seen.tells_who(f"relationship/{id}" for id in handles)
    events = {id: _events(store, snapshot, f"relationship/{id}", frozenset(own)) for id, own in handles.items()}
    for id, name, began, ended, handle, joined, left, roles, side in rows:
        yield Contact(id, name, began, ended, handle, joined, left, msgspec.json.decode(roles), side, events[id])


def _events(store: EventStore, snapshot: Snapshot, stream: str, handles: frozenset[str]) -> list[dict[str, Any]]:
    """What is theirs of a stream: their own, or a relationship's in which they are called by `handles`."""

    def theirs(place: Place) -> bool:
        return place.owner == stream if not handles else bool(place.about) and handles.issuperset(place.about)

    found: list[tuple[int, int, dict[str, Any]]] = []
    others: set[str] = set()
    for state, at, _ in store.recorder.stream(snapshot.connection, stream):
        stored = store.mapper.envelope(state)
        if _is_of_others(stored, handles, others):
            others.add(stored.id)
            continue
        stored, data = store.mapper.plain(state, snapshot.ring, None, snapshot.seen.note, theirs)
        found.append((at, stored.position, _taken_along(stored, data)))
    return [event for _, _, event in sorted(found, key=lambda one: one[:2])]


def _is_of_others(stored: Stored, handles: frozenset[str], others: Collection[str]) -> bool:
    """Whether somebody else said it, or it corrects what somebody else said."""
    kind = BY_TYPE[stored.type]
    if kind.corrects:
        return msgspec.json.decode(stored.data)["event"] in others
    return kind.voiced and stored.perspective not in handles


def _taken_along(stored: Stored, data: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "type", "subject", "occurred", "time", "method", "perspective", "toldby", "recorded", "recordedby")
    return {**{name: value for name in kept if (value := getattr(stored, name)) is not None}, "data": data}
