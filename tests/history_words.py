"""The words random histories are told in, and the dates: closed lists of the catalogue, and the initiative's own roles."""

from datetime import UTC, datetime, timedelta

from small_histories import SIDES as KNOWN

DAY = 86_400_000_000
HOUR = DAY // 24
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOME = "home"
OWN_ROLES = {"cook": "gives", "guest": "receives", "godparent": "both"}
SIDES = {**KNOWN, **OWN_ROLES}
ROLES = list(SIDES)
HANDLES = ["a", "b", "c", "d"]
OTHERS = ["coordinator", "group", "family"]
NO_MEMBERS = ["coordinator", "group", "observer"]
KINDS_OF_HELP = ["practical", "emotional", "transport", "company", "guidance"]
NAMED = ["help", "friendship", "both", "neither", "alternating", "unsure"]
CONTINUATIONS = ["left_open", "as_volunteering", "as_private_contact", "winding_down", "stopped", "not_asked"]
ANSWERABLE = (None, "left_open", "winding_down", "not_asked")
LIMITS = ["condition_set", "expectation_agreed", "frequency_agreed", "tasks_limited", "setting_agreed"]
AGREEMENTS = ["role_formalised", *LIMITS, "naming_agreed"]
ABOUT = ["nature", "roles", "continuation", "joining_in", "needs", "background"]
TENSIONS = ["overasked", "unclear_expectations", "unreliable", "irritation", "excluded", "strain"]
MOODS = ["light", "serious", "mixed", "strained"]
PLACES = ["public", "centre", "outdoors", "phone", "online", "message", "other"]
MEANING = ["self", "other"]
PAIRS = [("volunteer", "help_seeker"), ("host", "guest"), ("participant", "participant"), ("bonus_family", "godparent"), ("coach", "")]
"""Roles of the first two members."""
AFTER_THE_END = ["account_given", "account_given", "measure_taken", "surprise_noticed", "relationship_resumed", "relationship_resumed"]
ALWAYS = [
    *["account_given"] * 4,
    *["left_open", "boundary_agreed"] * 2,
    *["surprise_noticed", "tension_felt", "room_made", "rhythm_changed", "meeting_missed", "measure_taken", "relationship_ended"],
]
"""What may happen next, as often as it is to be drawn."""


def day(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).date().isoformat()


def moment(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def next_month(at: int) -> int:
    month = (EPOCH + timedelta(microseconds=at)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return ((month + timedelta(days=32)).replace(day=1) - EPOCH) // timedelta(microseconds=1)
