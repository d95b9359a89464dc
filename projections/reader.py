"""Reading streams for the projections: their events, opened as far as readings need, and each relationship's chronicle.

A rebuild of many events is shared out over the processors: every process reads with keys and connections of its own and hands
back the rows that are to be written, so that only one ever writes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from domain.model.errors import Refused
from domain.model.event import Event
from domain.model.history import resolve
from domain.model.initiative import Initiative, evolve
from domain.model.lens import Definition, from_plain
from domain.model.words import Side
from domain.store.database import EVENTS, Change, Connection, ReadConnection, Table
from domain.store.keys import Ring
from domain.store.mapper import VOICES, Unreadable
from domain.store.store import EventStore, Stretch
from domain.store.trouble import is_poison
from projections.lenses.chronicle import Chronicle, chronicle
from projections.processes import can_share, shared

SLICE = 2_000
"""Events read at a time: few enough to stay in the processor's own memory while they are worked on."""
SHARED_FROM = 20_000
"""With fewer events one process is done before others have started."""


class Touched(Struct, frozen=True):
    """A stream with new events: all its events in the order of recording, and how many of the last of them are new."""

    stream: str
    events: list[Event]
    new: int
    told: Chronicle | None

    @property
    def id(self) -> str:
        return self.stream.partition("/")[2]


class Projection(Protocol):
    """A read model. `version` changes with the form of its tables, and with what stands in them."""

    name: str
    version: int

    @property
    def tables(self) -> Sequence[Table]: ...

    def changes(self, touched: Sequence[Touched], ring: Ring, own: Sequence[Definition]) -> Iterable[Change]:
        """What is to be written for the touched streams, in order. `own`: the lenses that the organisation published."""
        ...

    def naming(self, connection: Connection, generation: int, people: Sequence[str]) -> Iterable[str]:
        """The streams in which the views name one of these participants."""
        ...

    def without(self, streams: Sequence[str]) -> Iterable[Change]:
        """What takes all that is told of streams out of the views."""
        ...


class Homes:
    """The sides that roles have in each initiative; once registered they are for ever, so they are the same as known at any time."""

    def __init__(self, store: EventStore, connection: ReadConnection, ring: Ring) -> None:
        self.ring = ring
        self._store = store
        self._connection = connection
        self._known: dict[str, Mapping[str, Side]] = {}

    def touched(self, stream: str, events: list[Event], new: int) -> Touched:
        return Touched(stream, events, new, self.chronicle(stream, events) if stream.startswith("relationship/") else None)

    def chronicle(self, stream: str, events: Sequence[Event]) -> Chronicle:
        return chronicle(stream.partition("/")[2], events, self.sides)

    def sides(self, initiative: str) -> Mapping[str, Side]:
        self.learn([initiative])
        return self._known[initiative]

    def learn(self, initiatives: Iterable[str]) -> None:
        """Load what is not known yet, in one statement."""
        wanted = {f"initiative/{id}": id for id in initiatives if id not in self._known}
        for stream, events in self._store.streams(self._connection, list(wanted), self.ring).items() if wanted else ():
            state = Initiative(wanted[stream])
            for standing in resolve(events).standing:
                state = evolve(state, standing.event)
            self._known[state.id] = state.sides


def published(store: EventStore, connection: ReadConnection, ring: Ring) -> list[Definition]:
    """The lenses of the organisation itself, each in its newest version, by name; without those that cannot be read."""
    query = f"SELECT DISTINCT originator_id FROM {connection.table(EVENTS)} e WHERE originator_id >= 'lens/' AND originator_id < 'lens0'"
    found = []
    for stream in sorted(name for (name,) in connection.execute(query)):
        try:
            standing = resolve(store.streams(connection, [stream], ring)[stream]).standing
            found += [lens_of(standing[-1].event)] if standing else []
        except (Unreadable, Refused):
            continue
    return found


def lens_of(event: Event) -> Definition:
    """The lens that a `LensPublished` published."""
    return from_plain({**event.data.definition, "name": event.local, "version": event.data.version})


class Reader:
    """Reads streams into the changes they bring about, within one snapshot of the store."""

    def __init__(self, store: EventStore, connection: Connection, projections: Sequence[Projection]) -> None:
        self._store = store
        self._connection = connection
        self._projections = projections
        self._homes = Homes(store, connection, store.keys.ring())
        self._own = published(store, connection, self._homes.ring)

    def read(self, stretch: Stretch) -> list[Change]:
        """The changes that whole streams bring to tables in which nothing of them stands yet."""
        ring = self._homes.ring = self._store.keys.ring()
        streams = list(self._store.within(self._connection, stretch))
        ring.prefetch_streams([stream for stream, _ in streams if stream.startswith("relationship/")])
        event = self._store.mapper.event
        loaded = ((stream, [event(row, ring, VOICES) for row in kept]) for stream, kept in streams)
        return self.changes([self._homes.touched(stream, events, len(events)) for stream, events in loaded])

    def changes(self, touched: Sequence[Touched]) -> list[Change]:
        return [
            change for projection in self._projections for change in projection.changes(touched, self._homes.ring, self._own) if change.rows
        ]

    def touched(self, stream: str, events: list[Event], new: int) -> Touched:
        return self._homes.touched(stream, events, new)


Read = tuple[Stretch, list[Change] | None]
"""A stretch and its changes; None where one of its streams is set aside, and each is to be read by itself."""


def _reading(store: EventStore, projections: Sequence[Projection]) -> Callable[[Stretch], Read]:
    """Reads stretches of streams with a store of its own, for another process."""
    opened = store.reopened()
    return _work(Reader(opened, opened.reading().__enter__(), projections))


def _work(reader: Reader) -> Callable[[Stretch], Read]:
    def read(stretch: Stretch) -> Read:
        try:
            return stretch, reader.read(stretch)
        except Exception as error:
            if not is_poison(error):
                raise
            return stretch, None

    return read


def read_all(store: EventStore, connection: Connection, projections: Sequence[Projection], upto: int) -> Iterator[Read]:
    """Read all streams as they stood at position `upto`, one stretch after another."""
    stretches = store.stretches(connection, upto, SLICE)
    if upto < SHARED_FROM or not can_share():
        return map(_work(Reader(store, connection, projections)), stretches)
    return shared(_reading, (store, projections), stretches)
