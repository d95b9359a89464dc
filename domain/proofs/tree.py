"""The Merkle tree over an organisation's leaves, as RFC 9162 has it: its root, and what holds of a leaf.

A leaf is the 32 bytes that `domain.store.ledger.leaf` makes. What a proof is worked out from stands in `domain.proofs.tiles`. The
verifier for outsiders, `standalone`, says the same on its own, and that a tree begins with another too.
"""

from collections.abc import Sequence
from functools import reduce
from hashlib import sha256

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


def _skipped(first: int, second: int) -> tuple[int, int]:
    """Over the levels at which the right edge has nothing beside it: shifted until `first` is odd or 0."""
    while first and not first & 1:
        first, second = first >> 1, second >> 1
    return first, second


def _checked(found: bytes) -> bytes:
    if len(found) != HASH:
        raise Unproven(f"a hash has {HASH} bytes, this one {len(found)}")
    return found
