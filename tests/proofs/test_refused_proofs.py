"""Whatever is wrong with a proof, it is refused, by both verifiers, and in no other way than by saying so."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import slow_tree
from hypothesis import given
from hypothesis import strategies as st
from two_verifiers import PLATFORM, STANDALONE, believed

from domain.proofs.errors import Unproven
from domain.proofs.tiles import consistency_proof, inclusion_proof
from domain.proofs.tree import EMPTY, node

SIZES = (1, 2, 3, 5, 7, 8, 11, 16, 17)
MANY = slow_tree.leaves(130)
ROOTS = [slow_tree.mth(MANY[:size]) for size in range(131)]


def inclusions(sizes: tuple[int, ...]) -> Iterator[tuple[bytes, int, int, list[bytes], bytes]]:
    for size in sizes:
        for index in range(size):
            yield MANY[index], index, size, slow_tree.path(index, MANY[:size]), ROOTS[size]


def consistencies(sizes: tuple[int, ...]) -> Iterator[tuple[int, bytes, int, bytes, list[bytes]]]:
    for size in sizes:
        for old in range(1, size):
            yield old, ROOTS[old], size, ROOTS[size], slow_tree.proof(old, MANY[:size])


def flipped(each: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(each)):
        yield (int.from_bytes(each, "big") ^ 1 << bit).to_bytes(len(each), "big")


def altered(proof: list[bytes]) -> Iterator[list[bytes]]:
    """Proofs that look like this one: longer, shorter, in another order, of hashes of other lengths."""
    yield [*proof, EMPTY]
    yield [*proof, *proof[-1:], *proof, EMPTY]
    yield [EMPTY, *proof]
    for at, each in enumerate(proof):
        yield proof[:at] + proof[at + 1 :]
        yield [*proof[:at], each, *proof[at:]]
        yield [*proof[:at], each[:-1], *proof[at + 1 :]]
        yield [*proof[:at], each + b"\0", *proof[at + 1 :]]
        yield [*proof[:at], b"", *proof[at + 1 :]]
        if at:
            yield [*proof[: at - 1], each, proof[at - 1], *proof[at + 1 :]]
            yield [*proof[: at - 1], node(proof[at - 1], each), *proof[at + 1 :]]


def test_an_inclusion_proof_with_any_part_altered_is_refused(verifier: SimpleNamespace) -> None:
    for leaf, index, size, proof, root in inclusions(SIZES):
        assert believed(verifier, "verify_inclusion", leaf, index, size, proof, root)
        for other in altered(proof):
            assert not believed(verifier, "verify_inclusion", leaf, index, size, other, root)
        for other_leaf in (EMPTY, b"", leaf[:-1], leaf + b"\0", root if size > 1 else EMPTY, MANY[index + 1]):
            assert not believed(verifier, "verify_inclusion", other_leaf, index, size, proof, root)
        for other_root in (EMPTY, b"", root[:-1], root + b"\0", leaf if size > 1 else EMPTY, ROOTS[size + 1]):
            assert not believed(verifier, "verify_inclusion", leaf, index, size, proof, other_root)


def test_no_leaf_root_or_proof_is_cut_in_another_place(verifier: SimpleNamespace) -> None:
    """Both are hashed together: what is cut otherwise comes to the same root."""
    left, right = MANY[:2]
    for at in (0, 1, 31, 33, 63, 64):
        one, other = (left + right)[:at], (left + right)[at:]
        assert node(one, other) == ROOTS[2]
        assert not believed(verifier, "verify_inclusion", other, 1, 2, [one], ROOTS[2])
        assert not believed(verifier, "verify_inclusion", one, 0, 2, [other], ROOTS[2])
        assert not believed(verifier, "verify_consistency", 1, one, 2, ROOTS[2], [other])


def test_a_leaf_is_proven_at_its_own_place_only(verifier: SimpleNamespace) -> None:
    for leaf, index, size, proof, root in inclusions(SIZES):
        for other in (-size, -1, *range(size + 3), index + 2**64, 2**64):
            assert believed(verifier, "verify_inclusion", leaf, other, size, proof, root) == (other == index)


def test_an_inclusion_proof_of_another_size_is_refused_unless_its_shape_is_the_same(verifier: SimpleNamespace) -> None:
    for leaf, index, size, proof, root in inclusions(SIZES):
        for other in (-1, 0, index):
            assert not believed(verifier, "verify_inclusion", leaf, index, other, proof, root)
        for other in range(1, 40):
            if other == size or index >= other or len(slow_tree.path(index, MANY[:other])) == len(proof):
                continue  # A proof is of a root, and says its size only as far as its own shape does: a checkpoint says both.
            assert not believed(verifier, "verify_inclusion", leaf, index, other, proof, root)


def test_nothing_is_in_a_tree_without_leaves(verifier: SimpleNamespace) -> None:
    for index in (-1, 0, 1):
        assert not believed(verifier, "verify_inclusion", EMPTY, index, 0, [], EMPTY)


def test_a_tree_of_one_leaf_is_that_leaf(verifier: SimpleNamespace) -> None:
    assert believed(verifier, "verify_inclusion", MANY[0], 0, 1, [], MANY[0])
    assert not believed(verifier, "verify_inclusion", MANY[0], 0, 1, [MANY[0]], MANY[0])
    assert not believed(verifier, "verify_inclusion", MANY[0], 0, 1, [MANY[1]], ROOTS[2])


def test_a_consistency_proof_with_any_part_altered_is_refused(verifier: SimpleNamespace) -> None:
    for old, old_root, size, root, proof in consistencies(SIZES):
        assert believed(verifier, "verify_consistency", old, old_root, size, root, proof)
        assert not believed(verifier, "verify_consistency", old, old_root, size, root, [])
        for other in altered(proof):
            assert not believed(verifier, "verify_consistency", old, old_root, size, root, other)
        for other_root in (EMPTY, b"", root, old_root[:-1], old_root + b"\0", ROOTS[old + 1], ROOTS[old - 1]):
            assert not believed(verifier, "verify_consistency", old, other_root, size, root, proof)
        for other_root in (EMPTY, b"", old_root, root[:-1], root + b"\0", ROOTS[size + 1], ROOTS[size - 1]):
            assert not believed(verifier, "verify_consistency", old, old_root, size, other_root, proof)


def test_no_other_old_size_goes_with_a_consistency_proof(verifier: SimpleNamespace) -> None:
    for old, old_root, size, root, proof in consistencies(SIZES):
        for other in (-1, 0, size, size + 1, 2**64):
            assert not believed(verifier, "verify_consistency", other, old_root, size, root, proof)
        for other in range(1, size):
            if other != old:
                assert not believed(verifier, "verify_consistency", other, old_root, size, root, proof)


def test_a_tree_does_not_lead_to_a_smaller_one(verifier: SimpleNamespace) -> None:
    for old, old_root, size, root, proof in consistencies(SIZES):
        for path in (proof, []):
            assert not believed(verifier, "verify_consistency", size, root, old, old_root, path)
            assert not believed(verifier, "verify_consistency", size, root, old, root, [root])


def test_of_a_tree_without_leaves_nothing_is_proven(verifier: SimpleNamespace) -> None:
    for size, root in ((0, EMPTY), (1, ROOTS[1]), (8, ROOTS[8])):
        for proof in ([], [EMPTY], [root]):
            assert not believed(verifier, "verify_consistency", 0, EMPTY, size, root, proof)


def test_a_tree_is_itself_without_any_proof(verifier: SimpleNamespace) -> None:
    for size in range(1, 20):
        assert believed(verifier, "verify_consistency", size, ROOTS[size], size, ROOTS[size], [])
        for proof in ([EMPTY], [ROOTS[size]], [*slow_tree.proof(1, MANY[:size]), EMPTY]):
            assert not believed(verifier, "verify_consistency", size, ROOTS[size], size, ROOTS[size], proof)
        assert not believed(verifier, "verify_consistency", size, ROOTS[size], size, ROOTS[size + 1], [])
        assert not believed(verifier, "verify_consistency", size, b"", size, b"", [])


def test_every_single_bit_of_an_inclusion_proof_counts(verifier: SimpleNamespace) -> None:
    for leaf, index, size, proof, root in inclusions((7, 8)):
        for at, each in enumerate(proof):
            for other in flipped(each):
                assert not believed(verifier, "verify_inclusion", leaf, index, size, [*proof[:at], other, *proof[at + 1 :]], root)
        for other in flipped(leaf):
            assert not believed(verifier, "verify_inclusion", other, index, size, proof, root)
        for other in flipped(root):
            assert not believed(verifier, "verify_inclusion", leaf, index, size, proof, other)


def test_every_single_bit_of_a_consistency_proof_counts(verifier: SimpleNamespace) -> None:
    for old, old_root, size, root, proof in consistencies((7, 8)):
        for at, each in enumerate(proof):
            for other in flipped(each):
                assert not believed(verifier, "verify_consistency", old, old_root, size, root, [*proof[:at], other, *proof[at + 1 :]])
        for other in flipped(old_root):
            assert not believed(verifier, "verify_consistency", old, other, size, root, proof)
        for other in flipped(root):
            assert not believed(verifier, "verify_consistency", old, old_root, size, other, proof)


def test_a_history_with_one_event_rewritten_is_not_consistent_with_the_one_before(verifier: SimpleNamespace) -> None:
    for old in range(1, 17):
        rewritten = [*MANY[: old - 1], EMPTY, *MANY[old:17]]
        proof = slow_tree.proof(old, rewritten)
        assert not believed(verifier, "verify_consistency", old, ROOTS[old], 17, slow_tree.mth(rewritten), proof)


HASHES = st.binary(min_size=32, max_size=32) | st.sampled_from(MANY[:9] + ROOTS[:9])
NUMBERS = st.integers(-2, 20) | st.integers(-(2**70), 2**70)


@given(HASHES, NUMBERS, NUMBERS, st.lists(HASHES, max_size=70), HASHES)
def test_both_verifiers_believe_the_same_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    told = (leaf, index, size, proof, root)
    assert believed(PLATFORM, "verify_inclusion", *told) == believed(STANDALONE, "verify_inclusion", *told)


@given(NUMBERS, HASHES, NUMBERS, HASHES, st.lists(HASHES, max_size=70))
def test_both_verifiers_believe_the_same_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> None:
    told = (old, old_root, size, root, proof)
    assert believed(PLATFORM, "verify_consistency", *told) == believed(STANDALONE, "verify_consistency", *told)


@pytest.mark.parametrize("odd", [None, True, 3.0, "3", b"3", [], {}, [3]])
def test_what_json_can_hold_in_place_of_a_number_or_a_hash_is_refused_by_the_one_that_stands_alone(odd: Any) -> None:
    leaf, index, size, proof, root = MANY[3], 3, 8, slow_tree.path(3, MANY[:8]), ROOTS[8]
    for told in ((odd, index, size, proof, root), (leaf, odd, size, proof, root), (leaf, index, odd, proof, root)):
        assert not believed(STANDALONE, "verify_inclusion", *told)
    for told in ((leaf, index, size, odd, root), (leaf, index, size, [odd, *proof[1:]], root), (leaf, index, size, proof, odd)):
        assert not believed(STANDALONE, "verify_inclusion", *told)
    path = slow_tree.proof(3, MANY[:8])
    for told in ((odd, ROOTS[3], 8, root, path), (3, odd, 8, root, path), (3, ROOTS[3], odd, root, path)):
        assert not believed(STANDALONE, "verify_consistency", *told)
    for told in ((3, ROOTS[3], 8, odd, path), (3, ROOTS[3], 8, root, odd), (3, ROOTS[3], 8, root, [odd, *path[1:]])):
        assert not believed(STANDALONE, "verify_consistency", *told)


def test_true_is_not_one_to_the_one_that_stands_alone() -> None:
    assert believed(STANDALONE, "verify_inclusion", MANY[1], 1, 2, [MANY[0]], ROOTS[2])
    assert not believed(STANDALONE, "verify_inclusion", MANY[1], True, 2, [MANY[0]], ROOTS[2])
    assert not believed(STANDALONE, "verify_inclusion", MANY[0], 0, True, [], ROOTS[1])
    assert not believed(STANDALONE, "verify_consistency", True, ROOTS[1], 2, ROOTS[2], [MANY[1]])


class Unread:
    def read(self, tiles: Any) -> list[bytes]:
        raise AssertionError("nothing is to be read")


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 8), (8, 8), (9, 8), (0, -1)])
def test_no_proof_is_worked_out_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(Unproven):
        inclusion_proof(Unread(), index, size)


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 8), (-1, 8), (9, 8), (1, 0), (1, -1)])
def test_no_proof_is_worked_out_between_trees_of_which_none_leads_to_the_other(old: int, size: int) -> None:
    with pytest.raises(Unproven):
        consistency_proof(Unread(), old, size)
