"""A scale as data: which answers a measure has, within which bounds, and by which formula they make a score.

Two are shipped; organisations write their own as YAML. A published version is never changed, and scores cite it as `name@version`.
"""

from functools import partial
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from domain.model.errors import Language
from domain.model.words import ID_FORM
from domain.model.yaml_file import decoded, unfit

By = Literal["mean", "sum", "griffin"]
Word = Annotated[str, Meta(min_length=1, max_length=128)]
Told = Annotated[str, Meta(min_length=1, max_length=2_000)]
Bound = Annotated[float, Meta(ge=-1e9, le=1e9)]
Version = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{1,40}\Z")]
_bad = partial(unfit, "scale_bad")


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """The bounds of an answer, both included."""

    least: Bound
    most: Bound
    whole: bool = False

    def holds(self, answer: float) -> bool:
        return self.least <= answer <= self.most and (not self.whole or answer == int(answer))


class Formula(Struct, frozen=True, forbid_unknown_fields=True):
    """`of` are items, for Griffin's index what speaks for it and what speaks against it."""

    by: By
    of: Annotated[tuple[str, ...], Meta(min_length=1)]


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """`name` is what `instrument` of a measure says; `source` is where the scale and its formulas come from."""

    name: Annotated[str, Meta(pattern=rf"\A{ID_FORM}\Z")]
    version: Version
    title: dict[Language, Told]
    source: Told
    items: Annotated[dict[Word, Item], Meta(min_length=1, max_length=200)]
    scores: Annotated[dict[Word, Formula], Meta(min_length=1, max_length=50)]


def scale_from_yaml(text: bytes) -> Scale:
    """A scale from its YAML file. Raises `Refused` saying what does not fit and where."""
    scale = decoded(text, Scale, _bad)
    missing = [language for language in get_args(Language) if language not in scale.title]
    if missing:
        raise _bad(f"title: it has none in '{missing[0]}'")
    for name, item in scale.items.items():
        if not item.least < item.most:
            raise _bad(f"items.{name}: `least` is less than `most`")
    for name, formula in scale.scores.items():
        if unknown := [item for item in formula.of if item not in scale.items]:
            raise _bad(f"scores.{name}: '{unknown[0]}' is none of its items")
        if twice := [item for place, item in enumerate(formula.of) if item in formula.of[:place]]:
            raise _bad(f"scores.{name}: '{twice[0]}' stands in it twice")
        if formula.by == "griffin" and len(formula.of) != 2:
            raise _bad(f"scores.{name}: Griffin's index is of two items, what speaks for it and what speaks against it")
    return scale
