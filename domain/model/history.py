"""What holds of a stream: its events with corrections applied, in the order of occurring.

Corrections are judged by what they point at, not by their own date. What they leave standing is the history that the rules
and the lenses see; the corrections themselves stay in the record and are shown beside it.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from domain.model.envelope import amended, dated
from domain.model.errors import Refusal, Refused, broken, missing
from domain.model.event import Event
from domain.model.time import span


class Standing(Struct, frozen=True, gc=False):
    """An event that holds, with its content as last amended. `source` is the event whose line brought that content."""

    event: Event
    source: Event


class History(Struct, frozen=True):
    """A stream as it stands. `retracted` and `amended` say for an event's id which correction did so (the last that holds); `unseen`
    is the content that holds no more: what was retracted, or has other content in its place."""

    standing: list[Standing]
    retracted: dict[str, str]
    amended: dict[str, Event]
    refused: list[tuple[Event, Refusal]]
    unseen: list[Standing]


def resolve(events: Sequence[Event]) -> History:
    """Apply the corrections among the events of one stream, given in the order of recording.

    A correction that breaks a rule stands in `refused` and has no effect. The standing events come in the order of
    occurring; at one instant the opening event first, then in the order of recording.
    """
    corrections = [event for event in events if event.kind.corrects]
    if not corrections:
        return History(in_order([Standing(event, event) for event in events]), {}, {}, [], [])
    by_id = {event.id: event for event in events}
    retracted: dict[str, str] = {}
    amendments: dict[str, list[Standing]] = {}
    refused = []
    for correction in corrections:
        try:
            target = _target(correction, by_id, retracted)
            if correction.kind.name == "event_retracted":
                retracted[target.id] = correction.id
            else:
                amendments.setdefault(target.id, []).append(Standing(_amend(target, correction), correction))
        except Refused as error:
            refused.append((correction, error.refusal))
    holding = {id: kept[-1] for id, made in amendments.items() if (kept := [a for a in made if a.source.id not in retracted])}
    standing = [holding.get(e.id) or Standing(e, e) for e in events if not e.kind.corrects and e.id not in retracted]
    unseen = [Standing(e, e) for e in events if not e.kind.corrects and (e.id in retracted or e.id in holding)]
    unseen += [a for id, made in amendments.items() for a in made if id in retracted or a is not holding.get(id)]
    return History(in_order(standing), retracted, {id: kept.source for id, kept in holding.items()}, refused, unseen)


def _target(correction: Event, by_id: dict[str, Event], retracted: dict[str, str]) -> Event:
    pointed = correction.data.event
    target = by_id.get(pointed)
    if target is None:
        raise missing("correct_unknown", "data.event", event=pointed)
    if target.kind.name == "lens_published":
        raise broken("lens_fixed", "data.event")
    if target.kind.name == "participant_erased":
        raise broken("after_erasure", "data.event")
    if correction.kind.name == "event_retracted" and target.kind.name == "event_retracted":
        raise broken("retract_retraction", "data.event")
    if correction.kind.name == "event_amended" and target.kind.corrects:
        raise broken("amend_correction", "data.event")
    if target.id in retracted:
        raise broken("retracted_already", "data.event", event=pointed)
    return target


def _amend(target: Event, correction: Event) -> Event:
    data = amended(correction.data, target.kind)
    if correction.data.occurred is None:
        return replace(target, data=data)
    when = dated(span, correction.data.occurred, "data.occurred")
    return replace(target, data=data, occurred=correction.data.occurred, at=when.first, until=when.last, time=None)


def in_order(standing: Iterable[Standing]) -> list[Standing]:
    """Sort by the order of occurring, after letting what began before the stream did count from its start.

    An event whose date begins before the opening event but does not end before it counts from the opening; one with a
    known instant counts from that instant.
    """
    entries = list(standing)
    began = min((s.event.at for s in entries if s.event.kind.opens), default=None)
    ordered = True
    at, position = None, 0
    for place, entry in enumerate(entries):
        event = entry.event
        before = began is not None and event.at < began and (event.until is None or event.until > began)
        if before and began is not None and not event.kind.opens and event.time is None:
            event = replace(event, at=began)
            entries[place] = Standing(event, entry.source)
        # As it is recorded is mostly how it happened: then nothing has to be sorted.
        if at is not None and (event.at < at or event.position < position or event.kind.opens):
            ordered = False
        at, position = event.at, event.position
    if not ordered:
        entries.sort(key=lambda s: (s.event.at, not s.event.kind.opens, s.event.position))
    return entries
