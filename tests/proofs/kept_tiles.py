"""Tiles in memory, kept as a store would: the leaves as they come, and above them only what `completed` says.

It counts what is read, so that a test can say how much a proof costs.
"""

from collections.abc import Sequence

from domain.proofs.tiles import WIDTH, Tile, completed, tile_root


class KeptTiles:
    def __init__(self) -> None:
        self.levels: list[list[bytes]] = [[]]
        self.asked: list[Sequence[Tile]] = []

    def grow(self, leaves: list[bytes]) -> None:
        before = len(self.levels[0])
        self.levels[0] += leaves
        for tile in completed(before, len(self.levels[0])):
            if tile.level + 1 == len(self.levels):
                self.levels.append([])
            above = self.levels[tile.level + 1]
            assert len(above) == tile.index
            above.append(tile_root(self._hashes(tile)))

    def read(self, tiles: Sequence[Tile]) -> list[bytes]:
        self.asked.append(tiles)
        return [self._hashes(tile) for tile in tiles]

    def _hashes(self, tile: Tile) -> bytes:
        first = WIDTH * tile.index
        return b"".join(self.levels[tile.level][first : first + tile.width])


def kept(leaves: list[bytes]) -> KeptTiles:
    tiles = KeptTiles()
    tiles.grow(leaves)
    return tiles
