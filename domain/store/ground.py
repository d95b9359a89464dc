"""What is recorded, as one writing transaction finds it and adds to it: the ground on which batches are judged.

Of a single large batch nothing is kept, so that memory stays flat. Small batches that share a transaction share what was read for them: it
is asked for all at once, and what one of them adds the next one sees. From one transaction to the next it is remembered, but for
the streams in which somebody else recorded in between, and as long as no key changed.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from domain.model.event import Event
from domain.model.initiative import Initiative
from domain.model.judged import Judged
from domain.model.naming import GIVING, identities
from domain.model.participant import Standing
from domain.model.time import instant
from domain.store.database import EVENTS, HANGS, Connection, Cursor, Row, in_pages
from domain.store.keys import Keys, Ring
from domain.store.mapper import JUDGED, Kept, Mapper, Unreadable
from domain.store.recorder import EventRecorder
from domain.store.ring import Cache

REMEMBERED = 50_000
"""Events that are held in memory from one transaction to the next."""
Asked = tuple[Sequence[str], Cursor]
"""Streams whose events were asked for, and the answer."""
Answered = tuple[Sequence[str], Iterable[Row]]
"""The same with the rows."""
FOLLOWED = 200
"""Events of others, since a transaction, up to which what was remembered of other streams is kept."""


class Memory:
    """What was read of the store up to a position, opened with the keys of one cache."""

    def __init__(self) -> None:
        self.head = -1
        self.cache: Cache | None = None
        self.streams: dict[str, list[Event]] = {}
        self.standings: dict[str, Standing] = {}
        """How participants stand, by their ids."""
        self.initiatives: dict[str, Initiative] = {}
        self.judged: dict[str, Judged] = {}
        """What the streams of relationships came to; of the others `standings` and `initiatives` say it."""
        self.fresh: dict[str, list[Kept]] = {}
        """What was recorded since a stream was read, as it is stored."""
        self._size = 0

    def holds(self, last: Sequence[Row], ring: Ring) -> None:
        """Forget what may not be so any more: a key changed, or somebody else recorded. `last`: position and stream of the last events, the
        highest first; where they reach back to what was read before, only their streams are let go."""
        reaches = bool(last) and last[-1][0] == self.head
        if not reaches or not ring.as_before(self.cache) or self._size > REMEMBERED:
            self.forget()
        for _, stream, *_ in last[:-1]:
            self._let_go(stream)
        self.head, self.cache = last[0][0] if last else 0, ring.cache

    def _let_go(self, stream: str) -> None:
        id = stream.partition("/")[2]
        for held in (self.streams, self.fresh, self.judged):
            held.pop(stream, None)
        self.standings.pop(id, None)
        self.initiatives.pop(id, None)

    def forget(self) -> None:
        """Let go of all that was opened."""
        self.head, self.cache, self._size = -1, None, 0
        for held in (self.streams, self.standings, self.initiatives, self.judged, self.fresh):
            held.clear()

    def learn(self, stream: str, events: list[Event]) -> None:
        self.streams[stream] = events
        self._size += len(events)

    def add(self, stream: str, kept: Kept) -> None:
        """Something was recorded."""
        kind, _, id = stream.partition("/")
        if stream in self.streams:
            self.fresh.setdefault(stream, []).append(kept)
            self._size += 1
        if kind == "participant":
            self.standings.pop(id, None)
        elif kind == "initiative":
            self.initiatives.pop(id, None)
        else:
            self.judged.pop(stream, None)


class Shared(NamedTuple):
    """What batches share that share a transaction: what was remembered, the keys as they stood before it began, and the events that they
    bring."""

    memory: Memory
    ring: Ring
    new: Sequence[Event]


class Ground:
    """One organisation's events within a writing transaction. `shared`: where batches share it."""

    def __init__(self, connection: Connection, recorder: EventRecorder, keys: Keys, mapper: Mapper, shared: Shared | None = None) -> None:
        self._connection = connection
        self._recorder = recorder
        self._keys = keys
        self._mapper = mapper
        self._events = connection.table(EVENTS)
        self._ring = shared.ring if shared else None
        self.takes_in_meanwhile = shared is None and connection.takes_in_meanwhile
        """Whether a batch by itself is taken in while its next events are formed; then they may come in another order than that of their
        positions."""
        self.memory = shared.memory if shared else Memory()
        # Asked in one go: what is fetched first is answered together with the rest.
        before = self.memory.head
        since, most = ("WHERE position >= ?", FOLLOWED) if before > 0 else ("WHERE position > ?", 1)
        last = connection.execute(
            f"SELECT position, originator_id, state FROM {self._events} e {since} ORDER BY position DESC LIMIT {most}", (before,)
        )
        self._ids: dict[str, bytes | None] = dict.fromkeys(event.id for event in shared.new) if shared else {}
        known = [self._recorded(ids) for ids in in_pages(list(self._ids))]
        # Whom a relationship is of is asked for later: the server's log keeps a message that failed, past every erasure.
        asked = self._asked({event.stream for event in shared.new if event.stream not in self.memory.streams}) if shared else []
        # All of it, before anything of it turns out to be damaged: what SQLite has begun to answer holds its table.
        found = last.fetchall()
        for some in known:
            self._ids |= dict(some.fetchall())
        answers = [(names, rows.fetchall()) for names, rows in asked]
        self.head: int = found[0][0] if found else 0
        """The highest position; 0 where nothing is recorded."""
        self.recorded: int = instant(mapper.envelope(found[0][2]).recorded)[0] if found else 0
        """The instant at which it was recorded."""
        self._ahead: dict[str, list[Event]] = {}
        self._waiting: list[Row] = []
        self._hangs: list[tuple[str, str]] = []
        if shared:
            self.memory.holds(found, shared.ring)
            self._learn(answers)
            self._look_up(shared.new)

    def _look_up(self, events: Sequence[Event]) -> None:
        """Read at once what batches that share this transaction will ask. What cannot be read only they meet who ask for it."""
        streams = {event.stream for event in events}
        self._load(streams)
        read = [stream for stream in streams if stream in self.memory.streams and stream not in self.memory.judged]
        naming = [event for event in events if event.kind.name in GIVING]
        naming += [event for stream in read for event in self._remembered(stream) if event.kind.name in GIVING]
        self._load({f"participant/{person}" for event in naming for _, person in identities(event)})
        self._load({f"initiative/{event.data.initiative}" for event in naming if event.kind.opens})

    def expect(self, streams: Sequence[str]) -> None:
        """Read at once what a batch by itself will ask next; what was read before is let go."""
        if self._ring is None and self.head:
            self._ahead = self._answered(self._asked(streams))

    def _load(self, streams: Iterable[str]) -> None:
        if missing := [stream for stream in streams if stream not in self.memory.streams]:
            self._learn(self._asked(missing))

    def _learn(self, asked: Iterable[Answered]) -> None:
        for stream, events in self._answered(asked).items():
            self.memory.learn(stream, events)

    def _asked(self, streams: Iterable[str]) -> list[Asked]:
        """Ask for the events of streams, and get ready to open them."""
        names, ring = sorted(streams), self.ring()
        ring.prefetch_streams([stream for stream in names if stream.startswith("relationship/")])
        ring.prefetch([stream for stream in names if stream.startswith("participant/")])
        return [(some, self._of_streams(some)) for some in in_pages(names)]

    def _of_streams(self, names: Sequence[str]) -> Cursor:
        named, value = self._connection.among("originator_id", names)
        query = f"SELECT originator_id, state, at, until FROM {self._events} e WHERE {named} ORDER BY position"
        return self._connection.execute(query, (value,))

    def _answered(self, asked: Iterable[Answered]) -> dict[str, list[Event]]:
        """The events of streams that were asked for, in the order of recording; nothing of those that cannot be read."""
        found: dict[str, list[Event]] = {}
        ring = self.ring()
        for names, rows in asked:
            found |= {stream: [] for stream in names}
            for stream, state, at, until in rows:
                if stream in found:
                    try:
                        found[stream].append(self._mapper.event((state, at, until), ring, JUDGED))
                    except Unreadable:
                        del found[stream]
        return found

    def ring(self) -> Ring:
        """The keys: looked up anew for a batch by itself, once for those that share a transaction."""
        return self._ring or self._keys.ring()

    def renew(self) -> None:
        """Keys changed since they were looked up: what was opened and remembered with them is let go."""
        if self._ring is not None:
            self._ring = self._keys.ring()
            self.memory.forget()

    def stream(self, stream: str) -> list[Event]:
        """The events of a stream, opened as far as rules need and their keys allow."""
        if self.head == 0:
            return []
        if stream in self.memory.streams:
            return list(self._remembered(stream))
        if stream in self._ahead:
            return self._ahead.pop(stream)
        self.flush()
        rows = self._recorder.stream(self._connection, stream)
        ring = self.ring()
        return [self._mapper.event((state, at, until), ring, JUDGED) for state, at, until in rows]

    def _remembered(self, stream: str) -> list[Event]:
        events = self.memory.streams[stream]
        events += [self._mapper.event(kept, self._ring, JUDGED) for kept in self.memory.fresh.pop(stream, ())]
        return events

    def judged(self, stream: str) -> Judged | None:
        """What a relationship's stream came to when it was last judged, where that is remembered and nothing was added since."""
        return self.memory.judged.get(stream)

    def learn(self, stream: str, state: Any) -> None:
        """Remember what a stream comes to, all that was added to it included."""
        if self._ring is not None and isinstance(state, Judged):
            self.memory.judged[stream] = state

    def states(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The stored envelopes of those of these ids that are recorded."""
        if all(id in self._ids for id in ids):
            return {id: state for id in ids if (state := self._ids[id]) is not None}
        self.flush()
        found: dict[str, bytes] = {}
        for some in in_pages(ids):
            found |= dict(self._recorded(some).fetchall())
        return found

    def _recorded(self, ids: Sequence[str]) -> Cursor:
        """The ids and stored envelopes of those of these that are recorded."""
        named, value = self._connection.among("id", ids)
        return self._connection.execute(f"SELECT id, state FROM {self._events} e WHERE {named}", (value,))

    def kept(self, id: str) -> Kept | None:
        """An event by its id, as it is stored."""
        self.flush()
        row = self._connection.execute(f"SELECT state, at, until FROM {self._events} e WHERE id = ?", (id,)).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def hanging_on(self, stream: str) -> list[str]:
        """The recorded relationships and participants that name this stream."""
        self.flush()
        hangs = self._connection.table(HANGS)
        return [row[0] for row in self._connection.execute(f"SELECT stream FROM {hangs} h WHERE target = ? ORDER BY stream", (stream,))]

    def append(self, rows: Iterable[Row], hangs: list[tuple[str, str]]) -> None:
        """Add events, of which the positions go on from `head`. `hangs` is complete when the last row was taken."""
        if self._ring is None:
            self._recorder.append(self._connection, rows, hangs)
            return
        new = list(rows)
        self._waiting += new
        self._hangs += hangs
        for _, stream, _, state, id, _, at, until in new:
            self._ids[id] = state
            self.memory.add(stream, (state, at, until))

    def flush(self) -> None:
        """Write what was added."""
        if self._waiting:
            self._recorder.append(self._connection, self._waiting, self._hangs)
            self._waiting, self._hangs = [], []
