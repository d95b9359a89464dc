"""Judging a stream as a whole: is the history valid with the new events in it, and if not, which line is to blame.

A stream is judged in the order of occurring over what is recorded and not retracted. An event already recorded that could
no longer stand is not the one refused: the new line that would make it fall is, and the refusal names what would fall.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from domain.model import initiative, participant
from domain.model.errors import Refused, broken, missing
from domain.model.event import Event
from domain.model.history import Standing, resolve
from domain.model.initiative import Initiative
from domain.model.judged import fold_relationship
from domain.model.lens import from_plain
from domain.model.participant import Participant
from domain.model.world import Refusals, World, guarded, is_new, not_ahead, placed_in

Fold = Callable[[str, Sequence[Event], World], tuple[Any, Refusals]]


def judge(stream: str, events: Sequence[Event], world: World) -> tuple[Any, Refusals]:
    """What a stream comes to, and the refusals among its new events; none where the whole holds.

    `events`: all of it, in order of recording."""
    fold = _FOLDS[stream.partition("/")[0]]
    state, found = fold(stream, events, world)
    if not found:
        return state, []
    fallen = [(event, refusal) for event, refusal in found if event.position <= world.head]
    mine = [(event, refusal) for event, refusal in found if event.position > world.head]
    return state, mine + (_blame(stream, events, world, fold) if fallen else [])


def _blame(stream: str, events: Sequence[Event], world: World, fold: Fold) -> Refusals:
    """The first new event with which something recorded falls, by halving: without it all recorded events stand."""
    old = [event for event in events if event.position <= world.head]
    new = [event for event in events if event.position > world.head]

    def falls(count: int) -> Refusals:
        return [pair for pair in fold(stream, old + new[:count], world)[1] if pair[0].position <= world.head]

    low, high = 0, len(new)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if falls(middle) else (middle, high)
    fallen = falls(high)
    ids = [event.id for event, _ in fallen]
    return [(new[high - 1], broken("would_fall", None, events=ids, because=fallen[0][1]).refusal)]


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
        if not guarded(refused, standing.source, _decided, decide, state, standing):
            continue
        if is_new(world, standing) and not guarded(refused, standing.source, not_ahead, standing, world):
            continue
        state = evolve(state, standing.event)
    for event in events:
        if event.position > world.head and guarded(refused, event, _no_handles, event) and event.kind.corrects:
            guarded(refused, event, not_ahead, Standing(event, event), world)
    for amended in (*history.standing, *history.unseen):
        if is_new(world, amended) and amended.source is not amended.event:
            try:
                _no_handles(amended.event)
            except Refused as error:
                refused.append((amended.source, placed_in(amended, error.refusal)))
    return state, refused


def _decided(decide: Any, state: Any, standing: Standing) -> None:
    try:
        decide(state, standing.event)
    except Refused as error:
        raise Refused(placed_in(standing, error.refusal)) from None


def fold_participant(stream: str, events: Sequence[Event], world: World) -> tuple[Participant, Refusals]:
    """A participant's stream: how they stand, and what is refused."""
    state, refused = _fold_plain(events, world, Participant(stream.partition("/")[2]), participant.decide, participant.evolve)
    if any(event.kind.name == "participants_joined" for event in events):
        refused += _others(state, events, world)
    return state, refused


def _others(state: Participant, events: Sequence[Event], world: World) -> Refusals:
    """Who is joined with somebody is registered, and is joined with nobody who was erased."""
    refused: Refusals = []
    for standing in resolve(events).standing:
        if standing.event.kind.name == "participants_joined":
            guarded(refused, standing.source, _other, standing, world)
    if corrections := [event for event in events if event.kind.corrects and event.position > world.head]:
        recorded = resolve([event for event in events if event.position <= world.head]).standing
        anew = state.joined - participant.after(state.id, [standing.event for standing in recorded]).joined
        for id in sorted(anew):
            if world.other_participant(id) == "erased":
                refused += [(event, broken("joined_erased", "data.event", participant=id).refusal) for event in corrections]
    return refused


def _other(standing: Standing, world: World) -> None:
    other = standing.event.data.participant
    how = world.other_participant(other)
    if how == "unknown":
        refusal = missing("participant_unknown", "data.participant", participant=other).refusal
        raise Refused(placed_in(standing, refusal))
    if how == "erased" and is_new(world, standing):
        raise Refused(placed_in(standing, broken("joined_erased", "data.participant", participant=other).refusal))


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
    "participant": fold_participant,
    "initiative": fold_initiative,
    "lens": fold_lens,
}
