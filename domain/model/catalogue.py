"""The catalogue: every event, the streams it belongs in, and how it behaves.

`KINDS` reads like the tables of the catalogue; what an event may contain stands with its class in `domain.model.events`.
"""

from typing import Any, Literal

from msgspec import Struct

from domain.model import events as e

Stream = Literal["relationship", "participant", "initiative", "lens"]


class Kind(Struct, frozen=True, gc=False, eq=False):
    """How an event of the catalogue behaves.

    `view`: whether it carries a perspective ("needed", "allowed" or "none"). `opens` its stream. `closes` something, and so
    may name a member who withdrew. `after_end`: may happen when the relationship has ended. `own`: the field with the id that
    others point at. `type` is the CloudEvents type; `topic` the name under which it is stored: versioned, and no importable path.
    """

    name: str
    data: type[e.Data]
    type: str
    topic: str
    streams: tuple[Stream, ...]
    view: Literal["needed", "allowed", "none"] = "none"
    opens: bool = False
    closes: bool = False
    corrects: bool = False
    after_end: bool = False
    own: str | None = None

    @property
    def voiced(self) -> bool:
        return self.view != "none"


def _kind(data: type[e.Data], *streams: Stream, **more: Any) -> Kind:
    name = "".join("_" + c.lower() if c.isupper() else c for c in data.__name__).removeprefix("_")
    return Kind(name, data, f"tussenruimte.{name}.v1", f"tussenruimte/{name}.v1", streams or ("relationship",), **more)


KINDS: tuple[Kind, ...] = (
    _kind(e.MatchMade, opens=True),
    _kind(e.ContactEmerged, opens=True),
    _kind(e.IntroductionHeld),
    _kind(e.MemberJoined),
    _kind(e.MemberLeft, closes=True),
    _kind(e.MeetingHeld),
    _kind(e.MeetingMissed),
    _kind(e.HelpAsked),
    _kind(e.HelpOffered),
    _kind(e.MomentNoted),
    _kind(e.HelpGiven),
    _kind(e.RolesReversed, own="reversal"),
    _kind(e.RolesRestored, closes=True),
    _kind(e.RoleTaken),
    _kind(e.RoleLaidDown),
    _kind(e.RhythmChanged),
    _kind(e.TermEnded, closes=True),
    _kind(e.TermExtended),
    _kind(e.BoundaryAgreed, own="agreement"),
    _kind(e.BoundaryLifted, closes=True),
    _kind(e.LeftOpen, view="needed", own="opening"),
    _kind(e.Settled, closes=True),
    _kind(e.AccountGiven, view="needed", after_end=True),
    _kind(e.AccountCoded, view="needed", after_end=True),
    _kind(e.MeasureTaken, view="allowed", after_end=True),
    _kind(e.SurpriseNoticed, view="needed", after_end=True),
    _kind(e.TensionFelt, view="needed", own="tension"),
    _kind(e.TensionEased, closes=True),
    _kind(e.CheckInHeld),
    _kind(e.RoomMade, "relationship", "initiative"),
    _kind(e.RelationshipEnded, closes=True),
    _kind(e.RelationshipResumed, after_end=True),
    _kind(e.EventRetracted, "relationship", "participant", "initiative", "lens", corrects=True, after_end=True),
    _kind(e.EventAmended, "relationship", "participant", "initiative", "lens", corrects=True, after_end=True),
    _kind(e.ParticipantRegistered, "participant", opens=True),
    _kind(e.ConsentGiven, "participant"),
    _kind(e.ConsentWithdrawn, "participant"),
    _kind(e.ParticipantsJoined, "participant"),
    _kind(e.ParticipantsParted, "participant"),
    _kind(e.ParticipantErased, "participant"),
    _kind(e.InitiativeRegistered, "initiative", opens=True),
    _kind(e.RolesRegistered, "initiative"),
    _kind(e.CoordinatorAppointed, "initiative"),
    _kind(e.CoordinatorReleased, "initiative"),
    _kind(e.InitiativeClosed, "initiative"),
    _kind(e.InitiativeReopened, "initiative"),
    _kind(e.LensPublished, "lens"),
)

CATALOGUE: dict[str, Kind] = {kind.name: kind for kind in KINDS}
BY_TYPE: dict[str, Kind] = {kind.type: kind for kind in KINDS}
BY_TOPIC: dict[str, Kind] = {kind.topic: kind for kind in KINDS}
