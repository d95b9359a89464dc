"""The two innermost loops of distances: how much of two sequences is in common, for very many pairs at once.

Each is written twice: with numpy, and for numba, which compiles it where it is installed (the extra `fast`). Both give the same
numbers, to the last bit.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from projections.research.sequences import ALPHABET, OVER

States = NDArray[np.int8]
WORD = 64
"""Points that are looked at at once."""
AT_ONCE = 8
"""Rows that numpy takes together, so that what it works on is neither too short nor out of its cache."""


class Kernels(NamedTuple):
    """`savings(rows, columns, gain)`: for each row and column the most that can be gained by pairing points of the one with points of the
    other in order, `gain[a, b]` by a pair of the states a and b. `common(rows, columns)`: the same where a pair of like states gains 1 and
    any other nothing, which is how long their longest common subsequence is. What is OVER gains nothing. `block`: of how many columns at
    once they are the fastest."""

    savings: Callable[[States, States, NDArray[np.float64]], NDArray[np.float64]]
    common: Callable[[States, States], NDArray[np.uint16]]
    block: int


def plain() -> Kernels:
    return Kernels(_savings, _common, 512)


@cache
def fastest() -> Kernels:
    """Compiled where numba is there."""
    try:
        import numba
    except ImportError:
        return plain()
    relax = numba.njit(nogil=True)(_relax)
    fill = numba.njit(nogil=True)(_filling(relax))
    turn = numba.njit(nogil=True)(_turned)

    def savings(rows: States, columns: States, gain: NDArray[np.float64]) -> NDArray[np.float64]:
        best = np.empty((columns.shape[1] + 1, len(columns)))
        found = np.zeros((len(rows), len(columns)))
        fill(rows, _lengths(rows), _gains(columns, gain), best, np.empty(len(columns)), found)
        return found

    def common(rows: States, columns: States) -> NDArray[np.uint16]:
        masks = _masks(columns)
        left = np.empty((len(rows), *masks.shape[1:]), dtype=np.uint64)
        turn(rows, _lengths(rows), masks, left)
        return _zeros(left)

    return Kernels(savings, common, 64)


def _lengths(rows: States) -> NDArray[np.intp]:
    return np.asarray((rows != OVER).sum(axis=1))


def _gains(columns: States, gain: NDArray[np.float64]) -> NDArray[np.float64]:
    """`gains[state, point, column]`, so that what lies side by side is looked at one after the other."""
    padded = np.zeros((len(ALPHABET), len(ALPHABET) + 1))
    padded[:, :-1] = gain
    return np.ascontiguousarray(padded[:, columns.T])


def _savings(rows: States, columns: States, gain: NDArray[np.float64]) -> NDArray[np.float64]:
    gains = _gains(columns, gain)
    found = np.zeros((len(rows), len(columns)))
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        best = np.zeros((columns.shape[1] + 1, len(some), len(columns)))
        for states in some.T:
            open_, diagonal = states != OVER, np.zeros((len(some), len(columns)))
            for point in range(columns.shape[1]):
                gained = np.where(open_[:, None], gains[states, point], 0.0)
                above = best[point + 1].copy()
                np.maximum(np.maximum(diagonal + gained, above), best[point], out=best[point + 1])
                diagonal = above
        found[first : first + AT_ONCE] = best[-1]
    return found


def _relax(row: Any, left: Any, diagonal: Any, gained: Any) -> None:
    """One point of a row against one point of every column. A loop of its own over four arrays, which a compiler makes wide."""
    for column in range(row.size):
        above = row[column]
        row[column] = max(max(diagonal[column] + gained[column], above), left[column])
        diagonal[column] = above


def _filling(relax: Callable[..., None]) -> Callable[..., None]:
    def fill(rows: Any, lengths: Any, gains: Any, best: Any, diagonal: Any, found: Any) -> None:
        for row in range(rows.shape[0]):
            best[:] = 0
            # Up to its length, and not until it is OVER: what is asked of a state here keeps the compiler from making the loop wide.
            for place in range(lengths[row]):
                diagonal[:] = 0
                gained = gains[rows[row, place]]
                for point in range(gains.shape[1]):
                    relax(best[point + 1], best[point], diagonal, gained[point])
            found[row] = best[gains.shape[1]]

    return fill


def _masks(columns: States) -> NDArray[np.uint64]:
    """`masks[state, word, column]`: a bit for each point, set where a column stands so."""
    words = max(-(-columns.shape[1] // WORD), 1)
    bits = np.uint64(1) << (np.arange(columns.shape[1], dtype=np.uint64) % np.uint64(WORD))
    masks = np.zeros((len(ALPHABET), words, len(columns)), dtype=np.uint64)
    for state in range(len(ALPHABET)):
        for word in range(words):
            these = slice(word * WORD, (word + 1) * WORD)
            masks[state, word] = ((columns[:, these] == state) * bits[these]).sum(axis=1, dtype=np.uint64)
    return masks


def _zeros(left: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """A bit was cleared for each point of the longest common subsequence."""
    return np.asarray(np.bitwise_count(~left).sum(axis=1, dtype=np.uint16))


def _common(rows: States, columns: States) -> NDArray[np.uint16]:
    """H. Hyyrö, Australasian Workshop on Combinatorial Algorithms 2004: the bits of a word hold where the length grows along a column, and
    an addition carries what a point of the row adds to all of them."""
    masks = _masks(columns)
    left = np.full((len(rows), *masks.shape[1:]), ~np.uint64(0))
    for row, bits in zip(rows, left, strict=True):
        for state in row[row != OVER]:
            carry = np.zeros(len(columns), dtype=np.uint64)
            for word, mask in zip(bits, masks[state], strict=True):
                matched = word & mask
                added = word + matched
                summed = added + carry
                carry = ((added < matched) | (summed < carry)).astype(np.uint64)
                word[:] = summed | (word - matched)
    return _zeros(left)


def _turned(rows: Any, lengths: Any, masks: Any, left: Any) -> None:
    words, columns = masks.shape[1], masks.shape[2]
    carry = np.zeros(columns, dtype=np.uint64)
    for row in range(rows.shape[0]):
        left[row] = ~np.uint64(0)
        for place in range(lengths[row]):
            carry[:] = 0
            for word in range(words):
                bits, mask = left[row, word], masks[rows[row, place], word]
                for column in range(columns):
                    matched = bits[column] & mask[column]
                    added = bits[column] + matched
                    summed = added + carry[column]
                    bits[column] = summed | (bits[column] - matched)
                    carry[column] = np.uint64((added < matched) | (summed < carry[column]))
