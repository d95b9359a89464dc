"""The lens of the kind of `evidence`, over very many readings in one pass: strengths carried from look to look, phases, moves and a grid.

The same as `looks` and `reading.column` say, to 1e-9, over columns instead of objects. The innermost loops are compiled by numba where it
is installed (the extra `fast`); without it they run as they stand.
"""

from collections.abc import Callable
from functools import cache
from math import exp, expm1, log2
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from domain.model.lens import Definition
from domain.model.time import DAY
from domain.store.pseudonyms import WEEK
from projections.lenses.evidence import LN2, SLIGHT
from projections.lenses.looks import FADED
from projections.research.sequences import ALPHABET
from projections.segments.tracks import ENDED, HALVED, LAPSE

CAUSES = ("EVENTS", "LAPSE", "SILENCE")
# Places in ALPHABET and in CAUSES, as numbers for the loops.
_UNOBSERVED, _HELP, _FRIENDSHIP, _AMBIGUITY, _OVER = map(ALPHABET.index, ("UNOBSERVED", "HELP", "FRIENDSHIP", "AMBIGUITY", "ENDED"))
_EVENTS, _LAPSED, _SILENCE = range(3)
Fold = Callable[..., tuple[NDArray[Any], ...]]
_NEVER = np.iinfo(np.int64).max


class Segment(NamedTuple):
    """Tracks in columns. Those of track i are `bounds[i]` to `bounds[i + 1]` of `at`, `deposited` and `standing` (each three columns: help,
    friendship, openness) and `marks`; see `tracks`."""

    upto: NDArray[np.int64]
    points: NDArray[np.int64]
    bounds: NDArray[np.int64]
    at: NDArray[np.int64]
    deposited: tuple[NDArray[np.float64], ...]
    standing: tuple[NDArray[np.float64], ...]
    marks: NDArray[np.int8]


class Folded(NamedTuple):
    """What is read of a segment: `grid[i]` to `grid[i + 1]` are the points of track i (`state` a place in ALPHABET; shares of help,
    friendship and ambiguity, NaN where nothing is known; how much is known), `moved[i]` to `moved[i + 1]` its moves, each
    with its cause as a place in CAUSES."""

    grid: NDArray[np.int64]
    state: NDArray[np.int8]
    shares: tuple[NDArray[np.float64], ...]
    confidence: NDArray[np.float64]
    moved: NDArray[np.int64]
    at: NDArray[np.int64]
    was: NDArray[np.int8]
    now: NDArray[np.int8]
    cause: NDArray[np.int8]


class Rules(Struct, frozen=True):
    """What of a lens decides over strengths once events are weighed, and how many weeks lie between two points."""

    half_life_days: float
    silence: int
    unobserved_below: float
    change_by: float
    agreed_openness: float
    step: int

    def numbers(self) -> tuple[float, int, float, float, float, int]:
        """As the loops take them: by how much strengths wane in a microsecond, between which instants a look is taken in silence, the sum
        of strengths below which nothing is known, what is to be exceeded, and the weeks."""
        # The confidence of a sum s is 1 − 2^−s.
        least = -log2(1 - max(0.0, self.unobserved_below - SLIGHT))
        return LN2 / (self.half_life_days * DAY), self.silence, least, self.change_by - SLIGHT, self.agreed_openness, self.step


def rules(lens: Definition, step: int) -> Rules:
    return Rules(lens.half_life_days, lens.silence, lens.unobserved_below, lens.change_by, lens.agreed_openness, step)


def folded(segment: Segment, rules: Rules, by: Fold | None = None) -> Folded:
    """Every reading of a segment, by the fastest fold there is unless another is given."""
    grid = np.concatenate(([0], np.cumsum(segment.points))).astype(np.int64)
    state = np.empty(grid[-1], dtype=np.int8)
    told = tuple(np.empty(grid[-1]) for _ in range(4))
    columns = (segment.bounds, segment.at, *segment.deposited, *segment.standing, segment.marks, segment.upto)
    moved, at, was, now, cause = (by or fastest())(*columns, grid, state, *told, *rules.numbers())
    return Folded(grid, state, told[:3], told[3], moved, at, was, now, cause)


def plain() -> Fold:
    return _folding(_shares, _seeing(_shares))


@cache
def fastest() -> Fold:
    """Compiled where numba is there."""
    try:
        import numba
    except ImportError:
        return plain()
    shares = numba.njit(nogil=True)(_shares)
    seen = numba.njit(nogil=True)(_seeing(shares))
    compiled: Fold = numba.njit(nogil=True)(_folding(shares, seen))
    return compiled


