"""Readings from sorted segments: 10 million looks of 100,000 relationships, folded with their phases, beside reading the Parquet.

The fold is compiled (numba, the extra `fast`) and shared out over threads; what it finds of a sample is held to what it finds uncompiled.
"""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet

from bench.measures import Row, in_turns, row, timed
from domain.model.lens import EVIDENCE
from domain.model.time import DAY
from projections.segments import files, fold
from projections.segments.fold import Folded, Segment, folded, rules

TRACKS, LOOKS, FILES = 100_000, 100, 8
SAMPLE = 300
RULES = rules(EVIDENCE, 1)
WEEKS = 52


def _segment(tracks: int, points: int, seed: int) -> Segment:
    """Contacts over a year: most meet in a term, some give help or speak, terms lapse, agreements come and go."""
    chance = np.random.default_rng(seed)
    size = tracks * LOOKS
    at = np.sort(chance.integers(0, 365 * DAY, (tracks, LOOKS)), axis=1).ravel()
    weights = np.array([0.0, 0.0, 0.04, 0.1, 0.3, 0.8])
    deposited = tuple(chance.choice(weights, size, p=[0.5, 0.2, 0.1, 0.1, 0.06, 0.04]) for _ in range(3))
    stood = np.arange(size) % LOOKS
    standing = (np.where(stood < 60, 1.0, 0.0), np.where((stood > 30) & (stood < 50), 0.6, 0.0), np.where(stood >= 60, 0.4, 0.0))
    marks = np.where(stood == 60, fold.LAPSE, 0).astype(np.int8) | np.where((stood > 40) & (stood < 70), fold.HALVED, 0).astype(np.int8)
    bounds = np.arange(0, size + 1, LOOKS, dtype=np.int64)
    upto, counts = np.full(tracks, 365 * DAY, dtype=np.int64), np.full(tracks, points, dtype=np.int64)
    return Segment(upto, counts, bounds, at.astype(np.int64), deposited, standing, marks.astype(np.int8))


def _write(path: Path, segment: Segment) -> None:
    offsets = pyarrow.array(segment.bounds.astype(np.int32))
    weighed = dict(zip(files.LOOKS, (segment.at, *segment.deposited, *segment.standing, segment.marks), strict=True))
    columns = {"upto": pyarrow.array(segment.upto), "points": pyarrow.array(segment.points)}
    lists = {name: pyarrow.ListArray.from_arrays(offsets, pyarrow.array(values)) for name, values in weighed.items()}
    pyarrow.parquet.write_table(pyarrow.table(columns | lists), path)


def _same(one: Folded, other: Folded) -> bool:
    return all(np.allclose(a, b, rtol=0, atol=1e-9, equal_nan=True) for a, b in zip(_flat(one), _flat(other), strict=True))


def _flat(found: Folded) -> list[np.ndarray]:  # type: ignore[type-arg]
    return [part for column in found for part in (column if isinstance(column, tuple) else (column,))]


def rows(rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        paths = {points: [Path(folder) / f"{points}-{number}.parquet" for number in range(FILES)] for points in (0, WEEKS)}
        for points, these in paths.items():
            for number, path in enumerate(these):
                _write(path, _segment(TRACKS // FILES, points, number))
        looks = [files.read(path) for path in paths[0]]
        sample = _segment(SAMPLE, WEEKS, 99)
        if not _same(folded(sample, RULES), folded(sample, RULES, fold.plain())):
            raise RuntimeError("The compiled fold and the plain one differ.")

        def read() -> None:
            list(threads.map(files.read, paths[0]))

        def folds() -> None:
            list(threads.map(lambda segment: folded(segment, RULES), looks))

        def rebuild() -> None:
            list(threads.map(lambda path: folded(files.read(path), RULES), paths[WEEKS]))

        took = in_turns(
            rounds,
            {"reading": lambda: timed(read), "fold": lambda: timed(folds), "rebuild": lambda: timed(rebuild)},
        )
    print("  segments: " + ", ".join(f"{name} {seconds * 1000:,.0f} ms" for name, seconds in took.items()), flush=True)
    return [
        row("fold with phases, 10 M looks: times reading the Parquet", took["fold"] / took["reading"], "≤ 1.0"),
        row("rebuild from sorted segments, 52 weeks each: times reading the Parquet", took["rebuild"] / took["reading"], "≤ 2.5"),
    ]
