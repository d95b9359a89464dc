"""What is said to be written stands on the disk by then, whenever the power is cut: in a file, and under its name."""

import os
from collections.abc import Iterable
from pathlib import Path


def put(path: Path, chunks: Iterable[bytes]) -> None:
    """A new file that only its owner may read, on the disk; its name is, once `sync_folder` was called. Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """See that the names in it are on the disk, where a folder can be told so. Raises OSError."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