def _shares(h: float, f: float, o: float) -> tuple[float, float, float]:
    """As `evidence.shares`; of nothing the three are 0."""
    helped, befriended, opened = -expm1(-h * LN2), -expm1(-f * LN2), -expm1(-o * LN2)
    both = max(0.0, (helped + befriended) / 2 - abs(helped - befriended))
    ambiguous = both + opened - both * opened
    helped, befriended = helped * (1 - ambiguous), befriended * (1 - ambiguous)
    whole = helped + befriended + ambiguous
    if whole <= 0:
        return 0.0, 0.0, 0.0
    return helped / whole, befriended / whole, ambiguous / whole


def _seeing(shares: Callable[..., tuple[float, float, float]]) -> Callable[..., int]:
    def seen(phase: int, ended: bool, h: float, f: float, o: float, least: float, change: float) -> int:
        """As `looks.seen`."""
        if ended:
            return _OVER
        if h + f + o < least:
            return _UNOBSERVED
        helped, befriended, ambiguous = shares(h, f, o)
        if helped + befriended + ambiguous == 0:
            return _UNOBSERVED
        if ambiguous >= befriended - SLIGHT and ambiguous >= helped - SLIGHT:
            top, share = _AMBIGUITY, ambiguous
        elif befriended >= helped - SLIGHT:
            top, share = _FRIENDSHIP, befriended
        else:
            top, share = _HELP, helped
        if phase in (_UNOBSERVED, _OVER):
            return top
        own = helped if phase == _HELP else befriended if phase == _FRIENDSHIP else ambiguous
        return top if share - own >= change else phase

    return seen


def _folding(shares: Callable[..., tuple[float, float, float]], seen: Callable[..., int]) -> Fold:
    def fold(
        bounds: Any, ats: Any, helping: Any, befriending: Any, opening: Any, help: Any, friendship: Any, openness: Any, marks: Any,
        upto: Any, grid: Any, state: Any, share_h: Any, share_f: Any, share_a: Any, known: Any,
        wane: float, every: int, least: float, change: float, agreed: float, step: int,
    ) -> tuple[Any, Any, Any, Any, Any]:  # fmt: skip
        moved = np.zeros(bounds.size, dtype=np.int64)
        move_at = np.empty(bounds.size, dtype=np.int64)
        move_was, move_now, move_cause = (
            np.empty(bounds.size, dtype=np.int8),
            np.empty(bounds.size, dtype=np.int8),
            np.empty(bounds.size, dtype=np.int8),
        )
        moves = 0
        for one in range(bounds.size - 1):
            horizon, look, last = upto[one], bounds[one], bounds[one + 1]
            point, over = grid[one], grid[one + 1]
            ending = WEEK - 1
            silent = _NEVER
            # What is left of deposits `then`, and what stands.
            h, f, o, then = 0.0, 0.0, 0.0, 0
            sh, sf, so, factor = 0.0, 0.0, 0.0, 1.0
            ended, phase = False, _UNOBSERVED
            while True:
                following = ats[look] if look < last else _NEVER
                read = min(ending, horizon) if point < over else _NEVER
                at = min(following, silent, read)
                if at > horizon:
                    break
                if h + f + o > 0:
                    left = exp(-wane * (at - then))
                    h, f, o = h * left, f * left, o * left
                then = at
                if at < following and at < silent:
                    strength_h, strength_f, strength_o = h + sh, f + sf, (o + so) * factor
                    share_h[point], share_f[point], share_a[point] = shares(strength_h, strength_f, strength_o)
                    if share_h[point] + share_f[point] + share_a[point] == 0:
                        share_h[point], share_f[point], share_a[point] = np.nan, np.nan, np.nan
                    known[point] = -expm1(-(strength_h + strength_f + strength_o) * LN2)
                    state[point] = phase
                    point, ending = point + 1, ending + step * WEEK
                    continue
                if at == following:
                    mark = marks[look]
                    h, f, o = h + helping[look], f + befriending[look], o + opening[look]
                    sh, sf, so = help[look], friendship[look], openness[look]
                    factor = agreed if mark & HALVED else 1.0
                    ended = (mark & ENDED) != 0
                    cause = _LAPSED if mark & LAPSE else _EVENTS
                    if cause == _EVENTS:
                        silent = _NEVER if ended else at + every
                    look += 1
                else:
                    cause, silent = _SILENCE, silent + every
                    if h + f + o <= FADED * (sh + sf + so or 1.0):
                        # This is the last look in silence that can see anything new.
                        silent = _NEVER
                now = seen(phase, ended, h + sh, f + sf, (o + so) * factor, least, change)
                if now != phase:
                    if moves == move_at.size:
                        move_at, move_was = np.concatenate((move_at, move_at)), np.concatenate((move_was, move_was))
                        move_now, move_cause = np.concatenate((move_now, move_now)), np.concatenate((move_cause, move_cause))
                    move_at[moves], move_was[moves], move_now[moves], move_cause[moves] = at, phase, now, cause
                    moves += 1
                    phase = now
            moved[one + 1] = moves
        return moved, move_at[:moves], move_was[:moves], move_now[:moves], move_cause[:moves]

    return fold
