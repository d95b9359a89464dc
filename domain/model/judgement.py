"""Judging a stream as a whole: is the history valid with the new events in it, and if not, which line is to blame.

A stream is judged in the order of occurring over what is recorded and not retracted. An event already recorded that could
no longer stand is not the one refused: the new line that would make it fall is, and the refusal names what would fall.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from domain.model import decisions, initiative, participant
from domain.model.errors import Refusal, Refused, broken, missing
from domain.model.event import Event
from domain.model.history import Standing, resolve
from domain.model.initiative import Initiative
from domain.model.lens import from_plain
from domain.model.naming import GIVING, handles, identities, notes
from domain.model.participant import Participant
from domain.model.relationship import Relationship, evolve, own_id
from domain.model.time import DAY
from domain.model.words import NO_HANDLES


class World(Protocol):
    """What a stream's rules ask of the clock and of the other streams, the batch being judged included.

    `head` is the highest position recorded before the batch: events above it are new. `trusting`: consents are taken as given.
    """

    now: int
    head: int
    trusting: bool

    def initiative(self, id: str) -> Initiative | None: ...

    def relationship_exists(self, id: str) -> bool: ...

    def participant(self, id: str) -> participant.Standing: ...


Refusals = list[tuple[Event, Refusal]]


def judge(stream: str, events: Sequence[Event], world: World) -> Refusals:
    """The refusals among the new events of a stream; none where the whole holds. `events`: all of it, in order of recording."""
    fold = _FOLDS[stream.partition("/")[0]]
    found = fold(stream, events, world)
    if not found:
        return []
    fallen = [(event, refusal) for event, refusal in found if event.position <= world.head]
    mine = [(event, refusal) for event, refusal in found if event.position > world.head]
    return mine + (_blame(stream, events, world, fold) if fallen else [])


def _blame(stream: str, events: Sequence[Event], world: World, fold: "Fold") -> Refusals:
    """The first new event with which something recorded falls, by halving: without it all recorded events stand."""
    old = [event for event in events if event.position <= world.head]
    new = [event for event in events if event.position > world.head]

    def falls(count: int) -> Refusals:
        return [pair for pair in fold(stream, old + new[:count], world) if pair[0].position <= world.head]

    low, high = 0, len(new)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if falls(middle) else (middle, high)
    fallen = falls(high)
    ids = [event.id for event, _ in fallen]
    return [(new[high - 1], broken("would_fall", None, events=ids, because=fallen[0][1]).refusal)]


Fold = Callable[[str, Sequence[Event], World], Refusals]


def _guarded(refused: Refusals, source: Event, check: Callable[..., Any], *args: Any) -> bool:
    try:
        check(*args)
    except Refused as error:
        refused.append((source, error.refusal))
        return False
    return True


def _not_ahead(standing: Standing, world: World) -> None:
    if standing.event.at > world.now + DAY:
        raise broken("ahead", "occurred" if standing.source is standing.event else "data.occurred")


def _new(world: World, standing: Standing) -> bool:
    return standing.source.position > world.head


def fold_relationship(stream: str, events: Sequence[Event], world: World) -> Refusals:
    """Fold a relationship's stream, gathering what is refused; a refused event has no effect on those after it."""
    history = resolve(events)
    refused: Refusals = list(history.refused)
    state = Relationship(stream.partition("/")[2])
    wanting: dict[str, str] = {}
    used: set[str] = set()
    asked: object = None
    for standing in history.standing:
        event = standing.event
        try:
            if event.kind.opens and state.began is None:
                state = _placed(state, event, world)
            decisions.decide(state, event)
            if (own := own_id(event)) is not None:
                _never_used(event, own, used)
            after = evolve(state, event)
            if notes(event):
                decisions.decide_notes(state, after, event)
            if event.kind.opens or event.kind.name == "member_joined":
                _registered(event, world)
            if standing.source.position > world.head:
                _not_ahead(standing, world)
                if asked is not after.members:
                    asked, wanting = after.members, _wanting(after, world)
                if wanting:
                    _consenting(after, standing, wanting, events, world)
            state = after
            if own is not None:
                used.add(own)
        except Refused as error:
            refused.append((standing.source, _placed_in(standing, error.refusal)))
    for event in events:
        if event.kind.corrects and event.position > world.head:
            _guarded(refused, event, _correction, state, event, world)
    for unseen in history.unseen:
        if _new(world, unseen):
            try:
                _namable(state, unseen.event, world, events)
            except Refused as error:
                refused.append((unseen.source, _placed_in(unseen, error.refusal)))
    _one_person_a_handle(events, refused)
    return refused


