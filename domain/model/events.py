"""What can be recorded: one class for each event of the catalogue, holding its data and nothing else.

The classes say what an event may contain; `domain.model.decisions` says when it may happen. A field typed `Unread` as well
is sealed when stored, and holds an `Unread` where its key is gone, it was damaged, or the reader may not open it.
`domain.model.catalogue` lists every event with the streams it belongs in and whether it carries somebody's view.
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from domain.model import words as w


class Unread(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Sealed content that cannot be shown: exactly one of the three is set. `erased` is the day its key was destroyed."""

    erased: str | UnsetType = UNSET
    damaged: bool | UnsetType = UNSET
    sealed: bool | UnsetType = UNSET


class Part(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A value inside an event."""


class Note(Part):
    about: tuple[w.Handle, ...]
    text: w.Text | Unread


class Data(Part, kw_only=True):
    """The data of an event. Every event may carry notes: a text for each set of people it is about."""

    notes: Annotated[tuple[Note, ...], Meta(max_length=100)] = ()


class NewMember(Part):
    handle: w.Handle
    participant: w.Id | Unread
    roles: Annotated[tuple[w.ShortWord, ...], Meta(max_length=20)]


class NewTerm(Part):
    kind: w.TermKind
    until: w.Day | None = None


class Help(Part):
    giver: w.Handle
    receiver: w.Handle
    kind: w.HelpKind


class Sharing(Part):
    by: w.Handle
    to: w.Handle | None = None


class RoleSide(Part):
    role: w.ShortWord
    side: w.Side


Handles = Annotated[tuple[w.Handle, ...], Meta(max_length=w.MEMBER_LIMIT)]
SomeHandles = Annotated[tuple[w.Handle, ...], Meta(min_length=1, max_length=w.MEMBER_LIMIT)]
Members = Annotated[tuple[NewMember, ...], Meta(max_length=w.MEMBER_LIMIT)]


class MatchMade(Data):
    initiative: w.Id
    members: Members
    term: NewTerm | None = None
    asked_by: w.AskedBy | None = None
    rhythm_days: w.Days | None = None
    contract_signed: bool | None = None
    grew_from: w.Id | None = None


class ContactEmerged(Data):
    initiative: w.Id
    members: Members
    open_to_all: bool | None = None
    known_before: bool | None = None
    rhythm_days: w.Days | None = None
    setting: w.ShortWord | None = None
    grew_from: w.Id | None = None


class IntroductionHeld(Data, rename={"with_": "with"}):
    with_: SomeHandles


class MemberJoined(Data):
    handle: w.Handle
    participant: w.Id | Unread
    roles: Annotated[tuple[w.ShortWord, ...], Meta(max_length=20)]


class MemberLeft(Data):
    handle: w.Handle


class MeetingHeld(Data):
    present: Handles
    others: w.Whole | None = None
    place: w.Place | None = None
    activity: w.ShortWord | None = None
    mood: w.Mood | None = None
    initiated_by: w.Handle | None = None
    minutes: w.Minutes | None = None
    help: Annotated[tuple[Help, ...], Meta(max_length=200)] = ()
    shared: Annotated[tuple[Sharing, ...], Meta(max_length=200)] = ()


class MeetingMissed(Data):
    notice: w.Notice
    cancelled_by: w.Handle | None = None


class HelpAsked(Data):
    by: w.Handle
    kind: w.HelpKind
    to: w.Handle | None = None


class HelpOffered(Data):
    by: w.Handle
    kind: w.HelpKind
    to: w.Handle | None = None


class MomentNoted(Data):
    between: SomeHandles
    what: w.MomentKind


class HelpGiven(Data):
    giver: w.Handle
    receiver: w.Handle
    kind: w.HelpKind
    asked: bool | None = None


class RolesReversed(Data):
    reversal: w.Id
    between: Annotated[tuple[w.Handle, ...], Meta(min_length=2, max_length=2)]
    expected: w.Expected | None = None


class RolesRestored(Data):
    reversal: w.Id


class RoleTaken(Data):
    handle: w.Handle
    role: w.ShortWord
    formal: bool


class RoleLaidDown(Data):
    handle: w.Handle
    role: w.ShortWord


class RhythmChanged(Data):
    rhythm_days: w.Days
    agreed_by: Handles


class TermEnded(Data):
    continuation: w.Continuation


class TermExtended(Data):
    until: w.Day | None = None


class BoundaryAgreed(Data):
    agreement: w.Id
    kind: w.AgreementKind
    parties: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=128)], ...], Meta(min_length=1, max_length=w.MEMBER_LIMIT)]
    prompted_by: w.PromptedBy
    tacit: bool | None = None
    review_on: w.Day | None = None
    replaces: w.Id | None = None


class BoundaryLifted(Data):
    agreement: w.Id


class LeftOpen(Data):
    opening: w.Id
    about: w.OpenAbout
    by: Handles = ()


class Settled(Data):
    opening: w.Id


class AccountGiven(Data):
    named: w.Named | None = None
    help: w.Degree | None = None
    friendship: w.Degree | None = None
    direction: Annotated[tuple[tuple[w.Handle, w.Handle], ...], Meta(max_length=2)] = ()
    beside: bool | None = None
    meaning_for: w.MeaningFor | None = None
    told: w.Edtf | None = None


class Segment(Part):
    note: w.Whole
    start: w.Whole
    end: w.Whole


class AccountCoded(Data):
    account: w.Id
    code: w.ShortWord
    coder: w.Id
    segment: Segment | None = None


class MeasureTaken(Data):
    instrument: Annotated[str, Meta(min_length=1, max_length=128)]
    mode: w.MeasureMode
    answers: dict[Annotated[str, Meta(min_length=1, max_length=128)], int | float]
    version: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class SurpriseNoticed(Data):
    about: w.SurpriseAbout
    meaning_for: w.MeaningFor


class TensionFelt(Data):
    tension: w.Id
    kind: w.TensionKind


class TensionEased(Data):
    tension: w.Id
    how: w.EasedHow | None = None


class CheckInHeld(Data, rename={"with_": "with"}):
    with_: SomeHandles
    asked_about: w.AskedAbout
    next_on: w.Day | None = None


class RoomMade(Data):
    by: w.Handle
    instrument: w.RoomInstrument
    way: w.RoomWay


class RelationshipEnded(Data):
    ended_by: Handles
    mode: w.EndMode
    farewell: bool | None = None


class RelationshipResumed(Data):
    pass


class EventRetracted(Data):
    event: w.Id


class EventAmended(Data):
    """`data` replaces the whole of the event it points at; here it is the decoded data of that event's own class, or,
    before its target is known, the plain object as it was sent."""

    event: w.Id
    data: dict[str, Any]
    occurred: w.Edtf | None = None


class ParticipantRegistered(Data):
    name: w.Text | Unread
    contact: w.Text | Unread | None = None


class ConsentGiven(Data):
    scope: w.ConsentScope
    given: w.ConsentForm | None = None
    by: w.ConsentBy | None = None


class ConsentWithdrawn(Data):
    scope: w.ConsentScope
    given: w.ConsentForm | None = None
    by: w.ConsentBy | None = None


class ParticipantsJoined(Data):
    participant: w.Id


class ParticipantsParted(Data):
    participant: w.Id


class ParticipantErased(Data):
    requested_on: w.Day
    certificate: Any = None


class InitiativeRegistered(Data):
    name: w.Text
    kind: w.InitiativeKind
    guidance: w.Guidance
    contact: w.ContactKind
    roles: Annotated[tuple[RoleSide, ...], Meta(max_length=200)] = ()
    place: w.ShortWord | None = None


class RolesRegistered(Data):
    roles: Annotated[tuple[RoleSide, ...], Meta(min_length=1, max_length=200)]


class CoordinatorAppointed(Data):
    coordinator: w.Id


class CoordinatorReleased(Data):
    coordinator: w.Id


class InitiativeClosed(Data):
    pass


class InitiativeReopened(Data):
    pass


class LensPublished(Data):
    version: Annotated[str, Meta(min_length=1, max_length=40)]
    definition: dict[str, Any]


class Unvoiced(Struct, frozen=True, gc=False):
    """What is left of a voiced event that cannot be opened: its own id (of the opening or the tension), where it has one."""

    unread: Unread
    own: str | None = None
