"""Where somebody signs in and out: by a link, by the provider, or both, where a link binds who they are there to a member here.

Nothing is changed by opening an address, but where the provider sends somebody back to the browser that began. All else is sent by a page
of this site.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.context import Organisation, looks, quick, thread
from api.entrance import Entrance, elsewhere
from api.errors import mask
from api.exchange import STATUS, HTTPRefused, body_of
from api.plain_page import CHOSEN, SPEAK, headers
from api.plain_page import language as language_of
from api.refused import note
from api.sign_in import attempt as attempts
from api.sign_in import pages, sessions
from api.sign_in.attempt import Attempt
from api.sign_in.fetching import Declined, Unreached
from api.sign_in.origin import same_origin
from api.sign_in.provider import Provider
from api.sign_in.verification import Unproven
from domain.model.errors import Refusal, Refused, bad
from domain.store.roster import Member
from domain.store.tokens import Token
from domain.store.trouble import SILENT

FIELDS, FORM_BYTES = 4, 4_096
YEAR = 365 * 24 * 60 * 60
PLAIN = re.compile(r"/(own|sign-in)(/[a-z]+)?(\?[^#]*)?")
"""Where somebody is led back to who chose a language: to no other site."""
logger = logging.getLogger(__name__)
Page = Callable[[Request], Awaitable[Response]]


def sign_in_pages(organisation: Organisation, entrance: Entrance) -> list[BaseRoute]:
    """The pages under `/sign-in`, and `/sign-out`."""
    desk = Desk(organisation, entrance)
    return [
        Route(path, _told(page, organisation), methods=[method])
        for path, method, page in (
            ("/sign-in", "GET", desk.show),
            ("/sign-in", "POST", desk.enter),
            ("/sign-in/callback", "GET", desk.come_back),
            ("/sign-in/role", "POST", desk.switch),
            (SPEAK, "POST", desk.speak),
            ("/sign-out", "POST", desk.leave),
        )
    ]


def _told(page: Page, organisation: Organisation) -> Page:
    """A page that says in words, and in the reader's language, why somebody is not signed in."""

    async def answer(request: Request) -> Response:
        try:
            return await page(request)
        except Refused as error:
            refusal, status = error.refusal, STATUS[error.refusal.code]
        except HTTPRefused as error:
            refusal, status = error.refused.refusal, error.status
        except SILENT as error:
            refusal, status = mask(error).refusal, STATUS["UNAVAILABLE"]
        if refusal.code in ("FORBIDDEN", "CONFLICT") or refusal.rule == "entry_broken":
            await note(organisation, "UNAUTHENTICATED")
        return pages.refused(language_of(request), refusal.text(language_of(request)), status)

    return answer


