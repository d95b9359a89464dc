"""The mail server by which members are reminded, as it is set, and the one way in which a mail goes out.

On the way there it is enciphered, and the server shows a certificate that holds for its name; on this machine itself, where nobody listens
in, it may do without.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from domain.model.errors import Refused
from domain.model.reminders import check_address
from domain.store.checks import Unusable
from projections.export.sign_in import URL, is_loopback
from projections.soundness import Finding

SMTP = "TUSSENRUIMTE_SMTP_URL"
PASSWORD_FILE, SENDER = "TUSSENRUIMTE_SMTP_PASSWORD_FILE", "TUSSENRUIMTE_SMTP_SENDER"
FORM = f"{SMTP} has the form smtp://user@host:587 (TLS after STARTTLS) or smtps://user@host:465 (TLS from the start)"
PORTS = {"smtp": 587, "smtps": 465}
PATIENCE_SECONDS = 30.0
STRANGE = (smtplib.SMTPException, OSError, ValueError)
"""What a mail server may bring about that answers otherwise than it should; of the last an answer that cannot be read."""


class Unsent(Exception):
    """A mail did not go out. `final`: the server takes none for this address, now or later."""

    def __init__(self, why: str, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Mail(Struct, frozen=True):
    """The mail server. `enciphered`: from the start. `sender`: from which address mail comes; `url`: where its links lead."""

    host: str
    port: int
    enciphered: bool
    user: str | None
    password: str | None
    sender: str
    url: str

    def __repr__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """As it may be told: without the password."""
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.enciphered else 'smtp'}://{user}{host}:{self.port}, from {self.sender}"

    def send(self, message: EmailMessage, to: str) -> None:
        """Hand a mail over, to one address. Raises `Unsent`: where nothing is said of it, it may go well later."""
        try:
            with self._connected() as server:
                server.send_message(message, self.sender, [to])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise Unsent(f"the server refuses the address ({max(codes)})", final=min(codes) >= 500) from None
        except smtplib.SMTPDataError as error:
            raise Unsent(f"the server refuses the mail ({error.smtp_code})", final=error.smtp_code >= 500) from None
        except STRANGE as error:
            raise Unsent(_said(error)) from None

    def trouble(self) -> str | None:
        """Why no mail would go out just now; None where the server answers and takes who the platform is."""
        try:
            with self._connected() as server:
                server.noop()
        except STRANGE as error:
            return _said(error)
        return None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        name, context = urlsplit(self.url).hostname or "localhost", ssl.create_default_context()
        server: smtplib.SMTP
        if self.enciphered:
            server = smtplib.SMTP_SSL(self.host, self.port, name, timeout=PATIENCE_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=PATIENCE_SECONDS)
        try:
            if not self.enciphered:
                server.ehlo()
                if server.has_extn("starttls") or not is_loopback(self.host):
                    server.starttls(context=context)
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password)
            yield server
            # A mail that was taken is taken, however the server says goodbye.
            with suppress(*STRANGE):
                server.quit()
        finally:
            server.close()


def _said(error: Exception) -> str:
    """What went wrong, without anything that the server said: it may repeat an address, or more."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {error.verify_message}"
    return getattr(error, "strerror", None) or type(error).__name__


def mail(url: str | None) -> Mail | None:
    """What is set; None where no mail is sent. `url`: where the platform is reached. Raises `Unusable`."""
    if not (address := os.environ.get(SMTP)):
        return None
    parts, port = _parts(address)
    if not (sender := os.environ.get(SENDER)):
        raise Unusable(f"{SMTP} is set: say with {SENDER} from which address mail comes, as tussenruimte@example.org.")
    try:
        check_address(sender)
    except Refused:
        raise Unusable(f"{SENDER} has to be one mail address, as tussenruimte@example.org.") from None
    if url is None:
        raise Unusable(f"{SMTP} is set: set {URL} too, since a mail leads there.")
    named = os.environ.get(PASSWORD_FILE)
    if bool(named) != bool(parts.username):
        raise Unusable(f"A user in {SMTP} goes with {PASSWORD_FILE}, and the file with a user. Set both, or neither.")
    password = Path(named).read_text().strip() if named else None
    user = unquote(parts.username) if parts.username else None
    if not (user or "").isascii() or not (password or "").isascii():
        raise Unusable(f"The user in {SMTP} and what stands in {PASSWORD_FILE} have to be plain letters: mail servers take no others.")
    assert parts.hostname is not None
    return Mail(parts.hostname, port or PORTS[parts.scheme], parts.scheme == "smtps", user, password, sender, url)


def _parts(address: str) -> tuple[SplitResult, int | None]:
    """What cannot be read is not repeated: a password may be in it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Unusable(f"{FORM}. What is set cannot be read.") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise Unusable(f"{FORM}, and nothing behind that.")
    if re.search(r"[^!-~]", address):
        raise Unusable(f"{FORM}, without spaces, in plain letters.")
    if parts.password is not None:
        raise Unusable(f"{SMTP} holds a password, which others see there. Put it into a file, and name that with {PASSWORD_FILE}.")
    return parts, port


def reached(chosen: Mail | None) -> Finding:
    """Whether members can be reminded by mail."""
    if chosen is None:
        return Finding("mail", True, "no mail server is set; nobody is reminded by mail")
    trouble = chosen.trouble()
    return Finding("mail", trouble is None, f"{chosen.shown}: {trouble or 'answers'}")
