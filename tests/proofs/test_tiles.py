"""A proof from tiles is the proof from all leaves, and costs one look at a few of them, however large the tree."""

from itertools import pairwise

import pytest
import slow_tree
from hypothesis import given
from hypothesis import strategies as st
from kept_tiles import KeptTiles, kept

from domain.proofs.errors import Unproven
from domain.proofs.tiles import HEIGHT, WIDTH, Tile, completed, consistency_proof, inclusion_proof, tile_root, tree_root
from domain.proofs.tree import joined

EDGES = (1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_793, 70_000)
LEAVES = slow_tree.leaves(70_000)


@pytest.fixture(scope="module")
def tiles() -> KeptTiles:
    return kept(LEAVES)


def test_a_proof_from_tiles_is_the_proof_from_all_leaves(tiles: KeptTiles) -> None:
    for size in EDGES:
        for index in sorted({0, size // 2, size - 1}):
            assert inclusion_proof(tiles, index, size) == slow_tree.path(index, LEAVES[:size])
        for old in sorted({(size + 1) // 2, max(size - 1, 1), min(size, 65_536)}):
            assert consistency_proof(tiles, old, size) == slow_tree.proof(old, LEAVES[:size])


def test_a_proof_is_one_look_at_two_tiles_of_each_level_at_most(tiles: KeptTiles) -> None:
    tiles.asked.clear()
    for size in EDGES[1:]:
        levels = -(-(size - 1).bit_length() // HEIGHT)
        for number in {1, size // 3 or 1, size // 2, size - 1}:
            for asking in (inclusion_proof, consistency_proof):
                asking(tiles, number, size)
                (asked,) = tiles.asked
                tiles.asked.clear()
                assert len(asked) == len({(tile.level, tile.index) for tile in asked}) <= 2 * levels
                assert sum(tile.width for tile in asked) <= 2 * WIDTH * levels


def test_only_what_is_in_the_tree_of_the_proof_is_asked_for(tiles: KeptTiles) -> None:
    for size in EDGES:
        tiles.asked.clear()
        inclusion_proof(tiles, size // 2, size)
        for tile in (tile for asked in tiles.asked for tile in asked):
            assert 0 < tile.width <= WIDTH
            assert (WIDTH * tile.index + tile.width) * WIDTH**tile.level <= size


def test_tiles_are_those_of_the_example_in_tlog_tiles() -> None:
    found = list(completed(0, 70_000))
    assert sum(tile.level == 0 for tile in found) == 273
    assert [tile for tile in found if tile.level] == [Tile(1, 0, 256)]
    tiles = kept(LEAVES)
    assert [len(level) % WIDTH for level in tiles.levels] == [112, 17, 1]
    assert [len(level) for level in kept(LEAVES[:256]).levels] == [256, 1]


def test_above_the_leaves_a_tile_holds_the_roots_of_full_tiles(tiles: KeptTiles) -> None:
    for index, each in enumerate(tiles.levels[1]):
        assert each == slow_tree.mth(LEAVES[WIDTH * index : WIDTH * (index + 1)])
    assert tiles.levels[2] == [slow_tree.mth(LEAVES[: WIDTH**2])]


@given(st.lists(st.integers(0, 2**22), min_size=2, max_size=6).map(sorted))
def test_tiles_are_completed_once_whatever_the_steps_a_tree_grows_in(sizes: list[int]) -> None:
    stepwise = [tile for old, size in pairwise(sizes) for tile in completed(old, size)]
    assert sorted(stepwise) == list(completed(sizes[0], sizes[-1]))
    assert len(set(stepwise)) == len(stepwise)


@given(st.lists(st.integers(0, 300), max_size=8))
def test_tiles_are_the_same_whatever_the_steps_a_tree_grows_in(steps: list[int]) -> None:
    tiles = KeptTiles()
    for step in steps:
        tiles.grow(LEAVES[len(tiles.levels[0]) :][:step])
    assert tiles.levels == kept(LEAVES[: sum(steps)]).levels


def test_tiles_and_perfect_subtrees_come_to_the_same_root(tiles: KeptTiles) -> None:
    assert joined([tiles.levels[2][0], *slow_peaks(65_536, 70_000)]) == tree_root(tiles, 70_000) == slow_tree.mth(LEAVES)


def slow_peaks(first: int, last: int) -> list[bytes]:
    found = []
    while first < last:
        width = 1 << (last - first).bit_length() - 1
        found.append(slow_tree.mth(LEAVES[first : first + width]))
        first += width
    return found


def test_what_is_no_full_tile_has_no_root() -> None:
    for count in (0, 1, 128, 255, 257, 512):
        with pytest.raises(Unproven):
            tile_root(bytes(32) * count)
    with pytest.raises(Unproven):
        tile_root(bytes(32) * 256 + b"\0")


class Losing(KeptTiles):
    """Tiles in a store that lost something."""

    def __init__(self, kept: KeptTiles, loss: str) -> None:
        super().__init__()
        self.levels, self.loss = kept.levels, loss

    def read(self, tiles):  # type: ignore[no-untyped-def]
        found = super().read(tiles)
        match self.loss:
            case "a tile":
                return found[1:]
            case "a hash":
                return [found[0][:-32], *found[1:]]
            case "a byte":
                return [found[0][:-1], *found[1:]]
        return [*found, found[-1]]


@pytest.mark.parametrize("loss", ["a tile", "a hash", "a byte", "count"])
def test_where_tiles_are_lost_there_is_no_proof(tiles: KeptTiles, loss: str) -> None:
    for asking in (inclusion_proof, consistency_proof):
        with pytest.raises(Unproven):
            asking(Losing(tiles, loss), 300, 70_000)
