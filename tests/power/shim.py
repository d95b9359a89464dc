"""The log of what was done to the files of a folder: made by a preloaded library, which the C compiler of the machine builds.

What was acknowledged is written into the same log by whoever heard it, so that it stands behind what was done before.
"""

import json
import os
import shlex
import shutil
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HEAD = struct.Struct("<cQQII")
TOLD = b"A"
ALL = 2**63
"""Beyond the end of any log."""


class Done(NamedTuple):
    """A record. `at`: where it stands in the log. See shim.c for `kind`, `file` and `number`."""

    at: int
    kind: bytes
    file: int
    number: int
    name: str
    data: bytes

    @property
    def told(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads(self.data)
        return found


def compiler() -> list[str] | None:
    """The command of the C compiler; None where there is none, or no way to load what it makes before all else."""
    named = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    found = next((path for name in (named[0], "cc") if (path := shutil.which(name))), None)
    return [found] if found and sys.platform == "linux" else None


def built(folder: Path) -> Path:
    """The library, made in a folder."""
    made, command = folder / "shim.so", compiler()
    assert command
    source = Path(__file__).with_name("shim.c")
    subprocess.run([*command, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


def tell(log: Path, **told: list[str]) -> None:
    """Write into the log what was heard just now."""
    _append(log, _packed(TOLD, data=json.dumps(told).encode()))


def begin(log: Path, folder: Path) -> None:
    """Write into a new log that the files of a folder are on the disk."""
    for file in sorted(folder.iterdir()):
        inode = file.stat().st_ino
        _append(log, _packed(b"C", inode, name=file.name), _packed(b"W", inode, data=file.read_bytes()), _packed(b"S", inode, ALL))
    _append(log, _packed(b"S", folder.stat().st_ino, ALL))


def _packed(kind: bytes, file: int = 0, number: int = 0, name: str = "", data: bytes = b"") -> bytes:
    return HEAD.pack(kind, file, number, len(name.encode()), len(data)) + name.encode() + data


def _append(log: Path, *packed: bytes) -> None:
    """At once: others write into it as well."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, b"".join(packed))
    finally:
        os.close(file)


def records(log: Path) -> Iterator[Done]:
    at = 0
    with log.open("rb") as file:
        while head := file.read(HEAD.size):
            kind, inode, number, name, data = HEAD.unpack(head)
            yield Done(at, kind, inode, number, file.read(name).decode(), file.read(data))
            at += HEAD.size + name + data
