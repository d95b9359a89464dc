"""The web app: pages for whoever looks after contacts, as files that are sent as they stand, with no build step.

Nothing of anybody is in them: they ask in the browser, as whoever is signed in there. An address under `/app/` that is no file is a page
of the app, which reads it itself. One file is made: the list of the others, by which a browser keeps those of one version together.
"""

import base64
import hashlib
import json
from pathlib import Path

from starlette.concurrency import run_in_threadpool
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
FOLDERS = frozenset(one.name for one in HERE.iterdir())
RUN = (".html", ".js", ".css", ".svg", ".webmanifest")
ALWAYS_ASKED_FOR = "sw.js"
"""The program that keeps the others: the browser looks by itself whether it is another."""


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as missing:
            first = path.partition("/")[0]
            if missing.status_code != 404 or "." in first or first in FOLDERS:
                raise
            response = await super().get_response("index.html", scope)
        response.headers.update(KEPT)
        return response


def files_kept(of: Path) -> bytes:
    """A script that says which files the app in a folder is made of, with what they hash to, and which version they are together.

    They are read anew each time, so that it is true of what is sent."""
    files = {file.relative_to(of).as_posix(): file.read_bytes() for file in sorted(of.rglob("*")) if file.suffix in RUN}
    hashes = {
        "/app/" + path.removesuffix("index.html"): "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()
        for path, content in files.items()
        if path != ALWAYS_ASKED_FOR
    }
    version = hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:16]
    return f"self.FILES = {json.dumps({'version': version, 'hashes': hashes})};\n".encode()


def web_pages() -> list[BaseRoute]:
    """The app under `/app/`; the bare address leads there."""

    async def lead(_: Request) -> Response:
        return RedirectResponse("/app/", 307)

    async def files(_: Request) -> Response:
        return Response(await run_in_threadpool(files_kept, HERE), media_type="text/javascript", headers=KEPT)

    return [
        Route("/", lead),
        Route("/app", lead),
        Route("/app/files.js", files),
        Mount("/app", GZipMiddleware(_Files(directory=HERE, html=True))),
    ]
