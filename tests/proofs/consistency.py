"""That a tree begins with another, checked a second time: what `standalone` believes of consistency is held against this."""

from collections.abc import Sequence

from domain.proofs.errors import Unproven
from domain.proofs.tree import HASH, node


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
