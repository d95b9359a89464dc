"""How relationships stood around something that happened in them: before it, at it and after it.

Each counts from the first time it happened there. What follows on something was not for that reason brought about by it.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from projections.research.sequences import OVER, Sequences


def followed(
    happened: Sequence[tuple[int, int] | None], weeks: int, is_told: Callable[[NDArray[np.bool_]], bool]
) -> tuple[int, NDArray[np.intp]]:
    """Which rows are told of, and up to how many weeks before and after (`weeks` at the most; −1: none).

    `happened` is in which week of each row, and how many weeks of it were followed; None where it did not. Told of are those that were
    followed for all of that time. With each week more there are fewer: only such a width is told at which those that fell out since the
    last that was are nobody, or may be told of by themselves, so that no two answers differ by less."""
    reaches = np.array([-1 if one is None else min(one[0], one[1] - 1 - one[0]) for one in happened], dtype=np.intp)
    found, rows = -1, np.zeros(len(reaches), dtype=bool)
    for width in range(min(weeks, int(reaches.max(initial=-1))) + 1):
        kept = reaches >= width
        out = rows & ~kept
        if is_told(kept) if found < 0 else not out.any() or (is_told(out) and is_told(kept)):
            found, rows = width, kept
    return found, np.flatnonzero(rows)


def aligned(sequences: Sequences, at: NDArray[np.intp], reach: int) -> Sequences:
    """The states from `reach` points before to as many after the point `at` of each row; those of which that point was not followed are
    left out. Before the start and after the last point it is OVER."""
    kept = np.flatnonzero((at >= 0) & (at < sequences.lengths))
    found = sequences.rows(kept)
    points = at[kept][:, None] + np.arange(-reach, reach + 1)
    inside = (points >= 0) & (points < found.lengths[:, None])
    states = np.full(points.shape, OVER, dtype=np.int8)
    rows = np.broadcast_to(np.arange(len(kept))[:, None], points.shape)
    states[inside] = found.states[rows[inside], points[inside]]
    return Sequences(found.names, states, inside.sum(axis=1), found.censoring, found.step, found.lens, found.holder)
