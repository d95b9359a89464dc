"""The ways in which somebody shows who they are: a token of the platform or an access token of the provider in a header, or the session of
a browser in a cookie.

A browser sends its cookie along whoever made it ask. So a session counts only where a page of this very site asks; and in a cookie alone,
as a token does in a header alone.
"""

from starlette.requests import HTTPConnection

from api.context import Organisation, quick
from api.exchange import HTTPRefused
from api.gathered import Gathered
from api.holding import Identified
from api.sign_in.fetching import Unreached
from api.sign_in.origin import same_origin, unasked
from api.sign_in.provider import Provider
from api.sign_in.sessions import COOKIE, Cookies
from api.sign_in.verification import Unproven
from domain.model.errors import Refusal, Refused, Words
from domain.model.time import SECOND
from domain.store.tokens import PREFIX, Token
from projections.export.sign_in import SignIn

SAFE = ("GET", "HEAD")


class Entrance:
    """Says whose request something is."""

    def __init__(self, organisation: Organisation, sign_in: SignIn) -> None:
        self.own = sign_in.url
        self.cookies = Cookies(sign_in.url)
        self.provider: Provider | None = None
        if sign_in.client is not None and sign_in.url is not None:
            self.provider = Provider(sign_in.client, sign_in.url, organisation.store.clock)
        self._organisation = organisation
        self._holder = Gathered(lambda shown: organisation.tokens.check_all(shown, organisation.store.clock()))

    async def shown(self, connection: HTTPConnection, said: object) -> Token | None:
        """Whose token was `said` (`Bearer …`); where nothing was, whose session the cookie is.

        Raises `HTTPRefused` where another site's page asks, or nobody can tell just now."""
        if said is not None:
            return await self._bearer(said)
        session = await self.session(connection)
        if session is not None and not self._own_page(connection):
            raise HTTPRefused(403, elsewhere(self.own))
        return session

    async def session(self, connection: HTTPConnection) -> Token | None:
        """Whose browser it is, whoever made it ask: for what changes nothing, and shows nothing but to them."""
        cookie = self.cookies.of(connection, COOKIE)
        token = await self._holder(cookie) if cookie else None
        return token if token is not None and token.use == "session" else None

    def _own_page(self, connection: HTTPConnection) -> bool:
        if connection.scope["type"] == "http" and connection.scope["method"] in SAFE:
            return not unasked(connection.headers)
        return same_origin(connection.headers, self.own)

    async def _bearer(self, said: object) -> Token | None:
        kind, _, secret = said.partition(" ") if isinstance(said, str) else ("", "", "")
        secret = secret.strip()
        if kind.lower() != "bearer":
            return None
        if self.provider is not None and not secret.startswith(PREFIX):
            return await self._member(self.provider, secret)
        token = await self._holder(secret)
        return token if token is not None and token.use != "session" else None

    async def _member(self, provider: Provider, secret: str) -> Token | None:
        """The member of whom the provider says that it is they."""
        try:
            subject, expires = await provider.access(secret)
        except Unproven:
            return None
        except Unreached as why:
            raise HTTPRefused(503, Refused(Refusal("UNAVAILABLE", "entry_silent")), {"Retry-After": "10"}) from why
        members = await quick(self._organisation.roster.identified, provider.client.issuer, subject)
        if not members:
            return None
        if len(members) > 1:
            names = [member.id for member in members]
            raise HTTPRefused(403, Refused(Refusal("FORBIDDEN", "entry_roles", None, {"members": names})))
        (member,) = members
        return Identified(
            f"{member.id}~{expires // SECOND}", member.role, member.id, self._organisation.store.clock(), expires, None,
            member=member.id, reach=member.reach, issuer=provider.client.issuer, subject=subject,
        )  # fmt: skip


def elsewhere(own: str | None) -> Refused:
    return Refused(Refusal("FORBIDDEN", "entry_elsewhere", None, {"own": own or Words("the platform", "het platform")}))
