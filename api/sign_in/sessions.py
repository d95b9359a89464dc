"""The session of a browser: a token of its own kind in a cookie, which no script can read and no other site's page can use.

A new one is made each time that somebody signs in, so that nobody can leave one in a browser beforehand and use it afterwards.
"""

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.context import Organisation
from domain.store.roster import Member
from domain.store.tokens import Token
from projections.export.sign_in import is_loopback

COOKIE = "tr_session"
MINUTES = 12 * 60


class Cookies:
    """The cookies of a site. `own` is its address; None: whichever it is reached by."""

    def __init__(self, own: str | None) -> None:
        self._own = own

    def of(self, connection: HTTPConnection, name: str) -> str | None:
        return connection.cookies.get(self._name(name, self._secure(connection.headers)))

    def give(self, response: Response, connection: HTTPConnection, name: str, value: str, seconds: int) -> None:
        """For this site alone. It comes along when somebody is led here from elsewhere, as from the provider (`Lax`)."""
        secure = self._secure(connection.headers)
        response.set_cookie(self._name(name, secure), value, seconds, path="/", secure=secure, httponly=True, samesite="lax")

    def take(self, response: Response, connection: HTTPConnection, name: str) -> None:
        self.give(response, connection, name, "", 0)

    def _secure(self, headers: Headers) -> bool:
        """Only on this machine itself a cookie goes without TLS: there nobody listens in, and not every browser would keep it."""
        if self._own is not None:
            return self._own.startswith("https:")
        return not is_loopback(headers.get("host", "").rpartition(":")[0].strip("[]") or headers.get("host"))

    @staticmethod
    def _name(name: str, secure: bool) -> str:
        return f"__Host-{name}" if secure else name


def session_of_link(organisation: Organisation, link: Token) -> str:
    """The session of whom a link was for."""
    return organisation.tokens.made_for(link.role, MINUTES, "session", link.name, link.reach, link.member)


def session_of(organisation: Organisation, member: Member) -> str:
    return organisation.tokens.made_for(member.role, MINUTES, "session", None, member.reach, member.id)
