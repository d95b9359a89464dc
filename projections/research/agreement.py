"""How far coders agree: Krippendorff's alpha for nominal codes, with coders who did not read everything.

Alpha is 1 − observed disagreement / disagreement by chance, over the pairs of values within each unit (K. Krippendorff, Content Analysis:
An Introduction to Its Methodology; Computing Krippendorff's Alpha-Reliability, 2011). A unit that fewer than two coders read counts for
nothing; where no values differ in all there is nothing to agree on by chance, and no alpha.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Set

from msgspec import Struct

from projections.views.answers import Answer

NOTHING_FITS = "none"
"""The code by which a coder says that they read an account and nothing of the codebook fits."""


class Coded(Struct, frozen=True):
    relationship: str
    account: str
    coder: str
    code: str


_Unit = frozenset[tuple[Hashable, int]]
"""Which values were given to something, and how often each."""


class CodeAgreement(Answer):
    """`code` None: all codes together. `units` are accounts, and of all codes together an account for each code; only those that two
    or more coders read. `alpha` is None where there is none."""

    code: str | None
    units: int
    coders: int
    alpha: float | None


def alpha(units: Iterable[Mapping[str, Hashable]]) -> float | None:
    """Krippendorff's alpha of units, each with the nominal value that each coder gave it; who gave none is not in it."""
    return _alpha(Counter(frozenset(Counter(unit.values()).items()) for unit in units))


def _alpha(units: Mapping[_Unit, int]) -> float | None:
    """The same of how often there is each unit."""
    total, observed = Counter[Hashable](), 0.0
    for unit, times in units.items():
        if (size := sum(count for _, count in unit)) > 1:
            total.update({value: count * times for value, count in unit})
            observed += times * (size**2 - sum(count * count for _, count in unit)) / (size - 1)
    n = total.total()
    chance = n * n - sum(count * count for count in total.values())
    return 1 - (n - 1) * observed / chance if chance else None


def agreements(coded: Iterable[Coded], is_told: Callable[[Set[str]], bool], going: Callable[[], None]) -> list[CodeAgreement]:
    """Of all codes together, and of each: whether a coder gave it to an account that they read, or not.

    Whoever gave an account any code read it, and gave it none of the others. `is_told`: whether a code is told that was given to accounts
    that several read in these relationships and no others; all together are those that are. `going` is called now and then, and may break
    off."""
    given: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in coded:
        given[one.relationship, one.account][one.coder].add(one.code)
    codes = {code for readers in given.values() for held in readers.values() for code in held} - {NOTHING_FITS}
    shared = {account: readers for account, readers in given.items() if len(readers) > 1}
    sizes = Counter(len(readers) for readers in shared.values())
    gave: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    where: dict[str, set[str]] = defaultdict(set)
    for (relationship, _), readers in shared.items():
        going()
        for code, count in Counter(code for held in readers.values() for code in held).items():
            gave[code][len(readers), count] += 1
            where[code].add(relationship)
    told = {code: _units(sizes, gave[code]) for code in sorted(codes) if is_told(where[code])}
    whole = Counter[_Unit]()
    for units in told.values():
        whole.update(units)
    coders, size = len({coder for readers in shared.values() for coder in readers}), len(shared)
    return [CodeAgreement(None, size * len(told), coders if told else 0, _alpha(whole))] + [
        CodeAgreement(code, size, coders, _alpha(units)) for code, units in told.items()
    ]


def _units(sizes: Mapping[int, int], gave: Mapping[tuple[int, int], int]) -> Counter[_Unit]:
    """How often a code was given by so many of the readers of an account, and not by the others. `sizes` is of how many readers there are
    how many accounts, `gave` of how many readers of whom so many gave the code."""
    left = Counter(sizes)
    units = Counter[_Unit]()
    for (readers, count), times in gave.items():
        left[readers] -= times
        units[frozenset({(True, count), (False, readers - count)})] += times
    units.update({frozenset({(False, readers)}): times for readers, times in left.items() if times})
    return units
