"""Pages that say what there is to ask and to record, for programs: JSON Schemas, AsyncAPI, the GraphQL schema. They hold nothing of
anybody, and need no token.
"""

from functools import cache
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.schema import make_schema
from domain.model.catalogue import KINDS
from projections.export import schemas

SCHEMA_JSON = "application/schema+json"


@cache
def schema_pages() -> APIRouter:
    """The pages under `/schemas`, the same for every application."""
    pages: dict[str, tuple[str, bytes]] = {schemas.name_of(kind): (SCHEMA_JSON, _written(schemas.of_event(kind))) for kind in KINDS}
    pages["asyncapi.json"] = ("application/json", _written(schemas.asyncapi()))
    pages["schema.graphql"] = ("text/plain; charset=utf-8", make_schema().as_str().encode())
    index = {"asyncapi": "/schemas/asyncapi.json", "graphql": "/schemas/schema.graphql"}
    pages[""] = ("application/json", _written({**index, "events": {kind.type: f"/schemas/{schemas.name_of(kind)}" for kind in KINDS}}))
    router = APIRouter()
    for name, (media, body) in pages.items():
        router.add_api_route(f"/schemas/{name}".rstrip("/"), _page(media, body), methods=["GET", "HEAD"])
    return router


def _page(media: str, body: bytes) -> Any:
    async def page() -> Response:
        return Response(body, media_type=media)

    return page


def _written(document: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2)
