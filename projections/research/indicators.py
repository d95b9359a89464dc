"""How much happened in each sequence: how many states it went through, how evenly, and how unpredictably.

All are of the points that were followed. A sequence that was followed for long had more time for something to happen, so those of unequal
lengths are compared with care: complexity and entropy are parts of what their own length allows, turbulence grows with it. None says that
more is better.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from projections.research.sequences import ALPHABET, OVER, Sequences
from projections.research.states import entropy, times


class Indicators(Struct, frozen=True):
    """One number for each row: `transitions`, how often the state changed; `entropy`, 0 to 1; `turbulence`, 1 or more; `complexity`, 0 to
    1.

    Of a sequence without a point all are 0."""

    transitions: NDArray[np.intp]
    entropy: NDArray[np.float64]
    turbulence: NDArray[np.float64]
    complexity: NDArray[np.float64]


def indicators(sequences: Sequences) -> Indicators:
    """Entropy: of the times in each state. Complexity: A. Gabadinho, G. Ritschard, M. Studer, N. S. Müller, IC3K 2010,
    √(transitions / (length − 1) · entropy). Turbulence: C. H. Elzinga, A. C. Liefbroer, European Journal of Population 23, 2007,
    log₂(φ · (s²max + 1) / (s² + 1)), φ being the number of distinct subsequences of the states it went through, s² the variance of how long
    each spell lasted, and s²max = (spells − 1) · (1 − mean)²."""
    lengths = sequences.lengths
    begins = _begins(sequences.states)
    spells = begins.sum(axis=1)
    moves = np.maximum(spells - 1, 0)
    spread = entropy(times(sequences))
    complexity = np.sqrt(moves / np.maximum(lengths - 1, 1) * spread)
    mean = lengths / np.maximum(spells, 1)
    variance = np.maximum(_squares(sequences.states, begins) / np.maximum(spells, 1) - mean**2, 0)
    most = moves * (1 - mean) ** 2
    turbulence = np.log2(_subsequences(sequences.states, begins) * (most + 1) / (variance + 1))
    return Indicators(moves, spread, np.where(lengths > 0, turbulence, 0.0), complexity)


def _begins(states: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Where a spell begins."""
    begins = states != OVER
    begins[:, 1:] &= states[:, 1:] != states[:, :-1]
    return np.asarray(begins)


def _squares(states: NDArray[np.int8], begins: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The sum of the squares of how long the spells of each row lasted: a spell's n-th point adds n² − (n − 1)²."""
    points = np.arange(states.shape[1])
    since = points - np.maximum.accumulate(np.where(begins, points, 0), axis=1)
    return np.asarray(np.where(states != OVER, 2 * since + 1, 0).sum(axis=1).astype(np.float64))


def _subsequences(states: NDArray[np.int8], begins: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many distinct subsequences the spells of each row have, the empty one among them.

    Each spell doubles them, but for those that the last spell in the same state made already."""
    found = np.ones(len(states))
    made = np.zeros((len(states), len(ALPHABET)))
    for point in np.flatnonzero(begins.any(axis=0)):
        rows = np.flatnonzero(begins[:, point])
        state, before = states[rows, point], found[rows]
        found[rows] = 2 * before - made[rows, state]
        made[rows, state] = before
    return found
