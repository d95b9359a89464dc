"""What may ask for a look in a relationship that goes on, and when an organisation wants it to.

A day comes, a term ends, they have not met for long: that is all. Nothing here says how a relationship does, and nothing is more urgent
than anything else.
"""

from collections.abc import Mapping
from typing import Literal, get_args
from zoneinfo import available_timezones

from msgspec import Struct, field

from domain.model.errors import Words, bad
from domain.model.time import day_in

AttentionKind = Literal["agreement_review", "check_in_due", "long_silence", "tension_stands", "term_ends_soon", "term_lapsed"]
ATTENTION_KINDS: tuple[AttentionKind, ...] = get_args(AttentionKind)
OF_TERMS: tuple[AttentionKind, ...] = ("term_ends_soon", "term_lapsed")
"""What is answered by what becomes of the term, of which that it is left open is one; all else can be put aside."""
MOST_DAYS, MOST_TIMES = 3_650, 100
_OF_A_MACHINE = {"localtime", "Factory"}
"""What some systems list as time zones, and is another one on each, or none."""
_DAYS, _TIMES = Words("days", "dagen"), Words("times", "keren")


class Preset(Struct, frozen=True):
    """Whether a kind asks, and its number: of days, or of `long_silence` how many times their own rhythm; None for a kind that has none."""

    on: bool
    number: int | None = None


PRESETS: Mapping[AttentionKind, Preset] = {
    "agreement_review": Preset(True),
    "check_in_due": Preset(True, 90),
    "long_silence": Preset(True, 2),
    "tension_stands": Preset(True, 14),
    "term_ends_soon": Preset(True, 28),
    "term_lapsed": Preset(True),
}
"""What holds until an organisation says otherwise."""


class Choices(Struct, frozen=True):
    """What an organisation chose: where its days begin, an IANA name, and what asks for a look."""

    time_zone: str = "Europe/Amsterdam"
    presets: Mapping[AttentionKind, Preset] = field(default_factory=lambda: PRESETS)

    def today(self, now: int) -> int:
        """The day that it is there, counted from 1970-01-01."""
        return day_in(self.time_zone, now)

    def rest(self, kind: AttentionKind) -> int:
        """For how many days something is put aside, or of `long_silence` how many times their rhythm: until it would ask next. What asks
        once only, as an agreement does, asks again with the next check-in."""
        return self.presets[kind].number or self.presets["check_in_due"].number or 0


def chosen_preset(kind: AttentionKind, before: Preset, on: bool, number: int | None) -> Preset:
    """A preset as it is chosen; without a number, that from before. Raises `Refused`."""
    if number is None:
        return Preset(on, before.number)
    if PRESETS[kind].number is None:
        raise bad("preset_no_number", "number", kind=kind)
    limit, unit = (MOST_TIMES, _TIMES) if kind == "long_silence" else (MOST_DAYS, _DAYS)
    if not 1 <= number <= limit:
        raise bad("preset_number", "number", kind=kind, limit=limit, unit=unit)
    return Preset(on, number)


def check_time_zone(name: str) -> None:
    """Raises `Refused` where there is no such time zone."""
    if name not in available_timezones() - _OF_A_MACHINE:
        raise bad("time_zone", "name", name=name)
