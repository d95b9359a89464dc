"""The web app: pages for whoever looks after contacts, as files that are sent as they stand, with no build step.

Nothing of anybody is in them: they ask in the browser, as whoever is signed in there. An address under `/app/` that is no file is a page
of the app, which reads it itself.
"""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HERE = Path(__file__).parent / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; manifest-src 'self';"
    " worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
KEPT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Kept in the browser, and asked for anew each time whether it still holds.
    "Cache-Control": "no-cache",
}


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as missing:
            first = path.partition("/")[0]
            if missing.status_code != 404 or "." in first or (HERE / first).exists():
                raise
            response = await super().get_response("index.html", scope)
        response.headers.update(KEPT)
        return response


def web_pages() -> list[BaseRoute]:
    """The app under `/app/`; the bare address leads there."""

    async def lead(_: Request) -> Response:
        return RedirectResponse("/app/", 307)

    return [Route("/", lead), Route("/app", lead), Mount("/app", GZipMiddleware(_Files(directory=HERE, html=True)))]
