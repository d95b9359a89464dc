"""What is told for research of one relationship: its readings and moves by weeks, and who was in it when.

Shares are told to two decimals: by more of them what happened could be dated to the second. What lies between two of them is rounded up,
and what lies there but for the last bits too, so that they come out alike wherever and in whichever order they are added up.
"""

from collections.abc import Iterator

from domain.model.lens import Definition
from domain.model.time import span
from projections.lenses.evidence import SLIGHT
from projections.lenses.reading import Accounts, Evidence, column, moves_of
from projections.views import pseudonymous as p
from projections.views.observation import Observation

DECIMALS = 2


def trajectory_of(
    body: Evidence | Accounts, lens: Definition, holder: str | None, called: str | None, seen: Observation, step: int
) -> p.Trajectory:
    """The readings of a holder (None: pooled), who is `called` so, every `step` weeks."""
    grid = seen.grid(step)
    read = column(body, lens, holder, seen.instants(grid))
    helped, befriended, ambiguous = ([rounded(share[part] if share else None) for share in read.shares] for part in range(3))
    phases, sure = [phase.upper() for phase in read.phase], [rounded(one) for one in read.confidence]
    return p.Trajectory(body.lens, body.version, called, list(grid), phases, helped, befriended, ambiguous, sure)


def spells(told: p.Trajectory) -> p.Spells:
    """The same readings, for how long each stood."""
    found = p.Spells([], [], [], [])
    for week, phase in zip(told.week, told.phase, strict=True):
        if found.phase[-1:] != [phase]:
            found.phase.append(phase)
            found.begin.append(week)
            found.end.append(week)
            found.points.append(0)
        found.end[-1] = week
        found.points[-1] += 1
    return found


def moves_told(body: Evidence | Accounts, holder: str | None, called: str | None, seen: Observation) -> list[p.Move]:
    """The moves of the same, while they were observed."""
    return [
        p.Move(
            body.lens, body.version, called, seen.weeks.of(move.at), move.was.upper(), _upper(move.was_kind), move.now.upper(),
            _upper(move.kind), move.cause.upper(),
        )
        for move in moves_of(body, holder)
        if move.at <= seen.upto
    ]  # fmt: skip


def member_told(key: str, member: str, person: str, side: str, joined: str, left: str | None, seen: Observation) -> Iterator[p.Member]:
    """Somebody who joined and left on these dates; nobody, where that was after it was observed."""
    came, went = span(joined).first, None if left is None else span(left).first
    if came <= seen.upto:
        gone = None if went is None or went > seen.upto else seen.weeks.of(went)
        yield p.Member(key, member, person, side, seen.weeks.of(came), gone)


def rounded(share: float | None) -> float | None:
    return None if share is None else round(share + SLIGHT, DECIMALS)


def _upper(word: str | None) -> str | None:
    return None if word is None else word.upper()
