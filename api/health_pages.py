"""Pages by which operators and their tools see how the process is: whether it lives, whether it should be sent questions, what it counts.

The first two are open, and say nothing but how far the views are and whether a replica and Redis answer. The metrics hold nothing of
anybody either, but how much is recorded and asked is not for the world: they need a token, or a port of their own.
"""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.batch import EVENTS
from api.context import Organisation, probe, scope_of
from api.exchange import HTTPRefused
from domain.model.errors import forbidden
from projections.telemetry.metrics import exposition
from projections.telemetry.progress import UNREACHABLE, Glance

READY_LAG = EVENTS
"""The most events that a projection may be behind: as many as one request may bring, so that no single request takes the readiness of
every process of the house away."""


def health_pages(organisation: Organisation) -> APIRouter:
    router = APIRouter()
    glance = Glance(organisation)

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> Response:
        """The process answers."""
        return JSONResponse({"status": "ok"})

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    async def readyz() -> Response:
        """The store answers, and its views are not far behind. Without its replica it is ready too, since the primary answers, and without
        Redis, since what others record is looked for."""
        try:
            lags = (await probe(glance.progress)).lags
        except UNREACHABLE:
            return JSONResponse({"status": "store unreachable"}, 503)
        ready = all(lag <= READY_LAG for lag in lags.values())
        lost = await probe(glance.replica_lost)
        replica = {} if lost is None else {"replica": "unreachable, the primary answers" if lost else "ok"}
        redis_lost = glance.redis_lost()
        redis = {} if redis_lost is None else {"redis": "unreachable, what others record is looked for" if redis_lost else "ok"}
        return JSONResponse({"status": "ok" if ready else "catching up", "lag": lags, **replica, **redis}, 200 if ready else 503)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        """What Prometheus scrapes: how much is recorded, for who looks after contacts or the organisation."""
        scope = scope_of(organisation, request.state.token)
        if not scope.may("manage") and not scope.may("look"):
            raise HTTPRefused(403, forbidden(scope.role, "manage"))
        found = await probe(exposition, glance)
        return Response(found, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return router
