"""How far coders agree: Krippendorff's alpha for nominal codes, with coders who did not read everything.

Alpha is 1 − observed disagreement / disagreement by chance, over the pairs of values within each unit (K. Krippendorff, Content Analysis:
An Introduction to Its Methodology; Computing Krippendorff's Alpha-Reliability, 2011). A unit that fewer than two coders read counts for
nothing; where no values differ in all there is nothing to agree on by chance, and no alpha.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping

from msgspec import Struct

from projections.views.answers import Answer

NOTHING_FITS = "none"
"""The code by which a coder says that they read an account and nothing of the codebook fits."""


class Coded(Struct, frozen=True):
    account: str
    coder: str
    code: str


class CodeAgreement(Answer):
    """`code` None: all codes together. `units` are accounts, and of all codes together an account for each code; only those that two
    or more coders read. `alpha` is None where there is none."""

    code: str | None
    units: int
    coders: int
    alpha: float | None


def alpha(units: Iterable[Mapping[str, Hashable]]) -> float | None:
    """Krippendorff's alpha of units, each with the nominal value that each coder gave it; who gave none is not in it."""
    within = [list(unit.values()) for unit in units if len(unit) > 1]
    total = Counter(value for values in within for value in values)
    n = total.total()
    chance = n * n - sum(count * count for count in total.values())
    if chance == 0:
        return None
    observed = sum((len(values) ** 2 - sum(c * c for c in Counter(values).values())) / (len(values) - 1) for values in within)
    return 1 - (n - 1) * observed / chance


def agreements(coded: Iterable[Coded]) -> list[CodeAgreement]:
    """Of all codes together, and of each: whether a coder gave it to an account that they read, or not.

    Whoever gave an account any code read it, and gave it none of the others."""
    given: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in coded:
        given[one.account][one.coder].add(one.code)
    codes = sorted({code for readers in given.values() for held in readers.values() for code in held} - {NOTHING_FITS})
    shared = [readers for _, readers in sorted(given.items()) if len(readers) > 1]
    by_code = {code: [{coder: code in held for coder, held in readers.items()} for readers in shared] for code in codes}
    coders = len({coder for readers in shared for coder in readers})
    everything = [unit for units in by_code.values() for unit in units]
    return [CodeAgreement(None, len(everything), coders, alpha(everything))] + [
        CodeAgreement(code, len(units), coders, alpha(units)) for code, units in by_code.items()
    ]
