"""A participant's own stream: registered, which consents hold, which other registrations are of the same person, erased."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.model.errors import NAMED_STREAMS, broken
from domain.model.event import Event

Standing = Literal["unknown", "without_consent", "consenting", "erased"]


class Participant(Struct, frozen=True):
    id: str
    registered: bool = False
    consents: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    """The other registrations that were joined with this one in its own stream; other streams may join more."""
    erased: bool = False

    @property
    def standing(self) -> Standing:
        """Whether something may be recorded about them now."""
        if self.erased:
            return "erased"
        if not self.registered:
            return "unknown"
        return "consenting" if "record" in self.consents else "without_consent"


def decide(participant: Participant, event: Event) -> None:
    """Raise `Refused` where the event may not happen in this participant's stream at that time."""
    if participant.erased:
        raise broken("after_erasure", "subject")
    if event.kind.name == "participant_erased":
        return  # Also who was registered by mistake, and that retracted: their name is sealed there all the same.
    if event.kind.opens:
        if participant.registered:
            raise broken("begun_already", "type", kind=NAMED_STREAMS["participant"], id=participant.id)
    elif not participant.registered:
        raise broken("not_begun", "occurred", kind=NAMED_STREAMS["participant"], id=participant.id)
    if event.kind.name == "consent_withdrawn" and event.data.scope not in participant.consents:
        raise broken("consent_not_given", "data.scope", scope=event.data.scope)
    if event.kind.name == "participants_joined":
        if event.data.participant == participant.id:
            raise broken("joined_itself", "data.participant")
        if event.data.participant in participant.joined:
            raise broken("joined_already", "data.participant", participant=event.data.participant)
    if event.kind.name == "participants_parted" and event.data.participant not in participant.joined:
        raise broken("not_joined", "data.participant", participant=event.data.participant)


def evolve(participant: Participant, event: Event) -> Participant:
    match event.kind.name:
        case "participant_registered":
            return replace(participant, registered=True)
        case "consent_given":
            return replace(participant, consents=participant.consents | {event.data.scope})
        case "consent_withdrawn":
            return replace(participant, consents=participant.consents - {event.data.scope})
        case "participants_joined":
            return replace(participant, joined=participant.joined | {event.data.participant})
        case "participants_parted":
            return replace(participant, joined=participant.joined - {event.data.participant})
        case "participant_erased":
            return replace(participant, erased=True, consents=frozenset())
    return participant


def after(id: str, standing: Iterable[Event]) -> Participant:
    """A participant after their standing events."""
    state = Participant(id)
    for event in standing:
        state = evolve(state, event)
    return state
