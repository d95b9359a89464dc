"""How the bench measures: medians over rounds that take turns, and rows that are ratios, since absolute times say little."""

import gc
import re
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One row of the table: what is compared, what came of it, and the goal as it is written there."""

    what: str
    measured: str
    goal: str


def row(what: str, measured: float, goal: str = "–") -> Row:
    return Row(what, f"{measured:,.2f}" if measured < 100 else f"{measured:,.0f}", goal)


def skipped(what: str, why: str) -> Row:
    return Row(what, f"skipped: {why}", "–")


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak() -> int:
    """The most memory (KiB) that this process had."""
    # Not from getrusage: what it tells of a new process is at least what the process that started it had.
    told = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert told is not None
    return int(told[1])


def in_turns(rounds: int, works: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of what each work says of itself, over rounds in which each has its turn."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return {name: statistics.median(values) for name, values in found.items()}
