"""Judging a relationship: its events in the order of occurring, each against the relationship as it stood and against the world.

What a whole stream came to is kept as `Judged`, so that the next event, where it comes after all others, is judged without them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from domain.model import decisions, participant
from domain.model.errors import Refusal, Refused, broken, missing
from domain.model.event import Event
from domain.model.events import Unvoiced
from domain.model.history import Standing, resolve
from domain.model.initiative import Initiative
from domain.model.naming import GIVING, handles, identities, notes
from domain.model.relationship import Relationship, evolve, own_id
from domain.model.words import NO_HANDLES
from domain.model.world import Refusals, World, guarded, is_new, not_ahead, placed_in

Pairs = Collection[tuple[str, str]]
"""Handles, each with the participant it was given to."""


class Judged(Struct, frozen=True):
    """A relationship as its events left it, `last` the instant of the last of them; `home` is the initiative as it was judged in.

    `used`: the ids of what was opened, felt, agreed and reversed; `people`: whom each handle was given to, by whatever event."""

    state: Relationship
    home: Initiative | None = None
    used: frozenset[str] = frozenset()
    people: dict[str, str] = {}
    last: int = 0


def fold_relationship(stream: str, events: Sequence[Event], world: World) -> tuple[Judged, Refusals]:
    """Fold a relationship's stream, gathering what is refused; a refused event has no effect on those after it."""
    history = resolve(events)
    refused: Refusals = list(history.refused)
    recorded = [event for event in events if event.position <= world.head]
    people, taken = _handed_out(recorded, {})
    everybody, taken_now = _handed_out(events[len(recorded) :], people)
    judged = _folded(Judged(Relationship(stream.partition("/")[2])), history.standing, people.items(), world, refused)
    refused += _coded(history.standing, world)
    for event in events:
        if event.kind.corrects and event.position > world.head:
            guarded(refused, event, _correction, judged.state, event, world)
    for unseen in history.unseen:
        if is_new(world, unseen):
            try:
                _namable(judged.state, unseen.event, world, events)
            except Refused as error:
                refused.append((unseen.source, placed_in(unseen, error.refusal)))
    return replace(judged, people=everybody), refused + taken + taken_now


def go_on(judged: Judged, new: Sequence[Event], world: World) -> tuple[Judged, Refusals] | None:
    """Judge what comes after all that was judged, as the whole would be; None where only the whole can tell."""
    last = judged.last
    for event in new:
        if event.kind.corrects or event.kind.opens or event.kind.name == "account_coded" or event.at < last:
            return None
        last = event.at
    if judged.home is None or world.initiative(judged.state.initiative) is not judged.home:
        return None
    refused: Refusals = []
    after = _folded(judged, [Standing(event, event) for event in new], judged.people.items(), world, refused)
    if not any(event.kind.name in GIVING for event in new):
        return after, refused
    everybody, taken = _handed_out(new, judged.people)
    return replace(after, people=everybody), refused + taken


def _folded(judged: Judged, standing: Iterable[Standing], known: Pairs, world: World, refused: Refusals) -> Judged:
    """Take what stands further, event by event. `known`: whom handles were given to by what is recorded."""
    state, home, last = judged.state, judged.home, judged.last
    used: set[str] = set()
    wanting: dict[str, str] = {}
    asked: object = None
    for one in standing:
        event = one.event
        last = event.at
        try:
            if event.kind.opens and state.began is None:
                home = _home(state, event, world)
                state = Relationship(state.id, home.sides)
            decisions.decide(state, event)
            if (own := own_id(event)) is not None:
                _never_used(event, own, judged.used, used)
            after = evolve(state, event)
            if notes(event):
                decisions.decide_notes(state, after, event)
            if event.kind.opens or event.kind.name == "member_joined":
                _registered(event, world)
            if is_new(world, one):
                not_ahead(one, world)
                if asked is not after.members:
                    asked, wanting = after.members, _wanting(after, world)
                if wanting:
                    _consenting(after, one, wanting, known, world)
            state = after
            if own is not None:
                used.add(own)
        except Refused as error:
            refused.append((one.source, placed_in(one, error.refusal)))
    return Judged(state, home, judged.used | used if used else judged.used, judged.people, last)


def _handed_out(events: Iterable[Event], before: dict[str, str]) -> tuple[dict[str, str], Refusals]:
    """Whom handles are given to, `before` and by these events; a handle is never used for someone else, corrections and retracted
    events included."""
    people = dict(before)
    taken: Refusals = []
    for event in events:
        if event.kind.name not in GIVING:
            continue
        for handle, person in identities(event):
            if people.setdefault(handle, person) != person:
                taken.append((event, broken("handle_taken", "data", handle=handle).refusal))
    return people, taken


def _home(state: Relationship, event: Event, world: World) -> Initiative:
    """The initiative it is in: which must exist, be open then, and gives the roles their sides."""
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
    return home


def _never_used(event: Event, own: str, *used: Collection[str]) -> None:
    """The id of an opening, a tension, an agreement or a reversal is its own in the relationship for ever."""
    if any(own in some for some in used):
        raise broken("id_used", f"data.{event.kind.own}", id=own)


def _coded(standing: Sequence[Standing], world: World) -> Refusals:
    """What is coded anew is an account that stands, of whom it is said to be. One that is retracted later takes its codes with it."""
    refused: Refusals = []
    accounts = {one.event.id: one.event for one in standing if one.event.kind.name == "account_given"}
    for one in standing:
        if one.event.kind.name == "account_coded" and is_new(world, one) and not isinstance(one.event.data, Unvoiced):
            guarded(refused, one.source, _code, one, accounts)
    return refused


def _code(standing: Standing, accounts: Mapping[str, Event]) -> None:
    event, data = standing.event, standing.event.data
    if (account := accounts.get(data.account)) is None:
        raise Refused(placed_in(standing, broken("account_unknown", "data.account", account=data.account).refusal))
    if account.perspective != event.perspective:
        refusal = broken("account_of_another", "perspective", account=data.account, holder=account.perspective).refusal
        raise Refused(placed_in(standing, refusal))
    if data.segment is not None and data.segment.note >= (count := len(notes(account))):
        raise Refused(placed_in(standing, broken("segment_note", "data.segment.note", count=count).refusal))


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


def _consenting(state: Relationship, standing: Standing, wanting: dict[str, str], known: Pairs, world: World) -> None:
    """Every handle a new event names stands for a participant who is registered and has given consent to record.

    Closing events and corrections may name a member who withdrew, by handle alone: no text about them, no voice of theirs.
    """
    event = standing.event
    named = list(handles(event))
    if event.kind.closes or standing.source.kind.corrects:
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
    not_ahead(Standing(event, event), world)
    decisions.decide_telling(state, event)
    for number, note in enumerate(event.data.notes):
        for handle in note.about:
            field = f"data.notes[{number}].about"
            decisions.ever_member(state, handle, field)
            _refuse_person(handle, state.members[handle].participant, world, field)
