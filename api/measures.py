"""Measures, and what their answers come to on a scale. A score is worked out when it is asked for, and sets no reading."""

import strawberry

from api.fields import field
from api.scalars import EDTF

MEASURED = ("instrument", "version", "mode", "scale", "scores", "outside", "missing", "unknown")
"""The fields that show something of what somebody said."""


@strawberry.type(description="A score on a scale.")
class Score:
    name: str = field("Its name in the scale.")
    value: float | None = field("What it comes to; none where an answer it needs is missing or outside its bounds.")


@strawberry.type(description="Something that was measured, as it comes out on a scale. No lens takes it.")
class Measure:
    instrument: str = field("What was taken; where that cannot be shown, why: `sealed`, `erased` or `damaged`.")
    version: str | None = field("In which version.")
    holder: str | None = field("Who answered: a handle, `coordinator`, `group` or `observer`; none where not said.")
    occurred: EDTF = field("When.")
    mode: str | None = field("How it was taken: `self`, `read_aloud` or `phone`; none where it cannot be shown.")
    scale: str | None = field("The scale it is scored by, as `name@version`; none where there is none of that name and version.")
    scores: list[Score] = field("Its scores.")
    outside: list[str] = field("The answers that lie outside what the scale allows.")
    missing: list[str] = field("The answers that are missing.")
    unknown: list[str] = field("The answers that the scale does not know.")
