"""Two readings of the same relationships beside each other: how often they agree, since when they do not, and about what.

Neither is right because the other differs. A point counts where both say something of it, also where one says that nothing is known.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from projections.research.sequences import ALPHABET, OVER, Sequences


class Agreement(Struct, frozen=True):
    """`counts[one, other]` of points; `share`, the part at which they agree; `kappa`, how much that is above chance, None where chance
    would agree always, and both None where there is no point."""

    counts: NDArray[np.intp]
    share: float | None
    kappa: float | None


def agreement(counts: NDArray[np.intp]) -> Agreement:
    """J. Cohen, Educational and Psychological Measurement 20(1), 1960: κ = (p₀ − pₑ) / (1 − pₑ)."""
    whole = counts.sum()
    if not whole:
        return Agreement(counts, None, None)
    agreed = counts.trace() / whole
    chance = float((counts.sum(axis=1) / whole) @ (counts.sum(axis=0) / whole))
    return Agreement(counts, float(agreed), float((agreed - chance) / (1 - chance)) if chance < 1 else None)


def crossed(one: Sequences, other: Sequences) -> NDArray[np.intp]:
    """`counts[row, one, other]`: of each relationship, at how many points the one reading stood so and the other so. Both of the same
    rows."""
    assert one.names == other.names, "two readings of the same relationships"
    width = min(one.states.shape[1], other.states.shape[1])
    first, second = one.states[:, :width], other.states[:, :width]
    both = (first != OVER) & (second != OVER)
    rows = np.broadcast_to(np.arange(len(one))[:, None], both.shape)
    size = len(ALPHABET)
    places = (rows[both] * size + first[both]) * size + second[both]
    return np.bincount(places, minlength=len(one) * size * size).reshape(len(one), size, size)


def differing_since(one: Sequences, other: Sequences) -> NDArray[np.intp]:
    """The first point of the time at the end over which two readings of each relationship differ at every point; −1 where they agree at the
    last."""
    width = min(one.states.shape[1], other.states.shape[1])
    first, second = one.states[:, :width], other.states[:, :width]
    agree = (first == second) & (first != OVER)
    lengths = np.minimum(one.lengths, other.lengths)
    last = np.where(agree.any(axis=1), width - 1 - agree[:, ::-1].argmax(axis=1), -1) if width else np.full(len(one), -1)
    return np.where(last + 1 < lengths, last + 1, -1)
