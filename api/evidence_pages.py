"""The bundle of evidence to download, for auditors: what the command line writes, of all or of what is named."""

from collections.abc import Sequence

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.context import Lane, Organisation, scope_of
from api.exchange import STATUS, HTTPRefused
from api.texts import refuse_unkept
from domain.model.errors import Refused, bad
from domain.proofs.note import Verifier
from projections.export.bundle import Asked, bundle

PARAMETERS = ("relationship", "event")
MOST = 100
"""Relationships and events that may be named."""


alone = Lane(1)
"""One is made after the other: each is held in memory as a whole."""


def evidence_pages(organisation: Organisation, witnesses: Sequence[Verifier]) -> list[BaseRoute]:
    """`/evidence.zip`. `witnesses`: whose lines under a checkpoint count."""

    async def evidence(request: Request) -> Response:
        try:
            scope_of(organisation, request.state.token).need("audit")
            asked = _asked(request.query_params)
            made = await alone(bundle, organisation.log, organisation.access_log, witnesses, None, asked)
        except Refused as refused:
            raise HTTPRefused(STATUS[refused.refusal.code], refused) from None
        kept = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="evidence.zip"'}
        return Response(made, 200, kept, "application/zip")

    return [Route("/evidence.zip", evidence, methods=["GET"])]


def _asked(parameters: QueryParams) -> Asked:
    for name, value in parameters.multi_items():
        if name not in PARAMETERS:
            raise bad("unknown_parameter", name, name=name, known=PARAMETERS)
        refuse_unkept(name, value)
    if len(parameters.multi_items()) > MOST:
        raise bad("too_many_named", limit=MOST)
    return Asked(parameters.getlist("relationship"), parameters.getlist("event"))
