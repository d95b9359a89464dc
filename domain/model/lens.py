"""A lens as data: a name, a version, and the weights with which `evidence` reads.

The shipped lens `evidence` is this definition with its defaults; organisations write their own as YAML, naming only what they
weigh otherwise. A published version is never changed, and readings cite it as `name@version`.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from domain.model.errors import Refused, bad
from domain.model.time import DAY
from domain.model.words import ShortWord
from domain.model.yaml_file import decoded, placed, unfit

Weight = tuple[float, float, float]
"""What something adds to help, friendship and openness."""

WEIGHTS: dict[str, Weight] = {
    "term_helping": (1.0, 0.0, 0.0),
    "term_equal": (0.5, 0.5, 0.0),
    "term_lapsed": (0.0, 0.0, 0.40),
    "meeting_after_term": (0.0, 0.10, 0.0),
    "mood_light": (0.0, 0.04, 0.0),
    "mood_mixed": (0.0, 0.06, 0.0),
    "mood_serious": (0.0, 0.08, 0.0),
    "shared": (0.0, 0.10, 0.0),
    "shared_by_giver": (0.0, 0.25, 0.0),
    "help_equal": (0.20, 0.10, 0.0),
    "help_along": (0.10, 0.0, 0.0),
    "help_against": (0.0, 0.30, 0.0),
    "roles_reversed": (0.0, 0.60, 0.0),
    "role_taken": (0.20, 0.0, 0.0),
    "ended_left_open": (0.0, 0.0, 0.80),
    "ended_as_volunteering": (0.80, 0.0, 0.0),
    "ended_as_private_contact": (0.0, 0.80, 0.0),
    "ended_winding_down": (0.0, 0.0, 0.40),
    "ended_not_asked": (0.0, 0.0, 0.40),
    "agreed_role_formalised": (0.50, 0.0, 0.0),
    "agreed_condition_set": (0.25, 0.0, 0.0),
    "agreed_expectation_agreed": (0.25, 0.0, 0.0),
    "agreed_frequency_agreed": (0.25, 0.0, 0.0),
    "agreed_tasks_limited": (0.25, 0.0, 0.0),
    "agreed_setting_agreed": (0.25, 0.0, 0.0),
    "agreed_naming_agreed": (0.0, 0.0, 0.0),
    "open_nature": (0.0, 0.0, 0.80),
    "open_continuation": (0.0, 0.0, 0.80),
    "open_roles": (0.0, 0.0, 0.60),
    "open_joining_in": (0.0, 0.0, 0.60),
    "open_needs": (0.0, 0.0, 0.15),
    "open_background": (0.0, 0.0, 0.15),
    "account_help": (0.80, 0.0, 0.0),
    "account_friendship": (0.0, 0.80, 0.0),
    "account_both": (0.40, 0.40, 0.80),
    "account_alternating": (0.40, 0.40, 0.80),
    "account_neither": (0.0, 0.0, 0.80),
    "account_unsure": (0.0, 0.0, 0.80),
    "surprise": (0.0, 0.30, 0.0),
    "tension_overasked": (0.30, 0.0, 0.0),
    "tension_unclear_expectations": (0.0, 0.0, 0.30),
    "tension_unreliable": (0.0, 0.0, 0.0),
    "tension_irritation": (0.0, 0.0, 0.0),
    "tension_excluded": (0.0, 0.0, 0.0),
    "tension_strain": (0.0, 0.0, 0.0),
    "room_left_open": (0.0, 0.0, 0.20),
}

MOST_LOOKS = 2_000
"""In silence while a strength halves: more of them are worked out for long and tell nothing new."""
Positive = Annotated[float, Meta(gt=0, le=36_525)]
Share = Annotated[float, Meta(ge=0, le=1)]
Strength = Annotated[float, Meta(ge=0, le=10)]


class Definition(Struct, frozen=True, forbid_unknown_fields=True):
    """A lens of the kind of `evidence`. Strengths halve every `half_life_days`; a look is taken in silence every `look_days`;
    below `unobserved_below` nothing is known; a phase changes where another share exceeds its own by `change_by`;
    while an agreement that weighs is in force, openness counts `agreed_openness` times. `codes` are weights of codes that coders gave to
    accounts; without them no code weighs."""

    name: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,39}\Z")]
    version: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{1,40}\Z")]
    description: Annotated[str, Meta(max_length=10_000)] = ""
    half_life_days: Positive = 180.0
    look_days: Positive = 30.0
    unobserved_below: Share = 0.25
    change_by: Share = 0.10
    agreed_openness: Share = 0.5
    weights: dict[str, tuple[Strength, Strength, Strength]] = {}
    codes: dict[ShortWord, tuple[Strength, Strength, Strength]] = {}

    @property
    def silence(self) -> int:
        """After how many microseconds of silence a look is taken. No more often than can tell anything new, whatever the lens asks for."""
        return int(max(self.look_days, self.half_life_days / MOST_LOOKS) * DAY)

    def weight(self, name: str) -> Weight:
        return self.weights.get(name) or WEIGHTS[name]


EVIDENCE = Definition(
    "evidence",
    "1",
    "Weighs all that happened into three strengths (help, friendship, openness) and reads from them how the relationship stood.",
)
ACCOUNTS_VERSION = "1"
ACCOUNTS_DESCRIPTION = (
    "Believes only what people said the contact is, or deliberately left open; for the coordinator also the running match."
)
BUILT_IN = ("evidence", "accounts")


def from_yaml(text: bytes) -> Definition:
    """A lens from its YAML file. Raises `Refused` saying what does not fit and where."""
    found = checked(decoded(text, Definition, lambda detail: _bad(detail, lambda path: path)))
    if found.look_days < 1 or found.half_life_days > MOST_LOOKS * found.look_days:
        detail = f"look_days: a lens looks once a day at the most, and {MOST_LOOKS:,} times while a strength halves"
        raise bad("lens_bad", "look_days", detail=detail)
    return found


def from_plain(value: Any) -> Definition:
    """A lens from the definition of a recorded `LensPublished`. Raises `Refused`."""
    try:
        return checked(msgspec.convert(value, Definition, strict=False), _recorded_field)
    except msgspec.ValidationError as error:
        raise _bad(str(error), _recorded_field) from None


def _recorded_field(path: str) -> str:
    """Where a part of a definition stands in the event: the name is that of the stream."""
    return {"name": "subject", "version": "data.version"}.get(path, f"data.definition.{path}".rstrip("."))


def _bad(message: str, field: Callable[[str], str]) -> Refused:
    text, path = placed(message)
    if "regex" in text:
        return bad("lens_name" if path == "name" else "lens_version_form", field(path))
    return unfit("lens_bad", message, field)


def checked(definition: Definition, field: Callable[[str], str] = lambda path: path) -> Definition:
    """The definition, if its weights and its name are what they may be. `field` says where a part of it stands."""
    unknown = sorted(definition.weights.keys() - WEIGHTS.keys())
    if unknown:
        raise bad("lens_bad", field("weights"), detail=f"'{unknown[0]}' is no weight; known are {', '.join(WEIGHTS)}")
    if definition.name in BUILT_IN:
        raise bad("lens_builtin", field("name"), name=definition.name)
    return definition


def whole(definition: Definition) -> dict[str, Any]:
    """The definition with every weight written out, as it is published and shown."""
    plain: dict[str, Any] = msgspec.to_builtins(definition)
    plain["weights"] = {name: list(definition.weight(name)) for name in WEIGHTS}
    if not definition.codes:
        del plain["codes"]
    return plain
