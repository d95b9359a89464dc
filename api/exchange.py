"""GraphQL over HTTP: a request is read into a question, and an answer is written, as the convention of that name has it.

A client that accepts `application/graphql-response+json` learns from the status whether its question was understood; for one
that accepts plain JSON every answer to a readable request has status 200.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from graphql import GraphQLError
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.errors import all_told, told
from api.limits import BODY, too_costly
from api.trusted import Documents
from domain.model.errors import Code, Language, Refused, bad

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
STATUS: dict[Code, int] = {
    "BAD_INPUT": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NO_CONSENT": 403,
    "CONFLICT": 409,
    "TOO_COSTLY": 413,
    "RULE_BROKEN": 422,
    "NOT_FOUND": 422,
    "RATE_LIMITED": 429,
    "UNAVAILABLE": 503,
}
"""What is refused outside of GraphQL, by its code."""


Form = TypeVar("Form")


class Question(Struct, frozen=True):
    """One GraphQL request."""

    query: str
    variables: dict[str, Any] | None = None
    operation: str | None = None


class _Sent(Struct, frozen=True):
    """As it is sent: the query, or the name of a document."""

    query: str | None = None
    id: str | None = msgspec.field(default=None, name="documentId")
    variables: dict[str, Any] | None = None
    operation: str | None = msgspec.field(default=None, name="operationName")


class HTTPRefused(Exception):
    """Refused before GraphQL comes to it, with the status that says so."""

    def __init__(self, status: int, refused: Refused, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(refused.refusal.text())
        self.status = status
        self.refused = refused
        self.headers = dict(headers or {})


def media_type(accept: str | None) -> str:
    """The form of the answer. Who accepts anything gets plain JSON."""
    if accept is None or not accept.strip():
        return GRAPHQL_JSON
    ranges = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if GRAPHQL_JSON in ranges:
        return GRAPHQL_JSON
    if {PLAIN_JSON, "application/*", "*/*"} & set(ranges):
        return PLAIN_JSON
    raise HTTPRefused(406, bad("request_accept", "Accept"))


async def read(request: Request, documents: Documents) -> Question:
    """The question of a request. Raises `HTTPRefused`."""
    sent = await _sent(request)
    try:
        return Question(documents.text(sent.query, sent.id), sent.variables, sent.operation)
    except Refused as refused:
        raise HTTPRefused(STATUS[refused.refusal.code], refused) from None


async def _sent(request: Request) -> _Sent:
    if request.method != "POST":
        return _from_address(request.query_params)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != PLAIN_JSON:
        raise HTTPRefused(415, bad("request_type", "Content-Type"))
    body = await body_of(request)
    if body.lstrip().startswith(b"["):
        raise HTTPRefused(400, bad("request_batch"))
    return _decode(body, _Sent)


def _from_address(parameters: Mapping[str, str]) -> _Sent:
    variables = _decode(parameters["variables"].encode(), dict[str, Any]) if parameters.get("variables") else None
    return _Sent(parameters.get("query"), parameters.get("documentId"), variables, parameters.get("operationName") or None)


async def body_of(request: Request, most: int = BODY) -> bytes:
    """The body of a request, read no further than it may be long. Raises `HTTPRefused`."""
    try:
        return await _body(request, most)
    except ClientDisconnect:
        raise HTTPRefused(400, bad("request_form", None, detail="it was broken off")) from None


async def _body(request: Request, most: int) -> bytes:
    stated = request.headers.get("content-length", "")
    body = bytearray()
    if not (stated.isdecimal() and int(stated) > most):
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                break
        else:
            return bytes(body)
    raise HTTPRefused(413, too_costly("body_size", limit=most))


def _decode(raw: bytes, form: type[Form]) -> Form:
    try:
        return msgspec.json.decode(raw, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPRefused(400, bad("request_form", None, detail=str(error))) from None


def answer(
    data: dict[str, Any] | None,
    errors: list[GraphQLError] | None,
    media: str,
    language: Language,
    extensions: dict[str, Any] | None = None,
) -> Response:
    """The answer of GraphQL: data, or errors, or both. A question that could not be executed at all has no data."""
    content: dict[str, Any] = {}
    if errors:
        content["errors"] = all_told(errors, language)
    understood = data is not None or any(error.path is not None for error in errors or ())
    if understood:
        content["data"] = data
    if extensions:
        content["extensions"] = extensions
    return _response(content, 200 if understood or media == PLAIN_JSON else 400, media)


def refusal(refused: HTTPRefused, media: str, language: Language) -> Response:
    """The answer where a request is refused before it comes to GraphQL."""
    return _response({"errors": [told(refused.refused, language)]}, refused.status, media, refused.headers)


def json_response(content: Any, status: int) -> Response:
    """Any answer that is plain JSON."""
    return _response(content, status, PLAIN_JSON)


def _response(content: Any, status: int, media: str, headers: Mapping[str, str] | None = None) -> Response:
    kept = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language, Authorization, Cookie", **(headers or {})}
    return Response(msgspec.json.encode(content), status, kept, f"{media}; charset=utf-8")
