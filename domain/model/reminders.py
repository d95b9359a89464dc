"""How a member wants to be reminded by mail of what asks for a look: where to, on which days, in which language.

Nobody is reminded who did not ask for it. A mail is of a day, and that day has a morning, in the time zone of the organisation: before it
nothing is due, and what could not be sent in the morning still is until it was.
"""

import re

from msgspec import Struct

from domain.model.errors import Language, bad
from domain.model.time import HOUR, day_in

MORNING = 7 * HOUR
"""How long after midnight a mail goes out at the earliest."""
DAILY, WEEKDAYS = 0, range(1, 8)
"""`weekday` of who is reminded every day; and the days of the week, from Monday on."""
MOST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, without its angle brackets."""
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_ATOM = "[a-z0-9!#$%&'*+/?^_`{|}~-]+"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+", re.ASCII | re.IGNORECASE)
"""As HTML has it for a field in which an address is typed, with a dot in the host; without `=`, with which words begin that a header takes
for enciphered (RFC 2047), and without dots that stand for nothing."""
_MONDAY = 3
"""1970-01-01 was a Thursday: three days after a Monday."""


class Digest(Struct, frozen=True):
    """What a member asked for. `weekday`: 1 to 7 from Monday on, or `DAILY`."""

    address: str
    weekday: int
    language: Language

    def __repr__(self) -> str:
        return "Digest(…)"


def check_address(text: str) -> str:
    """A mail address as it is typed, without the spaces around it. Raises `Refused`."""
    address = text.strip()
    if len(address) > MOST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise bad("mail_address", "address")
    return address


def is_morning(zone: str, now: int) -> bool:
    """Whether the morning of the day has come."""
    return day_in(zone, now - MORNING) == day_in(zone, now)


def due_days(zone: str, now: int) -> dict[int, int]:
    """By `weekday`, the latest day whose morning has come and of which a mail is; days are counted from 1970-01-01."""
    today = day_in(zone, now - MORNING)
    return {DAILY: today, **{weekday: today - (today + _MONDAY - (weekday - 1)) % 7 for weekday in WEEKDAYS}}