def _placed_in(standing: Standing, refusal: Refusal) -> Refusal:
    """A refusal of amended content names its field as it stands in the amendment."""
    field = refusal.field
    if standing.source is standing.event or standing.source.kind.name != "event_amended" or field is None or field.startswith("data.data"):
        return refusal
    return replace(refusal, field="data.occurred" if field in ("occurred", "data.occurred") else f"data.{field}")


def _placed(state: Relationship, event: Event, world: World) -> Relationship:
    """The relationship in its initiative: which must exist, be open then, and give the roles their sides."""
    data = event.data
    home = world.initiative(data.initiative)
    if home is None:
        raise missing("initiative_unknown", "data.initiative", id=data.initiative)
    if home.closed_at(event.at, event.position):
        raise broken("initiative_closed", "data.initiative", id=data.initiative)
    if data.grew_from is not None:
        if data.grew_from == state.id:
            raise broken("grew_from_itself", "data.grew_from")
        if not world.relationship_exists(data.grew_from):
            raise missing("relationship_unknown", "data.grew_from", id=data.grew_from)
    return Relationship(state.id, home.sides)


def _one_person_a_handle(events: Sequence[Event], refused: Refusals) -> None:
    """A handle is never used for someone else, corrections and retracted events included."""
    people: dict[str, str] = {}
    for event in events:
        if event.kind.name not in GIVING:
            continue
        for handle, person in identities(event):
            if people.setdefault(handle, person) != person:
                refused.append((event, broken("handle_taken", "data", handle=handle).refusal))


def _never_used(event: Event, own: str, used: set[str]) -> None:
    """The id of an opening, a tension, an agreement or a reversal is its own in the relationship for ever."""
    if own in used:
        raise broken("id_used", f"data.{event.kind.own}", id=own)


def _registered(event: Event, world: World) -> None:
    """Who has a handle is registered, also when what gave it to them holds again."""
    for _, person in identities(event):
        if world.participant(person) == "unknown":
            raise missing("participant_unknown", _field_of(event, person), participant=person)


def _field_of(event: Event, person: str) -> str:
    """Where an event names a participant."""
    found = [number for number, member in enumerate(getattr(event.data, "members", ())) if member.participant == person]
    return f"data.members[{found[0]}].participant" if found else "data.participant"


def _standing(person: str | None, world: World) -> participant.Standing:
    """How a member stands; one who cannot be opened any more was erased."""
    if person is None:
        return "consenting" if world.trusting else "erased"
    return world.participant(person)


def _wanting(state: Relationship, world: World) -> dict[str, str]:
    """The members about whom nothing may be recorded now, and how they stand."""
    standings = {handle: _standing(member.participant, world) for handle, member in state.members.items()}
    return {handle: standing for handle, standing in standings.items() if standing != "consenting"}


def _namable(state: Relationship, event: Event, world: World, events: Sequence[Event]) -> None:
    """What is corrected in its own batch is recorded all the same: who is in it is or was a member, and gave consent."""
    given = {handle: person for other in events for handle, person in identities(other)} | dict(identities(event))
    for handle, field in handles(event):
        if handle in NO_HANDLES or handle.startswith("role/"):
            continue
        if handle not in given and handle not in state.members:
            raise broken("never_member", field, handle=handle)
        _refuse_person(handle, given.get(handle), world, field)


def _consenting(state: Relationship, standing: Standing, wanting: dict[str, str], events: Sequence[Event], world: World) -> None:
    """Every handle a new event names stands for a participant who is registered and has given consent to record.

    Closing events and corrections may name a member who withdrew, by handle alone: no text about them, no voice of theirs.
    """
    event = standing.event
    named = list(handles(event))
    if event.kind.closes or standing.source.kind.corrects:
        known = {pair for earlier in events if earlier.position <= world.head for pair in identities(earlier)}
        anew = {handle for handle, person in identities(event) if (handle, person) not in known}
        named = [(handle, field) for handle, field in named if _more_than_a_handle(field) or handle in anew]
    for handle, field in named:
        if handle in wanting:
            _refuse_person(handle, state.members[handle].participant, world, field)


