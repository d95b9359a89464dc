"""Dates as people know them (EDTF) and instants as clocks tell them (RFC 3339), read and written.

An event often has only a month, a season or a period; the platform needs the instants such a date allows, so a date becomes
a `Span`. Instants are microseconds since 1970 in UTC. What cannot be read is told as `BadDate`, whose rule stands in
`domain.model.date_rules`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 86_400 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNZONED_EPOCH = _EPOCH.replace(tzinfo=None)
_EPOCH_DAY = _EPOCH.toordinal()
_EARLIEST = (1 - _EPOCH_DAY) * DAY
_TOO_LATE = (date.max.toordinal() + 1 - _EPOCH_DAY) * DAY
_FOUR_CENTURIES = 146_097  # days, after which the calendar repeats itself

# `[0-9]`, for `\d` takes the digits of every script. Later Pythons read 24:00 as midnight, so that is kept from them.
_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?!24)[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?Z")
_CALENDAR = re.compile(r"([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?")
_DATE_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})([.,][0-9]+)?)?([Z+-].*)?")
_RFC_3339 = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?([Zz+-].*)?")
_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3])(?::([0-5][0-9]))?")

# What a sender most likely meant with a date that is none of the forms; the first that fits gives the rule.
_MEANT = (
    ("date_set", re.compile(r"[\[{].*")),
    ("date_year", re.compile(r"(?:Y-?|[+-])[0-9].*|[0-9]{5,}(?:-.*)?")),
    ("date_qualifier", re.compile(r"(?=.*[?~%])[0-9XTZ:?~%+-]*[0-9X][0-9XTZ:?~%+-]*")),
    ("date_unspecified", re.compile(r"[0-9Xx]{4}(?:-[0-9Xx]{2}){0,2}")),
)


class BadDate(ValueError):
    """A date or instant that cannot be taken: the key of the rule it breaks, and the values its sentence needs."""

    def __init__(self, rule: str, value: str) -> None:
        super().__init__(f"{rule}: {value!r}")
        self.rule = rule
        self.values = {"value": value}


class Span(Struct, frozen=True, gc=False):
    """The instants a date allows: from `first` up to but not including `last`, which is None where the end is open or unknown.

    A bound is `zoned` where it is a date-time with its own offset, an instant for everybody. Else it is a calendar day,
    taken in UTC here.
    """

    first: int
    last: int | None
    first_zoned: bool
    last_zoned: bool


@lru_cache(maxsize=16_384)
def span(edtf: str) -> Span:
    """The instants that an EDTF date, date-time or interval allows. A date-time lasts one second. Raises `BadDate`."""
    size = len(edtf)
    if size == 10 and _PLAIN_DAY.fullmatch(edtf):
        first = _day(edtf)
        return Span(first, first + DAY, False, False)
    if size == 20 and (at := _plain_utc(edtf)) is not None:
        return Span(at, at + SECOND, True, True)
    start, is_interval, end = edtf.partition("/")
    if is_interval and start in ("", ".."):
        raise BadDate("date_open_start", edtf)
    first, last, zoned = _date(start)
    if not is_interval:
        return Span(first, last, zoned, zoned)
    if end in ("", ".."):
        return Span(first, None, zoned, False)
    _, last, last_zoned = _date(end)
    if first >= last:
        raise BadDate("date_backwards", edtf)
    return Span(first, last, zoned, last_zoned)


def instant(rfc3339: str) -> tuple[int, int]:
    """The instant of an RFC 3339 date-time and its offset, both in microseconds. Digits beyond six are cut. Raises `BadDate`."""
    if (at := _plain_utc(rfc3339)) is not None:
        return at, 0
    match = _RFC_3339.fullmatch(rfc3339)
    if match is None:
        raise BadDate("time_form", rfc3339)
    if (zone := match[6]) is not None and len(zone) == len("+01"):
        raise BadDate("date_offset", rfc3339)
    return _date_time(match)


def holds(s: Span, at: int, offset: int) -> bool:
    """Whether a date holds an instant that was told with this offset: the days of the date are those of the teller's clock."""
    if (at if s.first_zoned else at + offset) < s.first:
        return False
    return s.last is None or (at if s.last_zoned else at + offset) < s.last


def day(iso: str) -> int:
    """The instant at which a day, `YYYY-MM-DD`, begins in UTC. Raises `BadDate`."""
    if not _PLAIN_DAY.fullmatch(iso):
        raise BadDate("day_form", iso)
    return _day(iso)


