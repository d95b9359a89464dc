"""Everything that can be asked of an organisation, in bulk, so that no page asks once per row.

Each question sees one snapshot (`projections.views.snapshots`), of what is in the scope of whoever asks.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from copy import copy
from typing import TypeVar

import msgspec

from domain.model.envelope import dated
from domain.model.errors import bad
from domain.model.lens import ACCOUNTS_VERSION, Definition
from domain.model.scale import Scale
from domain.model.time import MINUTE, moment
from domain.store.database import in_pages
from domain.store.mapper import NAMES, NOTHING, Opens
from domain.store.store import EventStore
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import Move
from projections.research.agreement import CodeAgreement
from projections.runner import Runner
from projections.views import answers as a
from projections.views import coding, older, pages, spans
from projections.views.answer_cache import AnswerCache
from projections.views.attention_pages import AttentionFilter, attention_page
from projections.views.event_pages import event_page
from projections.views.filters import (
    MOVE_PLACE,
    EventFilter,
    MoveFilter,
    RelationshipFilter,
    cursor,
    move_clause,
    page_size,
    place_of,
)
from projections.views.histories import APPOINTMENTS, ENTRIES, INITIATIVES
from projections.views.persons import joined_with
from projections.views.pushed import Chosen, KeptPages, ready_page, ready_pages
from projections.views.scope import Scope
from projections.views.series import Series, SeriesCache, all_series
from projections.views.snapshot import Snapshot, move_answer
from projections.views.snapshots import Snapshots
from projections.views.trajectories import MOVES

ROW_BYTES = 300
"""What a row that is kept takes, about."""

Item = TypeVar("Item")


class Questions:
    """The questions of one organisation. Thread-safe: every method takes its own snapshot.

    `only`: what of events is opened, where not all of it is shown. What is, the access log says."""

    def __init__(self, store: EventStore, runner: Runner) -> None:
        self.scope = Scope(store.organisation)
        """All of it, until it is narrowed."""
        self._clock = store.clock
        self._snapshots = Snapshots(store, runner)
        self._series = SeriesCache()
        self._pages = KeptPages()
        self._relationships: AnswerCache[dict[str, a.Relationship]] = AnswerCache(lambda found: ROW_BYTES * (len(found) + 1))

    def within(self, scope: Scope) -> "Questions":
        """The same questions, of which the answers hold what is in a scope and nothing else."""
        narrower = copy(self)
        narrower.scope = scope
        return narrower

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """One snapshot for several questions; see `Snapshots.taken`."""
        return self._snapshots.taken(self.scope)

    def as_they_stand(self) -> AbstractContextManager[Snapshot | None]:
        """One in which the views may be behind; see `Snapshots.as_they_stand`."""
        return self._snapshots.as_they_stand(self.scope)

    def newest(self) -> AbstractContextManager[Snapshot]:
        """The same with all that is recorded by now, whether a replica has it or not."""
        return self._snapshots.newest(self.scope)

    def reached(self) -> int:
        """The position up to which is answered at the least from now on."""
        return self._snapshots.reached()

    def recorded(self) -> int:
        """The position of what was recorded last, whether a replica has it or not."""
        return self._snapshots.recorded()

    def asked(self, text: str, field: str) -> int:
        """An instant asked for: RFC 3339, or a plain day for its first instant. Refuses what lies ahead of now."""
        at: int = dated(moment, text, field)
        if at > self._clock():
            raise bad("asked_ahead", field)
        return at

    # By id

    def relationships(self, ids: Sequence[str]) -> dict[str, a.Relationship]:
        def kept(snapshot: Snapshot) -> dict[str, a.Relationship]:
            return self._relationships.get((self.scope, snapshot.state, *ids), lambda: snapshot.relationships(ids))

        return self._snapshots.answer(self.scope, kept)

    def initiatives(self, ids: Sequence[str]) -> dict[str, a.Initiative]:
        with self.snapshot() as snapshot:
            return {row[0]: a.Initiative(*row) for row in snapshot.rows(INITIATIVES, "id, name, kind, guidance, contact", ids)}

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

    def seen(self, streams: Collection[str]) -> frozenset[str]:
        """Those of these streams that are there to be seen."""
        found: set[str] = set()
        with self.snapshot() as snapshot:
            for some in in_pages(sorted(streams)):
                these, value = snapshot.connection.among("stream", some)
                query = f"SELECT DISTINCT stream FROM {snapshot.table(ENTRIES)} e WHERE {these}"
                found.update(stream for (stream,) in snapshot.connection.execute(query, (value,)))
        return frozenset(found)

    def appointments(self) -> dict[str, list[str]]:
        """The initiatives that each coordinator looks after, in order."""
        found: dict[str, list[str]] = {}
        with self.snapshot() as snapshot:
            query = f"SELECT coordinator, initiative FROM {snapshot.table(APPOINTMENTS)} a ORDER BY coordinator, initiative"
            for coordinator, initiative in snapshot.connection.execute(query):
                found.setdefault(coordinator, []).append(initiative)
        return found

    # Of many relationships at once

    def members(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Member]]:
        with self.snapshot() as snapshot:
            told = snapshot.told(ids, known_at)
            persons = {id: {handle: snapshot.person(id)(handle) for handle in one.steps[-1].after.members} for id, one in told.items()}
            shown = persons if snapshot.scope.may("open") else {}
            if only is None:
                snapshot.seen.tells_who(f"relationship/{id}" for id, held in shown.items() if any(held.values()))
            people = snapshot.people(list({p for held in persons.values() for p in held.values() if p is not None}), known_at)

        def withdrawn(person: str | None) -> bool:
            return person is None or people[person][0].standing != "consenting"

        return {
            id: spans.members(told[id], lambda h, id=id: withdrawn(persons[id][h]), lambda h, id=id: shown.get(id, {}).get(h))  # type: ignore[misc]
            if id in told
            else []
            for id in ids
        }

    def terms(self, ids: Sequence[str], known_at: int | None = None) -> dict[str, list[a.Term]]:
        now = self._clock()
        return self._spans(ids, known_at, lambda told: spans.terms(told, now))

    def agreements(self, ids: Sequence[str], known_at: int | None = None) -> dict[str, list[a.Agreement]]:
        return self._spans(ids, known_at, spans.agreements)

    def reversals(self, ids: Sequence[str], known_at: int | None = None) -> dict[str, list[a.Reversal]]:
        return self._spans(ids, known_at, spans.reversals)

    def openings(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Opening]]:
        return self._spans(ids, known_at, spans.openings, only, lambda opening: opening.about not in spans.UNTOLD)

    def tensions(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Tension]]:
        return self._spans(ids, known_at, spans.tensions, only, lambda tension: tension.kind not in spans.UNTOLD)

    def codes(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Code]]:
        return self._spans(ids, known_at, spans.codes, only, lambda code: code.account is not None)

    def agreement(self, initiative: str | None) -> list[CodeAgreement]:
        with self.snapshot() as snapshot:
            return coding.agreement(snapshot, initiative)

    def measures(self, ids: Sequence[str], known_at: int | None = None, only: Opens | None = None) -> dict[str, list[a.Measure]]:
        own = self.scales()
        return self._spans(
            ids, known_at, lambda told: spans.measures(told, own), only, lambda measure: measure.instrument not in spans.UNTOLD
        )

    def scales(self) -> list[Scale]:
        """Those that the organisation published, in that order."""
        with self.snapshot() as snapshot:
            return snapshot.scales()

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
        start: int | None = None,
        to: int | None = None,
        step_days: int = 7,
        lens: str | None = None,
        holder: str | None = None,
        known_at: int | None = None,
    ) -> dict[str, Series]:
        """The same as JSON."""
        return self._snapshots.answer(
            self.scope, lambda told: all_series(told, self._series, ids, start, to, step_days, lens, holder, known_at)
        )

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

    def versions_of(self, names: Sequence[str]) -> list[str]:
        """Lenses as `name@version`, in the newest version where none is asked for. Raises `Refused` where there is none."""
        with self.snapshot() as snapshot:
            found = [snapshot.lens(asked) for asked in names]
            return [f"{name}@{snapshot.version(name, lens)}" for name, lens in found]

    # Pages

    def relationship_page(self, first: int, after: str | None, asked: RelationshipFilter) -> a.Page:
        with self.snapshot() as snapshot:
            return pages.relationship_page(snapshot, first, after, asked)

    def relationship_pages(
        self, ids: Sequence[str], of: str, first: int, after: str | None, asked: RelationshipFilter
    ) -> dict[str, a.Page]:
        """The page of each initiative or participant (`of`)."""
        with self.snapshot() as snapshot:
            return pages.relationship_pages(snapshot, ids, of, first, after, asked)

    def ready_page(self, first: int, after: str | None, asked: RelationshipFilter, chosen: Sequence[Chosen]) -> bytes | None:
        """A page of relationships as JSON, with the fields chosen. None: it can only be asked for the plain way.

        A first page that does not hang on the clock is the same until something is recorded or somebody erased; it is kept for a minute
        at most."""

        def found(snapshot: Snapshot) -> bytes | None:
            if after is not None or asked.phase is not None:
                return ready_page(snapshot, first, after, asked, chosen)
            key = (self.scope, snapshot.state, snapshot.now // MINUTE, first, asked, tuple(chosen))
            page, told = self._pages.get(
                snapshot.gone(), key, lambda: (ready_page(snapshot, first, after, asked, chosen), snapshot.seen.streams)
            )
            snapshot.seen.tells_who(told)
            return page

        return self._snapshots.answer(self.scope, found)

    def ready_pages(
        self,
        ids: Sequence[str],
        of: str,
        first: int,
        after: str | None,
        asked: RelationshipFilter,
        chosen: Sequence[Chosen],
    ) -> dict[str, bytes | None]:
        """The page of each initiative or participant (`of`) as JSON."""
        with self.snapshot() as snapshot:
            return ready_pages(snapshot, ids, of, first, after, asked, chosen)

    def initiative_page(self, first: int, after: str | None) -> a.Page:
        with self.snapshot() as snapshot:
            return pages.initiative_page(snapshot, first, after)

    def event_page(self, first: int, after: int | None, asked: EventFilter, only: Opens | None = None) -> a.Page:
        with self.snapshot() as snapshot:
            return event_page(snapshot, first, after, asked, only)

    def attention_page(self, first: int, after: str | None, asked: AttentionFilter) -> a.Page:
        """By the day since which it asks, the longest first."""
        with self.snapshot() as snapshot:
            return attention_page(snapshot, first, after, asked)

    def move_page(self, first: int, after: str | None, asked: MoveFilter, lens: str | None, only: Opens | None = None) -> a.Page:
        """The most recent first, up to now."""
        with self.snapshot() as snapshot:
            snapshot.scope.need("open")
            size = page_size(first)
            name, definition = snapshot.lens(lens)
            before = None if after is None else place_of(after, MOVE_PLACE)
            found = self._moves(snapshot, asked, name, definition, before, size + 1)
            shown, moves = found[:size], [move for _, move in found[:size]]
            events = snapshot.events([id for move in moves for id in move.triggers], only)
            version = ACCOUNTS_VERSION if name == "accounts" else definition.version
            nodes = [move_answer(id, name, version, asked.holder, move, events) for id, move in shown]
            return a.Page(nodes, [cursor(move.at, id) for id, move in shown], len(found) > size)

    def _moves(
        self, snapshot: Snapshot, asked: MoveFilter, name: str, lens: Definition, before: tuple[int, str] | None, count: int
    ) -> list[tuple[str, Move]]:
        """So many moves with their relationships, from a place in their order on."""
        if not snapshot.keeps(name, lens):
            made = older.moves(snapshot, asked, lens)
            return [(id, move) for id, move in made if before is None or (move.at, id) < before][:count]
        clause = move_clause(asked, snapshot.table, name, snapshot.now)
        if before is not None:
            clause.need("(m.at, m.relationship) < (?, ?)", *before)
        rows = snapshot.connection.execute(
            f"SELECT m.relationship, m.at, m.was, m.was_kind, m.now, m.kind, m.cause, m.triggers"
            f" FROM {snapshot.table(MOVES)} m{clause.where}"
            " ORDER BY m.at DESC, m.relationship DESC LIMIT ?",
            (*clause.values, count),
        )
        return [
            (id, Move(at, was, was_kind, now, kind, cause, tuple(msgspec.json.decode(triggers))))
            for id, at, was, was_kind, now, kind, cause, triggers in rows.fetchall()
        ]
