"""Work shared out over the processors, in order, where there is more than one and the system can fork.

Every process begins with what it needs of its own (connections, keys) and hands back what it made, so that only one ever writes.
"""

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def can_share() -> bool:
    """Whether work can be shared out: with another thread running, a fork would tear apart what that one is doing."""
    return (os.cpu_count() or 1) > 1 and threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()


def shared(begin: Callable[..., Callable[[T], R]], arguments: tuple[Any, ...], items: Iterable[T]) -> Iterator[R]:
    """What becomes of each item, in order. `begin(*arguments)` is called once in every process and gives what does the work.

    Each process has one item at a time, and is given the next before what it made is looked at.
    """
    forked = multiprocessing.get_context("fork")
    pipes = [forked.Pipe() for _ in range(os.cpu_count() or 1)]
    mine = [ours for ours, _ in pipes]
    workers = [forked.Process(target=_run, args=(begin, arguments, theirs, mine), daemon=True) for _, theirs in pipes]
    for worker, (_, theirs) in zip(workers, pipes, strict=True):
        worker.start()
        theirs.close()
    rest = iter(items)
    try:
        busy: deque[Any] = deque()
        for ours, item in zip(mine, rest, strict=False):
            ours.send(item)
            busy.append(ours)
        while busy:
            ours = busy.popleft()
            made = ours.recv()
            for item in islice(rest, 1):
                ours.send(item)
                busy.append(ours)
            if isinstance(made, BaseException):
                raise made
            yield made
    finally:
        for worker, (ours, _) in zip(workers, pipes, strict=True):
            ours.close()
            worker.terminate()
            worker.join()


def _run(begin: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...], pipe: Any, others: list[Any]) -> None:
    """One process: works until the other end is closed, which it is too when the process that began this one is killed."""
    # Who interrupts means the process that began this one, which then ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    # What was there before the fork is never looked through for garbage: that would copy all of it.
    gc.freeze()
    try:
        work = begin(*arguments)
        while True:
            item = pipe.recv()
            try:
                made = work(item)
            except Exception as error:
                made = error
            pipe.send(made)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
