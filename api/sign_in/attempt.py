"""An attempt to sign in by the provider, from going there to coming back: kept in a cookie of the browser that began it, and nowhere else.

So nobody can fill the store by knocking, and any process takes whoever comes back. The cookie is neither signed nor sealed, since it is
worth nothing to anybody else: it binds what comes back to this browser, and what it binds is made of chance by the platform.
"""

import base64
import hmac
import secrets

import msgspec
from msgspec import Struct

COOKIE = "tr_attempt"
SECONDS = 600


class Attempt(Struct, frozen=True, omit_defaults=True):
    """`state` and `nonce` come back from the provider, `verifier` shows it that who fetches is who began (PKCE). `link` was opened before,
    and is redeemed at the end."""

    state: str
    nonce: str
    verifier: str
    link: str | None = None

    @classmethod
    def begun(cls, link: str | None = None) -> "Attempt":
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), link)

    @classmethod
    def kept(cls, cookie: str | None, state: str | None) -> "Attempt | None":
        """The attempt of this browser, if it is that which comes back."""
        try:
            found = msgspec.json.decode(base64.urlsafe_b64decode((cookie or "").encode()), type=cls)
        except (ValueError, msgspec.DecodeError, RecursionError):
            return None
        return found if hmac.compare_digest(found.state.encode(), (state or "").encode()) else None

    @property
    def cookie(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()
