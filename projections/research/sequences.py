"""Sequences: how relationships stood at even steps since their start, one row each, as the analyses of the field take them.

Lengths differ, and why a sequence is no longer stands beside it: one that is still running is censored, one that ended is not. Where
nothing was known in between is a state of its own, UNOBSERVED; after the last point there is none.
"""

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

ALPHABET = ("UNOBSERVED", "HELP", "FRIENDSHIP", "AMBIGUITY", "ENDED")
OVER = -1
"""Stands after the last point of a sequence."""
ENDED = ALPHABET.index("ENDED")


class Sequences(Struct, frozen=True):
    """Rows of states: `states[row, point]` is a place in ALPHABET or OVER, `lengths[row]` how many points are not OVER, and `censoring` why
    there are no more (ENDED, RUNNING or PERIOD_OVER). Points are `step` weeks apart, the first in week 0. `holder` is whose readings these
    are; None: pooled."""

    names: tuple[str, ...]
    states: NDArray[np.int8]
    lengths: NDArray[np.intp]
    censoring: tuple[str, ...]
    step: int
    lens: str
    holder: str | None = None

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, wanted: NDArray[np.intp] | NDArray[np.bool_]) -> "Sequences":
        """Some of them, in the order in which they are wanted."""
        places = np.arange(len(self))[wanted]
        names, censoring = (tuple(of[place] for place in places) for of in (self.names, self.censoring))
        return replace(self, names=names, states=self.states[places], lengths=self.lengths[places], censoring=censoring)

    def followed(self, points: int) -> "Sequences":
        """The first so many points of those of which is known how they stood at each of them: that were followed for as long, or had
        ended before. Whoever has ended stays so. Those that were censored before are left out, so that all are of one length, and how
        long somebody was followed makes nobody alike."""
        ended = np.array([why == "ENDED" for why in self.censoring], dtype=bool)
        kept = self.rows((self.lengths >= points) | ended)
        states = np.full((len(kept), points), OVER, dtype=np.int8)
        width = min(points, kept.states.shape[1])
        states[:, :width] = kept.states[:, :width]
        states[states == OVER] = ENDED
        return replace(kept, states=states, lengths=np.full(len(kept), points, dtype=np.intp))
