"""How unlike two sequences are: by what it costs to make the one of the other, or by what they have in common.

Optimal matching and the longest common subsequence take any lengths, and then count what one has more as unlike: who was followed for
longer stands apart for that alone. `Sequences.followed` makes all of one length first. Hamming's distance needs that.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from domain.store.deadline import go_on
from projections.research.kernels import Kernels, States, fastest
from projections.research.sequences import ALPHABET, OVER, Sequences
from projections.research.transitions import rates, transitions


class Costs(Struct, frozen=True):
    """What it costs to put one state for another (symmetric, 0 for itself), and to put one in or leave one out."""

    substitution: NDArray[np.float64]
    indel: float


def constant_costs(substitution: float = 2.0, indel: float | None = None) -> Costs:
    """All states equally unlike. Without `indel` it is half of that, so that leaving out and putting in cost as much as putting for."""
    costs = np.full((len(ALPHABET), len(ALPHABET)), substitution)
    np.fill_diagonal(costs, 0)
    return given_costs(costs, indel)


def rate_costs(sequences: Sequences, indel: float | None = None) -> Costs:
    """States the less unlike, the more often one follows the other: 2 − p(b|a) − p(a|b). A. Gabadinho, G. Ritschard, N. S. Müller,
    M. Studer, Journal of Statistical Software 40(4), 2011, section 7.3."""
    found = rates(transitions(sequences))
    costs = 2 - found - found.T
    np.fill_diagonal(costs, 0)
    return given_costs(costs, indel)


def given_costs(substitution: NDArray[np.float64], indel: float | None = None) -> Costs:
    """One's own. Without `indel` it is half of the highest."""
    return Costs(substitution, float(substitution.max() / 2) if indel is None else indel)


def optimal_matching(sequences: Sequences, costs: Costs, kernels: Kernels | None = None) -> NDArray[np.float64]:
    """What it costs at the least to make one sequence of the other: A. Abbott, A. Tsay, Sociological Methods & Research 29(1), 2000.

    It is what leaving out all points of both costs, less the most that is saved by pairing some of them instead."""
    kernels = kernels or fastest()
    saved = np.maximum(2 * costs.indel - costs.substitution, 0)
    alike = float(saved[0, 0])
    if np.array_equal(saved, np.diag(np.full(len(ALPHABET), alike))):
        # Where putting one for another saves nothing, what is saved is what they have in common.
        return _apart(sequences, costs.indel, kernels.block, lambda rows, columns: alike * kernels.common(rows, columns))
    return _apart(sequences, costs.indel, kernels.block, lambda rows, columns: kernels.savings(rows, columns, saved))


def longest_common_subsequence(sequences: Sequences, kernels: Kernels | None = None) -> NDArray[np.float64]:
    """How many points of two sequences are not in their longest common subsequence: C. H. Elzinga, Sequence Analysis, 2008."""
    kernels = kernels or fastest()
    return _apart(sequences, 1.0, kernels.block, lambda rows, columns: 2.0 * kernels.common(rows, columns))


def hamming(sequences: Sequences) -> NDArray[np.float64]:
    """At how many points two sequences of one length differ: R. W. Hamming, Bell System Technical Journal 29(2), 1950.

    Raises `ValueError` where their lengths differ."""
    if len(sequences) and (sequences.lengths != sequences.states.shape[1]).any():
        raise ValueError("Hamming's distance is of sequences of one length.")
    stood = np.stack([sequences.states == state for state in range(len(ALPHABET))], axis=2).reshape(len(sequences), -1).astype(np.float64)
    return np.asarray(sequences.states.shape[1] - stood @ stood.T)


def distinct(sequences: Sequences) -> tuple[States, NDArray[np.intp]]:
    """The sequences that differ, in the order in which each comes first, and which of them each is."""
    _, first, which = np.unique(sequences.states, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return sequences.states[first[order]], np.argsort(order)[which.reshape(-1)]


def _apart(sequences: Sequences, indel: float, block: int, saving: Callable[[States, States], NDArray[Any]]) -> NDArray[np.float64]:
    """`indel` for each point of both, less what is saved; worked out once for each pair of sequences that differ, by all cores."""
    states, which = distinct(sequences)
    alone = indel * (states != OVER).sum(axis=1)
    found = np.empty((len(states), len(states)))

    def compare(first: int) -> None:
        until = min(first + block, len(states))
        apart = alone[:until, None] + alone[first:until] - saving(states[:until], states[first:until])
        found[:until, first:until] = apart
        found[first:until, :first] = apart[:first].T

    threads = ThreadPoolExecutor(os.cpu_count())
    try:
        for _ in threads.map(compare, range(0, len(states), block)):
            go_on()
    finally:
        threads.shutdown(cancel_futures=True)
    np.fill_diagonal(found, 0)
    return found if len(states) == len(which) else np.asarray(found[np.ix_(which, which)])
