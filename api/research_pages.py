"""A release of a project to download, for researchers: what `export research` writes, as a zip.

It is made in files that are gone before it is sent, so that nothing of it stays on the server whatever becomes of the request.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from api.context import Lane, Organisation, scope_of
from api.exchange import STATUS, HTTPRefused
from domain.model.errors import Refused, bad
from projections.export.research.archive import archive
from projections.export.research.package import write
from projections.views.scope import Scope

PARAMETER = "release"
CHUNK = 1 << 16
alone = Lane(1)
"""One is made after the other: each reads all of its project."""


def research_pages(organisation: Organisation) -> list[BaseRoute]:
    """`/research.zip?release=N`, of the project of whoever asks."""

    async def research(request: Request) -> Response:
        try:
            scope = scope_of(organisation, request.state.token)
            number = _number(request.query_params)
            name, made = await alone(_made, organisation, scope, number)
        except Refused as refused:
            raise HTTPRefused(STATUS[refused.refusal.code], refused) from None
        kept = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.zip"'}
        size = os.fstat(made.fileno()).st_size
        return StreamingResponse(_chunks(made), 200, {**kept, "Content-Length": str(size)}, "application/zip")

    return [Route("/research.zip", research, methods=["GET"])]


def _number(parameters: QueryParams) -> int:
    for name, _ in parameters.multi_items():
        if name != PARAMETER:
            raise bad("unknown_parameter", name, name=name, known=[PARAMETER])
    said = parameters.getlist(PARAMETER)
    if len(said) != 1 or not said[0].isascii() or not said[0].isdecimal() or len(said[0]) > 9:
        raise bad("release_number", PARAMETER)
    return int(said[0])


def _made(organisation: Organisation, scope: Scope, number: int) -> tuple[str, IO[bytes]]:
    with ExitStack() as held:
        made = held.enter_context(tempfile.TemporaryFile())
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / f"{scope.reach.project}-release-{number}"
            about = write(organisation.releasing, organisation.log, scope, number, folder, "zip", lambda *_: None)
            archive(folder, made)
        made.seek(0)
        # Whoever sends it closes it.
        held.pop_all()
    return about.name, made


def _chunks(made: IO[bytes]) -> Iterator[bytes]:
    with made:
        while chunk := made.read(CHUNK):
            yield chunk
