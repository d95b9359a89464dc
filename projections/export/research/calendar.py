"""Weeks as dates, for formats that know nothing but dates: counted from an arbitrary Monday, which is nobody's.

Dates of two relationships say nothing of which came first.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2000, 1, 3, tzinfo=UTC)
ENGLISH = (
    f"Dates are no calendar time: week 0 of every relationship is put on {EPOCH:%Y-%m-%d}, an arbitrary Monday. Dates of two relationships"
    " are not to be compared."
)
DUTCH = (
    f"Datums zijn geen kalendertijd: week 0 van elke relatie staat op {EPOCH:%Y-%m-%d}, een willekeurige maandag. Vergelijk geen datums van"
    " twee relaties."
)


def instant(week: int) -> str:
    """The start of a week, in RFC 3339."""
    return (EPOCH + timedelta(weeks=week)).isoformat()


def week_of(text: str) -> int:
    """The week that a date stands for."""
    return (datetime.fromisoformat(text) - EPOCH).days // 7
