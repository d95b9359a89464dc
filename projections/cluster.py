"""A Dask cluster, where one machine is outgrown: the extra `dask`, here and on its workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from domain.store.checks import Unusable

CONNECT_SECONDS = 5


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