def moment(text: str) -> int:
    """An instant as it is asked for: an RFC 3339 date-time, or a day standing for its first instant in UTC. Raises `BadDate`."""
    if _PLAIN_DAY.fullmatch(text):
        return _day(text)
    if not _RFC_3339.fullmatch(text):
        raise BadDate("moment_form", text)
    return instant(text)[0]


def rfc3339(at: int) -> str:
    """An instant of the years 1 to 9999 in UTC; six digits of a second where there is a fraction."""
    return (_UNZONED_EPOCH + timedelta(microseconds=at)).isoformat() + "Z"


def iso_day(at: int) -> str:
    """The day in UTC of an instant of the years 1 to 9999."""
    return date.fromordinal(at // DAY + _EPOCH_DAY).isoformat()


def day_in(zone: str, at: int) -> int:
    """The day that it is at an instant in an IANA time zone, counted from 1970-01-01."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).toordinal() - _EPOCH_DAY


def _plain_utc(text: str) -> int | None:
    """The instant of the form most senders use, read the fast way; None where it has another form or does not exist."""
    if not _PLAIN_UTC.fullmatch(text):
        return None
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except ValueError:
        return None
    return since.days * DAY + since.seconds * SECOND + since.microseconds


def _date(text: str) -> tuple[int, int, bool]:
    """The bounds of one date of any form, as it stands alone or at either side of an interval, and whether they are zoned."""
    bare = text[:-1] if text.endswith(("?", "~", "%")) else text
    if match := _CALENDAR.fullmatch(bare):
        first, last = _days(match)
        return first, last, False
    if match := _DATE_TIME.fullmatch(bare):
        if match[5] is not None:
            raise BadDate("date_fraction", text)
        at, _ = _date_time(match)
        return at, at + SECOND, True
    for rule, form in _MEANT:
        if form.fullmatch(bare):
            raise BadDate(rule, text)
    raise BadDate("date_unknown_form", text)


def _days(match: re.Match[str]) -> tuple[int, int]:
    """The bounds of a day, or of a number of months: a month has one, a season three, a year twelve."""
    text, (year, month, day_of_month) = match[0], match.groups()
    digits = year.rstrip("X")
    if (digits != year and month is not None) or (month == "XX" and day_of_month not in (None, "XX")):
        raise BadDate("date_unspecified", text)
    if (years := int(digits.ljust(4, "0"))) == 0:
        raise BadDate("date_year", text)
    if month is None or month == "XX":
        return _months(years, 1, 12 * 10 ** (4 - len(digits)))
    number = int(month)
    if 21 <= number <= 24 and day_of_month is None:
        return _months(years, 3 * (number - 20), 3)
    if not 1 <= number <= 12:
        raise BadDate("date_impossible", text)
    if day_of_month is None or day_of_month == "XX":
        return _months(years, number, 1)
    first = _day(text)
    return first, first + DAY


def _months(year: int, month: int, count: int) -> tuple[int, int]:
    years, months = divmod(month - 1 + count, 12)
    return _first_of(year, month), _first_of(year + years, months + 1)


def _first_of(year: int, month: int) -> int:
    """The start of a month; what ends with the year 9999 needs the year 10000, which `date` does not know."""
    if year > 9999:
        return _first_of(year - 400, month) + _FOUR_CENTURIES * DAY
    return (date(year, month, 1).toordinal() - _EPOCH_DAY) * DAY


def _day(text: str) -> int:
    try:
        return (date.fromisoformat(text).toordinal() - _EPOCH_DAY) * DAY
    except ValueError:
        raise BadDate("date_year" if text.startswith("0000") else "date_impossible", text) from None


def _date_time(match: re.Match[str]) -> tuple[int, int]:
    """The instant and the offset of a match of `_DATE_TIME` or `_RFC_3339`."""
    text, (on, hour, minute, second, fraction, zone) = match[0], match.groups()
    if second is None:
        raise BadDate("date_seconds", text)
    if hour > "23" or minute > "59" or second > "59":
        raise BadDate("date_clock", text)
    offset = _offset(zone)
    if offset is None:
        raise BadDate("date_offset", text)
    clock = ((int(hour) * 60 + int(minute)) * 60 + int(second)) * SECOND
    part = int(fraction[1:7].ljust(6, "0")) if fraction else 0
    at = _day(on) + clock + part - offset
    if not _EARLIEST <= at < _TOO_LATE:
        raise BadDate("date_year", text)
    return at, offset


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone in ("Z", "z"):
        return 0
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    return (int(hours) * 60 + int(minutes or 0)) * 60 * (SECOND if sign == "+" else -SECOND)
