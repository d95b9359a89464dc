"""What the answers of a measure come to on a scale: a definition says which answers there are, and by which formula they make a score.

Answers are recorded as they were given and never mended. One that lies outside its bounds, or is missing, is named, and no score is made of
it. No lens takes a score, and none of them is a reading of a relationship.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from msgspec import Struct

from domain.model.errors import bad
from domain.model.scale import By, Scale, scale_from_yaml


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
    """The scales that are shipped, by name."""
    found = [file for file in files("projections.scales").iterdir() if file.name.endswith(".yaml")]
    made = [scale_from_yaml(file.read_bytes()) for file in found]
    return {scale.name: scale for scale in sorted(made, key=lambda scale: scale.name)}


def scales_with(own: Sequence[Scale]) -> list[Scale]:
    """All there are: those that are shipped, and those of an organisation, in the order in which they were published."""
    return [*scales().values(), *own]


def own_scale(text: bytes) -> Scale:
    """A scale of an organisation's own from its YAML file. Raises `Refused`."""
    scale = scale_from_yaml(text)
    if scale.name in scales():
        raise bad("scale_builtin", "name", name=scale.name)
    return scale


def scale_of(instrument: str, version: str | None, own: Sequence[Scale] = ()) -> Scale | None:
    """The scale that an instrument is, in the version that was taken, or the newest where none is said; None where there is none. `own`:
    see `scales_with`."""
    named = [scale for scale in scales_with(own) if scale.name == instrument and version in (None, scale.version)]
    return named[-1] if named else None


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
