"""What somebody may record: in the contacts that they look after, and in those that they begin there.

It is looked at before anything is taken in, by what they may see. Whatever is not theirs is refused as what is not there, so that no answer
tells which of the two it is; but for an id that somebody chose and that is taken: that can only be said.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from domain.model.envelope import read
from domain.model.errors import Refusal, Refused, missing
from domain.model.event import Event
from domain.model.naming import identities
from projections.views.questions import Questions

SETTING_UP = frozenset({"initiative_registered", "initiative_closed", "initiative_reopened", "lens_published"})
"""What sets up what others work in."""
APPOINTING = frozenset({"coordinator_appointed", "coordinator_released"})
Refusals = list[tuple[int, Event, Refusal]]


def refusals(everything: Questions, questions: Questions, lines: Sequence[bytes]) -> Refusals:
    """The lines that may not be recorded by whom `questions` are narrowed to, with their numbers from 0.

    What is no event is left to whoever takes it in."""
    scope = questions.scope
    if scope.is_whole and scope.role != "coordinator":
        return []
    events = dict(_events(lines))
    refused = {number: _ONLY_ADMINISTRATORS for number, event in events.items() if _sets_up(event, scope.is_whole)}
    if not scope.is_whole:
        seen = questions.seen({stream for event in events.values() for stream in _named(event)})
        opened = {event.stream for event in events.values() if event.kind.opens}
        taken = everything.seen(opened) - seen
        begun = {event.stream for number, event in events.items() if event.kind.opens and number not in refused} - taken
        for number, event in events.items():
            if number not in refused and (refusal := _refusal(event, seen | begun, taken)) is not None:
                refused[number] = refusal
    return [(number, events[number], refusal) for number, refusal in sorted(refused.items())]


def told(questions: Questions, refusal: Refusal) -> Refusal:
    """A refusal by whoever took the lines in, as it may be told: what would fall elsewhere is not named."""
    if questions.scope.is_whole or refusal.rule != "would_fall":
        return refusal
    ids = refusal.values["events"]
    if set(ids) <= questions.events_by_id(ids, frozenset()).keys():
        return refusal
    return Refusal("RULE_BROKEN", "would_fall_elsewhere")


_ONLY_ADMINISTRATORS = Refusal("FORBIDDEN", "only_administrators", "type")


def _sets_up(event: Event, whole: bool) -> bool:
    """Who looks after the whole organisation sets up its initiatives too, and appoints nobody. What was set up is corrected by an
    administrator alone: a correction can appoint as well."""
    kind = event.kind
    if kind.name in APPOINTING or (kind.corrects and not event.stream.startswith(("relationship/", "participant/"))):
        return True
    return kind.name in SETTING_UP and not whole


def _events(lines: Iterable[bytes]) -> Iterator[tuple[int, Event]]:
    for number, line in enumerate(lines):
        try:
            yield number, read(line)
        except Refused:
            continue


def _refusal(event: Event, known: frozenset[str] | set[str], taken: frozenset[str]) -> Refusal | None:
    if event.kind.opens and event.stream in taken:
        return Refusal("CONFLICT", "id_taken", "subject")
    if event.stream not in known:
        return Refusal("FORBIDDEN", "not_yours", "subject")
    for field, id in _homes(event):
        if f"initiative/{id}" not in known:
            return missing("initiative_unknown", field, id=id).refusal
    for _, person in _people(event):
        if f"participant/{person}" not in known:
            return missing("participant_unknown", "data", participant=person).refusal
    before = _value(event, "grew_from")
    if before is not None and f"relationship/{before}" not in known:
        return missing("relationship_unknown", "data.grew_from", id=before).refusal
    return None


def _named(event: Event) -> Iterator[str]:
    """The streams that an event is in or leads to."""
    yield event.stream
    yield from (f"initiative/{id}" for _, id in _homes(event))
    yield from (f"participant/{id}" for _, id in _people(event))
    if (before := _value(event, "grew_from")) is not None:
        yield f"relationship/{before}"


def _homes(event: Event) -> Iterator[tuple[str, str]]:
    if (home := _value(event, "initiative")) is not None:
        yield "data.initiative", home


def _people(event: Event) -> Iterator[tuple[str, str]]:
    yield from identities(event)
    other = _value(event, "participant") if event.stream.startswith("participant/") else None
    if other is not None:
        yield "", other


def _value(event: Event, name: str) -> str | None:
    """What an event names, also where it amends another."""
    data: Any = event.data
    held = data.data.get(name) if event.kind.name == "event_amended" else getattr(data, name, None)
    return held if isinstance(held, str) else None
