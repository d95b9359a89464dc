"""A participant's own stream: registered, which consents hold, erased."""

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


def evolve(participant: Participant, event: Event) -> Participant:
    match event.kind.name:
        case "participant_registered":
            return replace(participant, registered=True)
        case "consent_given":
            return replace(participant, consents=participant.consents | {event.data.scope})
        case "consent_withdrawn":
            return replace(participant, consents=participant.consents - {event.data.scope})
        case "participant_erased":
            return replace(participant, erased=True, consents=frozenset())
    return participant
