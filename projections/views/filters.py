"""What pages can be asked for, and the SQL that finds it. Every filter narrows; what is None is not asked.

Cursors carry the place in the order, so that a page goes on where the last one ended however much is recorded in between.
"""

import base64
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from domain.model.catalogue import CATALOGUE
from domain.model.errors import bad
from domain.model.words import ID_FORM
from domain.store.database import marks
from projections.views.histories import MEMBERS, RELATIONSHIPS
from projections.views.persons import Named, person
from projections.views.trajectories import MOVES

PAGE_LIMIT = 1_000
Instant = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Id = Annotated[str, Meta(pattern=rf"^{ID_FORM}\Z")]
MOVE_PLACE = tuple[Instant, Id]
OWNER_PLACE = tuple[Instant, Id, Annotated[int, Meta(ge=0, le=2**63 - 1)]]
"""What cursors carry: in the order of moves; and in that of relationships and initiatives, which was told up to a position."""


class RelationshipFilter(Struct, frozen=True):
    """`phase` is the pooled one under `lens` at instant `at` (None: now). `started_to` is exclusive."""

    initiative: str | None = None
    origin: str | None = None
    phase: str | None = None
    at: int | None = None
    lens: str | None = None
    participant: str | None = None
    started_from: int | None = None
    started_to: int | None = None
    running: bool | None = None


class EventFilter(Struct, frozen=True):
    """`occurred_to` is exclusive."""

    relationship: str | None = None
    participant: str | None = None
    initiative: str | None = None
    types: list[str] | None = None
    occurred_from: int | None = None
    occurred_to: int | None = None
    recorded_by: str | None = None


class MoveFilter(Struct, frozen=True):
    """`holder` None is the pooled reading; `start` and `to` are inclusive instants."""

    relationship: str | None = None
    initiative: str | None = None
    was: str | None = None
    now: str | None = None
    start: int | None = None
    to: int | None = None
    holder: str | None = None


Gone = Callable[[], frozenset[str]]
"""The participants whose keys were destroyed, or are being: views may still know where they are members, and tell nobody."""


class Clause(Struct):
    """The conditions of a question, with their values."""

    parts: list[str] = []
    values: list[Any] = []

    def need(self, part: str, *values: Any) -> None:
        self.parts.append(part)
        self.values.extend(values)

    @property
    def where(self) -> str:
        return f" WHERE {' AND '.join(self.parts)}" if self.parts else ""


def page_size(first: int) -> int:
    if not 1 <= first <= PAGE_LIMIT:
        raise bad("page_size", "first", limit=PAGE_LIMIT)
    return first


def cursor(*place: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(text: str, form: Any) -> Any:
    """Where a cursor points. Raises `Refused` for one that was not given out here."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=form)
    except (ValueError, msgspec.DecodeError):
        raise bad("cursor", "after") from None


def relationship_clause(clause: Clause, asked: RelationshipFilter, named: Named, gone: Gone, lens: str, at: int) -> Clause:
    """The conditions of a filter, added to those there are."""
    if asked.initiative is not None:
        clause.need("r.initiative = ?", asked.initiative)
    if asked.origin is not None:
        clause.need("r.origin = ?", asked.origin)
    if asked.participant is not None and asked.participant in gone():
        clause.need("1 = 0")
    elif asked.participant is not None:
        theirs = f"SELECT relationship FROM {named(MEMBERS)} m WHERE participant IN {person(named)}"
        clause.need(f"r.id IN ({theirs})", asked.participant)
    if asked.started_from is not None:
        clause.need("r.began >= ?", asked.started_from)
    if asked.started_to is not None:
        clause.need("r.began < ?", asked.started_to)
    if asked.running is not None:
        clause.need(f"r.ended IS {'NULL' if asked.running else 'NOT NULL'}")
    if asked.phase is not None:
        moved = (
            f"SELECT now FROM {named(MOVES)} m WHERE m.relationship = r.id AND m.lens = ? AND m.holder = '' AND m.at <= ?"
            " ORDER BY m.at DESC LIMIT 1"
        )
        clause.need(f"coalesce(({moved}), 'unobserved') = ?", lens, at, asked.phase.lower())
    return clause


def event_clause(asked: EventFilter, named: Named, gone: Gone) -> Clause:
    clause = Clause()
    if asked.relationship is not None:
        clause.need("e.stream = ?", f"relationship/{asked.relationship}")
    if asked.participant is not None and asked.participant in gone():
        clause.need("e.stream = ?", f"participant/{asked.participant}")
    elif asked.participant is not None:
        own = f"SELECT 'participant/' || id FROM {person(named)} own"
        theirs = f"SELECT 'relationship/' || relationship FROM {named(MEMBERS)} m WHERE participant IN {person(named)}"
        values = (f"participant/{asked.participant}", asked.participant, asked.participant)
        clause.need(f"(e.stream = ? OR e.stream IN ({own}) OR e.stream IN ({theirs}))", *values)
    if asked.initiative is not None:
        its = f"SELECT 'relationship/' || id FROM {named(RELATIONSHIPS)} o WHERE initiative = ?"
        clause.need(f"(e.stream = ? OR e.stream IN ({its}))", f"initiative/{asked.initiative}", asked.initiative)
    if asked.types is not None:
        types = sorted(CATALOGUE.keys() & set(asked.types))
        clause.need(f"e.kind IN {marks(types)}" if types else "1 = 0", *types)
    if asked.occurred_from is not None:
        clause.need("e.at >= ?", asked.occurred_from)
    if asked.occurred_to is not None:
        clause.need("e.at < ?", asked.occurred_to)
    if asked.recorded_by is not None:
        clause.need("e.recorded_by = ?", asked.recorded_by)
    return clause


def move_clause(asked: MoveFilter, named: Named, lens: str, now: int) -> Clause:
    clause = Clause()
    clause.need("m.lens = ?", lens)
    clause.need("m.holder = ?", asked.holder or "")
    clause.need("m.at <= ?", now if asked.to is None else min(asked.to, now))
    if asked.relationship is not None:
        clause.need("m.relationship = ?", asked.relationship)
    if asked.initiative is not None:
        clause.need(f"m.relationship IN (SELECT id FROM {named(RELATIONSHIPS)} o WHERE initiative = ?)", asked.initiative)
    if asked.was is not None:
        clause.need("m.was = ?", asked.was.lower())
    if asked.now is not None:
        clause.need("m.now = ?", asked.now.lower())
    if asked.start is not None:
        clause.need("m.at >= ?", asked.start)
    return clause
