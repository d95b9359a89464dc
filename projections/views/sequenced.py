"""A project's relationships as sequences, of one reading, with who is in them: what its analyses begin with.

Of how many people something is, is known here and told to nobody but as the number for all.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from domain.model.errors import bad
from projections.research.enough import Enough
from projections.research.sequences import ALPHABET, OVER, Sequences
from projections.views import pseudonymous as p
from projections.views.research import Asked, check_step

HOLDERS = ("coordinator", "group", "observer", "gives", "receives")
_PLACE = {state: place for place, state in enumerate(ALPHABET)}


class ReadBy(Struct, frozen=True):
    """By what relationships are read: a lens (None: evidence), whose (None: pooled; `gives` and `receives`: that of the one member on that
    side, where there is one), and how many weeks lie between two points. Raises `Refused` where that is no step."""

    lens: str | None = None
    holder: str | None = None
    step: int = 1

    def __post_init__(self) -> None:
        check_step(self.step)


class Sequenced(Struct, frozen=True, dict=True):
    """The sequences of one reading, of those that have one."""

    reading: ReadBy
    sequences: Sequences
    persons: Sequence[frozenset[str]]
    fewest: int
    lens: str
    version: str

    @cached_property
    def enough(self) -> Enough:
        return Enough(self.persons, self.fewest)

    @property
    def is_told(self) -> bool:
        return self.enough.is_told(np.ones(len(self.sequences), dtype=bool))

    def rows(self, wanted: NDArray[np.intp]) -> "Sequenced":
        kept = [self.persons[row] for row in wanted]
        return Sequenced(self.reading, self.sequences.rows(wanted), kept, self.fewest, self.lens, self.version)

    def withheld(self, why: str = p.TOO_FEW) -> dict[str, Any]:
        """What an analysis says of itself that tells nothing."""
        return {**self._read_by(), "withheld": why}

    def said(self) -> dict[str, Any]:
        """What every analysis says of itself."""
        if not self.is_told:
            return self.withheld()
        persons, points = len(frozenset[str]().union(*self.persons)), int(self.sequences.lengths.sum())
        return {**self._read_by(), "relationships": len(self.sequences), "persons": persons, "points": points}

    def _read_by(self) -> dict[str, Any]:
        own = self.reading
        return {"lens": self.lens, "lens_version": self.version, "holder": own.holder, "step_weeks": own.step}


def read(asked: Asked, reading: ReadBy) -> Sequenced:
    """The sequences of a project, of whom there is a reading. Raises `Refused`."""
    if reading.holder not in (None, *HOLDERS):
        raise bad("analysis_holder", "holder", holder=reading.holder)
    lens, version = asked.lens(reading.lens)
    found = asked.relationships(list(asked.cohort.ids))
    keys = {one.pseudonym: key for one in found if (key := _key(one, reading.holder)) is not None}
    holder = None if reading.holder in ("gives", "receives") else reading.holder
    found_by = asked.trajectories(list(keys.values()), reading.step, reading.lens, holder)
    told = [(one, trajectory) for one in found if (trajectory := found_by.get(keys.get(one.pseudonym, ""))) is not None and trajectory.week]
    persons = [frozenset(member.person for member in one.members) for one, _ in told]
    return Sequenced(reading, _sequences(told, reading.step, reading.holder), persons, asked.cohort.fewest, lens, version)


def _key(one: p.Relationship, holder: str | None) -> str | None:
    """By what the reading of a holder is asked; None where there is no such one."""
    if holder not in ("gives", "receives"):
        return one.key
    sided = [member.key for member in one.members if member.side == holder.upper()]
    return sided[0] if len(sided) == 1 else None


def _sequences(told: Sequence[tuple[p.Relationship, p.Trajectory]], step: int, holder: str | None = None) -> Sequences:
    """The trajectories of relationships, all under one lens, `step` weeks apart."""
    lengths = np.array([len(trajectory.phase) for _, trajectory in told], dtype=np.intp)
    states = np.full((len(told), max(lengths, default=0)), OVER, dtype=np.int8)
    for row, (_, trajectory) in zip(states, told, strict=True):
        row[: len(trajectory.phase)] = [_PLACE[phase] for phase in trajectory.phase]
    lens = f"{told[0][1].lens}@{told[0][1].lens_version}" if told else ""
    names, censoring = zip(*((one.pseudonym, one.censoring) for one, _ in told), strict=True) if told else ((), ())
    return Sequences(names, states, lengths, censoring, step, lens, holder)
