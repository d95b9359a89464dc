"""A package as one file: a zip of which the same folder gives the same bytes."""

import shutil
import zipfile
from pathlib import Path
from typing import IO

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The date of every file in it: the earliest there is in a zip."""


def archive(folder: Path, target: IO[bytes]) -> None:
    """Write the files of a folder, under its name, to a file that is open for it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file = zipfile.ZipInfo((Path(folder.name) / path.relative_to(folder)).as_posix(), BEGINNING)
                file.compress_type, file.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                with path.open("rb") as content, made.open(file, "w", force_zip64=True) as inside:
                    shutil.copyfileobj(content, inside)
