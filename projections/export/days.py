"""Days and instants as people read them in a sentence: `4 November 2021`, `about 2021`, `spring 2021`.

A day of the history is a day wherever one is; an instant is shown in the time zone of the organisation. The web app says both alike.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.model.errors import Language

MONTHS: dict[Language, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ),
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december",
    ),
}  # fmt: skip
SEASONS = {"21": ("spring", "voorjaar"), "22": ("summer", "zomer"), "23": ("autumn", "najaar"), "24": ("winter", "winter")}
MARKS = {"?": ("perhaps {}", "misschien {}"), "~": ("about {}", "rond {}"), "%": ("perhaps {}", "misschien {}")}
_DATE = re.compile(r"([^?~%]*)([?~%]?)")


def instant_said(instant: str, zone: str, language: Language) -> str:
    """An RFC 3339 instant, to the minute, in an IANA time zone."""
    at = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    day = f"{at.day} {MONTHS[language][at.month - 1]} {at.year}"
    return day + (" om " if language == "nl" else " at ") + f"{at:%H:%M}"


def day_said(edtf: str, language: Language) -> str:
    """An EDTF date as somebody would say it."""
    first, spans, last = edtf.partition("/")
    if not spans:
        return _one(first, language)
    if last in ("", ".."):
        return ("vanaf {}" if language == "nl" else "from {}").format(_one(first, language))
    return f"{_one(first, language)} {'tot' if language == 'nl' else 'to'} {_one(last, language)}"


def _one(edtf: str, language: Language) -> str:
    found = _DATE.match(edtf)
    assert found is not None, "whatever it is, it begins with no mark"
    date, mark = found.groups()
    said = _plain(date[:10], language)
    return MARKS[mark][language == "nl"].format(said) if mark else said


def _plain(date: str, language: Language) -> str:
    if "X" in date:
        return ("ergens rond {}" if language == "nl" else "some time around {}").format(date[:4].replace("X", "0"))
    year, *rest = date.split("-")
    if not rest:
        return year
    if rest[0] in SEASONS:
        return f"{SEASONS[rest[0]][language == 'nl']} {year}"
    month = f"{MONTHS[language][int(rest[0]) - 1]} {year}"
    return f"{int(rest[1])} {month}" if len(rest) > 1 else month
