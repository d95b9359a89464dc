"""The spans of a relationship: members, terms, agreements, reversals, openings and tensions, each from its event to what closed it; and the
consents of a participant.

They are read off the chronicle. Where something closed without an event of its own (the end of the relationship, a member who
left, an agreement that replaced another) the closing date is that event's.
"""

from collections.abc import Callable, Sequence
from itertools import islice

import msgspec
from msgspec import Struct

from domain.model.event import Event
from domain.model.events import Unvoiced
from domain.model.relationship import own_id
from domain.model.scale import Scale
from projections.lenses.chronicle import Chronicle, Step
from projections.scales.scoring import scale_of, scored
from projections.views import answers as a

UNTOLD = frozenset({"erased", "damaged", "sealed"})
"""What stands for a word that cannot be shown, where the schema needs one: why."""


def _closing(told: Chronicle, opened: int, still: Callable[[Step], bool]) -> str | None:
    """The date of the first event after the step at place `opened` with which it no longer stood."""
    return next((step.event.occurred for step in islice(told.steps, opened + 1, None) if not still(step)), None)


class Stay(Struct, frozen=True):
    """Somebody's part in a relationship, whoever they are; the words are those of the schema."""

    handle: str
    joined: str
    left: str | None
    roles: tuple[str, ...]
    side: str


def stays(told: Chronicle) -> list[Stay]:
    """Everyone who is or was a member, by their latest joining."""
    joined: dict[str, str] = {}
    left: dict[str, str | None] = {}
    for step in told.steps:
        if step.after.members is step.before.members:
            continue
        for handle in step.after.members:
            if step.after.present(handle) and not step.before.present(handle):
                joined[handle], left[handle] = step.event.occurred, None
            elif step.before.present(handle) and not step.after.present(handle):
                left[handle] = step.event.occurred
    if not told.steps:
        return []
    last = told.steps[-1].after
    return [Stay(handle, joined[handle], left[handle], member.roles, last.side(handle).upper()) for handle, member in last.members.items()]


def members(told: Chronicle, withdrawn: Callable[[str], bool], person: Callable[[str], str | None]) -> list[a.Member]:
    """The same, with who they are. `withdrawn` and `person` are asked by handle."""
    return [
        a.Member(stay.handle, person(stay.handle), withdrawn(stay.handle), stay.joined, stay.left, list(stay.roles), stay.side)
        for stay in stays(told)
    ]


def terms(told: Chronicle, now: int) -> list[a.Term]:
    """The terms of a match: each runs from its beginning or extension to what ended it; a lapse is no event."""
    found = []
    for place, step in enumerate(told.steps):
        if step.event.kind.name not in ("match_made", "term_extended") or step.after.term is None:
            continue
        term = step.after.term
        closed: Step | None = None
        continuation, lapses = None, term.lapses
        for later in told.steps[place + 1 :]:
            if later.event.kind.name == "term_extended" or (later.after.ended and not later.before.ended):
                closed = closed or later
                continuation = "stopped" if later.event.kind.name == "term_ended" else continuation
                break
            if later.event.kind.name == "term_ended":
                closed, continuation = closed or later, later.event.data.continuation
            elif later.after.term is not None and closed is None:
                lapses = later.after.term.lapses
        ended_on = closed.event.occurred if closed is not None else None
        lapsed = lapses is not None and lapses <= now and (closed is None or closed.event.at > lapses)
        found.append(a.Term(step.event.occurred, _until(step), _kind(step), ended_on, lapsed, continuation))
    return found


def _until(step: Step) -> str | None:
    stated = step.event.data if step.event.kind.name == "term_extended" else step.event.data.term
    return stated.until if stated is not None else None


def _kind(step: Step) -> str | None:
    """The kind of a term as stated; None where a match states none."""
    if step.event.kind.name == "match_made":
        return step.event.data.term.kind if step.event.data.term is not None else None
    return "fixed" if step.event.data.until is not None else "indefinite"


def agreements(told: Chronicle) -> list[a.Agreement]:
    found = []
    agreed = [step.event.data for step in told.steps if step.event.kind.name == "boundary_agreed"]
    replacing = {data.replaces: data.agreement for data in agreed if data.replaces is not None}
    for place, step in enumerate(told.steps):
        if step.event.kind.name == "boundary_agreed":
            data = step.event.data
            lifted = _closing(told, place, lambda s, id=data.agreement: id in s.after.agreements)  # type: ignore[misc]
            found.append(
                a.Agreement(
                    data.agreement,
                    data.kind,
                    list(data.parties),
                    bool(data.tacit),
                    data.prompted_by,
                    step.event.occurred,
                    data.review_on,
                    lifted,
                    replacing.get(data.agreement),
                )
            )
    return found


