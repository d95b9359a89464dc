"""Traces in the words of OpenTelemetry, where an operator asks for them: spans of requests, operations, batches and steps of projections.

A span has a name from a closed list, counts, and codes. What an exception says is left out, since it may repeat what somebody sent; so is
all that a caller sends beside the ids of its own span.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.store.checks import Unusable

ASKED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""Settings of OpenTelemetry's own: where either is set, traces are sent there, over HTTP."""

Value = str | int
_tracer = trace.get_tracer("tussenruimte")
_traceparent = TraceContextTextMapPropagator()


def begin(environment: Mapping[str, str] = os.environ) -> Callable[[], None]:
    """Send traces where that is set; what is called at the end sends the last of them. Raises `Unusable` where the extra is missing."""
    asked = next((name for name in ASKED if environment.get(name)), None)
    if asked is None:
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        missing = "and what sends them is not installed. Install it with: pip install 'tussenruimte[traces]', or unset it."
        raise Unusable(f"{asked} asks for traces, {missing}") from None
    named = Resource.create({SERVICE_NAME: environment.get("OTEL_SERVICE_NAME") or "tussenruimte"})
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def caller(traceparent: str | None) -> Context | None:
    """Whose span a request belongs to, from its W3C `traceparent`. The caller's `tracestate` and baggage are not taken."""
    return _traceparent.extract({"traceparent": traceparent}) if traceparent else None


@contextmanager
def span(name: str, of: Context | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: Value) -> Iterator[Span]:
    """What goes on within is part of this span. An exception is told by its kind only."""
    with _tracer.start_as_current_span(name, of, kind, attributes, record_exception=False, set_status_on_exception=False) as begun:
        try:
            yield begun
        except BaseException as error:
            begun.set_attribute("error.type", type(error).__name__)
            begun.set_status(StatusCode.ERROR)
            raise


def ended(name: str, began: int, **attributes: Value) -> None:
    """A span of what is over already; `began` in nanoseconds since 1970."""
    _tracer.start_span(name, attributes=attributes, start_time=began).end()
