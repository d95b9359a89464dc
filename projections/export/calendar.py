"""A calendar of what is of a day, as calendars subscribe to it (RFC 5545): all-day events that take up no time.

It goes to whatever calendar its member uses, with others' servers in between. So it says of which initiative something is and what, and
neither of whom nor, since ids may carry names, in which contact: that is seen at the platform.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from domain.model.errors import Language
from domain.model.time import DAY, SECOND, iso_day
from projections.export.wording import one_line
from projections.views.answers import Dated

REFRESH = timedelta(hours=6)
"""How often a calendar had better ask."""
TITLE = "Tussenruimte"
SUMMARIES: dict[str, tuple[str, str]] = {
    "agreement_review": ("{}: look at an agreement again", "{}: een afspraak opnieuw bekijken"),
    "check_in": ("{}: a check-in is due", "{}: een gesprek is aan de beurt"),
    "meeting_expected": ("{}: a pair would meet by its rhythm", "{}: een paar zou elkaar zien, naar hun ritme"),
    "term_ends": ("{}: a term ends", "{}: een termijn loopt af"),
}
WHERE = (
    "Of which contact this is, you see at the platform when you have signed in. To leave it open is an answer too.",
    "Om welk contact het gaat, zie je op het platform als je bent ingelogd. Openlaten is ook een antwoord.",
)


def calendar(days: Sequence[Dated], uid: Callable[[Dated], str], today: str, language: Language) -> bytes:
    """`uid`: what an event is called for ever; `today`: the address at which one looks."""
    made = Calendar()
    made.add("prodid", "-//Tussenruimte//Tussenruimte//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("name", TITLE)
    made.add("x-wr-calname", TITLE)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    for one in days:
        made.add_component(_event(one, uid(one), today, language))
    written: bytes = made.to_ical()
    return written


def tag_of(made: bytes) -> str:
    """By which it is known whether a calendar is as it was."""
    return f'"{sha256(made).hexdigest()[:32]}"'


def _event(one: Dated, uid: str, today: str, language: Language) -> Event:
    day = date.fromisoformat(iso_day(one.day * DAY))
    event = Event()
    event.add("uid", f"{uid}@tussenruimte")
    event.add("dtstamp", datetime.fromtimestamp(one.changed // SECOND, UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", SUMMARIES[one.kind][language == "nl"].format(one_line(one.name)))
    event.add("description", f"{WHERE[language == 'nl']}\n{today}")
    event.add("url", today)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
