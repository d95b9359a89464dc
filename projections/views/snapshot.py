"""One question's view of an organisation: a snapshot of store and read models, and everything that can be read from it.

Readings as known now come from the read models; as known earlier, from the one relationship's events up to then.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec

from domain.model.codebook import Codebook
from domain.model.errors import Refusal, Refused, bad, missing
from domain.model.event import Event
from domain.model.history import resolve
from domain.model.lens import ACCOUNTS_DESCRIPTION, ACCOUNTS_VERSION, EVIDENCE, Definition, whole
from domain.model.participant import Participant, after
from domain.model.scale import Scale
from domain.model.time import DAY, iso_day, rfc3339
from domain.store.accesses import Seen, Viewer
from domain.store.database import SETTINGS, ReadConnection, Table, in_pages, marks
from domain.store.deadline import go_on
from domain.store.keys import Ring
from domain.store.mapper import NOTHING, VOICES, Opens
from domain.store.own_codebook import codebook_of
from domain.store.own_scales import scales_of
from domain.store.store import EventStore
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import Move
from projections.lenses.reading import (
    SPOKEN_FOR,
    Accounts,
    Evidence,
    Said,
    column,
    holders,
    moves_of,
    said_by_accounts,
    said_by_evidence,
    told_by_accounts,
    told_by_evidence,
)
from projections.lenses.room import room
from projections.reader import Homes, published
from projections.views import answers as a
from projections.views.histories import ENTRIES, MEMBERS, RELATIONSHIPS, participant_of
from projections.views.scope import Scope
from projections.views.trajectories import LENSES, TRAJECTORIES, unpack
from projections.views.wire import Opened

POINT_LIMIT = 100_000
POINTS = 200_000
"""Instants of all trajectories of a question together."""


class Snapshot:
    """Answers within one read transaction, of what is in a scope (else of all).

    `now` is the platform's clock when the question came, `upto` where the views stand."""

    def __init__(
        self, store: EventStore, connection: ReadConnection, generation: int, now: int, upto: int, scope: Scope | None = None
    ) -> None:
        self.scope = scope or Scope(store.organisation)
        self.connection = self.scope.narrowed(connection, generation)
        self._plain = connection
        self.state = (generation, upto)
        """Of two snapshots in which it is the same, the views say the same."""
        self._generation = generation
        self.now = now
        self.upto = upto
        self._store = store
        self._told: dict[tuple[str, int | None], Chronicle] = {}
        self.seen = Seen()
        """What was opened to be shown. What readings are worked out from is shown to nobody."""

    @cached_property
    def ring(self) -> Ring:
        """The keys, as they were at the first look."""
        return self._store.keys.ring()

    @cached_property
    def _homes(self) -> Homes:
        return Homes(self._store, self.connection, self.ring)

    @cached_property
    def _opened(self) -> Opened:
        return Opened(self._store, self.connection, self.ring, self._generation, self.seen.note)

    def table(self, table: Table) -> str:
        """How SQL names the table of a view, of which it holds what is in the scope; to be followed by an alias."""
        return self.connection.table(table, self._generation)

    def of_seen(self, table: Table) -> str:
        """The same with all rows, to be joined with rows that are in the scope."""
        return self._plain.table(table, self._generation)

    def write_seen(self, who: Viewer) -> None:
        """Write into the access log what they are about to see. Where that cannot be done, they must not see it."""
        if accesses := self.seen.accesses():
            self._store.accesses.write(who, accesses, self.ring)

    @property
    def _heard(self) -> Opens:
        """What is opened to work something out."""
        return VOICES if self.scope.may("open") else NOTHING

    def gone(self) -> frozenset[str]:
        """The participants whose keys were destroyed, or are being."""
        return self.ring.gone()

    def rows(self, table: Table, columns: str, ids: Sequence[str]) -> list[tuple[str, ...]]:
        """Rows of a view by their ids."""
        query = f"SELECT {columns} FROM {self.table(table)} v WHERE id IN {marks(ids)}"
        return self.connection.execute(query, ids).fetchall() if ids else []

    def relationships(self, ids: Sequence[str]) -> dict[str, a.Relationship]:
        return {row[0]: a.Relationship(*row) for row in self.rows(RELATIONSHIPS, "id, initiative, origin, started_on, ended_on", ids)}

    # Lenses

    def lenses(self) -> list[a.Lens]:
        rows = self.connection.execute(f"SELECT definition FROM {self.table(LENSES)} l ORDER BY name, position").fetchall()
        own = [msgspec.msgpack.decode(body, type=Definition) for (body,) in rows]
        accounts = a.Lens("accounts", ACCOUNTS_VERSION, ACCOUNTS_DESCRIPTION, {"name": "accounts", "version": ACCOUNTS_VERSION})
        return [*(a.Lens(lens.name, lens.version, lens.description, whole(lens)) for lens in (EVIDENCE, *own)), accounts]

    def lens(self, asked: str | None) -> tuple[str, Definition]:
        """The name under which the read models keep a lens, and its definition. `name@version` asks for one version."""
        name, _, version = (asked or "evidence").partition("@")
        if name in ("evidence", "accounts") and version in ("", EVIDENCE.version if name == "evidence" else ACCOUNTS_VERSION):
            return name, EVIDENCE
        rows = self.connection.execute(
            f"SELECT version, definition FROM {self.table(LENSES)} l WHERE name = ? ORDER BY position", (name,)
        ).fetchall()
        for held, body in reversed(rows):
            if version in ("", held):
                return name, msgspec.msgpack.decode(body, type=Definition)
        raise missing("unknown_lens", "lens", name=asked, known=[f"{lens.name}@{lens.version}" for lens in self.lenses()])

    def _newest(self, lens: Definition) -> bool:
        return lens == EVIDENCE or lens in published(self._store, self.connection, self.ring)

    def scales(self) -> list[Scale]:
        """Those that the organisation published, in that order."""
        return scales_of(self.connection, self.of_seen(SETTINGS))

    def codebook(self) -> Codebook:
        return codebook_of(self.connection, self.of_seen(SETTINGS))

    # What is told

    def told(self, ids: Sequence[str], known_at: int | None) -> dict[str, Chronicle]:
        """The chronicles of relationships, as known at an instant (None: now). Those that had not begun are absent."""
        wanted = [id for id in ids if (id, known_at) not in self._told]
        loaded = self._store.streams(self.connection, [f"relationship/{id}" for id in wanted], self.ring, only=self._heard)
        self._homes.learn({event.data.initiative for events in loaded.values() for event in events if event.kind.opens})
        for stream, events in loaded.items():
            go_on()
            known = [event for event in events if known_at is None or event.recorded <= known_at]
            self._told[stream.partition("/")[2], known_at] = self._homes.chronicle(stream, known)
        return {id: told for id in ids if (told := self._told[id, known_at]).steps}

    def bodies(self, ids: Sequence[str], name: str, lens: Definition, known_at: int | None) -> dict[str, Evidence | Accounts]:
        """What a lens makes of relationships. Raises `Refused` for whoever may not see what it rests on."""
        self.scope.need("open")
        version = self.version(name, lens)
        empty = unpack(name, version, None)
        kept = self.kept(ids, name, lens) if known_at is None and self.keeps(name, lens) else None
        if kept is None:
            told = self.told(ids, known_at)
            return {
                id: empty
                if id not in told
                else told_by_accounts(told[id], version)
                if name == "accounts"
                else told_by_evidence(told[id], lens)
                for id in ids
            }
        return {id: unpack(name, version, kept[id]) if id in kept else empty for id in ids}

    def version(self, name: str, lens: Definition) -> str:
        return ACCOUNTS_VERSION if name == "accounts" else lens.version

    def keeps(self, name: str, lens: Definition) -> bool:
        """Whether the views keep anything under a lens in this version of it."""
        return name == "accounts" or self._newest(lens)

    def kept(self, ids: Sequence[str], name: str, lens: Definition) -> dict[str, bytes]:
        """What the views keep of relationships under a lens, packed."""
        found: dict[str, bytes] = {}
        for chunk in in_pages(list(ids)):
            rows = self.connection.execute(
                f"SELECT relationship, body FROM {self.table(TRAJECTORIES)} t WHERE lens = ? AND relationship IN {marks(chunk)}",
                (name, *chunk),
            )
            found |= dict(rows.fetchall())
        return found

    def check_holder(self, ids: Sequence[str], holder: str | None, known_at: int | None) -> None:
        """A holder asked of one relationship must be or have been one of its members, or be one of the holders that are none."""
        if holder is None or holder in SPOKEN_FOR or len(ids) != 1:
            return
        query = f"SELECT 1 FROM {self.table(MEMBERS)} m WHERE relationship = ? AND handle = ?"
        if self.connection.execute(query, (ids[0], holder)).fetchone() is not None:
            return
        told = self.told(ids, known_at).get(ids[0]) if known_at is not None else None
        if told is None or holder not in told.steps[-1].after.members:
            raise bad("unknown_holder", "holder", holder=holder)

    def readings(
        self, ids: Sequence[str], at: int, asked: str | None, holder: str | None, known_at: int | None, only: Opens | None = None
    ) -> dict[str, a.Reading]:
        self.check_holder(ids, holder, known_at)
        name, lens = self.lens(asked)
        bodies = self.bodies(ids, name, lens, known_at)
        said = {
            id: said_by_accounts(body, holder, at) if isinstance(body, Accounts) else said_by_evidence(body, lens, holder, at)
            for id, body in bodies.items()
        }
        events = self.events([event for one in said.values() for event, _, _ in one.because], only)
        return {id: _reading(bodies[id], one, holder, at, events) for id, one in said.items()}

    def trajectories(
        self,
        ids: Sequence[str],
        start: int | None,
        to: int | None,
        step_days: int,
        asked: str | None,
        holder: str | None,
        known_at: int | None,
    ) -> dict[str, a.Trajectory]:
        self.check_holder(ids, holder, known_at)
        name, lens = self.lens(asked)
        grids = self.grids(ids, start, to, step_days)
        bodies = self.bodies(ids, name, lens, known_at)
        return {id: trajectory_answer(body, lens, holder, grids[id]) for id, body in bodies.items()}

    def grids(self, ids: Sequence[str], start: int | None, to: int | None, step_days: int) -> dict[str, range]:
        """The instants of trajectories. Raises `Refused` where they are too many."""
        end = self.now if to is None else to
        began = self._began(ids) if start is None else dict.fromkeys(ids, start)
        grids = {id: _grid(began.get(id, end), end, step_days) for id in ids}
        if sum(map(len, grids.values())) > POINTS:
            raise Refused(Refusal("TOO_COSTLY", "query_points", "stepDays", {"limit": POINTS}))
        return grids

    def _began(self, ids: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for chunk in in_pages(ids):
            query = f"SELECT id, began FROM {self.table(RELATIONSHIPS)} r WHERE id IN {marks(chunk)}"
            found |= dict(self.connection.execute(query, chunk).fetchall())
        return found

    def moves_of(
        self,
        ids: Sequence[str],
        asked: str | None,
        holder: str | None,
        to: int | None,
        known_at: int | None,
        only: Opens | None = None,
    ) -> dict[str, list[a.Move]]:
        self.check_holder(ids, holder, known_at)
        name, lens = self.lens(asked)
        end = self.now if to is None else to
        bodies = self.bodies(ids, name, lens, known_at)
        made = {id: [move for move in moves_of(body, holder) if move.at <= end] for id, body in bodies.items()}
        events = self.events([trigger for moves in made.values() for move in moves for trigger in move.triggers], only)
        return {id: [move_answer(id, bodies[id].lens, bodies[id].version, holder, m, events) for m in moves] for id, moves in made.items()}

    def moves_as_known(self, id: str, name: str, lens: Definition, holder: str | None, known_at: int) -> list[Move]:
        """The moves of one holder as known at an instant, those to come in silence included; none of who was no holder then."""
        told = self.told([id], known_at).get(id)
        if told is None or holder not in (None, *holders(told)):
            return []
        return moves_of(told_by_accounts(told, ACCOUNTS_VERSION) if name == "accounts" else told_by_evidence(told, lens), holder)

    def recorded_at(self, position: int) -> int:
        """The instant at which the latest event up to a position was recorded; 0 before the first."""
        query = f"SELECT recorded FROM {self.table(ENTRIES)} e WHERE position <= ? ORDER BY position DESC LIMIT 1"
        row = self.connection.execute(query, (position,)).fetchone()
        return row[0] if row else 0

    def position_before(self, position: int, recorded: int) -> int:
        """The last position of the batch before the one that was recorded then, in which `position` is."""
        query = f"SELECT position FROM {self.table(ENTRIES)} e WHERE position < ? AND recorded < ? ORDER BY position DESC LIMIT 1"
        row = self.connection.execute(query, (position, recorded)).fetchone()
        return row[0] if row else 0

    def home_of(self, id: str) -> str | None:
        """The initiative of a relationship."""
        row = self.connection.execute(f"SELECT initiative FROM {self.table(RELATIONSHIPS)} r WHERE id = ?", (id,)).fetchone()
        return row[0] if row else None

    def rooms(self, ids: Sequence[str], at: int, known_at: int | None) -> dict[str, a.Room]:
        ambivalent = self.readings(ids, at, None, None, known_at, NOTHING)
        found = {}
        for id, told in self.told(ids, known_at).items():
            made = room(told, at)
            found[id] = a.Room(
                made.breadth,
                a.BySelfAndOther(**made.surprise),
                made.movement,
                ambivalent[id].ambiguity,
                _tallies(made.made),
                _tallies(made.limited),
            )
        return found

    # Events and people

    def events(self, ids: Sequence[str], only: Opens | None = None) -> dict[str, a.RecordedEvent]:
        return self._opened.by_id(list(dict.fromkeys(ids)), self.scope.opened(only))

    def events_at(self, positions: Sequence[int], only: Opens | None = None) -> dict[int, a.RecordedEvent]:
        return self._opened.by_position(positions, self.scope.opened(only))

    def histories(self, ids: Sequence[str], known_at: int | None, only: Opens | None = None) -> dict[str, list[a.RecordedEvent]]:
        """Everything recorded, in the order of occurring; corrections stand at their own dates, what was retracted where it was."""
        loaded = self._store.streams(self.connection, [f"relationship/{id}" for id in ids], self.ring, only=self._heard)
        known = {
            stream.partition("/")[2]: [event for event in events if known_at is None or event.recorded <= known_at]
            for stream, events in loaded.items()
        }
        shown = self._opened.as_known(list(known.values()), self.scope.opened(only))
        return {
            id: [shown[event.id] for event in sorted(events, key=lambda e: (e.at, not e.kind.opens, e.position))]
            for id, events in known.items()
        }

    def people(self, ids: Sequence[str], known_at: int | None = None) -> dict[str, tuple[Participant, list[Event]]]:
        """Participants as they stood as known at an instant, with their standing events."""
        loaded = self._store.streams(self.connection, [f"participant/{id}" for id in ids], self.ring, only=VOICES)
        found = {}
        for stream, events in loaded.items():
            standing = [s.event for s in resolve([e for e in events if known_at is None or e.recorded <= known_at]).standing]
            id = stream.partition("/")[2]
            found[id] = (after(id, standing), standing)
        return found

    def person(self, id: str) -> Callable[[str], str | None]:
        """Which participant each handle of a relationship stands for."""
        return lambda handle: participant_of(self.ring, f"relationship/{id}", handle)


def _grid(start: int, end: int, step_days: int) -> range:
    if start > end:
        raise bad("backwards", "from")
    if step_days < 1 or (end - start) // (step_days * DAY) >= POINT_LIMIT:
        raise bad("step", "stepDays", limit=36_525, points=POINT_LIMIT)
    return range(start, end + 1, step_days * DAY)


def _tallies(found: dict[str, float]) -> list[a.Tally]:
    return [a.Tally(of, count) for of, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))]


