"""The read model of what is recorded: every event with what corrected it, the relationships, who is in them, and the initiatives.

It holds no text and opens none: pages are found here, and the events themselves are opened when they are shown.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import msgspec

from domain.model.history import Standing, resolve
from domain.model.initiative import Initiative, evolve
from domain.model.lens import Definition
from domain.model.participant import Participant, after
from domain.store.database import Change, Connection, Delete, Insert, Put, Table, Update, in_pages
from domain.store.keys import NotOpened, Ring
from projections.reader import Touched
from projections.views.spans import stays

ENTRIES = Table(
    "entries",
    {
        "position": "integer", "stream": "text", "kind": "text", "at": "integer", "recorded": "integer", "recorded_by": "text?",
        "retracted_by": "text?", "amended_by": "text?",
    },
    key=("stream", "position"),
    unique=(("position",),),
    version=7,
)  # fmt: skip
"""An event each. `stream` is its subject, `kind` its name, `at` and `recorded` its instants."""
RELATIONSHIPS = Table(
    "relationships",
    {
        "id": "text", "initiative": "text", "origin": "text", "began": "integer", "started_on": "text", "ended": "integer?",
        "ended_on": "text?", "latest": "integer",
    },
    key=("id",),
    indexes=(("latest", "id"), ("initiative", "latest", "id")),
    version=7,
)  # fmt: skip
"""`latest` is when its latest event occurred."""
MEMBERS = Table(
    "members",
    {
        "relationship": "text", "place": "integer", "handle": "text", "participant": "text?", "joined": "text", "left_on": "text?",
        "roles": "text", "side": "text",
    },
    key=("relationship", "place"),
    indexes=(("participant", "relationship"),),
    version=7,
)  # fmt: skip
"""`place`: in the order in which they are shown; `roles` as JSON; `participant` as the handle told it when this was read."""
PARTICIPANTS = Table(
    "participants",
    {"id": "text", "registered_on": "text", "registered_by": "text?", "standing": "text", "research": "integer"},
    key=("id",),
    indexes=(("registered_by", "id"),),
    version=7,
)
"""`standing`: see `domain.model.participant`; `registered_by`: as `recordedby` says it; `research`: 1 where they consent to that now."""
JOINS = Table(
    "joins",
    {"told_by": "text", "id": "text", "other": "text"},
    key=("told_by", "id", "other"),
    indexes=(("id", "other"),),
    version=7,
)
"""Two registrations of one person, each way round; `told_by` is the participant in whose stream they were joined. Who is joined through
others is worked out when it is asked: see `projections.views.persons`."""
INITIATIVES = Table(
    "initiatives",
    {"id": "text", "name": "text", "kind": "text", "guidance": "text", "contact": "text", "latest": "integer"},
    key=("id",),
    indexes=(("latest", "id"),),
    version=7,
)
APPOINTMENTS = Table("appointments", {"initiative": "text", "coordinator": "text"}, key=("coordinator", "initiative"), version=7)
"""Who coordinates which initiative now."""


class Histories:
    """Who is in which relationship, where, since when; and every event with what corrected it."""

    name = "histories"
    version = 7
    tables = (ENTRIES, RELATIONSHIPS, MEMBERS, PARTICIPANTS, JOINS, INITIATIVES, APPOINTMENTS)

    def changes(self, touched: Sequence[Touched], ring: Ring, own: Sequence[Definition]) -> Iterator[Change]:
        yield Insert(
            ENTRIES,
            [
                (e.position, e.stream, e.kind.name, e.at, e.recorded, e.recordedby, None, None)
                for found in touched
                for e in found.events[len(found.events) - found.new :]
            ],
        )
        corrected = [found for found in touched if any(event.kind.corrects for event in found.events)]
        yield Update(ENTRIES, ("retracted_by", "amended_by"), ("position",), [row for found in corrected for row in _marks(found)])
        yield from _relationships([found for found in touched if found.told is not None], ring)
        people = [found for found in touched if found.stream.startswith("participant/")]
        after_all = [_person(found) for found in people]
        yield Delete(PARTICIPANTS, ("id",), [(found.id,) for found in people])
        yield Insert(
            PARTICIPANTS,
            [(state.id, *begun, state.standing, int("research" in state.consents)) for state, begun in after_all if begun is not None],
        )
        yield Delete(JOINS, ("told_by",), [(found.id,) for found in people])
        yield Insert(JOINS, [row for state, _ in after_all for row in _joins(state)])
        homes = [found for found in touched if found.stream.startswith("initiative/")]
        yield Delete(INITIATIVES, ("id",), [(found.id,) for found in homes])
        yield Insert(INITIATIVES, [row for found in homes for row in _initiative(found)])
        yield Delete(APPOINTMENTS, ("initiative",), [(found.id,) for found in homes])
        yield Insert(APPOINTMENTS, [(found.id, one) for found in homes for one in _coordinators(found)])

    def naming(self, connection: Connection, generation: int, people: Sequence[str]) -> Iterator[str]:
        for some in in_pages(people):
            one_of_them, value = connection.among("participant", some)
            query = f"SELECT DISTINCT relationship FROM {connection.table(MEMBERS, generation)} m WHERE {one_of_them}"
            yield from (f"relationship/{id}" for (id,) in connection.execute(query, (value,)))

    def without(self, streams: Sequence[str]) -> Iterator[Change]:
        yield Delete(MEMBERS, ("relationship",), [(stream.partition("/")[2],) for stream in streams])


def _standing(found: Touched) -> list[Standing]:
    return resolve(found.events).standing


def _marks(found: Touched) -> Iterator[tuple[str | None, str | None, int]]:
    """By position, which correction of each event holds."""
    history = resolve(found.events)
    for event in found.events:
        amended = history.amended.get(event.id)
        yield history.retracted.get(event.id), amended.id if amended is not None else None, event.position


def _person(found: Touched) -> tuple[Participant, tuple[str, str | None] | None]:
    """How a participant stands, and when and by whom they were registered."""
    events = [standing.event for standing in _standing(found)]
    return after(found.id, events), next(((event.occurred, event.recordedby) for event in events if event.kind.opens), None)


def _joins(participant: Participant) -> Iterator[tuple[str, str, str]]:
    for other in participant.joined:
        yield participant.id, participant.id, other
        yield participant.id, other, participant.id


def _initiative(found: Touched) -> Iterator[tuple[str, str, str, str, str, int]]:
    standing = _standing(found)
    for opening in standing:
        if opening.event.kind.opens:
            data = opening.event.data
            yield found.id, data.name, data.kind, data.guidance, data.contact, standing[-1].event.at


def _coordinators(found: Touched) -> list[str]:
    return sorted(reduce(evolve, (standing.event for standing in _standing(found)), Initiative(found.id)).coordinators)


def _relationships(touched: Sequence[Touched], ring: Ring) -> Iterator[Change]:
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
        members += [
            (found.id, place, stay.handle, participant_of(ring, found.stream, stay.handle), stay.joined, stay.left,
             msgspec.json.encode(stay.roles).decode(), stay.side)
            for place, stay in enumerate(stays(told))
        ]  # fmt: skip
    yield Delete(RELATIONSHIPS, ("id",), gone)
    yield Delete(MEMBERS, ("relationship",), [(found.id,) for found in touched if found.new < len(found.events)])
    yield Put(RELATIONSHIPS, rows)
    yield Insert(MEMBERS, members)


def participant_of(ring: Ring, stream: str, handle: str) -> str | None:
    """The participant a handle stands for; None where that cannot be told (any more)."""
    try:
        owner = ring.owner(stream, handle)
        ring.key(owner)  # Who is being erased is told of no more, though the handle still does.
        return owner.partition("/")[2]
    except NotOpened:
        return None
