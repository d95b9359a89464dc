"""From what proofs are worked out: hashes kept at every eighth level of the tree, in tiles of 256, as C2SP tlog-tiles has it.

At tile level 0 these are the leaves themselves; at level n + 1 stands the root of each full tile of level n, so that all that is
kept besides the leaves is a 255th of them. The levels in between are recomputed from at most 256 hashes. Which hashes a proof
consists of is known from two numbers, so that one look at the tiles is enough for it.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

from domain.proofs.errors import Unproven
from domain.proofs.tree import EMPTY, HASH, joined

HEIGHT = 8
WIDTH = 1 << HEIGHT
_Range = tuple[int, int]
"""The leaves from the first up to but not including the last."""


class Tile(Struct, frozen=True, order=True):
    """The first `width` hashes of a tile: over the leaves from `index * 256 ** (level + 1)` on, `256 ** level` leaves in each."""

    level: int
    index: int
    width: int


class TileReader(Protocol):
    """Where tiles are kept, full ones and those that still grow."""

    def read(self, tiles: Sequence[Tile]) -> Sequence[bytes]:
        """The hashes of each tile, joined, in the order in which they were asked for: 32 * width bytes each."""
        ...


class _Subtree(Struct, frozen=True):
    """A perfect subtree: over the `1 << level` leaves from `index << level` on."""

    level: int
    index: int

    def tile(self, size: int) -> Tile:
        """The tile it is recomputed from, as wide as it is in a tree of this size."""
        level, height = divmod(self.level, HEIGHT)
        index = (self.index << height) >> HEIGHT
        return Tile(level, index, min(WIDTH, (size >> HEIGHT * level) - WIDTH * index))

    def within(self, hashes: bytes) -> bytes:
        """Its hash, from those of its tile."""
        height = self.level % HEIGHT
        first = (self.index << height) % WIDTH
        return _root(hashes[HASH * first : HASH * (first + (1 << height))])


def completed(old: int, size: int) -> Iterator[Tile]:
    """The tiles that become full when a tree grows from `old` leaves to `size`, lower levels first.

    The `tile_root` of each is what has to be kept: the hash at its index, one level up.
    """
    level = 0
    while full := size >> HEIGHT * (level + 1):
        for index in range(old >> HEIGHT * (level + 1), full):
            yield Tile(level, index, WIDTH)
        level += 1


def tile_root(hashes: bytes) -> bytes:
    """The hash that stands for a full tile one level up."""
    if len(hashes) != HASH * WIDTH:
        raise Unproven(f"a full tile has {HASH * WIDTH} bytes, this one {len(hashes)}")
    return _root(hashes)


def tree_root(tiles: TileReader, size: int) -> bytes:
    """The root over the first `size` leaves."""
    return joined(tree_peaks(tiles, size)) if size else EMPTY


def tree_peaks(tiles: TileReader, size: int) -> list[bytes]:
    """The perfect subtrees that a tree of this size consists of, the largest first: all that is needed to let it grow."""
    ranges = [(subtree.index << subtree.level, (subtree.index + 1) << subtree.level) for subtree in _perfect(0, size)]
    return _hashes(tiles, ranges[::-1], size)


def inclusion_proof(tiles: TileReader, index: int, size: int) -> list[bytes]:
    """That the leaf at this index (from 0) is in the tree of this size: PATH in RFC 9162, section 2.1.3.1."""
    if not 0 <= index < size:
        raise Unproven(f"there is no leaf {index} in a tree of {size}")
    return _hashes(tiles, [beside for _, beside in _way_down(index, size)], size)


def consistency_proof(tiles: TileReader, old: int, size: int) -> list[bytes]:
    """That the tree of this size begins with that of the old one: PROOF in RFC 9162, section 2.1.4.1; empty where both are one."""
    if not 0 < old <= size:
        raise Unproven(f"nothing leads from a tree of {old} leaves to one of {size}")
    if old == size:
        return []
    ranges = []
    for part, beside in _way_down(old - 1, size):
        ranges.append(beside)
        if part[1] == old:
            break
    if part[0]:  # Else this part is the whole old tree, whose root is known to who asks.
        ranges.append(part)
    return _hashes(tiles, ranges, size)


def _way_down(index: int, size: int) -> Iterator[tuple[_Range, _Range]]:
    """From the root to a leaf: each part on the way, and what is beside it.

    It splits where the RFC does, at the largest power of two that is smaller than the number of leaves.
    """
    first, last = 0, size
    while last - first > 1:
        middle = first + (1 << (last - first - 1).bit_length() - 1)
        if index < middle:
            last, beside = middle, (middle, last)
        else:
            first, beside = middle, (first, middle)
        yield (first, last), beside


def _hashes(tiles: TileReader, ranges: list[_Range], size: int) -> list[bytes]:
    """The hash over each of these ranges of leaves, the last first, from one look at the tiles."""
    covers = [list(_perfect(first, last)) for first, last in reversed(ranges)]
    wanted = sorted({subtree.tile(size) for cover in covers for subtree in cover})
    found = tiles.read(wanted) if wanted else []
    if [len(hashes) for hashes in found] != [HASH * tile.width for tile in wanted]:
        raise Unproven(f"the tiles of a tree of {size} leaves are not all there")
    held = dict(zip(wanted, found, strict=True))
    return [joined([subtree.within(held[subtree.tile(size)]) for subtree in cover]) for cover in covers]


def _perfect(first: int, last: int) -> Iterator[_Subtree]:
    """The perfect subtrees a range consists of, the largest first, where the range begins at a place the RFC splits at."""
    while first < last:
        level = (last - first).bit_length() - 1
        yield _Subtree(level, first >> level)
        first += 1 << level


def _root(hashes: bytes) -> bytes:
    """The root over a power of two of hashes, joined."""
    while len(hashes) > HASH:
        hashes = b"".join([sha256(b"\1" + hashes[at : at + 2 * HASH]).digest() for at in range(0, len(hashes), 2 * HASH)])
    return hashes
