"""A lens that is tried beside another, before it is published: on how much they agree, and where not.

Neither is right: that two lenses differ says what the one believes and the other does not. Nothing of a trial is kept.
A lens may weigh a single kind of event and nothing else. Who may not open a history is therefore told nothing of a single one, and numbers
of enough people alone: how these stand with the one lens, whatever it is laid beside, since two tables with a side in common can be taken
off one another. It does not keep a lens that is made for it, asked beside one that hardly differs, from telling of one relationship.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from domain.model.time import rfc3339
from projections.research.cases import PHASES, Case, Conclusion, Way, bounded, read
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


class Standing(Answer):
    """How many relationships stand so at the last."""

    phase: str
    relationships: int


class ProjectTrial(Answer):
    """`phases` are those of the lens that is tried, by itself; one that is of too few people is left out, and what would give it away.
    `same` relationships read the same all the time; None where these, or the others, are in any phase of too few."""

    lens: str
    beside: str
    relationships: int
    among: int
    same: int | None
    phases: list[Standing]


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
    """The same of relationships that are told of together. `enough` has who is in each case, in their order. Raises `Refused`."""
    bounded(cases, 2, "definition")
    found: list[tuple[Conclusion, Conclusion]] = []
    for case in cases:
        going()
        found.append((read(case, beside), read(case, way)))
    same = np.array([new.changes == old.changes for old, new in found])
    last = np.array([PHASES.index(new.phases[-1]) for _, new in found])
    parts = {place: last == place for place in range(len(PHASES))}
    phases = [Standing(PHASES[place].upper(), int(parts[place].sum())) for place in sorted(enough.told(parts))]
    # Not only both by themselves: laid beside a phase, the number of all would tell of the few in it that read the same, or do not.
    shares = [rows & alike for rows in parts.values() for alike in (same, ~same)]
    is_told = all(enough.is_told(rows) for rows in shares if rows.any())
    return ProjectTrial(*names, len(found), among, int(same.sum()) if is_told else None, phases)
