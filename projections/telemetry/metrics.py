"""What is counted and timed, in the words of Prometheus. Every label has a closed list of values: a name, an id, an address or the text
of a question would make a series of somebody's life, and without end.

What a process counts stands here as module values, as the library has it; how far the store is, is asked anew for every scrape.
"""

from collections.abc import Iterator
from typing import get_args

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.model.errors import Code
from projections.telemetry.progress import UNREACHABLE, Followed, Glance

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SIZES = (1, 2, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 20_000)

# When each series began is not asked, and would be every third line.
disable_created_metrics()  # type: ignore[no-untyped-call]

EVENTS = Counter("tussenruimte_events", "Events sent to be recorded, by what became of them.", ["outcome"])
BATCH_EVENTS = Histogram("tussenruimte_record_batch_events", "Events of a batch that was sent to be recorded.", buckets=SIZES)
BATCH_SECONDS = Histogram("tussenruimte_record_batch_seconds", "Time to record a batch, or to refuse it.", buckets=SECONDS)
REFUSALS = Counter("tussenruimte_refusals", "Refusals that somebody was told, by their code.", ["code"])

STEP_EVENTS = Counter("tussenruimte_projection_events", "Events that a projection took in.", ["projection"])
STEP_SECONDS = Histogram("tussenruimte_projection_seconds", "Time of a transaction that took events in.", ["projection"], buckets=SECONDS)

REQUESTS = Histogram(
    "tussenruimte_http_request_seconds", "Time of HTTP requests, by their route, never their address.",
    ["method", "route", "status"], buckets=SECONDS,
)  # fmt: skip
OPERATIONS = Counter("tussenruimte_graphql_operations", "GraphQL operations that ended, by what was wrong.", ["kind", "outcome"])
OPERATION_SECONDS = Histogram("tussenruimte_graphql_operation_seconds", "Time of queries and mutations.", ["kind"], buckets=SECONDS)
SOCKETS = Gauge("tussenruimte_sockets_open", "WebSocket connections that are open.")
SUBSCRIPTIONS = Gauge("tussenruimte_subscriptions_open", "Subscriptions that are open, and those who listen at /events.")
WAKEUPS = Counter(
    "tussenruimte_wakeups", "Wake-ups of those who listen: by what this process records, another announces, or looking.", ["found_by"]
)
LEADS = Gauge("tussenruimte_loop_leads", "1 where this process leads a loop of `work`, 0 where it stands by.", ["loop"])
CHECKPOINTS = Counter(
    "tussenruimte_log_checkpoints", "Checkpoints of the log: signed, or refused since they do not follow from the last.", ["outcome"]
)
MAILS = Counter(
    "tussenruimte_reminder_mails", "Mails that remind members: sent, deferred until later, or refused for good by the server.", ["outcome"]
)
LOOKS = Counter("tussenruimte_looks", "Looks for what other processes recorded.")

# A series that begins at 0 shows its first increase.
for outcome in ("recorded", "already", "refused"):
    EVENTS.labels(outcome)
for code in get_args(Code):
    REFUSALS.labels(code)
for outcome in ("signed", "refused"):
    CHECKPOINTS.labels(outcome)
for outcome in ("sent", "deferred", "refused"):
    MAILS.labels(outcome)
for found_by in ("recording", "announcement", "looking"):
    WAKEUPS.labels(found_by)


class _Positions(Collector):
    """How far the store and the projections are, at the moment of the scrape."""

    def __init__(self, glance: Glance) -> None:
        self._glance = glance

    def collect(self) -> Iterator[Metric]:
        lost = GaugeMetricFamily("tussenruimte_replica_lost", "1 where a replica is set and the primary answers in its place, else 0.")
        lost.add_metric([], int(self._glance.replica_lost() or False))
        yield lost
        redis = GaugeMetricFamily("tussenruimte_redis_lost", "1 where Redis is set and does not answer this process, else 0.")
        redis.add_metric([], int(self._glance.redis_lost() or False))
        yield redis
        reachable = GaugeMetricFamily("tussenruimte_store_reachable", "1 where the store could be asked for this scrape, else 0.")
        try:
            found = self._glance.progress()
        except UNREACHABLE:
            reachable.add_metric([], 0)
            yield reachable
            return
        reachable.add_metric([], 1)
        yield reachable
        yield GaugeMetricFamily("tussenruimte_store_position", "The highest position recorded.", found.head)
        position = GaugeMetricFamily("tussenruimte_projection_position", "The checkpoint of a projection.", labels=["projection"])
        lag = GaugeMetricFamily("tussenruimte_projection_lag_events", "Events that a projection is behind.", labels=["projection"])
        aside = GaugeMetricFamily("tussenruimte_projection_set_aside_events", "Events that a projection set aside.", labels=["projection"])
        for name, at in found.positions.items():
            position.add_metric([name], at)
            lag.add_metric([name], found.lags[name])
            aside.add_metric([name], found.aside[name])
        yield from (position, lag, aside)


def registry(glance: Glance) -> CollectorRegistry:
    """All there is to scrape: what this process counts, the process itself, and how far the organisation's store is."""
    whole = CollectorRegistry(support_collectors_without_names=True)
    whole.register(REGISTRY)
    whole.register(_Positions(glance))
    return whole


def exposition(glance: Glance) -> bytes:
    """In the text form of Prometheus."""
    return generate_latest(registry(glance))


def serve_metrics(organisation: Followed, host: str, port: int) -> int:
    """Serve metrics without a token on a port of their own, as long as the process lives; the port. Raises OSError where it is taken."""
    server, _ = start_http_server(port, host, registry(Glance(organisation)))
    return server.server_port
