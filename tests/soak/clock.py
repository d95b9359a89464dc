"""A clock that all processes of a soak share, and that can be set forward and back while they run: the real one, and what is added to it.

What is added stands in a file, which each process maps into its memory, so that a jump is there for all at once.
"""

import mmap
import struct
import time
from pathlib import Path

DAY = 86_400_000_000


class SharedClock:
    """UTC microseconds, like the clock of the front door."""

    def __init__(self, file: Path) -> None:
        with file.open("ab") as made:
            if not made.tell():
                made.write(bytes(8))
        with file.open("r+b") as opened:
            self._added = mmap.mmap(opened.fileno(), 8)
        self.file = file

    def __call__(self) -> int:
        (added,) = struct.unpack("=q", self._added[:8])
        return int(time.time_ns() // 1_000 + added)

    def jump(self, days: int) -> None:
        (added,) = struct.unpack("=q", self._added[:8])
        self._added[:8] = struct.pack("=q", added + days * DAY)