def _more_than_a_handle(field: str) -> bool:
    """Whether who stands in a field is spoken for or written about, not only named."""
    return field == "perspective" or field.endswith("].about")


def _refuse_person(handle: str, person: str | None, world: World, field: str) -> None:
    """Raise `Refused` where nothing may be recorded about somebody now."""
    match _standing(person, world):
        case "unknown":
            raise missing("participant_unknown", field, participant=person)
        case "erased":
            raise Refused(Refusal("NO_CONSENT", "erased_person", field, {"handle": handle}))
        case "without_consent":
            raise Refused(Refusal("NO_CONSENT", "no_consent", field, {"handle": handle}))


def _correction(state: Relationship, event: Event, world: World) -> None:
    """What a correction says itself: not ahead of the clock, told by and about those who are or were members, with their consent."""
    _not_ahead(Standing(event, event), world)
    decisions.decide_telling(state, event)
    for number, note in enumerate(event.data.notes):
        for handle in note.about:
            field = f"data.notes[{number}].about"
            decisions.ever_member(state, handle, field)
            _refuse_person(handle, state.members[handle].participant, world, field)


def _no_handles(event: Event) -> None:
    own = event.local if event.stream.startswith("participant/") else None
    for number, note in enumerate(event.data.notes):
        if set(note.about) - {own}:
            raise broken("no_handles_here", f"data.notes[{number}].about")
    if event.toldby not in (None, "coordinator", "observer"):
        raise broken("told_by", "toldby")


def _fold_plain(events: Sequence[Event], world: World, state: Any, decide: Any, evolve: Any) -> tuple[Any, Refusals]:
    history = resolve(events)
    refused: Refusals = list(history.refused)
    for standing in history.standing:
        if not _guarded(refused, standing.source, decide, state, standing.event):
            continue
        if _new(world, standing) and not _guarded(refused, standing.source, _not_ahead, standing, world):
            continue
        state = evolve(state, standing.event)
    for event in events:
        if event.position > world.head and _guarded(refused, event, _no_handles, event) and event.kind.corrects:
            _guarded(refused, event, _not_ahead, Standing(event, event), world)
    for amended in (*history.standing, *history.unseen):
        if _new(world, amended) and amended.source is not amended.event:
            try:
                _no_handles(amended.event)
            except Refused as error:
                refused.append((amended.source, _placed_in(amended, error.refusal)))
    return state, refused


def fold_participant(stream: str, events: Sequence[Event], world: World) -> tuple[Participant, Refusals]:
    """A participant's stream: how they stand, and what is refused."""
    return _fold_plain(events, world, Participant(stream.partition("/")[2]), participant.decide, participant.evolve)


def fold_initiative(stream: str, events: Sequence[Event], world: World) -> tuple[Initiative, Refusals]:
    """An initiative's stream: how it stands, and what is refused. A role keeps its side even when its registration is undone."""
    state, refused = _fold_plain(events, world, Initiative(stream.partition("/")[2]), initiative.decide, initiative.evolve)
    sides: dict[str, str] = {}
    for event in events:
        data = event.data.data if event.kind.name == "event_amended" else event.data
        for role, side in _registered_roles(data):
            if sides.setdefault(role, side) != side:
                refused.append((event, broken("side_fixed", "data.roles", role=role, side=sides[role]).refusal))
    return state, refused


def _registered_roles(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for entry in data.get("roles", []) if isinstance(data.get("roles"), list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("role"), str) and isinstance(entry.get("side"), str):
                yield entry["role"], entry["side"]
    else:
        for given in getattr(data, "roles", ()):
            yield given.role, given.side


def fold_lens(stream: str, events: Sequence[Event], world: World) -> tuple[set[str], Refusals]:
    """A lens's stream: its versions, each published once."""

    def decide(versions: set[str], event: Event) -> None:
        from_plain({**event.data.definition, "name": event.local, "version": event.data.version})
        if event.data.version in versions:
            raise broken("lens_version", "data.version", version=event.data.version)

    state: set[str] = set()
    return _fold_plain(events, world, state, decide, lambda versions, event: versions | {event.data.version})


_FOLDS: dict[str, Fold] = {
    "relationship": fold_relationship,
    "participant": lambda stream, events, world: fold_participant(stream, events, world)[1],
    "initiative": lambda stream, events, world: fold_initiative(stream, events, world)[1],
    "lens": lambda stream, events, world: fold_lens(stream, events, world)[1],
}
