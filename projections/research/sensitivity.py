"""How much what a lens concludes hangs on its numbers: they are moved, all at once by chance and one by one, and all is read again.

Each number is multiplied by a factor between 1 − spread and 1 + spread: the weights of events and of codes, each of which keeps the
proportions in which it adds to help, friendship and openness; the half-life; and the thresholds. The factors come from a seed, so that the
same question has the same answer (the Mersenne Twister of Python, whose numbers are the same in all its versions). What people rated
themselves is no number of a lens, and how often it looks in silence is none that anything is believed by: both are left as they are.
"""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from random import Random

from msgspec.structs import replace

from domain.model.errors import bad
from domain.model.lens import WEIGHTS, Definition, Weight
from projections.lenses.evidence import weigh
from projections.research.cases import PHASES, Case, Conclusion, bounded, weighed
from projections.views.answers import Answer

MOST_DRAWS = 200
BOUNDS = {"half_life_days": (1.0, 36_525.0), **dict.fromkeys(("unobserved_below", "change_by", "agreed_openness"), (0.001, 1.0))}
"""Between what the numbers of a lens are moved that are no weights. At nothing strengths would never have faded, or be gone at once."""
CODES = "codes."
"""Stands before a code among the names of weights."""


class Range(Answer):
    """A number as the lens has it, and the least and the most that it came to."""

    base: float
    least: float
    most: float


class PhaseRange(Answer):
    """How many relationships stood so at the last, and for how many weeks one stood so, on average."""

    phase: str
    relationships: Range
    weeks: Range


class WeightMoved(Answer):
    """A weight, or another number of the lens, that is moved alone, to the one end and the other: of all weeks the share that reads
    otherwise (0 to 1), and the number of moves, where that is furthest from the lens's own."""

    weight: str
    otherwise: float
    moves: int


class Sensitivity(Answer):
    """`otherwise` is the share of all weeks that reads otherwise, 0 to 1, on average over the draws; `otherwise_most` in the draw that
    differs most. `weights`, those that change most first; those that change nothing, or of too few, are left out."""

    lens: str
    lens_version: str
    spread: float
    draws: int
    seed: int
    relationships: int
    among: int
    otherwise: float
    otherwise_most: float
    moves: Range
    phases: list[PhaseRange]
    weights: list[WeightMoved]


class _Sum:
    """What one definition concludes of all cases together."""

    def __init__(self) -> None:
        self.moves = 0
        self.otherwise = 0
        self.differing: set[str] = set()
        self.last: Counter[str] = Counter()
        self.weeks: Counter[str] = Counter()

    def add(self, id: str, found: Conclusion, base: Conclusion) -> None:
        self.moves += len(found.changes)
        self.last[found.phases[-1]] += 1
        self.weeks.update(found.phases)
        differing = sum(one != other for one, other in zip(found.phases, base.phases, strict=True))
        self.otherwise += differing
        if differing:
            self.differing.add(id)


def check(spread: float, draws: int) -> None:
    """Raises `Refused`."""
    if not 0 < spread <= 1:
        raise bad("lens_spread", "spread")
    if not 1 <= draws <= MOST_DRAWS:
        raise bad("lens_draws", "draws", limit=MOST_DRAWS)


def swept(
    cases: Sequence[Case],
    lens: Definition,
    spread: float,
    draws: int,
    seed: int,
    among: int,
    going: Callable[[], None],
    is_told: Callable[[Set[str]], bool],
) -> Sensitivity:
    """Read the cases with moved numbers. `going` is called between two readings, and may break off. `is_told`: whether a weight is told
    that changes how these cases read, and no others. Raises `Refused`."""
    check(spread, draws)
    used = numbers(lens)
    bounded(cases, 1 + draws + 2 * len(used), "draws")
    single = [(name, moved(lens, {name: factor})) for name in used for factor in (1 - spread, 1 + spread)]
    chance = Random(seed)
    random = [moved(lens, {name: 1 + spread * (2 * chance.random() - 1) for name in used}) for _ in range(draws)]
    lenses = [lens, *random, *(one for _, one in single)]
    sums = [_Sum() for _ in lenses]
    for case in cases:
        own = weigh(case.told, lens)
        base = weighed(case, own, lens)
        for one, total in zip(lenses, sums, strict=True):
            going()
            items = own if one is lens else weigh(case.told, one)
            is_same = items == own and all(getattr(one, name) == getattr(lens, name) for name in BOUNDS)
            total.add(case.id, base if is_same else weighed(case, items, one), base)
    own_sum, by_chance, alone = sums[0], sums[1 : draws + 1], sums[draws + 1 :]
    whole = sum(own_sum.weeks.values())
    shares = [_share(total.otherwise, whole) for total in by_chance]
    asked = (lens.name, lens.version, spread, draws, seed, len(cases), among)
    mean = _share(sum(total.otherwise for total in by_chance), whole * draws)
    ranges = _ranges([own_sum, *by_chance], len(cases))
    return Sensitivity(*asked, mean, max(shares), *ranges, _moved(used, alone, own_sum, whole, is_told))


def _ranges(sums: Sequence[_Sum], count: int) -> tuple[Range, list[PhaseRange]]:
    phases = [
        PhaseRange(
            phase.upper(),
            _range([total.last[phase] for total in sums]),
            _range([total.weeks[phase] / max(count, 1) for total in sums]),
        )
        for phase in PHASES
    ]
    return _range([total.moves for total in sums]), phases


def numbers(lens: Definition) -> list[str]:
    """The names of what is moved: what is nothing stays nothing."""
    weights = [name for name in WEIGHTS if any(lens.weight(name))]
    codes = [CODES + code for code in sorted(lens.codes) if any(lens.codes[code])]
    return [*weights, *codes, *(name for name in BOUNDS if getattr(lens, name))]


def moved(lens: Definition, factors: dict[str, float]) -> Definition:
    """The lens with some of its numbers multiplied."""
    weights, codes, others = dict(lens.weights), dict(lens.codes), {}
    for name, factor in factors.items():
        if name in BOUNDS:
            least, most = BOUNDS[name]
            own = getattr(lens, name)
            others[name] = min(max(own * factor, min(own, least)), most)
        elif name.startswith(CODES):
            codes[name.removeprefix(CODES)] = _times(codes[name.removeprefix(CODES)], factor)
        else:
            weights[name] = _times(lens.weight(name), factor)
    return replace(lens, weights=weights, codes=codes, **others)


def _times(weight: Weight, factor: float) -> Weight:
    helped, befriended, opened = weight
    return helped * factor, befriended * factor, opened * factor


def _moved(used: Sequence[str], alone: Sequence[_Sum], base: _Sum, whole: int, is_told: Callable[[Set[str]], bool]) -> list[WeightMoved]:
    found = []
    for name, less, more in zip(used, alone[::2], alone[1::2], strict=True):
        moves = max((less.moves, more.moves), key=lambda count: abs(count - base.moves))
        # Each end by itself: what the one adds would be of those alone that it changes.
        if (otherwise := max(less.otherwise, more.otherwise)) and all(is_told(one.differing) for one in (less, more) if one.differing):
            found.append(WeightMoved(name, _share(otherwise, whole), moves))
    return sorted(found, key=lambda one: (-one.otherwise, one.weight))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _range(numbers: Sequence[float]) -> Range:
    return Range(*(round(number, 2) for number in (numbers[0], min(numbers), max(numbers))))
