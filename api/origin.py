"""A page of another site, open in somebody's browser, asks nothing in their name: what a browser sends along by itself counts only for
pages of this host, and of those that are set.

A token in a header is sent by no browser by itself, so that only requests with a cookie are looked at. A WebSocket is looked at in any
case, by `api.socket`: browsers open it from any page, and let that page read what comes.
"""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from api.errors import language_of
from api.exchange import PLAIN_JSON, HTTPRefused, refusal
from api.gate import OPEN
from domain.model.errors import Refusal, Refused


class OwnOrigin:
    """Refuses requests with a cookie that come from a page of another origin; `others` are those that may."""

    def __init__(self, app: ASGIApp, others: Collection[str]) -> None:
        self._app = app
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not OPEN.fullmatch(scope["path"]):
            headers = Headers(scope=scope)
            if "cookie" in headers and is_foreign(headers, self._others):
                refused = HTTPRefused(403, Refused(Refusal("FORBIDDEN", "foreign_origin")))
                await refusal(refused, PLAIN_JSON, language_of(headers.get("accept-language")))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_foreign(headers: Headers, others: Collection[str]) -> bool:
    """Whether a browser says that a request comes from a page of another origin. Whoever is no browser says nothing of that."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in ("same-origin", "none"):
        return False
    if origin is None:
        return site is not None
    return not is_same_origin(origin, headers.get("host")) and normalize_origin(origin) not in others
