"""Groups of sequences that went alike, and the one in the middle of each: a typical trajectory, which somebody really had.

A group says what went alike, and neither why nor who somebody is. How clear the groups are is said by their silhouettes: near 0 they could
as well have been drawn otherwise.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from domain.store.deadline import go_on

Distances = NDArray[np.float64]


class Groups(Struct, frozen=True):
    """`medoids` are rows, `group[row]` which of them is nearest, the first where several are; groups are in the order of their size, then
    of their medoids. `silhouette[row]` is between −1 and 1."""

    medoids: NDArray[np.intp]
    group: NDArray[np.intp]
    silhouette: NDArray[np.float64]


def grouped(distances: Distances, count: int) -> Groups:
    """Partitioning around medoids: L. Kaufman, P. J. Rousseeuw, Finding Groups in Data, Wiley 1990, chapter 2. First the rows that lower
    the sum of distances most, one after the other; then, as long as that lowers it, the best exchange of a medoid for another row.

    Nothing is drawn by lot: of what is equally good the first is taken. `count` is from 1 to the number of rows."""
    medoids = _built(distances, count)
    total = distances[medoids].min(axis=0).sum()
    while True:
        go_on()
        best, place, row = _exchange(distances, medoids)
        # By more than rounding, or two exchanges could follow on each other for ever.
        if not best < total - 1e-9 * max(total, 1):
            break
        medoids[place], total = row, best
    return _ordered(distances, medoids)


def _built(distances: Distances, count: int) -> NDArray[np.intp]:
    medoids = [int(distances.sum(axis=0).argmin())]
    nearest = distances[medoids[0]]
    while len(medoids) < count:
        gains = np.maximum(nearest - distances, 0).sum(axis=1)
        gains[medoids] = -1
        medoids.append(int(gains.argmax()))
        nearest = np.minimum(nearest, distances[medoids[-1]])
    return np.array(medoids, dtype=np.intp)


def _exchange(distances: Distances, medoids: NDArray[np.intp]) -> tuple[float, int, int]:
    """What the sum of distances is after the best exchange, of which medoid, for which row."""
    sums = np.empty((len(medoids), len(distances)))
    for place in range(len(medoids)):
        others = np.delete(medoids, place)
        nearest = distances[others].min(axis=0) if len(others) else np.full(len(distances), np.inf)
        sums[place] = np.minimum(nearest, distances).sum(axis=1)
    best, row = np.unravel_index(sums.argmin(), sums.shape)
    return float(sums[best, row]), int(best), int(row)


def _ordered(distances: Distances, medoids: NDArray[np.intp]) -> Groups:
    medoids = np.sort(medoids)
    sizes = np.bincount(distances[medoids].argmin(axis=0), minlength=len(medoids))
    medoids = medoids[np.lexsort((medoids, -sizes))]
    group = distances[medoids].argmin(axis=0)
    # A medoid is in its own group, also where another lies as near.
    group[medoids] = np.arange(len(medoids))
    return Groups(medoids, group, silhouettes(distances, group))


def silhouettes(distances: Distances, group: NDArray[np.intp]) -> NDArray[np.float64]:
    """How much nearer each row lies to its own group than to the next: (b − a) / max(a, b); 0 for who is alone in a group, and where there
    is one group only. P. J. Rousseeuw, Journal of Computational and Applied Mathematics 20, 1987."""
    sizes = np.bincount(group)
    if len(sizes) < 2:
        return np.zeros(len(group))
    rows = np.arange(len(group))
    sums = np.stack([distances[:, group == one].sum(axis=1) for one in range(len(sizes))], axis=1)
    own = sums[rows, group] / np.maximum(sizes[group] - 1, 1)
    means = sums / np.maximum(sizes, 1)
    means[rows, group] = np.inf
    means[:, sizes == 0] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    found = np.divide(other - own, larger, out=np.zeros(len(group)), where=larger > 0)
    return np.where(sizes[group] > 1, found, 0.0)
