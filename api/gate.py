"""The gate: nothing is reached without a token that holds, but for the health pages, those that hold nothing of anybody, and those whose
address holds a secret of its own. From here on it
is known who looks, for the access log.

It stands before the routes, so that a page added later is closed unless it is opened here.
"""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import BEHALF, Organisation, looks
from api.entrance import Entrance
from api.errors import language_of, mask
from api.exchange import PLAIN_JSON, HTTPRefused, refusal
from api.refused import note, note_errors
from api.sign_in.sessions import COOKIE
from api.turnstile import Limited, Turnstile, address_of
from domain.model.errors import Refusal, Refused
from domain.store.accesses import NOBODY, viewed_by
from domain.store.tokens import Token
from domain.store.trouble import SILENT

OPEN = re.compile(
    r"/|/app(/.*)?|/healthz|/readyz|/schemas(/(?!schema\.graphql).*)?|/graphiql(/.*)?|/sign-in(/callback|/role|/language)?|/sign-out"
    r"|/calendar/[^/]+\.ics|/reminders/stop/[^/]+"
)


class Gate:
    """Lets a request through with its token as `request.state.token`, or answers 401."""

    def __init__(self, app: ASGIApp, organisation: Organisation, entrance: Entrance, turnstile: Turnstile) -> None:
        self._app = app
        self._organisation = organisation
        self._entrance = entrance
        self._turnstile = turnstile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A WebSocket gives its token in its first message, so that its own page asks for it.
        if scope["type"] != "http" or OPEN.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        request, who = Request(scope), NOBODY
        try:
            token = request.state.token = await self._token(request)
            # Said twice, it is read as HTTP reads a list, and is nobody.
            who = looks(token, ", ".join(request.headers.getlist(BEHALF)) or None)
            self._turnstile.ask(token)
        except Limited as limited:
            await note_errors(self._organisation, [limited], who)
            await self._refuse(HTTPRefused(429, limited, limited.headers), request, receive, send)
            return
        except Refused as refused:
            await self._refuse(HTTPRefused(400, refused), request, receive, send)
            return
        except HTTPRefused as refused:
            if refused.status in (401, 403):
                await note(self._organisation, "UNAUTHENTICATED")
            if refused.status == 401 and request.method == "GET" and "text/html" in request.headers.get("accept", ""):
                # Somebody who reads, in a browser.
                await RedirectResponse("/sign-in", 303)(scope, receive, send)
                return
            await self._refuse(refused, request, receive, send)
            return
        with viewed_by(who):
            await self._app(scope, receive, send)

    async def _refuse(self, refused: HTTPRefused, request: Request, receive: Receive, send: Send) -> None:
        await refusal(refused, PLAIN_JSON, language_of(request.headers.get("accept-language")))(request.scope, receive, send)

    async def _token(self, request: Request) -> Token:
        said, address = request.headers.get("authorization"), address_of(request.scope)
        shown = said if said is not None else self._entrance.cookies.of(request, COOKIE)
        self._turnstile.guess(address, shown)
        try:
            token = await self._entrance.shown(request, said)
        except SILENT as error:
            raise HTTPRefused(503, mask(error)) from error
        self._turnstile.guessed(address, shown, token)
        if token is None:
            raise HTTPRefused(401, Refused(Refusal("UNAUTHENTICATED", "unauthenticated")), {"WWW-Authenticate": "Bearer"})
        return token
