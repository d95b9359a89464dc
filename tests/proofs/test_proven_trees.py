"""A tree is the one that RFC 9162 defines, and what is proven of it is believed: of every leaf, and of every earlier state."""

import hashlib
from types import SimpleNamespace

import pytest
import slow_tree
from hypothesis import given
from hypothesis import strategies as st
from kept_tiles import kept
from two_verifiers import PLATFORM, STANDALONE

from domain.proofs.evidence import expect_root, verify_all
from domain.proofs.standalone import leaf
from domain.proofs.tiles import consistency_proof, inclusion_proof, tree_peaks, tree_root
from domain.proofs.tree import EMPTY
from domain.store import ledger

DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
"""The leaves in the tests of Certificate Transparency, of which the roots and proofs below were published."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
LEAVES = [leaf(bytes.fromhex(data)) for data in DATA]
MANY = slow_tree.leaves(130)
SLOW_ROOTS = [slow_tree.mth(MANY[:size]) for size in range(131)]
TILES = kept(MANY)


def test_a_leaf_is_the_one_that_is_stored() -> None:
    for data in DATA:
        assert leaf(bytes.fromhex(data)) == ledger.leaf(bytes.fromhex(data)) == hashlib.sha256(b"\x00" + bytes.fromhex(data)).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert tree_root(kept(LEAVES[:size]), size).hex() == slow_tree.mth(LEAVES[:size]).hex() == ROOTS[size]


def test_the_proofs_are_those_of_certificate_transparency(verifier: SimpleNamespace) -> None:
    for (index, size), published in INCLUSION.items():
        proof = inclusion_proof(kept(LEAVES[:size]), index, size)
        assert [each.hex() for each in proof] == published
        verifier.verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))
    for (old, size), published in CONSISTENCY.items():
        proof = consistency_proof(kept(LEAVES[:size]), old, size)
        assert [each.hex() for each in proof] == published
        verifier.verify_consistency(old, bytes.fromhex(ROOTS[old]), size, bytes.fromhex(ROOTS[size]), proof)


def test_every_leaf_of_every_tree_up_to_130_is_proven_as_the_definition_says() -> None:
    for size in range(1, 131):
        for index in range(size):
            proof = inclusion_proof(TILES, index, size)
            assert proof == slow_tree.path(index, MANY[:size])
            for verifier in (PLATFORM, STANDALONE):
                verifier.verify_inclusion(MANY[index], index, size, proof, SLOW_ROOTS[size])


def test_every_tree_up_to_130_is_proven_to_begin_with_every_smaller_one_as_the_definition_says() -> None:
    for size in range(1, 131):
        for old in range(1, size + 1):
            proof = consistency_proof(TILES, old, size)
            assert proof == slow_tree.proof(old, MANY[:size])
            for verifier in (PLATFORM, STANDALONE):
                verifier.verify_consistency(old, SLOW_ROOTS[old], size, SLOW_ROOTS[size], proof)


def test_a_tree_has_the_root_of_the_definition_at_every_size() -> None:
    for size, root in enumerate(SLOW_ROOTS):
        assert tree_root(TILES, size) == root


@given(st.integers(0, 600), st.integers(1, 600))
def test_a_tree_grows_to_its_root_from_its_perfect_subtrees_wherever_it_was_stopped(before: int, after: int) -> None:
    lines = [b"%d" % number for number in range(before + after)]
    leaves = [leaf(line) for line in lines]
    peaks = tree_peaks(kept(leaves[:before]), before)
    assert len(peaks) == before.bit_count()
    entries = [{"position": number} for number in range(before + 1, before + after + 1)]
    verify_all(before, peaks, lines[before:], entries, before + after, slow_tree.mth(leaves))


@pytest.mark.parametrize(
    ("size", "peaks"), [(0, [EMPTY]), (1, []), (3, [EMPTY]), (4, [EMPTY] * 2), (-1, []), (-1, [EMPTY]), (1, [b""]), (1, [EMPTY + b"\0"])]
)
def test_what_belongs_to_no_tree_has_no_root(size: int, peaks: list[bytes]) -> None:
    with pytest.raises(STANDALONE.Unproven):
        expect_root(size, peaks, EMPTY)


@given(st.integers(1, 2_000), st.data())
def test_leaves_and_states_of_any_tree_are_proven(size: int, data: st.DataObject) -> None:
    leaves = slow_tree.leaves(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    proof = inclusion_proof(kept(leaves), index, size)
    assert proof == slow_tree.path(index, leaves)
    proof = consistency_proof(kept(leaves), old, size)
    assert proof == slow_tree.proof(old, leaves)
