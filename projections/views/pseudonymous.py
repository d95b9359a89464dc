"""What who does research is answered with: the same things that others are told of, with pseudonyms for ids and weeks for days.

They are types of their own, so that nothing of the others' slips in with a field that is added to those.
"""

from msgspec import Struct

TOO_FEW = "TOO_FEW"
FEWER_THAN_GROUPS = "FEWER_THAN_GROUPS"
"""Why something is not told: fewer people are in it than are told of, or fewer relationships than it would have groups."""


class Study(Struct, frozen=True):
    """A project. Both numbers are None where nothing is told of it, and `withheld` says why; `lenses` are None where it has all."""

    id: str
    purpose: str
    since: str | None
    until: str | None
    relationships: int | None
    persons: int | None
    withheld: str | None
    lenses: list[str] | None = None


class Lens(Struct, frozen=True):
    name: str
    version: str
    description: str


class Initiative(Struct, frozen=True):
    pseudonym: str
    kind: str
    guidance: str
    contact: str


class Member(Struct, frozen=True):
    """`pseudonym` is theirs in one relationship, `person` in all of them. `key` is for asking further; nobody is told it. `joined` and
    `left` are weeks."""

    key: str
    pseudonym: str
    person: str
    side: str
    joined: int
    left: int | None


class Relationship(Struct, frozen=True):
    """`key` is for asking further; nobody is told it. `weeks` is how long it was observed."""

    key: str
    pseudonym: str
    initiative: Initiative
    origin: str
    weeks: int
    censoring: str
    members: list[Member]


class Trajectory(Struct, frozen=True):
    """Readings in columns of equal length, each at the end of a week."""

    lens: str
    lens_version: str
    holder: str | None
    week: list[int]
    phase: list[str]
    help: list[float | None]
    friendship: list[float | None]
    ambiguity: list[float | None]
    confidence: list[float | None]


class Spells(Struct, frozen=True):
    """How long a trajectory stood somewhere without a break, in columns: the first week and the last one that was read so, itself included,
    and how many readings."""

    phase: list[str]
    begin: list[int]
    end: list[int]
    points: list[int]


class Move(Struct, frozen=True):
    lens: str
    lens_version: str
    holder: str | None
    week: int
    was: str
    was_kind: str | None
    now: str
    kind: str | None
    cause: str


class Score(Struct, frozen=True):
    name: str
    value: float | None


class Measure(Struct, frozen=True):
    """What answers come to on a scale; the answers themselves are not told."""

    week: int
    holder: str | None
    scale: str
    mode: str
    scores: list[Score]


class Code(Struct, frozen=True):
    """What a coder read in what somebody said; `week` is that of what was said."""

    week: int
    holder: str | None
    code: str


class Page(Struct, frozen=True):
    """Relationships in the order of their pseudonyms."""

    nodes: list[Relationship]
    has_next_page: bool

    @property
    def end_cursor(self) -> str | None:
        return self.nodes[-1].pseudonym if self.nodes else None
