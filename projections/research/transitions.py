"""What follows on what: how often a point at which a relationship stood so is followed by one at which it stands otherwise, or the same.

Two points count that were both followed; the last of a sequence is followed by nothing, for whatever reason it is the last.
"""

import numpy as np
from numpy.typing import NDArray

from projections.research.sequences import ALPHABET, OVER, Sequences

STATES = len(ALPHABET)


def transitions(sequences: Sequences) -> NDArray[np.intp]:
    """`counts[was, now]` of all pairs of neighbouring points, wherever they are."""
    was, now = sequences.states[:, :-1], sequences.states[:, 1:]
    both = (was != OVER) & (now != OVER)
    pairs = was[both].astype(np.intp) * STATES + now[both]
    return np.bincount(pairs, minlength=STATES**2).reshape(STATES, STATES)


def rates(counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Each row as parts of itself (TraMineR's `seqtrate`); 0 throughout in a row of nothing. A. Gabadinho, G. Ritschard, N. S. Müller,
    M. Studer, Journal of Statistical Software 40(4), 2011, section 5.4."""
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def leaving(sequences: Sequences) -> NDArray[np.bool_]:
    """`found[row, state]`: whether a relationship stood so at a point that was followed by another."""
    was, now = sequences.states[:, :-1], sequences.states[:, 1:]
    return np.stack([((was == state) & (now != OVER)).any(axis=1) for state in range(STATES)], axis=1)
