"""The mail that reminds a coordinator: how many contacts ask for a look and why, for each initiative, and where to look.

Mail is read along on its way and kept elsewhere. So there are no names in it, no notes, and no ids; who wants to know more signs in.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from hashlib import sha256
from itertools import groupby
from urllib.parse import urlsplit

from domain.model.errors import Language
from domain.model.time import SECOND
from domain.store.reminders import Due
from projections.export.mail import Mail
from projections.export.wording import one_line
from projections.views.answers import Asking

TODAY, STOP = "/app/today", "/reminders/stop/"
TEXTS: dict[str, tuple[str, str]] = {
    "subject": ("Tussenruimte: what asks for a look", "Tussenruimte: wat om een blik vraagt"),
    "begins": (
        "In the contacts that you look after, this asks for a look:",
        "In de contacten die je begeleidt vraagt dit om een blik:",
    ),
    "where": (
        "Which contacts these are, you see when you have signed in:",
        "Om welke contacten het gaat, zie je als je bent ingelogd:",
    ),
    "why": (
        "No names stand in this mail, since others may read it on its way. To leave something open is an answer too.",
        "In deze mail staan geen namen, omdat anderen onderweg kunnen meelezen. Openlaten is ook een antwoord.",
    ),
    "stop": (
        "You get this mail since you asked for it. To get no more of them, open this and press the button:",
        "Je krijgt deze mail omdat je erom vroeg. Wil je er geen meer, open dit dan en druk op de knop:",
    ),
}
REASONS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "agreement_review": (
        ("1 contact: an agreement was to be looked at again", "{} contacts: an agreement was to be looked at again"),
        ("1 contact: een afspraak zou opnieuw bekeken worden", "{} contacten: een afspraak zou opnieuw bekeken worden"),
    ),
    "check_in_due": (
        ("1 contact: a check-in is due", "{} contacts: a check-in is due"),
        ("1 contact: een gesprek is aan de beurt", "{} contacten: een gesprek is aan de beurt"),
    ),
    "long_silence": (
        ("1 contact: silent for longer than they are used to", "{} contacts: silent for longer than they are used to"),
        ("1 contact: langer stil dan ze gewend zijn", "{} contacten: langer stil dan ze gewend zijn"),
    ),
    "tension_stands": (
        ("1 contact: a tension still stands", "{} contacts: a tension still stands"),
        ("1 contact: een spanning staat nog", "{} contacten: een spanning staat nog"),
    ),
    "term_ends_soon": (
        ("1 contact: the term ends before long", "{} contacts: the term ends before long"),
        ("1 contact: de termijn loopt binnenkort af", "{} contacten: de termijn loopt binnenkort af"),
    ),
    "term_lapsed": (
        ("1 contact: the term lapsed", "{} contacts: the term lapsed"),
        ("1 contact: de termijn is verlopen", "{} contacten: de termijn is verlopen"),
    ),
}
"""For one contact and for more."""


def letter(mail: Mail, due: Due, counts: Sequence[Asking], now: int) -> EmailMessage:
    """The mail of a day. Sent twice, it is the same one: servers that look at its `Message-ID` show it once."""
    language, stop = due.digest.language, f"{mail.url}{STOP}{due.stop}"
    message = EmailMessage(default.clone(max_line_length=76))
    message["From"] = Address("Tussenruimte", addr_spec=mail.sender)
    message["To"] = due.digest.address
    message["Subject"] = _told("subject", language)
    message["Date"] = format_datetime(datetime.fromtimestamp(now / SECOND, UTC))
    message["Message-ID"] = f"<{sha256(f'{due.stop}/{due.day}'.encode()).hexdigest()[:32]}@{urlsplit(mail.url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    lines = [_told("begins", language), ""]
    for (_, name), of_it in groupby(counts, key=lambda one: (one.initiative, one.name)):
        lines += [one_line(name), *(f"- {_reason(one, language)}" for one in of_it), ""]
    lines += [_told("where", language), f"{mail.url}{TODAY}", "", _told("why", language), "", "-- ", _told("stop", language), stop, ""]
    message.set_content("\n".join(lines), cte="quoted-printable")
    # An address that is longer than a line would be encoded as words are, and no mail program would find it.
    message.policy = message.policy.clone(max_line_length=998)
    return message


def _told(text: str, language: Language) -> str:
    return TEXTS[text][language == "nl"]


def _reason(one: Asking, language: Language) -> str:
    single, several = REASONS[one.kind][language == "nl"]
    return single if one.contacts == 1 else several.format(one.contacts)
