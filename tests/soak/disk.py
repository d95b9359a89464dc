"""A disk that can be full, for the data of one server.

Run by root it is a small file system of its own in memory, which is filled until the kernel says ENOSPC. Anybody else cannot mount one:
then the kernel is told to let the processes of the server write no file further than `LIMIT`, and says EFBIG, which is a failed write
as well, and of an unmodified server, though not the same one. `told` says which it was.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil
from families import families

SIZE = "640m"
LIMIT = "65536"


class Disk:
    """`folder` is where the server's data goes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="soak-disk-"))
        self.folder.chmod(0o711)  # A server of another user goes through it.
        self._mounted = False
        self._limited: list[int] = []
        if os.geteuid() == 0:
            made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=711", "tmpfs", str(self.folder)], capture_output=True)
            self._mounted = made.returncode == 0
        self.told = "disk full (ENOSPC)" if self._mounted else "disk full (EFBIG)"

    def fill(self, writing: Iterable[int]) -> None:
        """`writing` are the processes of the server."""
        if self._mounted:
            self._fill()
        else:
            # What is begun meanwhile takes the limit over from who began it.
            self._limited = list(writing)
            self._limit(LIMIT)

    def clear(self) -> None:
        if self._mounted:
            self._ballast.unlink()
        else:
            self._limit("unlimited")

    def close(self) -> None:
        if self._mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)
        shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def _fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            for size in (2**20, 4_096):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def _limit(self, soft: str) -> None:
        for process in set(families(self._limited)):
            with suppress(psutil.NoSuchProcess):
                # As who owns it: in a container root is not allowed everything.
                own = {"user": process.uids().real, "group": process.gids().real, "extra_groups": []} if os.geteuid() == 0 else {}
                done = subprocess.run(["prlimit", f"--pid={process.pid}", f"--fsize={soft}:"], capture_output=True, text=True, **own)
                assert done.returncode == 0 or not process.is_running(), done.stderr
