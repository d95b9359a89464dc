"""Everything that can be asked of an organisation, in bulk, so that no page asks once per row.

Each question sees one snapshot, with the read models at its head: where they are behind, they are first brought up, unless that lasts too
long (`projections.upkeep`). On a replica they stand where they have come to there, which `reached` tells. What the primary answers in its
place, a replica that is back has to have before it is asked again: what `reached` told stays so.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeVar

import msgspec

from domain.model.envelope import dated
from domain.model.errors import bad
from domain.model.lens import ACCOUNTS_VERSION
from domain.model.time import MINUTE, moment
from domain.store.accesses import FOLLOWING, viewer
from domain.store.database import Connection, Table, marks
from domain.store.mapper import NAMES, NOTHING, Opens
from domain.store.replica import Lost
from domain.store.store import EventStore
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import Move
from projections.runner import Runner, Stand
from projections.views import answers as a
from projections.views import pages, spans
from projections.views.answer_cache import KEPT_ONLY, AnswerCache, Asks
from projections.views.filters import (
    MOVE_PLACE,
    EventFilter,
    MoveFilter,
    RelationshipFilter,
    cursor,
    event_clause,
    move_clause,
    page_size,
    place_of,
)
from projections.views.histories import ENTRIES, INITIATIVES, RELATIONSHIPS
from projections.views.persons import joined_with
from projections.views.pushed import Chosen, Ready, kept_pages, ready_page, ready_pages
from projections.views.scope import Scope
from projections.views.series import Series, SeriesCache, all_series
from projections.views.snapshot import Snapshot, move_answer
from projections.views.trajectories import MOVES

ROW_BYTES = 300
"""What a row that is kept takes, about."""

Item = TypeVar("Item")


class Questions:
    """The questions of one organisation. Thread-safe: every method takes its own snapshot.

    `only`: what of events is opened, where not all of it is shown. What is, the access log says."""

    def __init__(self, store: EventStore, runner: Runner) -> None:
        self._store = store
        self._runner = runner
        self._all = Scope(store.organisation)
        self._series = SeriesCache()
        self._pages: AnswerCache[Ready] = kept_pages()
        self._relationships: AnswerCache[dict[str, a.Relationship]] = AnswerCache(lambda found: ROW_BYTES * (len(found) + 1))
        self._gone = frozenset[str]()
        self._lock = threading.Lock()
        self._answered = 0

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Raises `Lost` where a replica breaks off meanwhile; one that cannot be asked at all is not.

        What was opened is written into the access log at the end, before anybody sees it."""
        with ExitStack() as held:
            found = held.enter_context(self._newest()) if (mine := self._on_replica(held)) is None else mine
            yield found
        _write_seen(found)

    def _on_replica(self, held: ExitStack) -> Snapshot | None:
        """None where there is no replica, where it does not answer, or where it has less than the primary answered in its place."""
        if (replica := self._store.replica) is None:
            return None
        with suppress(Lost), ExitStack() as begun:
            connection = begun.enter_context(replica.reading())
            stand = self._runner.stand(connection)
            if stand.position >= self._answered:
                held.push(begun.pop_all())
                return self._snapshot(connection, stand)
        return None

    @contextmanager
    def newest(self) -> Iterator[Snapshot]:
        """With all that is recorded by now, whether a replica has it or not."""
        with self._newest() as found:
            yield found
        _write_seen(found)

    @contextmanager
    def _newest(self) -> Iterator[Snapshot]:
        before = self._answered
        with self._store.reading() as connection:
            stand = self._runner.stand(connection)
            if stand.position >= stand.head:
                self._answers(stand, before)
                yield self._snapshot(connection, stand)
                return
        self._runner.keep_up()
        with self._store.reading() as connection:
            stand = self._runner.stand(connection)
            self._answers(stand, before)
            yield self._snapshot(connection, stand)

    def _answers(self, stand: Stand, before: int) -> None:
        """Keep how far the primary has answered. Where it has less than it had `before`, it came back from a restore."""
        with self._lock:
            self._answered = stand.position if stand.position < before else max(self._answered, stand.position)

    def _snapshot(self, connection: Connection, stand: Stand) -> Snapshot:
        return Snapshot(self._store, connection, stand.generation, self._store.clock(), stand.position)

    def _answer(self, ask: Callable[[Snapshot], Item]) -> Item:
        """What is kept answers where nothing was recorded since, which is one statement; else the database is asked, in a snapshot."""
        if self._store.replica is None:
            with self._store.database.asking() as connection:
                stand = self._runner.stand(connection)
            if stand.position >= stand.head:
                with suppress(Asks):
                    kept = self._snapshot(KEPT_ONLY, stand)
                    found = ask(kept)
                    _write_seen(kept)
                    return found
        with self.snapshot() as snapshot:
            return ask(snapshot)

    def reached(self) -> int:
        """The position up to which is answered at the least from now on."""
        with self.snapshot() as snapshot:
            return snapshot.upto

    def recorded(self) -> int:
        """The position of what was recorded last, whether a replica has it or not."""
        with self._store.reading() as connection:
            return self._store.head(connection)

    def asked(self, text: str, field: str) -> int:
        """An instant asked for: RFC 3339, or a plain day for its first instant. Refuses what lies ahead of now."""
        at: int = dated(moment, text, field)
        if at > self._store.clock():
            raise bad("asked_ahead", field)
        return at

    # By id

    def relationships(self, ids: Sequence[str]) -> dict[str, a.Relationship]:
        def found(snapshot: Snapshot) -> dict[str, a.Relationship]:
            rows = _rows(snapshot, RELATIONSHIPS, "id, initiative, origin, started_on, ended_on", ids)
            return {row[0]: a.Relationship(*row) for row in rows}

        return self._answer(lambda snapshot: self._relationships.get((snapshot.state, *ids), lambda: found(snapshot)))

    def initiatives(self, ids: Sequence[str]) -> dict[str, a.Initiative]:
        with self.snapshot() as snapshot:
            return {row[0]: a.Initiative(*row) for row in _rows(snapshot, INITIATIVES, "id, name, kind, guidance, contact", ids)}

    def participants(self, ids: Sequence[str], only: Opens = NAMES) -> dict[str, a.Participant]:
        with self.snapshot() as snapshot:
            people, joined = snapshot.people(ids), joined_with(snapshot.connection, snapshot.table, ids)
            opened = {id: next((e for e in events if e.kind.opens), None) for id, (_, events) in people.items()}
            shown = snapshot.events([event.id for event in opened.values() if event is not None], only)
        found = {}
        for id, (_, events) in people.items():
            opening = opened[id]
            if opening is not None:
                event = shown[opening.id]
                name = (event.amended or event.data).get("name")
                found[id] = a.Participant(id, name, opening.occurred, spans.consents(events), joined[id])
        return found

    def events_by_id(self, ids: Sequence[str], only: Opens | None = None) -> dict[str, a.RecordedEvent]:
        with self.snapshot() as snapshot:
            return snapshot.events(ids, only)

    # Of many relationships at once

    def members(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Member]]:
        with self.snapshot() as snapshot:
            told = snapshot.told(ids, known_at)
            persons = {id: {handle: snapshot.person(id)(handle) for handle in one.steps[-1].after.members} for id, one in told.items()}
            if only is None:
                snapshot.seen.tells_who(f"relationship/{id}" for id, held in persons.items() if any(held.values()))
            people = snapshot.people(list({p for held in persons.values() for p in held.values() if p is not None}), known_at)

        def withdrawn(person: str | None) -> bool:
            return person is None or people[person][0].standing != "consenting"

        return {
            id: spans.members(told[id], lambda h, id=id: withdrawn(persons[id][h]), lambda h, id=id: persons[id][h])  # type: ignore[misc]
            if id in told
            else []
            for id in ids
        }

    def terms(self, ids: Sequence[str], known_at: int | None = None) -> dict[str, list[a.Term]]:
        now = self._store.clock()
        return self._spans(ids, known_at, lambda told: spans.terms(told, now))

    def agreements(self, ids: Sequence[str], known_at: int | None = None) -> dict[str, list[a.Agreement]]:
        return self._spans(ids, known_at, spans.agreements)

    def reversals(self, ids: Sequence[str], known_at: int | None = None) -> dict[str, list[a.Reversal]]:
        return self._spans(ids, known_at, spans.reversals)

    def openings(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Opening]]:
        return self._spans(ids, known_at, spans.openings, only, lambda opening: opening.about != spans.UNTOLD)

    def tensions(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Tension]]:
        return self._spans(ids, known_at, spans.tensions, only, lambda tension: tension.kind != spans.UNTOLD)

    def _spans(
        self,
        ids: Sequence[str],
        known_at: int | None,
        read: Callable[[Chronicle], list[Item]],
        only: Opens | None = NOTHING,
        voiced: Callable[[Item], bool] = bool,
    ) -> dict[str, list[Item]]:
        """`voiced`: whether it shows something that somebody said."""
        with self.snapshot() as snapshot:
            told = snapshot.told(ids, known_at)
            found = {id: read(told[id]) if id in told else [] for id in ids}
            for id in ids if only is None else ():
                if any(map(voiced, found[id])):
                    snapshot.seen.note(f"relationship/{id}", "voice")
            return found

    def histories(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.RecordedEvent]]:
        with self.snapshot() as snapshot:
            return snapshot.histories(ids, known_at, only)

    def readings(
        self,
        ids: Sequence[str],
        at: int,
        lens: str | None = None,
        holder: str | None = None,
        known_at: int | None = None,
        only: Opens | None = None,
    ) -> dict[str, a.Reading]:
        with self.snapshot() as snapshot:
            return snapshot.readings(ids, at, lens, holder, known_at, only)

    def trajectories(
        self,
        ids: Sequence[str],
        start: int | None = None,
        to: int | None = None,
        step_days: int = 7,
        lens: str | None = None,
        holder: str | None = None,
        known_at: int | None = None,
    ) -> dict[str, a.Trajectory]:
        with self.snapshot() as snapshot:
            return snapshot.trajectories(ids, start, to, step_days, lens, holder, known_at)

    def series(
        self,
        ids: Sequence[str],
        scope: Scope,
        start: int | None = None,
        to: int | None = None,
        step_days: int = 7,
        lens: str | None = None,
        holder: str | None = None,
        known_at: int | None = None,
    ) -> dict[str, Series]:
        """The same as JSON."""
        return self._answer(lambda told: all_series(told, self._series, scope, ids, start, to, step_days, lens, holder, known_at))

    def moves_of(
        self,
        ids: Sequence[str],
        lens: str | None = None,
        holder: str | None = None,
        to: int | None = None,
        known_at: int | None = None,
        only: Opens | None = None,
    ) -> dict[str, list[a.Move]]:
        with self.snapshot() as snapshot:
            return snapshot.moves_of(ids, lens, holder, to, known_at, only)

    def rooms(self, ids: Sequence[str], at: int, known_at: int | None = None) -> dict[str, a.Room]:
        with self.snapshot() as snapshot:
            return snapshot.rooms(ids, at, known_at)

    def lenses(self) -> list[a.Lens]:
        with self.snapshot() as snapshot:
            return snapshot.lenses()

    # Pages

    def relationship_page(self, first: int, after: str | None, asked: RelationshipFilter) -> a.Page:
        with self.snapshot() as snapshot:
            return pages.relationship_page(snapshot, self._all, first, after, asked)

    def relationship_pages(
        self, ids: Sequence[str], of: str, first: int, after: str | None, asked: RelationshipFilter
    ) -> dict[str, a.Page]:
        """The page of each initiative or participant (`of`)."""
        with self.snapshot() as snapshot:
            return pages.relationship_pages(snapshot, self._all, ids, of, first, after, asked)

    def ready_page(self, scope: Scope, first: int, after: str | None, asked: RelationshipFilter, chosen: Sequence[Chosen]) -> bytes | None:
        """A page of relationships as JSON, with the fields chosen. None: it can only be asked for the plain way.

        A first page that does not hang on the clock is the same until something is recorded or somebody erased; it is kept for a minute
        at most."""

        def found(snapshot: Snapshot) -> bytes | None:
            if after is not None or asked.phase is not None:
                return ready_page(snapshot, scope, first, after, asked, chosen)
            if (gone := snapshot.gone()) != self._gone:
                self._pages, self._gone = kept_pages(), gone
            key = (scope, snapshot.state, gone, snapshot.now // MINUTE, first, asked, tuple(chosen))
            page, told = self._pages.get(key, lambda: (ready_page(snapshot, scope, first, after, asked, chosen), snapshot.seen.streams))
            snapshot.seen.tells_who(told)
            return page

        return self._answer(found)

    def ready_pages(
        self,
        ids: Sequence[str],
        scope: Scope,
        of: str,
        first: int,
        after: str | None,
        asked: RelationshipFilter,
        chosen: Sequence[Chosen],
    ) -> dict[str, bytes | None]:
        """The page of each initiative or participant (`of`) as JSON."""
        with self.snapshot() as snapshot:
            return ready_pages(snapshot, scope, ids, of, first, after, asked, chosen)

    def initiative_page(self, first: int, after: str | None) -> a.Page:
        with self.snapshot() as snapshot:
            return pages.initiative_page(snapshot, first, after)

    def event_page(self, first: int, after: int | None, asked: EventFilter, only: Opens | None = None) -> a.Page:
        """The most recently recorded first; `after` is the position of the last event of the page before."""
        with self.snapshot() as snapshot:
            size = page_size(first)
            clause = event_clause(asked, snapshot.table, snapshot.gone)
            if after is not None:
                clause.need("e.position < ?", after)
            found = snapshot.connection.execute(
                f"SELECT e.position FROM {snapshot.table(ENTRIES)} e{clause.where} ORDER BY e.position DESC LIMIT ?",
                (*clause.values, size + 1),
            )
            positions = [row[0] for row in found]
            shown = positions[:size]
            events = snapshot.events_at(shown, only)
            if asked.participant is not None:
                snapshot.seen.tells_who(event.subject for event in events.values())
            return a.Page([events[place] for place in shown], [str(place) for place in shown], len(positions) > size)

    def move_page(self, first: int, after: str | None, asked: MoveFilter, lens: str | None, only: Opens | None = None) -> a.Page:
        """The most recent first, up to now."""
        with self.snapshot() as snapshot:
            size = page_size(first)
            name, definition = snapshot.lens(lens)
            clause = move_clause(asked, snapshot.table, name, snapshot.now)
            if after is not None:
                clause.need("(m.at, m.relationship) < (?, ?)", *place_of(after, MOVE_PLACE))
            rows = snapshot.connection.execute(
                f"SELECT m.at, m.relationship, m.was, m.was_kind, m.now, m.kind, m.cause, m.triggers"
                f" FROM {snapshot.table(MOVES)} m{clause.where}"
                " ORDER BY m.at DESC, m.relationship DESC LIMIT ?",
                (*clause.values, size + 1),
            ).fetchall()
            shown = rows[:size]
            moves = [
                Move(at, was, was_kind, now, kind, cause, tuple(msgspec.json.decode(t)))
                for at, _, was, was_kind, now, kind, cause, t in shown
            ]
            events = snapshot.events([id for move in moves for id in move.triggers], only)
            version = ACCOUNTS_VERSION if name == "accounts" else definition.version
            nodes = [move_answer(row[1], name, version, asked.holder, move, events) for row, move in zip(shown, moves, strict=True)]
            return a.Page(nodes, [cursor(row[0], row[1]) for row in shown], len(rows) > size)


def _rows(snapshot: Snapshot, table: Table, columns: str, ids: Sequence[str]) -> list[tuple[str, ...]]:
    query = f"SELECT {columns} FROM {snapshot.table(table)} v WHERE id IN {marks(ids)}"
    return snapshot.connection.execute(query, ids).fetchall() if ids else []


def _write_seen(snapshot: Snapshot) -> None:
    if (who := viewer()) is not FOLLOWING:
        snapshot.write_seen(who)
