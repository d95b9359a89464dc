"""How relationships stood around something that happened in them: before it, at it and after it.

Each counts from the first time it happened there. What follows on something was not for that reason brought about by it.
"""

import numpy as np
from numpy.typing import NDArray

from projections.research.sequences import OVER, Sequences


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
