"""How relationships stood together: at each point how many in which state, how varied that is, and how long they stay in each.

A relationship counts at the points at which it was followed and at no other. So each point is of those seen then; where some are still
running, later points are of fewer, and of those that began earlier.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from projections.research.sequences import ALPHABET, Sequences


class Distribution(Struct, frozen=True):
    """`counts[point, state]`, and the `entropy` of each point, from 0 (all in one state) to 1 (as many in each)."""

    counts: NDArray[np.intp]
    entropy: NDArray[np.float64]


def distribution(sequences: Sequences) -> Distribution:
    """The states at each point (TraMineR's `seqstatd`): A. Gabadinho, G. Ritschard, N. S. Müller, M. Studer, Journal of Statistical
    Software 40(4), 2011, section 5.3."""
    counts = np.stack([(sequences.states == state).sum(axis=0) for state in range(len(ALPHABET))], axis=1).astype(np.intp)
    return Distribution(counts, entropy(counts))


def entropy(counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Shannon's entropy of each row of counts, as a part of the most there can be: −Σ p·ln p / ln 5. Of an empty row it is 0."""
    of = counts.sum(axis=1, keepdims=True)
    parts = counts / np.maximum(of, 1)
    surprise = np.log(parts, out=np.zeros_like(parts), where=parts > 0)
    # Added to 0, so that none is −0.
    return np.asarray(0.0 - (parts * surprise).sum(axis=1) / np.log(len(ALPHABET)))


def times(sequences: Sequences) -> NDArray[np.intp]:
    """`times[row, state]`: at how many points a relationship stood so; their means are TraMineR's `seqmeant`."""
    return np.stack([(sequences.states == state).sum(axis=1) for state in range(len(ALPHABET))], axis=1).astype(np.intp)
