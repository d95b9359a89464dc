"""Where people sign in, and by whom, as it is set; and the address of a link that signs somebody in.

The command line prints such addresses and the api answers at them, so that what both have to know stands here.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from domain.store.checks import Unusable
from projections.soundness import Finding

URL = "TUSSENRUIMTE_URL"
ISSUER, CLIENT = "TUSSENRUIMTE_OIDC_ISSUER", "TUSSENRUIMTE_OIDC_CLIENT_ID"
SECRET, SECRET_FILE = "TUSSENRUIMTE_OIDC_CLIENT_SECRET", "TUSSENRUIMTE_OIDC_CLIENT_SECRET_FILE"
LOCAL = "http://127.0.0.1:8000"
"""Where `serve` answers, unless told otherwise."""
LINK_MINUTES = 15
"""How long a link signs somebody in who asked for it themselves."""
LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")


class Client(Struct, frozen=True):
    """The platform, as a provider of OpenID Connect knows it. `secret`: None where it is registered as a public client."""

    issuer: str
    id: str
    secret: str | None


class SignIn(Struct, frozen=True):
    """At which address browsers reach the platform (None: at whichever they do, on this machine), and by whom people sign in there; without
    a `client` by links alone."""

    url: str | None = None
    client: Client | None = None


def sign_in_address(url: str | None, link: str) -> str:
    """What opens a link. It stands behind the `#`, which a browser keeps to itself: no server, log or preview of a message sees it."""
    return f"{LOCAL if url is None else url}/sign-in#{link}"


def sign_in() -> SignIn:
    """What is set. Raises `Unusable`."""
    url, issuer = os.environ.get(URL) or None, os.environ.get(ISSUER) or None
    if url is not None:
        url = _checked(URL, url.rstrip("/"))
        if urlsplit(url).path:
            raise Unusable(f"{URL} is the scheme and the name alone, as https://tussenruimte.example.org: nothing is served under a path.")
    if issuer is None:
        return SignIn(url)
    if url is None:
        raise Unusable(f"{ISSUER} is set: set {URL} too, since the provider sends people back to that address.")
    if not (client := os.environ.get(CLIENT)):
        raise Unusable(f"{ISSUER} is set: say with {CLIENT} as whom this platform is registered there.")
    return SignIn(url, Client(_checked(ISSUER, issuer), client, _secret()))


def entry(chosen: SignIn, several: bool) -> Finding:
    """By what people come in. `several`: where the platform is made for more than one machine."""
    if chosen.client is not None:
        return Finding("sign-in", True, f"by {chosen.client.issuer}, and by links")
    if several and chosen.url is None:
        return Finding("sign-in", True, f"{URL} is not set: links lead to this machine, without TLS", weak=True)
    return Finding("sign-in", True, "by links alone; no provider is set")


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine itself, where nobody else listens in."""
    return host is not None and LOOPBACK.fullmatch(host) is not None


def safe(address: str) -> bool:
    """Whether nobody on the way can read or change what goes to an address."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)))
    except ValueError:
        return False


def _checked(variable: str, address: str) -> str:
    if not safe(address) or not address.isascii() or re.search(r"[\s?#@]", address):
        raise Unusable(f"{variable} has to be an address that begins with https://; http:// is for this machine itself (127.0.0.1) only.")
    return address


def _secret() -> str | None:
    given, named = os.environ.get(SECRET), os.environ.get(SECRET_FILE)
    if given and named:
        raise Unusable(f"{SECRET} and {SECRET_FILE} are both set. Leave one of them out.")
    return given or (Path(named).read_text().strip() if named else None) or None
