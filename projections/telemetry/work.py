"""The work that is watched: batches that are recorded and events that projections take in, counted, timed and traced in one go."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from domain.store.batch import Outcome
from projections.telemetry import metrics, traces

OK = "OK"
"""The outcome of what was not refused."""


@contextmanager
def recording(size: int) -> Iterator[Callable[[Outcome], None]]:
    """Around the recording of a batch; what became of it is told to what this gives."""
    with traces.span("record batch", events=size) as span, metrics.BATCH_SECONDS.time():
        metrics.BATCH_EVENTS.observe(size)

        def became(outcome: Outcome) -> None:
            counts = {"recorded": outcome.recorded, "already": outcome.already, "refused": len(outcome.refused)}
            for name, count in counts.items():
                metrics.EVENTS.labels(name).inc(count)
                span.set_attribute(name, count)
            span.set_attribute("outcome", outcome.refused[0].refusal.code if outcome.refused else OK)

        yield became


def projected(name: str, events: int, seconds: float) -> None:
    """One transaction of a projection is over; to be given to `Runner.on_step`."""
    metrics.STEP_EVENTS.labels(name).inc(events)
    metrics.STEP_SECONDS.labels(name).observe(seconds)
    traces.ended("projection step", time.time_ns() - round(seconds * 1e9), projection=name, events=events)
