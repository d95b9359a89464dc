"""How long it takes until a relationship first stands in a state, though many were followed too short to see it.

Who is censored counts as long as they were followed. Who ended before counts as censored too: the curve says how it would go if nothing
ended, and that holds only as far as those who ended would have gone as the others did. So how many ended is said beside it.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from projections.research.sequences import Sequences


class Waits(Struct, frozen=True):
    """For each row at which point it first stood in the state (`came`), or at which it was followed last (not `came`). `rows` are those
    that did not begin in it."""

    rows: NDArray[np.intp]
    points: NDArray[np.intp]
    came: NDArray[np.bool_]


class Curve(Struct, frozen=True):
    """At each point how many were still waiting and followed (`at_risk`), for how many it came, how many were followed no further
    (`censored`); what part still waits after it (`waiting`), and its standard error."""

    at_risk: NDArray[np.intp]
    came: NDArray[np.intp]
    censored: NDArray[np.intp]
    waiting: NDArray[np.float64]
    error: NDArray[np.float64]


def waits(sequences: Sequences, state: int) -> Waits:
    """The time to a state, of those that did not begin in it."""
    stood = sequences.states == state
    rows = np.flatnonzero((sequences.lengths > 0) & ~stood[:, :1].any(axis=1))
    came = stood[rows].any(axis=1)
    points = np.where(came, stood[rows].argmax(axis=1) if stood.shape[1] else 0, sequences.lengths[rows] - 1)
    return Waits(rows, points, came)


def kaplan_meier(found: Waits) -> Curve:
    """E. L. Kaplan, P. Meier, Journal of the American Statistical Association 53, 1958: the product of (1 − d/n) over all points; its
    variance by M. Greenwood, 1926: S² · Σ d / (n·(n − d)). Who is censored at a point was at risk at it."""
    width = int(found.points.max(initial=-1)) + 1
    came = np.bincount(found.points[found.came], minlength=width)
    censored = np.bincount(found.points[~found.came], minlength=width)
    at_risk = len(found.points) - np.concatenate([[0], np.cumsum(came + censored)[:-1]]) if width else np.zeros(0, dtype=np.intp)
    waiting = np.cumprod(1 - came / np.maximum(at_risk, 1))
    # Where it came for all who were left, nobody waits, and nothing varies.
    terms = np.divide(came, at_risk * (at_risk - came), out=np.zeros(width), where=at_risk > came)
    return Curve(at_risk, came, censored, waiting, waiting * np.sqrt(np.cumsum(terms)))
