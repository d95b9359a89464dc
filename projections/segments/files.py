"""A segment as a Parquet file: a row is a track, its looks are lists, so that a part of the file is a part of the readings.

It needs `pyarrow`, of the extra `parquet`.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from projections.segments.fold import Segment
from projections.segments.tracks import Track

PARTS = ("help", "friendship", "openness")
DEPOSITED = tuple(f"{part}_deposited" for part in PARTS)
STANDING = tuple(f"{part}_standing" for part in PARTS)
LOOKS = ("at", *DEPOSITED, *STANDING, "marks")


def can_write() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


def write(path: Path, tracks: Sequence[Track]) -> None:
    """One or more tracks."""
    import pyarrow
    import pyarrow.parquet

    looks = [look for track in tracks for look in track.looks]
    bounds = pyarrow.array(np.cumsum([0, *(len(track.looks) for track in tracks)]), pyarrow.int32())
    columns: dict[str, Any] = {
        "upto": pyarrow.array([track.upto for track in tracks], pyarrow.int64()),
        "points": pyarrow.array([track.points for track in tracks], pyarrow.int64()),
    }
    weighed: dict[str, Any] = {"at": pyarrow.array([look.at for look in looks], pyarrow.int64())}
    for place, (deposited, standing) in enumerate(zip(DEPOSITED, STANDING, strict=True)):
        weighed[deposited] = pyarrow.array([look.deposited[place] for look in looks], pyarrow.float64())
        weighed[standing] = pyarrow.array([look.standing[place] for look in looks], pyarrow.float64())
    weighed["marks"] = pyarrow.array([look.marks for look in looks], pyarrow.int8())
    columns |= {name: pyarrow.ListArray.from_arrays(bounds, weighed[name]) for name in LOOKS}
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


def read(path: Path) -> Segment:
    """What was written."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path).combine_chunks()
    looks = {name: table[name].chunk(0) for name in LOOKS}
    values = {name: column.values.to_numpy(zero_copy_only=False) for name, column in looks.items()}
    return Segment(
        table["upto"].to_numpy(),
        table["points"].to_numpy(),
        looks["at"].offsets.to_numpy().astype(np.int64),
        values["at"],
        tuple(values[name] for name in DEPOSITED),
        tuple(values[name] for name in STANDING),
        values["marks"],
    )
