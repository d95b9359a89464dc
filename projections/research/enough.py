"""What may be told of how many persons: a number that is of too few is not told, nor the others that would give it away.

Persons are counted and never told. Each counts once, in however many relationships they are.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray


class Enough(Struct, frozen=True):
    """`of[row]` who is in a relationship; `fewest`, of how many persons is told."""

    of: Sequence[frozenset[str]]
    fewest: int

    def persons(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> int:
        places = np.arange(len(self.of))[rows]
        return len(frozenset[str]().union(*(self.of[place] for place in places)))

    def is_told(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> bool:
        return self.persons(rows) >= self.fewest

    def told(self, parts: Mapping[int, NDArray[np.bool_]]) -> frozenset[int]:
        """Which parts of a whole are told, each being some rows. One of too few is held back. As long as those that are held back are of
        too few together, so is the next smallest: taken off the whole, the others would tell of them."""
        persons = {part: self.persons(rows) for part, rows in parts.items()}
        left = sorted((part for part in parts if persons[part]), key=lambda part: (-persons[part], part))
        held: list[int] = []
        while left and (persons[left[-1]] < self.fewest or (held and self._few(parts, held))):
            held.append(left.pop())
        return frozenset(left)

    def _few(self, parts: Mapping[int, NDArray[np.bool_]], held: Sequence[int]) -> bool:
        return not self.is_told(np.logical_or.reduce([parts[part] for part in held]))