def _reading(told: Evidence | Accounts, said: Said, holder: str | None, at: int, events: dict[str, a.RecordedEvent]) -> a.Reading:
    helped, befriended, ambiguous = said.shares or (None, None, None)
    return a.Reading(
        rfc3339(at), told.lens, told.version, holder, said.phase.upper(), said.kind.upper() if said.kind else None,
        list(said.direction) or None, helped, befriended, ambiguous, said.confidence,
        a.Strengths(*said.strengths) if said.strengths else None,
        [a.BasisShare(name.upper(), share) for name, share in said.basis],
        [a.Contribution(events[id], basis.upper(), *(weight or (None, None, None))) for id, basis, weight in said.because],
    )  # fmt: skip


def trajectory_answer(told: Evidence | Accounts, lens: Definition, holder: str | None, instants: Sequence[int]) -> a.Trajectory:
    found = column(told, lens, holder, instants)
    helped, befriended, ambiguous = ([share[part] if share else None for share in found.shares] for part in range(3))
    phases = [phase.upper() for phase in found.phase]
    # Steps are whole days, so that the time of the day is that of the first.
    time = rfc3339(found.at[0])[10:] if found.at else ""
    at = [iso_day(instant) + time for instant in found.at]
    return a.Trajectory(told.lens, told.version, holder, at, phases, helped, befriended, ambiguous, found.confidence)


def move_answer(relationship: str, lens: str, version: str, holder: str | None, move: Move, events: dict[str, a.RecordedEvent]) -> a.Move:
    return a.Move(
        relationship, lens, version, holder, move.was.upper(), move.was_kind.upper() if move.was_kind else None, move.now.upper(),
        move.kind.upper() if move.kind else None, rfc3339(move.at), move.cause.upper(), [events[id] for id in move.triggers],
    )  # fmt: skip