def reversals(told: Chronicle) -> list[a.Reversal]:
    return [
        a.Reversal(s.event.data.reversal, list(s.event.data.between), s.event.occurred,
                   _closing(told, place, lambda later, id=s.event.data.reversal: id in later.after.reversals))  # type: ignore[misc]
        for place, s in enumerate(told.steps)
        if s.event.kind.name == "roles_reversed"
    ]  # fmt: skip


def _why(data: Unvoiced) -> str:
    (why,) = msgspec.to_builtins(data.unread)
    return str(why)


def openings(told: Chronicle) -> list[a.Opening]:
    """What was left open, by its own id; where what it was about cannot be shown, it says why."""
    found = []
    for place, step in enumerate(told.steps):
        if step.event.kind.name == "left_open" and (id := own_id(step.event)) is not None:
            shut = isinstance(step.event.data, Unvoiced)
            about, by = (_why(step.event.data), []) if shut else (step.event.data.about, list(step.event.data.by))
            settled = _closing(told, place, lambda s, id=id: id in s.after.openings)  # type: ignore[misc]
            found.append(a.Opening(id, about, step.event.perspective or "", by, step.event.occurred, settled))
    return found


def tensions(told: Chronicle) -> list[a.Tension]:
    """What was felt, by its own id; where its kind cannot be shown, it says why."""
    found = []
    for place, step in enumerate(told.steps):
        if step.event.kind.name == "tension_felt" and (id := own_id(step.event)) is not None:
            kind = _why(step.event.data) if isinstance(step.event.data, Unvoiced) else step.event.data.kind
            eased = _closing(told, place, lambda s, id=id: id in s.after.tensions)  # type: ignore[misc]
            found.append(a.Tension(id, kind, step.event.perspective or "", step.event.occurred, eased))
    return found


def codes(told: Chronicle) -> list[a.Code]:
    """What coders read in accounts, in the order in which they did; where that cannot be shown, it says why."""
    return [code(event) for event in told.codes]


def code(event: Event) -> a.Code:
    data, holder = event.data, event.perspective or ""
    if isinstance(data, Unvoiced):
        return a.Code(None, _why(data), None, None, holder, event.occurred)
    part = None if data.segment is None else a.Segment(data.segment.note, data.segment.start, data.segment.end)
    return a.Code(data.account, data.code, data.coder, part, holder, event.occurred)


def measures(told: Chronicle, own: Sequence[Scale]) -> list[a.Measure]:
    """What was measured and what it comes to, also on scales of the organisation's own; where that cannot be shown, it says why."""
    return [measure(step.event, own) for step in told.steps if step.event.kind.name == "measure_taken"]


def measure(event: Event, own: Sequence[Scale]) -> a.Measure:
    data = event.data
    if isinstance(data, Unvoiced):
        return a.Measure(_why(data), None, event.perspective, event.occurred, None, None, [], [], [], [])
    about = (data.instrument, data.version, event.perspective, event.occurred, data.mode)
    if (scale := scale_of(data.instrument, data.version, own)) is None:
        return a.Measure(*about, None, [], [], [], [])
    found = scored(scale, data.answers)
    scores = [a.Score(name, value) for name, value in found.scores.items()]
    return a.Measure(*about, f"{scale.name}@{scale.version}", scores, found.outside, found.missing, found.unknown)


def consents(events: Sequence[Event]) -> list[a.Consent]:
    """Each giving of consent with the withdrawal that ended it; given again while it held is the same consent."""
    found: dict[str, list[a.Consent]] = {}
    for event in events:
        if event.kind.name not in ("consent_given", "consent_withdrawn"):
            continue
        scope = event.data.scope.upper()
        spells = found.setdefault(scope, [])
        if event.kind.name == "consent_given":
            if not spells or spells[-1].withdrawn is not None:
                spells.append(a.Consent(scope, event.occurred, None))
        elif spells:
            spells[-1] = a.Consent(scope, spells[-1].given, event.occurred)
    return [consent for spells in found.values() for consent in spells]
