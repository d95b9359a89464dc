"""What the analyses of a project are answered with: numbers of at least as many persons as are told of, and per pseudonym what trajectories
tell.

Where a row is of too few, its numbers are None, and so are those of other rows that would give it away. Counts of states are in the order
of `PHASES`. Weeks are those since the start of each relationship.
"""

from msgspec import Struct, field

from projections.research.sequences import ALPHABET

PHASES = ALPHABET


class Analysis(Struct, frozen=True, kw_only=True, rename="camel"):
    """What every analysis says of itself: how it was read, of how many it tells, and, where nothing is told, why."""

    lens: str
    lens_version: str
    holder: str | None
    step_weeks: int
    phases: list[str] = field(default_factory=lambda: list(PHASES))
    relationships: int | None = None
    persons: int | None = None
    points: int | None = None
    withheld: str | None = None


class StatesRow(Struct, frozen=True, rename="camel"):
    week: int
    of: int
    counts: list[int]
    entropy: float


class PhaseTime(Struct, frozen=True, rename="camel"):
    phase: str
    weeks: float


class States(Analysis, frozen=True, kw_only=True):
    rows: list[StatesRow] = []
    times: list[PhaseTime] = []


class FollowingRow(Struct, frozen=True, rename="camel"):
    was: str
    of: int | None
    counts: list[int] | None
    rates: list[float] | None
    withheld: str | None


class Following(Analysis, frozen=True, kw_only=True):
    rows: list[FollowingRow] = []


class Means(Struct, frozen=True, rename="camel"):
    weeks: float
    transitions: float
    entropy: float
    turbulence: float
    complexity: float


class OwnIndicators(Struct, frozen=True, rename="camel"):
    relationship: str
    weeks: int
    censoring: str
    transitions: int
    entropy: float
    turbulence: float
    complexity: float


class Indicated(Analysis, frozen=True, kw_only=True):
    means: Means | None = None
    each: list[OwnIndicators] = []


class Group(Struct, frozen=True, rename="camel"):
    relationships: int | None
    share: float | None
    silhouette: float | None
    medoid: str | None
    course: list[str] | None
    each: list[str] | None
    withheld: str | None


class Typical(Analysis, frozen=True, kw_only=True):
    """`weeks`: how many of each are compared; `left_out`: how many were followed for fewer."""

    weeks: int
    measure: str
    substitution: list[list[float]] | None = None
    indel: float | None = None
    left_out: int | None = None
    silhouette: float | None = None
    groups: list[Group] = []


class Waiting(Struct, frozen=True, rename="camel"):
    week: int
    at_risk: int
    came: int
    censored: int
    waiting: float
    error: float


class Awaited(Analysis, frozen=True, kw_only=True):
    phase: str
    rows: list[Waiting] = []
    median: int | None = None


class AroundRow(Struct, frozen=True, rename="camel"):
    week: int
    of: int | None
    counts: list[int] | None
    withheld: str | None


class Around(Analysis, frozen=True, kw_only=True):
    event: str
    rows: list[AroundRow] = []


class ComparedRow(Struct, frozen=True, rename="camel"):
    phase: str
    of: int | None
    counts: list[int] | None
    withheld: str | None


class OwnAgreement(Struct, frozen=True, rename="camel"):
    relationship: str
    weeks: int
    share: float | None
    differ_since: int | None


class Compared(Analysis, frozen=True, kw_only=True):
    """The reading of the analysis itself is the one; of the `other` it says how that was read."""

    other_lens: str
    other_lens_version: str
    other_holder: str | None
    weeks: int | None = None
    share: float | None = None
    kappa: float | None = None
    rows: list[ComparedRow] = []
    each: list[OwnAgreement] = []
