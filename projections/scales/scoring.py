"""What the answers of a measure come to on a scale: a definition says which answers there are, and by which formula they make a score.

Answers are recorded as they were given and never mended. One that lies outside its bounds, or is missing, is named, and no score is made of
it. No lens takes a score, and none of them is a reading of a relationship.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from domain.model.errors import Language

By = Literal["mean", "sum", "griffin"]


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """The bounds of an answer, both included."""

    least: float
    most: float
    whole: bool = False

    def holds(self, answer: float) -> bool:
        return self.least <= answer <= self.most and (not self.whole or answer == int(answer))


class Formula(Struct, frozen=True, forbid_unknown_fields=True):
    """`of` are items, for Griffin's index what speaks for it and what speaks against it."""

    by: By
    of: tuple[str, ...]


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """`name` is what `instrument` of a measure says; `source` is where the scale and its formulas come from."""

    name: str
    version: str
    title: dict[Language, str]
    source: str
    items: dict[str, Item]
    scores: dict[str, Formula]


class Scored(Struct, frozen=True):
    """Each score by its name, None where it cannot be made. The others name answers: those `outside` their bounds, `missing` ones, and
    those that are `unknown` to the scale."""

    scores: dict[str, float | None]
    outside: list[str]
    missing: list[str]
    unknown: list[str]


def griffin(parts: Sequence[float]) -> float:
    """Ambivalence by similarity and intensity (Thompson, Zanna & Griffin 1995): the mean of both, less how far they are apart."""
    positive, negative = parts
    return (positive + negative) / 2 - abs(positive - negative)


FORMULAS: Mapping[By, Callable[[Sequence[float]], float]] = {"mean": lambda parts: sum(parts) / len(parts), "sum": sum, "griffin": griffin}


@cache
def scales() -> Mapping[str, Scale]:
    """The scales there are, by name."""
    found = [file for file in files("projections.scales").iterdir() if file.name.endswith(".yaml")]
    made = [msgspec.yaml.decode(file.read_bytes(), type=Scale) for file in found]
    return {scale.name: scale for scale in sorted(made, key=lambda scale: scale.name)}


def scale_of(instrument: str, version: str | None) -> Scale | None:
    """The scale that an instrument is, in the version that was taken; None where there is none. Without a version, the one there is."""
    scale = scales().get(instrument)
    return scale if scale is not None and version in (None, scale.version) else None


def scored(scale: Scale, answers: Mapping[str, float]) -> Scored:
    outside = [name for name, item in scale.items.items() if name in answers and not item.holds(answers[name])]
    missing = [name for name in scale.items if name not in answers]
    unknown = sorted(answers.keys() - scale.items.keys())
    without = {*outside, *missing}
    scores = {
        name: None if without & {*formula.of} else FORMULAS[formula.by]([answers[item] for item in formula.of])
        for name, formula in scale.scores.items()
    }
    return Scored(scores, outside, missing, unknown)
