"""The closed vocabularies of the catalogue and the shapes of its small values.

Every word that an event may hold outside a sealed text stands here once, so that a form, a schema and a check can never
disagree. A `Word` with a `Literal` behind it is a closed list; the others are bounded by a pattern or a length.
"""

from typing import Annotated, Literal

from msgspec import Meta

ID_FORM = r"[A-Za-z0-9._:~-]{1,128}"
TEXT_LIMIT = 10_000
MEMBER_LIMIT = 200
STANDING_LIMIT = 500
"""Openings, tensions, agreements and reversals that may stand in a relationship at once: more than two for each member there may be."""
NO_HANDLES = frozenset({"coordinator", "group", "observer", "all", "family", "nobody"})

Id = Annotated[str, Meta(pattern=rf"\A{ID_FORM}\Z", title="id")]
Handle = Annotated[str, Meta(pattern=rf"\A{ID_FORM}\Z", title="handle")]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT, title="text")]
ShortWord = Annotated[str, Meta(min_length=1, max_length=40, title="short word")]
Day = Annotated[str, Meta(title="day")]
Edtf = Annotated[str, Meta(title="edtf")]
Whole = Annotated[int, Meta(ge=0, le=10**9)]
Minutes = Annotated[int, Meta(ge=0, le=10**9)] | Annotated[float, Meta(ge=0, le=1e9)]
Days = Annotated[int, Meta(ge=1, le=36_525)] | Annotated[float, Meta(ge=0.001, le=36_525)]
Degree = Annotated[int, Meta(ge=0, le=1)] | Annotated[float, Meta(ge=0, le=1)]
Place = Annotated[str, Meta(pattern=rf"\A(home:{ID_FORM}|public|centre|outdoors|phone|online|message|other)\Z", title="place")]

Side = Literal["gives", "receives", "both", "none"]
TermKind = Literal["fixed", "one_off", "indefinite"]
AskedBy = Literal["self", "family", "professional"]
Mood = Literal["light", "serious", "mixed", "strained"]
Notice = Literal["early", "late", "none"]
HelpKind = Literal["practical", "emotional", "transport", "company", "guidance"]
MomentKind = Literal["laughter", "confidence", "gesture", "talk", "silence", "other"]
Expected = Literal["temporary", "lasting", "open"]
Continuation = Literal["left_open", "as_volunteering", "as_private_contact", "winding_down", "stopped", "not_asked"]
AgreementKind = Literal[
    "role_formalised", "condition_set", "expectation_agreed", "frequency_agreed", "tasks_limited", "setting_agreed", "naming_agreed"
]
PromptedBy = Literal["situation", "prevention", "request"]
OpenAbout = Literal["nature", "roles", "continuation", "joining_in", "needs", "background"]
Named = Literal["help", "friendship", "both", "neither", "alternating", "unsure"]
MeaningFor = Literal["self", "other"]
MeasureMode = Literal["self", "read_aloud", "phone"]
SurpriseAbout = Literal["self", "other", "need", "contact"]
TensionKind = Literal["overasked", "unclear_expectations", "unreliable", "irritation", "excluded", "strain"]
EasedHow = Literal["agreement", "talk", "time", "ending"]
AskedAbout = Literal["experience", "status"]
RoomInstrument = Literal["setting", "guidance", "response"]
RoomWay = Literal["alternative_offered", "left_open"]
EndMode = Literal["mutual", "one_sided", "drifted"]
ConsentScope = Literal["record", "research", "share"]
ConsentForm = Literal["written", "oral"]
ConsentBy = Literal["self", "guardian"]
InitiativeKind = Literal["buddy", "chores", "meeting_place", "bonus_family", "group", "phone_circle", "residents", "other"]
Guidance = Literal["none", "light", "intensive"]
ContactKind = Literal["one_off", "fixed", "indefinite"]
Method = Literal[
    "interview", "follow_up_interview", "observation", "focus_group", "coordinator_note", "self_report", "check_in", "import", "system"
]

KNOWN_ROLES: dict[str, Side] = {
    "volunteer": "gives",
    "host": "gives",
    "driver": "gives",
    "coach": "gives",
    "help_seeker": "receives",
    "participant": "none",
    "member": "none",
    "bonus_grandparent": "both",
    "bonus_family": "both",
}
