"""A disk, as far as a file system promises anything of it: what was synced is there, of the rest any part may be.

A file holds what its last sync found written; a name is there, or gone, as its folder's last sync found it, and not with the file's own.
What was not synced is lost, or there, or in part: of writes any pieces, of names the first so many, since file systems journal these in
their order. A file of shared memory (`-shm`) is never synced, and may hold anything.
"""

from collections.abc import Iterable
from itertools import pairwise
from random import Random
from typing import Literal

from power.shim import TOLD, Done

Way = Literal["lost", "there", "torn"]
"""What becomes of what was not synced."""
SHARED = "-shm"
CHANCES = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Of a piece of an unsynced write to be there; drawn for each file."""
PIECES = (512, 4096)


class File:
    """What is on the disk for certain, and what was done since."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.since: list[Done] = []

    def sync(self, upto: int) -> None:
        left = []
        for done in self.since:
            if done.at < upto:
                _apply(self.kept, done.number, done.data if done.kind == b"W" else None)
            else:
                left.append(done)
        self.since = left

    def content(self, way: Way, draw: Random) -> bytes:
        found = bytearray(self.kept)
        if way == "lost":
            return bytes(found)
        chance, size = (1.0, 4096) if way == "there" else (draw.choice(CHANCES), draw.choice(PIECES))
        for done in self.since:
            if done.kind == b"T":
                if draw.random() < chance:
                    _apply(found, done.number, None)
                continue
            for offset, piece in _pieces(done, size):
                if draw.random() < chance:
                    _apply(found, offset, piece)
        return bytes(found)


class Disk:
    """The files of one folder, whose inode is `folder`."""

    def __init__(self, folder: int) -> None:
        self._folder = folder
        self._files: dict[int, File] = {}
        self._kept: dict[str, File] = {}
        self._since: list[tuple[int, dict[str, File | None]]] = []
        self._now: dict[str, File] = {}

    def take(self, done: Done) -> None:
        """What was done next."""
        match done.kind:
            case b"C":
                self._create(done)
            case b"U":
                self._name(done, {done.name: None})
            case b"R":
                self._name(done, {done.data.decode(): self._now[done.name], done.name: None})
            case b"L":
                self._name(done, {done.data.decode(): self._now[done.name]})
            case b"W" | b"T":
                self._files[done.file].since.append(done)
            case b"S" if done.file == self._folder:
                self._sync_names(done.number)
            case b"S":
                self._files[done.file].sync(done.number)
            case b"M":
                names = [name for name, file in self._now.items() if file is self._files[done.file]]
                assert all(name.endswith(SHARED) for name in names), f"{names} is written to as memory, which is not seen"
            case _:
                assert done.kind == TOLD, done

    def images(self, way: Way, draw: Random) -> dict[str, bytes]:
        """The files as a power cut would leave them now, by name."""
        names = dict(self._kept)
        until = {"lost": 0, "there": len(self._since)}.get(way, draw.randint(0, len(self._since)))
        _rename(names, (change for _, change in self._since[:until]))
        return {
            name: draw.randbytes(32_768) if way == "torn" and name.endswith(SHARED) else file.content(way, draw)
            for name, file in sorted(names.items())
        }

    def _create(self, done: Done) -> None:
        known = self._files.get(done.file)
        if known is None or self._now.get(done.name) is not known:
            self._files[done.file] = File()
            self._name(done, {done.name: self._files[done.file]})

    def _name(self, done: Done, change: dict[str, File | None]) -> None:
        self._since.append((done.at, change))
        _rename(self._now, [change])

    def _sync_names(self, upto: int) -> None:
        _rename(self._kept, (change for at, change in self._since if at < upto))
        self._since = [(at, change) for at, change in self._since if at >= upto]


def _rename(names: dict[str, File], changes: Iterable[dict[str, File | None]]) -> None:
    for change in changes:
        for name, file in change.items():
            if file is None:
                names.pop(name, None)
            else:
                names[name] = file


def _apply(content: bytearray, number: int, data: bytes | None) -> None:
    """Write at an offset; or, without data, give the file a size. What was never written is zeros."""
    if len(content) < number:
        content.extend(bytes(number - len(content)))
    if data is None:
        del content[number:]
    else:
        content[number : number + len(data)] = data


def _pieces(done: Done, size: int) -> Iterable[tuple[int, bytes]]:
    """A write, cut where the disk's own pieces meet."""
    start, end = done.number, done.number + len(done.data)
    edges = [start, *range(start - start % size + size, end, size), end]
    return [(first, done.data[first - start : last - start]) for first, last in pairwise(edges)]
