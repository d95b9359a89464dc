"""CloudEvents over HTTP: others send their events in one of the three modes of that binding, and read what was recorded, line by line.

Binary mode has the attributes in headers and the data in the body; structured mode has all in the body; a batch is a list of these.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.batch import take
from api.context import Organisation, scope_of, thread
from api.event_stream import EVENT_STREAM, Asked, EventStream, rows_at
from api.exchange import STATUS, HTTPRefused, body_of, json_response
from api.fanout import Fanout
from api.holding import holding
from api.turnstile import Turnstile
from api.watch import TokenWatch
from domain.model.errors import Refused, bad
from domain.store.accesses import Seen, viewer
from domain.store.tokens import Token
from projections.export import cloudevents
from projections.views import live
from projections.views.filters import EventFilter
from projections.views.scope import Scope

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
T = TypeVar("T")
_each = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder()


def feed_pages(organisation: Organisation, fanout: Fanout, watch: TokenWatch, turnstile: Turnstile) -> APIRouter:
    """The pages under `/events`."""
    router = APIRouter()

    @router.post("/events")
    async def send(request: Request) -> Response:
        """Record one event or a batch, all or nothing."""
        events = _events(request.headers, await body_of(request))
        try:
            return json_response(await thread(take, organisation, request.state.token, events), 200)
        except Refused as refused:
            raise HTTPRefused(STATUS[refused.refusal.code], refused) from None

    @router.get("/events")
    async def read(request: Request) -> Response:
        """Everything recorded after a position: up to now, an event a line; or as it happens, for who accepts an event stream."""
        try:
            asked = Asked.of(request.query_params, request.headers)
        except Refused as refused:
            raise HTTPRefused(400, refused) from None
        try:
            scope = scope_of(organisation, request.state.token)
            scope.need("look")
            if asked.filter.participant is not None:
                scope.need("open")
        except Refused as refused:
            raise HTTPRefused(403, refused) from None
        if EVENT_STREAM in request.headers.get("accept", "").lower():
            return EventStream(fanout, watch, turnstile, organisation, request.state.token, asked)
        return StreamingResponse(lines(organisation, request.state.token, asked), media_type=LINES, headers={"Cache-Control": "no-store"})

    return router


def lines(organisation: Organisation, token: Token, asked: Asked) -> Iterator[bytes]:
    """Page by page, so that a slow reader holds no snapshot, and for as long as the token holds."""
    scope = scope_of(organisation, token)
    all_of_it = asked.filter == EventFilter() and scope.is_whole and scope.may("open")
    pages = cloudevents.pages(organisation.store, asked.after) if all_of_it else _narrowed(organisation, scope, asked)
    for page in pages:
        if not holding(organisation, [token]):
            return
        yield page


def _narrowed(organisation: Organisation, scope: Scope, asked: Asked) -> Iterator[bytes]:
    """The views say which events those are; what is recorded after the first page was read is left for the next request."""
    position, head = asked.after, None
    while head is None or position < head:
        with organisation.questions.within(scope).newest() as snapshot:
            head = snapshot.upto if head is None else head
            places = live.places_after(snapshot, position, asked.filter)
            rows = rows_at(organisation.store, snapshot.connection, [place for place in places.found if place <= head])
            seen = Seen()
            page = b"".join(cloudevents.written(organisation.store, rows, seen.note, scope.opened(None)))
            if asked.filter.participant is not None:
                # Asked by somebody, it tells in which relationships they are.
                seen.tells_who(stream for _, stream, _ in rows)
        organisation.store.accesses.write(viewer(), seen.accesses("export"))
        yield page
        position = places.upto


def _events(headers: Mapping[str, str], body: bytes) -> list[bytes]:
    """The events of a request, a JSON object each. Raises `HTTPRefused`."""
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == MANY:
        return [bytes(event) for event in _read(_each, body)]
    if media == ONE:
        return [body]
    if "ce-specversion" in headers:
        return [_from_headers(headers, media, body)]
    raise HTTPRefused(415, bad("event_type", "Content-Type"))


def _from_headers(headers: Mapping[str, str], media: str, body: bytes) -> bytes:
    """An event of which the attributes stand in headers, percent-encoded, as one JSON object."""
    attributes: dict[str, Any] = {name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    if media:
        attributes["datacontenttype"] = media
    if body.strip():
        _read(_any, body)
        attributes["data"] = msgspec.Raw(body)
    return msgspec.json.encode(attributes)


def _read(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPRefused(400, bad("event_body", None, detail=str(error))) from None
