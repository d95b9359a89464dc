"""The processes below another one, any of which may end while it is looked at."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import psutil


def children_called(pid: int, word: str) -> list[psutil.Process]:
    """Those that run with `word` in their command line."""
    found = []
    for child in psutil.Process(pid).children():
        with suppress(psutil.NoSuchProcess):
            if word in " ".join(child.cmdline()):
                found.append(child)
    return found


def families(pids: Iterable[int]) -> Iterator[psutil.Process]:
    """Each of `pids` that runs, and all below it."""
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            known = psutil.Process(pid)
            yield from (known, *known.children(recursive=True))
