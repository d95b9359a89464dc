"""The HTTP application of one organisation: GraphQL, live feeds and CloudEvents behind a token; and, for everybody, pages that say how the
process is and what there is to ask.

The front door opens the organisation and hands it over; the application closes it when it ends.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from api import exchange
from api.context import Context, Organisation, all_done, past
from api.correlation import Correlation
from api.entrance import Entrance
from api.errors import language_of, mask
from api.evidence_pages import evidence_pages
from api.exchange import PLAIN_JSON, STATUS, HTTPRefused, media_type, refusal
from api.fanout import Fanout
from api.feed import feed_pages
from api.gate import Gate
from api.graphiql_pages import graphiql_pages
from api.health_pages import health_pages
from api.own_pages import own_pages
from api.refused import note_errors
from api.reminder_pages import reminder_pages
from api.research_pages import research_pages
from api.schema import make_schema
from api.schema_pages import schema_pages
from api.sign_in.routes import sign_in_pages
from api.socket import Socket
from api.time_limit import within
from api.trusted import Documents
from api.turnstile import Limited, Turnstile
from api.wakeups import Wakeups
from api.watch import TokenWatch
from api.web_pages import web_pages
from domain.model.errors import Refused, bad
from domain.proofs.note import Verifier
from domain.store.trouble import SILENT, TROUBLE, warn
from projections.export.bounds import STANDARD, Bounds
from projections.export.sign_in import SignIn
from projections.telemetry.work import projected

THREADS = 16
"""Threads that ask the store at once: as many as its connections allow, with room for those that need a second one."""

FINISH_SECONDS = 5.0
"""From one look for erasures that were broken off to the next."""
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI would report addresses, and with GET a question stands in the address."""

BY_LINKS = SignIn()
ASKING = (OperationType.QUERY,)
ALL = (OperationType.QUERY, OperationType.MUTATION)


logger = logging.getLogger(__name__)


def _ended(looking: asyncio.Task[None]) -> None:
    """What looks out for all who listen must not be missing unnoticed: the process ends, and what keeps it up starts another."""
    if not looking.cancelled() and (failure := looking.exception()) is not None:
        mask(failure)
        signal.raise_signal(signal.SIGTERM)


async def _finishing(organisation: Organisation) -> None:
    """Go on with erasures that were broken off, be it in another process: until they are done, something may still be told."""
    while True:
        await asyncio.sleep(FINISH_SECONDS)
        try:
            await past(organisation.erasing.go_on)
        except TROUBLE as error:
            warn(logger, "erasures cannot be looked after just now", error)


def _limited(errors: list[GraphQLError] | None) -> Limited | None:
    return next((error.original_error for error in errors or () if isinstance(error.original_error, Limited)), None)


def make_app(
    organisation: Organisation,
    look_seconds: float | None = None,
    sign_in: SignIn = BY_LINKS,
    bounds: Bounds = STANDARD,
    witnesses: Sequence[Verifier] = (),
) -> ASGIApp:
    """The application over an opened organisation. `look_seconds`: if what other processes recorded is not looked for as often as usual;
    `sign_in`: where people sign in; `bounds`: how much who asks may take; `witnesses`: whose lines under a checkpoint count."""

    wakeups = Wakeups(organisation, look_seconds)
    organisation.runner.on_step(projected)
    fanout = Fanout(organisation, wakeups)
    watch = TokenWatch(organisation)
    entrance = Entrance(organisation, sign_in)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        tasks = (wakeups.run(), watch.run(), fanout.followers.run(), _finishing(organisation))
        looking = [asyncio.create_task(task) for task in tasks]
        for task in looking:
            task.add_done_callback(_ended)
        yield
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
        await fanout.followers.write()
        await all_done()
        organisation.close()

    app = FastAPI(title="Tussenruimte", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, telemetry=NO_TELEMETRY)
    app.state.fanout = fanout
    turnstile, documents = Turnstile(bounds), Documents(bounds.documents)
    app.add_middleware(Gate, organisation=organisation, entrance=entrance, turnstile=turnstile)
    schema = make_schema()

    async def graphql(request: Request) -> Response:
        """Ask or record, as GraphQL over HTTP has it."""
        language = language_of(request.headers.get("accept-language"))
        media = media_type(request.headers.get("accept"))
        question = await exchange.read(request, documents)
        try:
            async with within(bounds.query_seconds):
                result = await schema.execute(
                    question.query,
                    question.variables,
                    Context(organisation, wakeups, request.state.token, question.operation, language=language, turnstile=turnstile),
                    operation_name=question.operation,
                    allowed_operation_types=ALL if request.method == "POST" else ASKING,
                )
        except Refused as refused:
            raise HTTPRefused(STATUS[refused.refusal.code], refused) from None
        except InvalidOperationTypeError:
            raise HTTPRefused(405, bad("request_method"), {"Allow": "POST"}) from None
        except CannotGetOperationTypeError as error:
            return exchange.answer(None, [GraphQLError(error.as_http_error_reason())], media, language)
        except MissingQueryError as error:
            return exchange.answer(None, [GraphQLError(str(error))], media, language)
        if (limited := _limited(result.errors)) is not None:
            raise HTTPRefused(429, limited, limited.headers)
        await note_errors(organisation, result.errors)
        return exchange.answer(result.data, result.errors, media, language, result.extensions)

    socket = Socket(schema, organisation, wakeups, fanout, watch, entrance, turnstile, documents, bounds)
    # First, and without FastAPI's looking at what a page takes: this one reads for itself, and most requests are its own.
    app.router.routes.append(Route("/graphql", graphql, methods=["GET", "POST"]))
    app.router.routes.append(WebSocketRoute("/graphql", socket))
    app.include_router(schema_pages())
    app.include_router(feed_pages(organisation, fanout, watch, turnstile))
    app.include_router(health_pages(organisation))
    app.router.routes.extend(graphiql_pages())
    app.router.routes.extend(web_pages())
    app.router.routes.extend(sign_in_pages(organisation, entrance))
    app.router.routes.extend(own_pages(organisation))
    app.router.routes.extend(reminder_pages(organisation, turnstile, sign_in.url))
    app.router.routes.extend(evidence_pages(organisation, witnesses))
    app.router.routes.extend(research_pages(organisation))

    @app.exception_handler(HTTPRefused)
    async def refused(request: Request, error: HTTPRefused) -> Response:
        await note_errors(organisation, [error.refused])
        return refusal(error, PLAIN_JSON, language_of(request.headers.get("accept-language")))

    @app.exception_handler(404)
    async def nowhere(request: Request, _: Exception) -> Response:
        return refusal(HTTPRefused(404, bad("request_path")), PLAIN_JSON, language_of(request.headers.get("accept-language")))

    @app.exception_handler(405)
    async def no_method(request: Request, _: Exception) -> Response:
        error = HTTPRefused(405, bad("request_method"), {"Allow": "GET, POST"})
        return refusal(error, PLAIN_JSON, language_of(request.headers.get("accept-language")))

    async def silent(request: Request, error: Exception) -> Response:
        return refusal(HTTPRefused(503, mask(error)), PLAIN_JSON, language_of(request.headers.get("accept-language")))

    for kind in SILENT:
        app.add_exception_handler(kind, silent)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return refusal(HTTPRefused(500, mask(error)), PLAIN_JSON, language_of(request.headers.get("accept-language")))

    return Correlation(app)
