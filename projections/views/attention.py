"""The read model of what may ask for a look in a relationship that goes on: from which day it counts, and what that hangs on.

It holds no text, and nothing of what was said but the days on which a coordinator left something open. When each of it asks depends on the
presets of the organisation and on the day that is asked about: `projections.views.attention_pages` works that out, in one statement.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from statistics import median

from msgspec import Struct

from domain.model.attention import OF_TERMS, AttentionKind
from domain.model.event import Event
from domain.model.events import Unvoiced
from domain.model.lens import Definition
from domain.model.relationship import Relationship
from domain.model.time import DAY, day, span
from domain.store.database import Change, Connection, Delete, Insert, Row, Table
from domain.store.keys import Ring
from projections.lenses.chronicle import Chronicle
from projections.reader import Touched

ATTENTION = Table(
    "attention",
    {
        "relationship": "text", "kind": "text", "event": "text", "day": "integer", "step": "integer", "earliest": "integer",
        "until": "integer?", "left_open": "integer?",
    },
    key=("relationship", "kind", "event"),
    version=1,
)  # fmt: skip
"""What asks from `day` on, and `step` days later for each one that the preset of its kind numbers, but from no day before `earliest`.

`event` is what it rests on, empty where that is only the start; `until` the day on which a term stops running. What asked by the day
`left_open`, the last on which a coordinator left open what it is about, is closed: of a term that is its continuation, else anything else.
Days are counted from 1970-01-01."""
FEWEST_DAYS_MET, LATEST_DAYS_MET = 4, 10
"""On how many days a pair has to have met before it has a rhythm that nobody stated, and how many of the latest of them say what it is."""


class Attention:
    """What may ask for a look in each relationship."""

    name = "attention"
    version = 2
    tables = (ATTENTION,)

    def changes(self, touched: Sequence[Touched], ring: Ring, own: Sequence[Definition]) -> Iterator[Change]:
        relationships = [(found, found.told) for found in touched if found.told is not None]
        yield Delete(ATTENTION, ("relationship",), [(found.id,) for found, _ in relationships if found.new < len(found.events)])
        yield Insert(ATTENTION, [row for _, told in relationships for row in rows(told)])

    def naming(self, connection: Connection, generation: int, people: Sequence[str]) -> Sequence[str]:
        return ()

    def without(self, streams: Sequence[str]) -> Iterator[Change]:
        yield Delete(ATTENTION, ("relationship",), [(stream.partition("/")[2],) for stream in streams])


class _Asks(Struct, frozen=True):
    """A row without its relationship."""

    kind: AttentionKind
    event: str
    day: int
    step: int
    earliest: int
    until: int | None = None


class _Course(Struct):
    """What a relationship was, as far as it may ask: since it began or was resumed, but for its rhythm, which outlasts an end."""

    begun: Event
    term: Event | None = None
    check_in: Event | None = None
    meeting: Event | None = None
    stated: float | None = None
    met: list[int] = []
    felt: dict[str, Event] = {}
    agreed: dict[str, Event] = {}
    left_open: dict[bool, int] = {}
    """The last day on which a coordinator left open how the term goes on (True), and on which anything else."""

    def take(self, event: Event) -> None:
        match event.kind.name:
            case "meeting_held":
                self.meeting = event
                self.met.append(told_day(event))
            case "match_made" | "contact_emerged":
                self.term, self.stated = event, event.data.rhythm_days
            case "rhythm_changed":
                self.stated = event.data.rhythm_days
            case "term_extended":
                self.term = event
            case "check_in_held":
                self.check_in = event
            case "tension_felt" if not isinstance(event.data, Unvoiced):
                self.felt[event.data.tension] = event
            case "boundary_agreed":
                self.agreed[event.data.agreement] = event
            case "left_open" if not isinstance(event.data, Unvoiced):
                if event.perspective == "coordinator" or "coordinator" in event.data.by:
                    of_term = event.data.about == "continuation"
                    self.left_open[of_term] = max(told_day(event), self.left_open.get(of_term, told_day(event)))
            case "relationship_resumed":
                self.begun, self.check_in, self.meeting = event, None, None

    def rhythm(self) -> int | None:
        """In whole days, so that nobody is asked too early: as it was stated last, else as they have met; None where neither says."""
        if self.stated is not None:
            return ceil(self.stated)
        days = sorted(set(self.met))[-LATEST_DAYS_MET:]
        return ceil(median(later - one for one, later in pairwise(days))) if len(days) >= FEWEST_DAYS_MET else None


def told_day(event: Event) -> int:
    """The day on which it happened by the calendar of whoever told it, counted from 1970-01-01."""
    if event.time is not None:
        return day(event.time[:10]) // DAY
    when = span(event.occurred)
    # One that began before the relationship counts from the start of that.
    return day(event.occurred[:10]) // DAY if when.first_zoned and when.first == event.at else event.at // DAY


def rows(told: Chronicle) -> list[Row]:
    """What may ask in a relationship; nothing in one that has ended."""
    if not told.steps or not told.steps[0].event.kind.opens or (now := told.steps[-1].after).ended:
        return []
    course = _Course(told.steps[0].event)
    for step in told.steps:
        course.take(step.event)
    return [
        (told.id, one.kind, one.event, one.day, one.step, one.earliest, one.until, course.left_open.get(one.kind in OF_TERMS))
        for asking in (_check_in, _term, _silence, _tensions, _agreements)
        for one in asking(course, now)
    ]


def _check_in(course: _Course, now: Relationship) -> Iterator[_Asks]:
    held = course.check_in
    base = told_day(held or course.begun)
    if held is not None and held.data.next_on is not None:
        yield _Asks("check_in_due", held.id, day(held.data.next_on) // DAY, 0, base)
    elif any(member.present for member in now.members.values()):
        yield _Asks("check_in_due", held.id if held is not None else "", base, 1, base)


def _term(course: _Course, now: Relationship) -> Iterator[_Asks]:
    term, begun = now.term, course.term
    if term is None or begun is None or term.ended is not None or term.lapses is None:
        return
    until = term.lapses // DAY
    if term.kind == "fixed":
        yield _Asks("term_ends_soon", begun.id, until, -1, told_day(begun), until)
    yield _Asks("term_lapsed", begun.id, until, 0, told_day(begun), until)


def _silence(course: _Course, now: Relationship) -> Iterator[_Asks]:
    rhythm = course.rhythm()
    if rhythm is None or now.open_to_all:
        return
    met = course.meeting
    after = told_day(met or course.begun) + 1
    yield _Asks("long_silence", met.id if met is not None else "", after, rhythm, after)


def _tensions(course: _Course, now: Relationship) -> Iterator[_Asks]:
    for own, event in course.felt.items():
        if own in now.tensions:
            yield _Asks("tension_stands", event.id, told_day(event), 1, told_day(event))


def _agreements(course: _Course, now: Relationship) -> Iterator[_Asks]:
    for own, event in course.agreed.items():
        if own in now.agreements and event.data.review_on is not None:
            yield _Asks("agreement_review", event.id, day(event.data.review_on) // DAY, 0, told_day(event))
