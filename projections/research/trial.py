"""A lens that is tried beside another, before it is published: on how much they agree, and where not.

Neither is right: that two lenses differ says what the one believes and the other does not. Nothing of a trial is kept.
A lens may weigh a single kind of event and nothing else. Who may not open a history is therefore told nothing of a single one, and numbers
of enough people alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from domain.model.time import rfc3339
from projections.research.cases import PHASES, Case, Conclusion, Way, read
from projections.research.enough import Enough
from projections.views.answers import Answer

SHOWN = 50
"""Differing moves that are shown; all are counted."""


class Crossed(Answer):
    """Of the relationships, how many stand so now, and at how many weeks' ends they stood so."""

    beside: str
    tried: str
    relationships: int
    weeks: int


class Differing(Answer):
    """A change of phase that only one of the two lenses sees at that instant."""

    relationship: str
    at: str
    was: str
    now: str
    lens: str


class Trial(Answer):
    """`same` relationships read the same all the time, `same_now` do now. `differing` is how many moves only one of the lenses sees."""

    lens: str
    beside: str
    relationships: int
    among: int
    seed: int
    same: int
    same_now: int
    phases: list[Crossed]
    differing: int
    moves: list[Differing]


class Crossing(Answer):
    """As `Crossed`, where a number is None that is of too few people, or would tell of too few."""

    beside: str
    tried: str
    relationships: int | None
    weeks: int | None


class ProjectTrial(Answer):
    """As `Trial`, without any single relationship. `same` and `differing` are None where those that read otherwise, or those that do not,
    are of too few people. How many read the same now is not told: it is a sum over `phases`, and would tell what is held back there."""

    lens: str
    beside: str
    relationships: int
    among: int
    same: int | None
    differing: int | None
    phases: list[Crossing]


def tried(cases: Iterable[Case], way: Way, beside: Way, names: tuple[str, str], among: int, seed: int, going: Callable[[], None]) -> Trial:
    """Lay one lens beside another. `names` are what the two are called, `among` is of how many the cases were drawn. `going` is called
    before each case, and may break off."""
    last: Counter[tuple[str, str]] = Counter()
    weeks: Counter[tuple[str, str]] = Counter()
    moves: list[tuple[int, str, str, str, str]] = []
    same = 0
    for case in cases:
        going()
        new, old = read(case, way), read(case, beside)
        last[old.phases[-1], new.phases[-1]] += 1
        weeks.update(zip(old.phases, new.phases, strict=True))
        same += new.changes == old.changes
        for mine, others, name in ((new.changes, old.changes, names[0]), (old.changes, new.changes, names[1])):
            moves += [(at, case.id, was, now, name) for at, was, now in mine if (at, was, now) not in others]
    table = [Crossed(a.upper(), b.upper(), last[a, b], weeks[a, b]) for a, b in sorted(weeks, key=lambda pair: -weeks[pair])]
    same_now = sum(count for (a, b), count in last.items() if a == b)
    shown = [Differing(id, rfc3339(at), was.upper(), now.upper(), name) for at, id, was, now, name in sorted(moves)[:SHOWN]]
    return Trial(*names, sum(last.values()), among, seed, same, same_now, table, len(moves), shown)


def tried_together(
    cases: Sequence[Case], way: Way, beside: Way, names: tuple[str, str], among: int, enough: Enough, going: Callable[[], None]
) -> ProjectTrial:
    """The same of relationships that are told of together. `enough` has who is in each case, in their order."""
    found: list[tuple[Conclusion, Conclusion]] = []
    for case in cases:
        going()
        found.append((read(case, beside), read(case, way)))
    now = [Counter([(old.phases[-1], new.phases[-1])]) for old, new in found]
    weeks = [Counter(zip(old.phases, new.phases, strict=True)) for old, new in found]
    stand, stood = _told(now, enough), _told(weeks, enough)
    crossed = [Crossing(a.upper(), b.upper(), stand.get((a, b)), stood.get((a, b))) for a, b in sorted(stand.keys() | stood.keys())]
    same = np.array([new.changes == old.changes for old, new in found])
    apart = sum(len({*new.changes} ^ {*old.changes}) for old, new in found)
    is_told = all(enough.is_told(rows) for rows in (same, ~same) if rows.any())
    phases = sorted(crossed, key=lambda one: -(one.weeks or 0))
    return ProjectTrial(*names, len(found), among, int(same.sum()) if is_told else None, apart if is_told else None, phases)


def _told(counts: Sequence[Counter[tuple[str, str]]], enough: Enough) -> Mapping[tuple[str, str], int]:
    """Of each pair of phases the sum over all cases, where it is told. How all stood with the one lens is known: so each of its phases is a
    whole by itself."""
    told = {}
    for phase in PHASES:
        parts = {number: np.array([(phase, other) in one for one in counts]) for number, other in enumerate(PHASES)}
        told.update({pair: sum(one[pair] for one in counts) for pair in ((phase, PHASES[number]) for number in enough.told(parts))})
    return told
