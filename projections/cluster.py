"""A Dask cluster, where one machine is outgrown: the extra `dask`, here and on its workers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from domain.store.checks import Unusable
from projections.export.terminal import warn

T = TypeVar("T")

CONNECT_SECONDS = 5
LOOK_SECONDS = 5
"""After how long of waiting it is looked whether anybody works there."""


@contextmanager
def cluster(scheduler: str) -> Iterator[Any]:
    """A client of the scheduler at an address, as tcp://host:8786. Raises `Unusable`, also where it has no worker, and `OSError` where none
    answers."""
    try:
        from distributed import Client
    except ImportError:
        raise Unusable("A cluster takes Dask. Install it with the platform, here and on the workers: tussenruimte[dask].") from None
    try:
        found = Client(scheduler, timeout=CONNECT_SECONDS)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as error:
        raise Unusable(f"'{scheduler}' is no address of a scheduler, as tcp://host:8786: {error}") from None
    with found as client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise Unusable(f"The cluster of {scheduler} has no workers. Start some: dask worker {scheduler}") from None
        yield client


def waited(client: Any, ask: Callable[[float], T]) -> T:
    """What `ask` gives, which waits for so many seconds and then raises `TimeoutError`, however often it takes. Where nobody works at the
    cluster any more, what was handed in waits until somebody does, and it is said that it waits."""
    alone = False
    while True:
        try:
            return ask(LOOK_SECONDS)
        except TimeoutError:
            before, alone = alone, not client.nthreads()
        if alone and not before:
            address = client.scheduler.address
            warn(f"The cluster of {address} has no workers any more. It goes on when there are some: dask worker {address}")
