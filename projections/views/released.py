"""What a release holds: a project as it was known at a position, without whoever consents no more.

Worked out from the events each time it is asked for, so that there is no copy of it that a withdrawal or an erasure would not reach. What
was recorded later changes nothing of it but that: relationships, readings and who is one person are as they were known.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, closing
from functools import cached_property
from itertools import islice
from types import TracebackType
from typing import Protocol

from msgspec import Struct

from domain.model.event import Event
from domain.model.history import resolve
from domain.model.lens import Definition
from domain.model.participant import Participant, after
from domain.store.database import HANGS
from domain.store.deadline import go_on
from domain.store.mapper import VOICES
from domain.store.projects import Project, pseudonyms_of
from domain.store.releases import Release
from domain.store.store import EventStore
from projections.lenses.chronicle import Chronicle
from projections.lenses.reading import holders, told_by_accounts, told_by_evidence
from projections.reader import Homes
from projections.views import pseudonymous as p
from projections.views.cohort import Handles, aside, consenting
from projections.views.filters import Clause
from projections.views.histories import PARTICIPANTS, participant_of
from projections.views.observation import Observation, observation
from projections.views.persons import main_ids
from projections.views.roll import Roll
from projections.views.snapshot import Snapshot
from projections.views.spans import stays
from projections.views.weekly import member_told, moves_told, trajectory_of

PAGE = 100
"""Relationships that are held at a time."""


class Unread(Struct, frozen=True):
    """A relationship to be read through a lens every `step` weeks, for these holders with what each is called (None: pooled). `is_weighed`:
    not so the lens that believes what was said, whose definition counts for nothing."""

    told: Chronicle
    name: str
    version: str
    definition: Definition
    is_weighed: bool
    whose: Sequence[tuple[str | None, str | None]]
    seen: Observation
    step: int

    @property
    def lens(self) -> str:
        return f"{self.name}@{self.version}"


class Reading(Struct, frozen=True):
    """How a relationship was read through a lens (`name@version`) for a holder (None: pooled)."""

    lens: str
    holder: str | None
    trajectory: p.Trajectory
    moves: list[p.Move]


class Told(Struct, frozen=True):
    """A relationship with all its readings: of each lens those pooled, then of who is no member, then of members by pseudonym."""

    relationship: p.Relationship
    readings: list[Reading]


class Where(Protocol):
    """Where readings are worked out: of `at_once` relationships together, and of so many more such pages while the first is waited for."""

    at_once: int
    ahead: int

    def begin(self, unread: Sequence[Unread]) -> Callable[[], Iterator[list[Reading]]]:
        """Begin with these; what is given waits for them, in their order."""


class Here:
    """In this process, one relationship after another."""

    at_once, ahead = PAGE, 0

    def begin(self, unread: Sequence[Unread]) -> Callable[[], Iterator[list[Reading]]]:
        return lambda: map(read, unread)


def read(one: Unread) -> list[Reading]:
    """How a relationship was read."""
    body = told_by_evidence(one.told, one.definition) if one.is_weighed else told_by_accounts(one.told, one.version)
    return [
        Reading(
            one.lens,
            called,
            trajectory_of(body, one.definition, holder, called, one.seen, one.step),
            moves_told(body, holder, called, one.seen),
        )
        for holder, called in one.whose
    ]


class _Known(Struct, frozen=True):
    """A relationship as it was known, and how it is observed."""

    id: str
    told: Chronicle
    seen: Observation
    people: Handles


class Released:
    """A release as it comes out now, to be read within its context. Of its relationships none is held but those that are read just now."""

    def __init__(self, store: EventStore, snapshot: Snapshot, project: Project, release: Release, where: Where) -> None:
        self.project, self.release = project, release
        self._where = where
        self._store, self._snapshot = store, snapshot
        self._names = pseudonyms_of(project, snapshot.ring)
        self._homes = Homes(store, snapshot.connection, snapshot.ring)
        self._initiatives: dict[str, p.Initiative] = {}
        self._lenses = [snapshot.lens(one) for one in release.lenses]
        self._unsure = aside(snapshot)
        self.state = (snapshot.state, snapshot.gone(), self._unsure)
        """While it is the same, it comes out the same."""
        self._opened = ExitStack()

    def __enter__(self) -> "Released":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.close()

    @cached_property
    def _roll(self) -> Roll:
        """Who is in it."""
        roll = self._opened.enter_context(closing(Roll()))
        main = main_ids(self._snapshot.connection, self._snapshot.table)
        ids = (id for id, _ in consenting(self._snapshot, self._unsure, Clause()))
        while page := list(islice(ids, PAGE)):
            known = list(self._known(page))
            agreed = self._agreed({person for one in known for person in one.people.values()})
            for one in known:
                if self._is_asked_for(one) and one.people and agreed.issuperset(one.people.values()):
                    people = {main.get(person, person) for person in one.people.values()}
                    roll.add(self._names.relationship(one.id), one.id, people, len(one.seen.grid(self.release.step)))
        return roll

    @property
    def relationships(self) -> int:
        return self._roll.relationships

    @property
    def persons(self) -> int:
        """How many there are in it, as is known now of who is one person."""
        return self._roll.persons

    def streams(self, size: int) -> Iterator[list[str]]:
        """Those of which is told, so many at a time."""
        return ([f"relationship/{id}" for id in page] for page in self._roll.pages(size))

    @property
    def longest(self) -> int:
        """How many readings the longest trajectory has."""
        return self._roll.longest

    def __iter__(self) -> Iterator[Told]:
        waiting: deque[tuple[list[p.Relationship], Callable[[], Iterator[list[Reading]]]]] = deque()
        for page in self._roll.pages(self._where.at_once):
            found = {one.id: one for one in self._known(page)}
            told = [self._relationship(found[id]) for id in page]
            waiting.append((told, self._where.begin([unread for id in page for unread in self._unread(found[id])])))
            if len(waiting) > self._where.ahead:
                yield from self._told(*waiting.popleft())
        while waiting:
            yield from self._told(*waiting.popleft())

    def _told(self, relationships: Sequence[p.Relationship], begun: Callable[[], Iterator[list[Reading]]]) -> Iterator[Told]:
        readings = begun()
        for one in relationships:
            yield Told(one, [reading for _ in self._lenses for reading in next(readings)])

    def _known(self, ids: Sequence[str]) -> Iterator[_Known]:
        """Those of these relationships that had begun."""
        loaded = self._streams([f"relationship/{id}" for id in ids])
        self._homes.learn({event.data.initiative for events in loaded.values() for event in events if event.kind.opens})
        for stream, events in loaded.items():
            go_on()
            told, id = self._homes.chronicle(stream, events), stream.partition("/")[2]
            opening = next((step.event for step in told.steps if step.event.kind.opens), None)
            if opening is not None:
                people = {handle: participant_of(self._snapshot.ring, stream, handle) or "" for handle in told.steps[-1].after.members}
                yield _Known(id, told, self._observed(id, told, opening), people)

    def _observed(self, id: str, told: Chronicle, opening: Event) -> Observation:
        last = told.steps[-1].after
        ended = None
        if last.ended:
            ended = next(step.event.at for step in reversed(told.steps) if step.after.ended and not step.before.ended)
        origin = "MATCHED" if last.matched else "EMERGED"
        return observation(self.project, self._names.weeks(id, opening.at), last.initiative, origin, ended, self.release.made)

    def _is_asked_for(self, one: _Known) -> bool:
        project, began = self.project, one.seen.weeks.began
        return (
            (project.initiatives is None or one.seen.initiative in project.initiatives)
            and (project.first is None or began >= project.first)
            and (project.over is None or began < project.over)
        )

    def _agreed(self, people: Set[str]) -> frozenset[str]:
        """Who of these people consents to research now, and did as was known."""
        these, value = self._snapshot.connection.among("id", sorted(people))
        query = f"SELECT id FROM {self._snapshot.table(PARTICIPANTS)} p WHERE standing = 'consenting' AND research = 1 AND {these}"
        now = [id for (id,) in self._snapshot.connection.execute(query, (value,))]
        return frozenset(one.id for one in self._participants(now) if one.standing == "consenting" and "research" in one.consents)

    def _participants(self, ids: Sequence[str]) -> list[Participant]:
        """People as they were known."""
        loaded = self._streams([f"participant/{id}" for id in ids])
        return [after(stream.partition("/")[2], [one.event for one in resolve(events).standing]) for stream, events in loaded.items()]

    def _streams(self, streams: Sequence[str]) -> dict[str, list[Event]]:
        found = self._store.streams(self._snapshot.connection, streams, self._snapshot.ring, only=VOICES)
        return {stream: [event for event in events if event.position <= self.release.position] for stream, events in found.items()}

    @cached_property
    def _main(self) -> Mapping[str, str]:
        """Of who was known to be registered more than once, by each of their ids the one that stands for all."""
        hangs = self._snapshot.connection.table(HANGS)
        query = f"SELECT DISTINCT stream FROM {hangs} h WHERE stream >= 'participant/' AND stream < 'participant0'"
        told = [stream.partition("/")[2] for (stream,) in self._snapshot.connection.execute(query)]
        main: dict[str, str] = {}

        def first(id: str) -> str:
            while (other := main.get(id, id)) != id:
                id = other
            return id

        for person in self._participants(told):
            for other in person.joined:
                one, another = sorted((first(person.id), first(other)))
                main[another] = one
        return {id: first(id) for id in main}

    def _relationship(self, one: _Known) -> p.Relationship:
        members = [
            member
            for stay in stays(one.told)
            for member in member_told(
                "",
                self._names.member(one.id, stay.handle),
                self._person(one.people[stay.handle]),
                stay.side,
                stay.joined,
                stay.left,
                one.seen,
            )
        ]
        return p.Relationship(
            "", self._names.relationship(one.id), self._initiative(one.seen.initiative), one.seen.origin, one.seen.length,
            one.seen.censoring, sorted(members, key=lambda member: member.pseudonym),
        )  # fmt: skip

    def _unread(self, one: _Known) -> Iterator[Unread]:
        called = {handle: self._names.member(one.id, handle) for handle in one.people}
        others = sorted(set(holders(one.told)) - called.keys())
        whose = [(None, None), *((other, other) for other in others), *sorted(called.items(), key=lambda pair: pair[1])]
        for name, definition in self._lenses:
            version = self._snapshot.version(name, definition)
            yield Unread(one.told, name, version, definition, name != "accounts", whose, one.seen, self.release.step)

    def _person(self, participant: str) -> str:
        return self._names.person(self._main.get(participant, participant))

    def _initiative(self, id: str) -> p.Initiative:
        if id not in self._initiatives:
            (events,) = self._streams([f"initiative/{id}"]).values()
            data = next(one.event.data for one in resolve(events).standing if one.event.kind.opens)
            self._initiatives[id] = p.Initiative(self._names.initiative(id), data.kind, data.guidance, data.contact)
        return self._initiatives[id]
