"""What came to be known after a position: the events, and the moves that they brought about or undid.

A move is known from the batch that made it known, or from when its time came, where it was foreseen (something fades in silence, a term
lapses). What a batch changes is the difference between a relationship's moves as known before it and with it, up to its own instant.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import takewhile

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.model.catalogue import CATALOGUE
from domain.model.errors import Refusal, Refused, bad
from domain.model.lens import ACCOUNTS_VERSION
from domain.store.database import EVENTS
from domain.store.mapper import Unreadable
from projections.lenses.evidence import Move
from projections.lenses.reading import POOLED
from projections.set_aside import SET_ASIDE
from projections.views import answers as a
from projections.views.filters import EventFilter, MoveFilter, event_clause
from projections.views.histories import ENTRIES
from projections.views.questions import Questions
from projections.views.snapshot import Snapshot, move_answer
from projections.views.trajectories import MOVES

LIMIT = 200
"""Events, or relationships that a batch touched, looked at in one go."""
STEP_SECONDS = 1.0
"""After which a step ends early: a long history is read anew for every batch that touched it."""


class Behind(Exception):
    """A replica is asked that has not come to a `position` yet, only to `upto`. To be asked again in a moment."""

    def __init__(self, position: int, upto: int) -> None:
        super().__init__(f"Here it is up to {upto}, and {position} is asked for")
        self.position = position
        self.upto = upto


def need(questions: Questions, snapshot: Snapshot, position: int, field: str = "after") -> None:
    """Have a snapshot show all up to a position that somebody gave as `field`. Raises `Behind` where a replica does not yet, and
    `Refused` where nothing is recorded there at all: after a restore from an older copy somebody may think so."""
    if position > snapshot.upto:
        check_recorded(questions, position, field)
        raise Behind(position, snapshot.upto)


def check_recorded(questions: Questions, position: int, field: str) -> None:
    """Raises `Refused` for a position at which nothing is recorded yet."""
    head = questions.recorded()
    if position > head:
        raise bad("position_ahead", field, position=position, head=head, name=field)


class Places(Struct, frozen=True):
    """Positions and kinds of some events in the order of recording, and the position up to which there are no others. `more`: others
    follow at once."""

    found: dict[int, str]
    upto: int
    more: bool


class Events(Struct, frozen=True):
    """The same with the events themselves, and the relationships that they are of, by their ids, where those are asked for."""

    found: list[a.RecordedEvent]
    upto: int
    more: bool
    relationships: dict[str, a.Relationship] = {}

    def of(self, event: a.RecordedEvent) -> a.Relationship | None:
        kind, _, id = event.subject.partition("/")
        return self.relationships.get(id) if kind == "relationship" else None


def places_after(snapshot: Snapshot, position: int, asked: EventFilter) -> Places:
    """Where events were recorded after a position, some at a time. A snapshot that has not come there has nothing new."""
    if asked.participant is not None:
        snapshot.scope.need("open")
    clause = event_clause(asked, snapshot.table, snapshot.gone)
    clause.need("e.position > ?", position)
    rows = snapshot.connection.execute(
        f"SELECT e.position, e.kind FROM {snapshot.table(ENTRIES)} e{clause.where} ORDER BY e.position LIMIT ?", (*clause.values, LIMIT)
    )
    found: dict[int, str] = dict(rows.fetchall())
    more = len(found) == LIMIT
    return Places(found, max(found) if more else max(position, snapshot.upto), more)


def events_after(questions: Questions, position: int, asked: EventFilter, least: int = 0, relationships: bool = False) -> Events:
    """The events that were recorded after a position, some at a time, from where all up to `least` is known. Raises as `need` does."""
    if asked == EventFilter(types=asked.types) and (ahead := _ahead(questions, position, asked.types, least, relationships)) is not None:
        return ahead
    with questions.snapshot() as snapshot:
        if snapshot.upto <= position:
            need(questions, snapshot, least)
        found = _events(snapshot, places_after(snapshot, position, asked), relationships)
        # What others were told ahead of views that are held up is told as they were, from the log: with the next page.
        return replace(found, more=True) if snapshot.upto < least else found


def _events(snapshot: Snapshot, places: Places, relationships: bool) -> Events:
    shown = snapshot.events_at(list(places.found))
    found = [shown[place] for place in places.found]
    ids = {event.subject.partition("/")[2] for event in found if event.subject.startswith("relationship/")} if relationships else ()
    return Events(found, places.upto, places.more, snapshot.relationships(sorted(ids)))


ENDING = ("term_ended", "relationship_ended", "relationship_resumed")
"""The events that change whether a relationship has ended."""
PLAIN = {
    kind.topic: kind.name for kind in CATALOGUE.values() if kind.streams == ("relationship",) and not kind.opens and kind.name not in ENDING
}
"""By the topics under which they are stored, the events that change nothing of what is shown of other events, or of a relationship by
itself: its initiative, how it came about, when it began and ended. Who is in it, and until when it is agreed, is asked of the views."""


def _ahead(questions: Questions, position: int, types: list[str] | None, least: int, relationships: bool) -> Events | None:
    """What the log has and the views not yet, up to where these would have something to say of it, so that who listens need not wait for
    them. None where there is nothing of the kind, and where the views are so far behind that whoever asks is to bring them up."""
    with questions.as_they_stand() as snapshot:
        if snapshot is None or not snapshot.scope.is_whole or snapshot.upto > position:
            return None
        rows = snapshot.connection.execute(
            f"SELECT position, topic FROM {snapshot.of_seen(EVENTS)} e WHERE position > ? ORDER BY position LIMIT ?",
            (snapshot.upto, LIMIT + 1),
        ).fetchall()
        plain = list(takewhile(lambda row: row[1] in PLAIN, rows))
        if len(rows) > LIMIT or not plain or plain[-1][0] <= position or plain[-1][0] < least or _is_aside(snapshot):
            return None
        kinds = {place: PLAIN[topic] for place, topic in plain if place > position}
        wanted = {place: kind for place, kind in kinds.items() if types is None or kind in types}
        with suppress(Unreadable):
            return _events(snapshot, Places(wanted, plain[-1][0], False), relationships)
    return None


def _is_aside(snapshot: Snapshot) -> bool:
    """Whether the views could not take something in."""
    return snapshot.connection.execute(f"SELECT 1 FROM {snapshot.of_seen(SET_ASIDE)} s LIMIT 1").fetchone() is not None


def events_again(questions: Questions, events: Sequence[a.RecordedEvent]) -> list[a.RecordedEvent]:
    """Events as they can be opened now. Raises as `need` does."""
    ids = [event.id for event in events]
    with questions.as_they_stand() as snapshot:
        # The log has them, whatever the views have.
        shown = snapshot.events(ids) if snapshot is not None else {}
    if not all(id in shown for id in ids):
        with questions.snapshot() as snapshot:
            need(questions, snapshot, max((int(event.position) for event in events), default=0))
            shown = snapshot.events(ids)
    return [shown[id] for id in ids]


class Arrived(Struct, frozen=True):
    """A move that has come to be known. `position`: from where to go on after it."""

    move: a.Move
    position: int


class Withdrawn(Struct, frozen=True):
    """A move that was known and is no more: something that was recorded late, or corrected, undid it."""

    move: a.Move
    position: int


class Moves(Struct, frozen=True):
    """What became of moves, in order. `next_at` is the instant at which the next one that is foreseen comes, if there is one."""

    found: list[Arrived | Withdrawn]
    upto: int
    more: bool
    next_at: int | None


class Turn(Struct, frozen=True):
    """What became of a move, with nothing opened of what moved it. `gone`: it is known no more."""

    relationship: str
    move: Move
    position: int
    gone: bool = False


class Step(Struct, frozen=True):
    """`Moves` before they are opened, which may be kept for as long as one likes."""

    found: list[Turn]
    upto: int
    more: bool
    next_at: int | None


class _Touch(Struct, frozen=True):
    """A relationship that a batch touched: at its last event there, with the instants of this batch and of the one before it."""

    position: int
    relationship: str
    recorded: int
    before: int | None


Key = tuple[object, ...]
"""What makes a move the same: its instant, from what to what, and what moved it."""


class MoveFeed:
    """The moves that come to be known after a position, of one lens and one holder, in the version that the lens has now.

    Raises as `need` does where nothing is known of that position."""

    def __init__(self, questions: Questions, lens: str | None, asked: MoveFilter, after: int) -> None:
        self.position = after
        self.questions = questions
        self._asked = asked
        self._come: dict[str, set[Key]] = {}
        self._resumed = after > 0
        self._next_at: int | None = None
        with questions.snapshot() as snapshot:
            need(questions, snapshot, after)
            self._name, self._lens = snapshot.lens(lens)
            # Whoever has heard all up to a position has heard what had come when that was recorded.
            self._clock = self._heard = snapshot.recorded_at(after)

    def step(self) -> Moves:
        """What came to be known since the last step; nothing where a replica is asked that has not come as far as this feed has.

        Raises `Refused` where the lens has another version meanwhile."""
        with self.questions.snapshot() as snapshot:
            if snapshot.upto < self.position:
                return Moves([], self.position, False, self._next_at)
            return self.opened(snapshot, self.step_within(snapshot))

    def step_within(self, snapshot: Snapshot) -> Step:
        """The same, as a snapshot sees it that has come so far. Feeds that ask the same and have said all of one snapshot say the same
        from then on."""
        snapshot.scope.need("open")
        if snapshot.lens(self._name)[1] != self._lens:
            raise Refused(Refusal("CONFLICT", "lens_changed", "lens", {"name": self._name}))
        query = _TOUCHED.format(entries=snapshot.table(ENTRIES))
        touched = [_Touch(*row) for row in snapshot.connection.execute(query, (self.position, LIMIT))]
        found: list[Turn] = []
        began = time.monotonic()
        for number, touch in enumerate(touched, 1):
            if touch.recorded > self._clock:
                found += self._foreseen(snapshot, touch.recorded, snapshot.position_before(touch.position, touch.recorded))
            found += self._changed(snapshot, touch)
            if number == LIMIT or time.monotonic() - began > STEP_SECONDS:
                self.position = touch.position
                return Step(found, self.position, True, None)
        self.position = snapshot.upto
        found += self._foreseen(snapshot, snapshot.now, self.position)
        self._heard = self._clock
        self._come.clear()
        self._resumed = False
        self._next_at = self._next(snapshot)
        return Step(found, self.position, False, self._next_at)

    def opened(self, snapshot: Snapshot, step: Step) -> Moves:
        """A step with what moved each, as far as the keys allow now. The snapshot has come as far as the step."""
        events = snapshot.events([id for turn in step.found for id in turn.move.triggers])
        version = ACCOUNTS_VERSION if self._name == "accounts" else self._lens.version
        found: list[Arrived | Withdrawn] = []
        for turn in step.found:
            move = move_answer(turn.relationship, self._name, version, self._asked.holder, turn.move, events)
            found.append(Withdrawn(move, turn.position) if turn.gone else Arrived(move, turn.position))
        return Moves(found, step.upto, step.more, step.next_at)

    def _changed(self, snapshot: Snapshot, touch: _Touch) -> Iterator[Turn]:
        """The difference that a batch made to the moves of one relationship."""
        if not self._is_asked(snapshot, touch.relationship):
            return
        before: dict[Key, Move] = {}
        if touch.before is not None:
            before = self._known(snapshot, touch.relationship, touch.recorded - 1, touch.recorded)
        heard, come = max(self._heard, touch.before or 0), self._come.get(touch.relationship, set())
        told = {key for key, move in before.items() if move.at <= heard or key in come}
        after = self._known(snapshot, touch.relationship, touch.recorded, touch.recorded)
        # What was foreseen and came before a break may have been heard then: it is taken back too, and one time too many does no harm.
        gone = [move for key, move in before.items() if key not in after and (key in told or self._resumed)]
        come_now = [move for key, move in after.items() if key not in told]
        moves = [*gone, *come_now]
        for number, move in enumerate(moves, 1):
            # Only after the last of them all are known: who breaks off before goes on from before the first.
            position = touch.position if number == len(moves) else touch.position - 1
            yield Turn(touch.relationship, move, position, gone=number <= len(gone))

    def _known(self, snapshot: Snapshot, id: str, known_at: int, to: int) -> dict[Key, Move]:
        """The moves up to an instant that pass the filter, as known then."""
        moves = snapshot.moves_as_known(id, self._name, self._lens, self._asked.holder, known_at)
        return {_key(move): move for move in moves if move.at <= to and self._passes(move)}

    def _foreseen(self, snapshot: Snapshot, to: int, position: int) -> list[Turn]:
        """What was foreseen and has come since the clock was last looked at, if it still holds."""
        values = (self._name, self._asked.holder or POOLED, self._clock, to)
        rows = snapshot.connection.execute(_COME.format(entries=snapshot.table(ENTRIES), moves=snapshot.table(MOVES)), values).fetchall()
        self._clock = max(self._clock, to)
        come: list[Turn] = []
        for id, last, at, was, was_kind, now, kind, cause, triggers in rows:
            move = Move(at, was, was_kind, now, kind, cause, tuple(msgspec.json.decode(triggers)))
            if not self._passes(move) or not self._is_asked(snapshot, id):
                continue
            if last < move.at or _key(move) in self._known(snapshot, id, move.at, move.at):
                come.append(Turn(id, move, position))
                self._come.setdefault(id, set()).add(_key(move))
        return come

    def _next(self, snapshot: Snapshot) -> int | None:
        query = f"SELECT min(at) FROM {snapshot.table(MOVES)} m WHERE lens = ? AND holder = ? AND at > ?"
        row = snapshot.connection.execute(query, (self._name, self._asked.holder or POOLED, snapshot.now)).fetchone()
        return row[0] if row else None

    def _passes(self, move: Move) -> bool:
        asked = self._asked
        return (
            (asked.was is None or move.was == asked.was.lower())
            and (asked.now is None or move.now == asked.now.lower())
            and (asked.start is None or move.at >= asked.start)
            and (asked.to is None or move.at <= asked.to)
        )

    def _is_asked(self, snapshot: Snapshot, id: str) -> bool:
        if self._asked.relationship not in (None, id):
            return False
        return self._asked.initiative is None or snapshot.home_of(id) == self._asked.initiative


_TOUCHED = """
SELECT e.position, substr(e.stream, 14), e.recorded,
  (SELECT p.recorded FROM {entries} p WHERE p.stream = e.stream AND p.position < e.position AND p.recorded < e.recorded
   ORDER BY p.position DESC LIMIT 1)
FROM {entries} e
WHERE e.position > ? AND e.stream >= 'relationship/' AND e.stream < 'relationship0'
  AND e.recorded <> coalesce(
    (SELECT n.recorded FROM {entries} n WHERE n.stream = e.stream AND n.position > e.position ORDER BY n.position LIMIT 1), 0)
ORDER BY e.position LIMIT ?
"""
"""The relationships that batches touched after a position: of each batch, each at its last event there."""

_COME = """
SELECT m.relationship,
  (SELECT e.recorded FROM {entries} e WHERE e.stream = 'relationship/' || m.relationship ORDER BY e.position DESC LIMIT 1),
  m.at, m.was, m.was_kind, m.now, m.kind, m.cause, m.triggers
FROM {moves} m WHERE m.lens = ? AND m.holder = ? AND m.at > ? AND m.at <= ? ORDER BY m.at, m.relationship
"""
"""The moves of a stretch of time as they are known now, each with when its relationship was last recorded in."""


def _key(move: Move) -> Key:
    return move.at, move.was, move.was_kind, move.now, move.kind, move.cause, move.triggers
