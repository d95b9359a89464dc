"""The Merkle tree over an organisation's leaves, as RFC 9162 has it: its root as it grows, and what holds of two roots or of a leaf.

A leaf is the 32 bytes that `domain.store.ledger.leaf` makes. What a proof is worked out from stands in `domain.proofs.tiles`;
to believe one nothing else is needed than what is here. The verifier for outsiders, `standalone`, says the same on its own.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from hashlib import sha256

from msgspec import Struct

from domain.proofs.errors import Unproven

HASH = 32
EMPTY = sha256().digest()
"""The root of a tree without leaves (RFC 9162, section 2.1.1)."""


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees (RFC 9162, section 2.1.1)."""
    return sha256(b"\1" + left + right).digest()


def joined(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees that stand side by side, at least one, each larger than the next."""
    return reduce(lambda right, left: node(left, right), reversed(peaks))


class Appender(Struct):
    """A tree that only grows. It holds the hashes of the perfect subtrees it consists of, the largest first, one for each bit of its size.

    The two fields are all there is to keep in order to go on later. Raises Unproven where they do not belong together.
    """

    size: int = 0
    peaks: list[bytes] = []

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise Unproven(f"a tree of {self.size} leaves does not consist of {len(self.peaks)} perfect subtrees")
        for peak in self.peaks:
            _checked(peak)

    def append(self, leaf: bytes) -> None:
        right, full = _checked(leaf), self.size
        while full & 1:
            right = node(self.peaks.pop(), right)
            full >>= 1
        self.peaks.append(right)
        self.size += 1

    @property
    def root(self) -> bytes:
        return joined(self.peaks) if self.peaks else EMPTY


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaves, MTH in RFC 9162, section 2.1.1."""
    tree = Appender()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises Unproven unless the tree of this size and root has this leaf at this index, from 0.

    RFC 9162, section 2.1.3.2, step by step.
    """
    if not 0 <= index < size:
        raise Unproven(f"there is no leaf {index} in a tree of {size}")
    first, second, found = index, size - 1, _checked(leaf)
    for other in proof:
        if second == 0:
            raise Unproven("the inclusion proof is too long")
        if first & 1 or first == second:
            found = node(other, found)
            first, second = _skipped(first, second)
        else:
            found = node(found, other)
        first, second = first >> 1, second >> 1
    if second != 0:
        raise Unproven("the inclusion proof is too short")
    if found != root:
        raise Unproven("the inclusion proof leads to another root")


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raises Unproven unless the tree of this size and root begins with all leaves of the old one, in their places.

    RFC 9162, section 2.1.4.2, step by step. It speaks of trees of different sizes with leaves in both: one size is consistent with
    itself where the roots are the same and the proof is empty, and of a tree without leaves nothing is proven.
    """
    for each in (old_root, root):
        _checked(each)
    if not 0 < old <= size:
        raise Unproven(f"nothing leads from a tree of {old} leaves to one of {size}")
    if old == size:
        if proof or old_root != root:
            raise Unproven("two trees of one size have one root, and no proof between them")
        return
    if not proof:
        raise Unproven("the consistency proof is empty")
    path = [old_root, *proof] if old.bit_count() == 1 else proof
    first, second = old - 1, size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old_found = found = path[0]
    for other in path[1:]:
        if second == 0:
            raise Unproven("the consistency proof is too long")
        if first & 1 or first == second:
            old_found, found = node(other, old_found), node(other, found)
            first, second = _skipped(first, second)
        else:
            found = node(found, other)
        first, second = first >> 1, second >> 1
    if second != 0:
        raise Unproven("the consistency proof is too short")
    if old_found != old_root:
        raise Unproven("the consistency proof leads to another old root")
    if found != root:
        raise Unproven("the consistency proof leads to another root")


def _skipped(first: int, second: int) -> tuple[int, int]:
    """Over the levels at which the right edge has nothing beside it: shifted until `first` is odd or 0."""
    while first and not first & 1:
        first, second = first >> 1, second >> 1
    return first, second


def _checked(found: bytes) -> bytes:
    if len(found) != HASH:
        raise Unproven(f"a hash has {HASH} bytes, this one {len(found)}")
    return found