class Desk:
    """Signs people in and out, each with a session of their own."""

    def __init__(self, organisation: Organisation, entrance: Entrance) -> None:
        self._organisation = organisation
        self._entrance = entrance
        self._cookies = entrance.cookies

    async def show(self, request: Request) -> Response:
        """Who is signed in; or how to."""
        token = await self._entrance.session(request)
        if token is not None:
            zone = (await quick(self._organisation.settings.choices)).time_zone
            return pages.account(language_of(request), token, await quick(self._others, token), zone)
        provider = self._entrance.provider
        return pages.entry(language_of(request), _host(provider.client.issuer) if provider is not None else None)

    async def enter(self, request: Request) -> Response:
        """By a link, if there is one. A member's binds who they are to the provider, where there is one: they show that first."""
        link = (await self._form(request)).get("link", "").strip().rpartition("#")[2]
        provider = self._entrance.provider
        if not link:
            if provider is None:
                raise _over()
            return await self._go(request, provider, Attempt.begun())
        token = await quick(self._organisation.tokens.link, link)
        if token is None:
            raise _over()
        if token.member is not None and provider is not None:
            return await self._go(request, provider, Attempt.begun(link))
        return await self._entered(request, await thread(self._redeemed, link, None))

    async def come_back(self, request: Request) -> Response:
        """From the provider, with a code, to the browser that went there."""
        provider, said = self._entrance.provider, request.query_params
        attempt = Attempt.kept(self._cookies.of(request, attempts.COOKIE), said.get("state"))
        if provider is None or attempt is None or "error" in said or not said.get("code"):
            raise bad("entry_broken")
        try:
            subject = await provider.identity(said["code"], said.get("iss"), attempt)
        except (Declined, Unproven) as why:
            logger.warning("what the provider gave lets nobody in", exc_info=why)
            raise bad("entry_broken") from None
        except Unreached as why:
            raise _silent() from why
        response = await self._entered(request, await thread(self._identified, (provider.client.issuer, subject), attempt.link))
        self._cookies.take(response, request, attempts.COOKIE)
        return response

    async def switch(self, request: Request) -> Response:
        """Go on as another member whom one is."""
        form, token = await self._form(request), await self._entrance.session(request)
        others = await quick(self._others, token) if token is not None else []
        for member in others:
            if member.id == form.get("member"):
                return await self._entered(request, await quick(sessions.session_of, self._organisation, member))
        raise Refused(Refusal("FORBIDDEN", "entry_unknown"))

    async def speak(self, request: Request) -> Response:
        """In which language these pages are from here on; it leads back to the one on which that was chosen."""
        form = await self._form(request)
        back, chosen = form.get("back", ""), "nl" if form.get("language") == "nl" else "en"
        response = RedirectResponse(back if PLAIN.fullmatch(back) else "/sign-in", 303, headers())
        response.set_cookie(CHOSEN, chosen, YEAR, httponly=True, samesite="lax")
        return response

    async def leave(self, request: Request) -> Response:
        await self._form(request)
        await self._end(request)
        response = RedirectResponse("/sign-in", 303, headers())
        self._cookies.take(response, request, sessions.COOKIE)
        return response

    async def _go(self, request: Request, provider: Provider, attempt: Attempt) -> Response:
        try:
            address = await provider.address(attempt)
        except Unreached as why:
            raise _silent() from why
        response = pages.going(language_of(request), address, _host(address))
        self._cookies.give(response, request, attempts.COOKIE, attempt.cookie, attempts.SECONDS)
        return response

    async def _entered(self, request: Request, session: str) -> Response:
        """From here on a new session; the one before ends."""
        await self._end(request)
        response = RedirectResponse("/sign-in", 303, headers())
        self._cookies.give(response, request, sessions.COOKIE, session, sessions.MINUTES * 60)
        return response

    async def _end(self, request: Request) -> None:
        token = await self._entrance.session(request)
        if token is not None:
            await quick(self._organisation.tokens.revoke, token.id)

    async def _form(self, request: Request) -> dict[str, str]:
        """What a page of this site sends. Raises `Refused` or `HTTPRefused`."""
        if not same_origin(request.headers, self._entrance.own):
            raise elsewhere(self._entrance.own)
        body = await body_of(request, FORM_BYTES)
        try:
            return {name: values[0] for name, values in parse_qs(body.decode(), max_num_fields=FIELDS).items()}
        except ValueError:
            raise bad("entry_broken") from None

    def _others(self, token: Token) -> list[Member]:
        """The other members whom somebody is by the same identity."""
        if token.member is None:
            return []
        member = self._organisation.roster.of(token.member)
        if member.issuer is None or member.subject is None:
            return []
        return [other for other in self._organisation.roster.identified(member.issuer, member.subject) if other.id != member.id]

    def _identified(self, identity: tuple[str, str], link: str | None) -> str:
        """The session of who is known by an identity, or is from now on, by a link. Of several members it is the first: the page asks
        whether to go on as another. Raises `Refused`."""
        if link is not None:
            return self._redeemed(link, identity)
        members = self._organisation.roster.identified(*identity)
        if not members:
            raise Refused(Refusal("FORBIDDEN", "entry_unknown"))
        return sessions.session_of(self._organisation, members[0])

    def _redeemed(self, link: str, identity: tuple[str, str] | None) -> str:
        """The session of whom a link is for. Raises `Refused`."""
        token = self._organisation.tokens.link(link)
        if token is None:
            raise _over()
        if token.member is not None:
            # Before the link is spent: where that cannot be written down, it goes on to hold.
            self._organisation.store.accesses.change(looks(token, None), f"member/{token.member}", "joined")
        if self._organisation.tokens.redeem(link) is None:
            raise _over()
        if token.member is not None:
            self._organisation.roster.joins(token.member, identity)
            self._organisation.tokens.revoke_links(token.member)
        return sessions.session_of_link(self._organisation, token)


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _over() -> Refused:
    return Refused(Refusal("FORBIDDEN", "link_over"))


def _silent() -> Refused:
    return Refused(Refusal("UNAVAILABLE", "entry_silent"))
