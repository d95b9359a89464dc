"""What is reached by a secret in its address alone: the calendar of a member, and the page that stops the mails of one.

Either secret gives entry here and nowhere else, and nothing else gives entry here. Whoever opens the link of a mail has stopped nothing
yet, since programs that look at mail open links too; a mail program that stops it in one click (RFC 8058) posts to the same address.
"""

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.context import Organisation, looks, quick, thread
from api.exchange import HTTPRefused
from api.plain_page import language as language_of
from api.plain_page import page
from api.turnstile import Limited, Turnstile, address_of
from domain.model.errors import Language, bad
from domain.store.tokens import Token
from projections.export.letter import STOP, TODAY

TEXTS: dict[str, tuple[str, str]] = {
    "stop": ("Get no more of these mails", "Deze mails niet meer krijgen"),
    "sure": (
        "You get no mail any more about what asks for a look, and your mail address is destroyed here. Nothing else changes. In the "
        "settings you can ask for it again.",
        "Je krijgt geen mail meer over wat om een blik vraagt, en je e-mailadres wordt hier vernietigd. Verder verandert er niets. Bij de "
        "instellingen kun je er weer om vragen.",
    ),
    "yes": ("Stop these mails", "Stop deze mails"),
    "stopped": ("You get no more of these mails", "Je krijgt deze mails niet meer"),
    "done": ("Your mail address is no longer kept here.", "Je e-mailadres wordt hier niet meer bewaard."),
}


def reminder_pages(organisation: Organisation, turnstile: Turnstile, own: str | None) -> list[BaseRoute]:
    """Before the gate: it would ask for a token. `own`: the platform's address, where one is set."""
    desk = _Desk(organisation, turnstile, own)
    return [
        Route("/calendar/{secret}.ics", desk.calendar, methods=["GET"]),
        Route(f"{STOP}{{secret}}", desk.ask, methods=["GET"]),
        Route(f"{STOP}{{secret}}", desk.stop, methods=["POST"]),
    ]


class _Desk:
    def __init__(self, organisation: Organisation, turnstile: Turnstile, own: str | None) -> None:
        self._organisation = organisation
        self._turnstile = turnstile
        self._own = own

    async def calendar(self, request: Request) -> Response:
        """Of what its member looks after now. What is shown as it was before leaves no entry in the log of who looked: nothing is shown."""
        token = await self._token(request)
        language = request.query_params.get("language") or language_of(request)
        body, tag = await thread(self._written, request, token, "nl" if language == "nl" else "en")
        kept = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Language", "X-Content-Type-Options": "nosniff"}
        if body is None:
            return Response(None, 304, kept)
        return Response(body, 200, kept, "text/calendar; charset=utf-8")

    def _written(self, request: Request, token: Token, language: Language) -> tuple[bytes | None, str]:
        """The calendar and its tag; no calendar where whoever asks has it already."""
        # Only here: its library is slow to load, and most processes never need it.
        from projections.export.calendar import calendar, tag_of

        assert token.member is not None
        reminding = self._organisation.reminding
        if not self._organisation.membership.initiatives_of(token.member):
            raise nowhere()
        days = reminding.days(token.member)
        body = calendar(days, reminding.uid, f"{self._own or f'{request.url.scheme}://{request.url.netloc}'}{TODAY}", language)
        if (tag := tag_of(body)) in request.headers.get("if-none-match", ""):
            return None, tag
        reminding.note(looks(token, None), days)
        return body, tag

    async def _token(self, request: Request) -> Token:
        secret, address = request.path_params["secret"], address_of(request.scope)
        try:
            self._turnstile.guess(address, secret)
            token = await quick(self._organisation.tokens.calendar, secret)
            self._turnstile.guessed(address, secret, token)
            if token is not None:
                self._turnstile.ask(token)
        except Limited as limited:
            raise HTTPRefused(429, limited, limited.headers) from None
        if token is None:
            raise nowhere()
        return token

    async def ask(self, request: Request) -> Response:
        """The same for every secret, so that none is found out by it."""
        language = language_of(request)
        form = f'<form method="post" action="{escape(request.url.path)}"><button>{_told("yes", language)}</button></form>'
        return page(language, _told("stop", language), f"<p>{_told('sure', language)}</p>\n{form}")

    async def stop(self, request: Request) -> Response:
        secret, address = request.path_params["secret"], address_of(request.scope)
        try:
            self._turnstile.guess(address, secret)
        except Limited as limited:
            raise HTTPRefused(429, limited, limited.headers) from None
        if not await thread(self._organisation.reminders.stopped, secret):
            self._turnstile.guessed(address, secret, None)
        language = language_of(request)
        return page(language, _told("stopped", language), f"<p>{_told('done', language)}</p>")


def nowhere() -> HTTPRefused:
    return HTTPRefused(404, bad("request_path"))


def _told(text: str, language: Language) -> str:
    return TEXTS[text][language == "nl"]
