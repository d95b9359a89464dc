"""Dates as a narrow column shows them, and the marks of a time axis."""

from collections.abc import Iterator
from datetime import date, timedelta

from domain.model.errors import Language
from domain.model.time import DAY, iso_day

MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
}
_STEPS = ((16, 1), (75, 7), (550, 31), (1_650, 92))
"""Up to how many days an axis has marks, and how many days lie between two (31: months, 92: quarters); beyond that years."""


def short(instant: str) -> str:
    """An RFC 3339 instant: its day, with the time only where it is not midnight."""
    day, _, time = instant.partition("T")
    return day if time in ("", "00:00:00Z") else f"{day} {time[:5]}"


def occurred(edtf: str) -> str:
    """An EDTF date, its date-times shortened."""
    return "/".join(short(part) for part in edtf.split("/"))


def marks(start: int, end: int, language: Language) -> Iterator[tuple[int, str]]:
    """Instants between two others with what stands at them on an axis; a year at its start, else a month or a day."""
    step = next((step for days, step in _STEPS if end - start <= days * DAY), 366)
    at = date.fromisoformat(iso_day(start))
    while (instant := (at - date(1970, 1, 1)).days * DAY) <= end:
        if _marked(at, step):
            month = MONTHS[language][at.month - 1]
            name = str(at.year) if (at.month, at.day) == (1, 1) else month if step >= 31 else f"{at.day} {month}"
            yield instant, name
        if at == date.max:
            return
        at += timedelta(days=1)


def _marked(at: date, step: int) -> bool:
    if step < 31:
        return step == 1 or at.weekday() == 0
    return at.day == 1 and (step == 31 or (at.month - 1) % (3 if step == 92 else 12) == 0)
