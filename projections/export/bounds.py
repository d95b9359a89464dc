"""How much who asks over HTTP may take, as it is set.

These bounds are of one process: of several, each gives as much.
"""

import os
import re

from msgspec import Struct

from domain.store.checks import Unusable

QUERY_SECONDS = "TUSSENRUIMTE_QUERY_SECONDS"


class Bounds(Struct, frozen=True):
    """`query_seconds`: until a question is broken off."""

    query_seconds: float = 60


STANDARD = Bounds()


def bounds() -> Bounds:
    """From the environment. Raises `Unusable`."""
    return Bounds(query_seconds=_number(QUERY_SECONDS, 1, 3_600, round(STANDARD.query_seconds)))


def _number(variable: str, least: int, most: int, otherwise: int) -> int:
    found = os.environ.get(variable) or str(otherwise)
    if not re.fullmatch(r"\d{1,12}", found, re.ASCII) or not least <= int(found) <= most:
        raise Unusable(f"{variable} has to be a whole number from {least} to {most}, as {otherwise}.")
    return int(found)
