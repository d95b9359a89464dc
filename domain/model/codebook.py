"""A codebook as data: what an organisation's codes mean, and under which other code one stands.

It is written as YAML, and replaced as a whole. It is about how is coded, and stands in the clear: nobody's words belong in it.
"""

from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from domain.model.words import ShortWord
from domain.model.yaml_file import decoded, unfit

MOST_LEVELS = 20
"""Of codes under codes."""
_bad = partial(unfit, "codebook_bad")


class Described(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a code means; `under` is the code that it is a part of."""

    description: Annotated[str, Meta(max_length=2_000)] = ""
    under: ShortWord | None = None


class Codebook(Struct, frozen=True, forbid_unknown_fields=True):
    codes: Annotated[dict[ShortWord, Described], Meta(max_length=1_000)] = {}

    def below(self, code: str | None) -> list[str]:
        """The codes right under a code, or under none, by name."""
        return sorted(name for name, one in self.codes.items() if one.under == code)


def codebook_from_yaml(text: bytes) -> Codebook:
    """A codebook from its YAML file. Raises `Refused` saying what does not fit and where."""
    book = decoded(text, Codebook, _bad)
    for name, one in book.codes.items():
        if one.under is not None and one.under not in book.codes:
            raise _bad(f"codes.{name}: '{one.under}', under which it stands, is no code here")
        seen, above = {name}, one.under
        while above is not None:
            if above in seen:
                raise _bad(f"codes.{name}: it stands under itself")
            seen.add(above)
            if len(seen) > MOST_LEVELS:
                raise _bad(f"codes.{name}: it stands under more than {MOST_LEVELS - 1} others")
            above = book.codes[above].under if above in book.codes else None
    return book
