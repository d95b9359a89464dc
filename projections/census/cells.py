"""When a number may be told: how many persons stand behind it, and how much of it any one of them is.

A cell counts relationships, or moves of them, of one initiative. Persons are counted to judge it and are never told. Numbers of several
initiatives are judged without knowing who is in more than one of them, by bounds that never judge too lightly; so nothing that is kept
for the census has to name anybody.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

K = 10
"""The fewest persons that a number is told of."""


class Cell(Struct, frozen=True, array_like=True, gc=False):
    """What one initiative adds to a number.

    `own` are the persons who are in no other initiative. `top` is in how much of the count the one of these is who is in most of it,
    `top_shared` the same of those who are elsewhere too."""

    count: int
    persons: int
    own: int
    top: int
    top_shared: int


class Rule(Struct, frozen=True):
    """`k` persons at the least, and nobody in more than half of what is counted.

    The second is the dominance rule (n, k) for n = 1 and half: A. Hundepool et al., Statistical Disclosure Control, Wiley 2012, 4.2.2. It
    adds up as the first does: of numbers that are safe and share nothing, the sum is safe."""

    k: int = K

    @property
    def width(self) -> int:
        """The fewest relationships that are told of, as many as `k` persons make two by two; and how wide at the least the interval is
        in which somebody can place what is hidden."""
        return (self.k + 1) // 2

    def safe(self, cells: Iterable[Cell]) -> bool:
        """Whether the sum of these cells, each of another initiative, may be known."""
        count = persons = own = top = shared = 0
        for cell in cells:
            count += cell.count
            persons = max(persons, cell.persons)
            own += cell.own
            top = max(top, cell.top)
            shared += cell.top_shared
        return self._enough(count, max(persons, own), max(top, shared))

    def hides(self, cells: Sequence[Cell]) -> bool:
        """Whether the sum may be known where none of the cells may: who knows one of them, as its coordinator does, takes it off, and the
        rest has to be safe still. That takes three. And it takes twice the width: for who knows this rule knows of each cell that the
        rest is not below it."""
        if len(cells) < 3:
            return False
        count, own, shared = sum(c.count for c in cells), sum(c.own for c in cells), sum(c.top_shared for c in cells)
        *_, second, most = sorted(c.persons for c in cells)
        *_, next_top, top = sorted(c.top for c in cells)
        return count >= 2 * self.width and all(
            self._enough(
                count - c.count,
                max(second if c.persons == most else most, own - c.own),
                max(next_top if c.top == top else top, shared - c.top_shared),
            )
            for c in cells
        )

    def _enough(self, count: int, persons: int, top: int) -> bool:
        return persons >= self.k and count >= self.width and 2 * top <= count
