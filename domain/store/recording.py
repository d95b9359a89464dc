"""Recording: the one way in. Stage, judge, seal, append with position and leaf in one transaction, then wake whoever waits.

A batch is taken or refused as a whole. Its lines are read and staged before the store is locked; from then until the commit
nothing else is recorded, so what was judged is what holds. Small batches of several threads share transactions.
"""

from collections.abc import Callable, Iterable

import msgspec

from domain.model.envelope import read
from domain.model.errors import Refused, bad
from domain.model.event import Event
from domain.model.time import DAY
from domain.store.batch import Batch, Outcome, Progress, glimpse
from domain.store.database import ERASURES, Add, Connection, Database, Row
from domain.store.fresh import FreshIds
from domain.store.ground import Ground, Memory, Shared
from domain.store.keys import Keys, Ring
from domain.store.mapper import Mapper
from domain.store.recorder import EventRecorder
from domain.store.staging import Line, Stage
from domain.store.together import Together
from domain.store.trouble import TROUBLE

Lines = Iterable[tuple[Line, bytes]]
SMALL = 100
"""Events up to which a batch shares a transaction with others."""


def _unheard(step: str, count: int) -> None:
    """Nobody asks how far it is."""


class Recording:
    """Takes events into the store of one organisation. `clock` gives UTC microseconds."""

    def __init__(self, database: Database, recorder: EventRecorder, keys: Keys, organisation: str, clock: Callable[[], int]) -> None:
        self._database = database
        self._recorder = recorder
        self._keys = keys
        self._mapper = Mapper(organisation)
        self._clock = clock
        self._together = Together(self._settle_all, self._look_at_keys)
        self._memory = Memory()
        self._ring: Ring
        """The keys for the next transaction that batches share."""
        self._listeners: list[Callable[[int], None]] = []

    def on_recorded(self, listener: Callable[[int], None]) -> None:
        """Have `listener` called with the highest position after each batch that was taken."""
        self._listeners.append(listener)

    def record(
        self,
        lines: Lines,
        *,
        recorded_by: str,
        keep_recorded_by: bool = True,
        keep_going: bool = False,
        fresh: FreshIds | None = None,
        restore: bool = False,
        progress: Progress = _unheard,
    ) -> Outcome:
        """Record a batch of envelopes, one JSON object each, all or nothing.

        `recorded_by` stands for who signed in: it is used where the sender gives none, and always unless `keep_recorded_by`.
        With `keep_going`, streams with a refused line are left out whole, with what hangs on them. `fresh` replaces the sender's
        ids. `restore` keeps position and instant of recording, into an empty store. `progress` hears the step and its count.
        """
        batch = Batch(Stage(), self._keys, self._mapper, keep_going, restore, recorded_by)
        try:
            self._take_in(batch, lines, recorded_by, keep_recorded_by, fresh, progress)
            self._settle(batch, progress)
        finally:
            batch.stage.close()
        return self._told(batch)

    def try_out(self, lines: Lines, *, recorded_by: str, keep_recorded_by: bool = True) -> Outcome:
        """What `record` would make of a batch just now. Nothing of it is kept, and nobody hears of it."""
        batch = Batch(Stage(), self._keys, self._mapper, signed_in=recorded_by)
        try:
            self._take_in(batch, lines, recorded_by, keep_recorded_by, None, _unheard)
            if batch.stands:
                # In a transaction of its own: what others remember of theirs must not come from what was never recorded.
                with self._database.writing("events") as connection:
                    batch.try_out(self._ground(connection), self._clock(), _unheard)
        finally:
            batch.stage.close()
        return batch.outcome()

    def record_own(self, line: bytes, by: str) -> Outcome:
        """Record an event that only the platform itself may record. Raises `Refused`."""
        batch = Batch(Stage(), self._keys, self._mapper, signed_in=by)
        event = read(line, own=True, by=by, keep_by=False)
        batch.stage.add(1, event, Line("the platform", 1), self._mapper.clear(event), len(line))
        self._settle(batch, _unheard)
        return self._told(batch)

    def _settle(self, batch: Batch, progress: Progress) -> None:
        if not batch.stands:
            return
        if not batch.restore and batch.stage.size is not None and batch.stage.size <= SMALL:
            self._together.take(batch)
            if batch.failure is not None:
                raise batch.failure
        else:
            with self._database.writing("events") as connection:
                batch.settle(self._ground(connection), self._clock(), progress)
                connection.write([Add(ERASURES, [erased_elsewhere(event) for event in batch.erased])])
                # Before the views can take them in.
                self._keys.erase_all([event.stream for event in batch.erased])

    def _told(self, batch: Batch) -> Outcome:
        """What became of a batch, told to whoever listens too."""
        outcome = batch.outcome()
        if outcome.recorded:
            for listener in self._listeners:
                listener(outcome.position)
        return outcome

    def let_go(self) -> None:
        """Let go of what was opened for a transaction a minute ago, where none came since. To be called now and then."""
        cache = self._memory.cache
        if cache is not None and not self._keys.is_fresh(cache):
            self._together.while_idle(self._memory.forget)

    def _ground(self, connection: Connection) -> Ground:
        return Ground(connection, self._recorder, self._keys, self._mapper)

    def _look_at_keys(self) -> None:
        """Before a transaction begins: whoever waits for the keys within one would hold everybody else up."""
        self._ring = self._keys.ring()

    def _settle_all(self, batches: list[Batch]) -> None:
        """Settle batches in one transaction, one after the other."""
        shared = Shared(self._memory, self._ring, [event for batch in batches for event in batch.stage.heads()])
        try:
            with self._database.writing("events", brief=True) as connection:
                ground = Ground(connection, self._recorder, self._keys, self._mapper, shared)
                for batch in batches:
                    try:
                        batch.settle(ground, self._clock(), _unheard)
                    except Exception as error:
                        # What comes of one batch alone is told to who brought it; it has added nothing yet.
                        if isinstance(error, TROUBLE):
                            raise
                        batch.failure = error
                ground.flush()
        except BaseException:
            self._memory.forget()
            raise
        self._memory.head = ground.head

    def _take_in(self, batch: Batch, lines: Lines, by: str, keep: bool, fresh: FreshIds | None, progress: Progress) -> None:
        stage, clear, restore = batch.stage, self._mapper.clear, batch.restore
        number = recorded = 0
        for number, (place, raw) in enumerate(lines, 1):
            try:
                event = read(raw, restore=restore, by=by, keep_by=keep)
                if restore:
                    recorded = _next_of_restore(event, number, recorded, self._clock())
            except Refused as error:
                id, stream = glimpse(raw)
                batch.refuse(place, id, error.refusal, stream)
                continue
            if fresh is not None:
                fresh.note(event)
            stage.add(number, event, place, clear(event), len(raw))
            if number % 1000 == 0:
                progress("read", number)
        stage.flush()
        if fresh is not None:
            stage.rename(fresh, clear)
            batch.renamed(fresh)
        progress("read", number)


def erased_elsewhere(event: Event) -> Row:
    """The row in the ledger of an erasure that was done on the platform that an export is from."""
    data = event.data
    certificate = msgspec.json.encode(data.certificate).decode()
    return event.stream.partition("/")[2], data.requested_on, event.id, None, certificate, event.position


def _next_of_restore(event: Event, due: int, recorded: int, now: int) -> int:
    """A restore brings an export back whole: without gaps and in the order of recording. Gives the event's instant of recording."""
    if event.position != due:
        raise bad("restore_order", "position", position=event.position, expected=due)
    if event.recorded < recorded:
        raise bad("restore_recorded", "recorded")
    if event.recorded > now + DAY:
        raise bad("restore_ahead", "recorded")
    return event.recorded
