"""Views of many organisations, read anew: each is a task, on this machine one after another, or shared out over those of a Dask cluster.

A task is the verb `rebuild` in a process of its own, so that the result is the same wherever it runs. Its settings and the root key are
those of the environment there: the name of the organisation is all that is sent.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from domain.store.checks import Unusable
from projections.cluster import cluster, waited
from projections.export.terminal import warn, watched


class Rebuilt(Struct, frozen=True):
    """The position up to which an organisation's views stand now; else why they stand as they did."""

    organisation: str
    position: str | None
    error: str | None = None


def rebuilt(organisation: str, database: str | None = None) -> Rebuilt:
    """`database`: one that was named instead of what is set."""
    verb = [sys.executable, "-m", "tussenruimte", "--organisation", organisation, "--json", "rebuild"]
    verb += ["--database", database] if database else []
    done = subprocess.run(verb, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        return Rebuilt(organisation, None, done.stderr.strip().removeprefix("Error: ") or f"it ended with {done.returncode}")
    return Rebuilt(organisation, msgspec.json.decode(done.stdout, type=dict[str, str])["position"])


def rebuild_all(organisations: Sequence[str], scheduler: str | None, database: str | None) -> list[Rebuilt]:
    """On a cluster where there is a scheduler; else one after another, each with all processors. Tells at once of what could not be done.

    Raises as `on_cluster` does."""
    done: list[Rebuilt] = []
    with watched() as progress:
        for one in on_cluster(scheduler, organisations) if scheduler else (rebuilt(name, database) for name in organisations):
            done.append(one)
            progress("organisations", len(done), len(organisations))
            if one.error:
                warn(f"{one.organisation}: {one.error}")
    return done


def on_cluster(scheduler: str, organisations: Sequence[str]) -> Iterator[Rebuilt]:
    """Each as soon as it is done. What a machine was at when it was lost is done by another. Raises `Unusable`, and `OSError` where no
    scheduler answers."""
    with cluster(scheduler) as client:
        tasks = {client.submit(rebuilt, organisation, pure=False): organisation for organisation in organisations}
        left = set(tasks)
        while left:
            try:
                done, left = waited(client, partial(_first, left))
                found = [_told(task, tasks[task]) for task in done]
            except (CancelledError, OSError):
                raise Unusable("The cluster was lost while it rebuilt. Views that were not done yet stand as they did.") from None
            yield from found


def _told(task: Any, organisation: str) -> Rebuilt:
    """What a task that is done came to."""
    failure = task.exception()
    return task.result() if failure is None else Rebuilt(organisation, None, f"the cluster did not do it: {failure}")


def _first(tasks: set[Any], seconds: float) -> tuple[set[Any], set[Any]]:
    """Those that are done, as soon as one is, and the others. Raises `TimeoutError`."""
    from distributed import wait

    found = wait(tasks, timeout=seconds, return_when="FIRST_COMPLETED")  # type: ignore[no-untyped-call]
    return found.done, found.not_done
