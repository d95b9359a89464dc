"""What questions are answered with: plain structs with the names of the public schema.

GraphQL, the command line's `--json` and the pages give the same objects, so they are made once, here. Names are in camel case
on the wire; instants are RFC 3339 texts in UTC, dates EDTF as recorded, closed lists in upper case where the schema has an enum.
"""

from typing import Any

from msgspec import Struct


def _wire(name: str) -> str:
    """`from_` is `from` on the wire; the rest is in camel case."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.title() for word in rest)


class Answer(Struct, frozen=True, rename=_wire, gc=False):
    """An object of the public schema."""


class RecordedEvent(Answer):
    id: str
    type: str
    subject: str
    source: str
    time: str | None
    told_by: str | None
    position: str
    occurred: str
    recorded: str
    recorded_by: str | None
    method: str | None
    perspective: str | None
    retracted_by: str | None
    amended_by: str | None
    data: Any
    amended: Any


class Strengths(Answer):
    help: float
    friendship: float
    openness: float


class BasisShare(Answer):
    basis: str
    share: float


class Contribution(Answer):
    event: RecordedEvent
    basis: str
    help: float | None
    friendship: float | None
    openness: float | None


class Reading(Answer):
    at: str
    lens: str
    lens_version: str
    holder: str | None
    phase: str
    kind: str | None
    direction: list[tuple[str, str]] | None
    help: float | None
    friendship: float | None
    ambiguity: float | None
    confidence: float | None
    strengths: Strengths | None
    basis: list[BasisShare]
    because: list[Contribution]


class Trajectory(Answer):
    lens: str
    lens_version: str
    holder: str | None
    at: list[str]
    phase: list[str]
    help: list[float | None]
    friendship: list[float | None]
    ambiguity: list[float | None]
    confidence: list[float | None]


class Move(Answer):
    """`relationship` is the id; GraphQL resolves it further."""

    relationship: str
    lens: str
    lens_version: str
    holder: str | None
    was: str
    was_kind: str | None
    now: str
    kind: str | None
    at: str
    cause: str
    triggers: list[RecordedEvent]


class Tally(Answer):
    of: str
    count: float


class BySelfAndOther(Answer):
    self: float
    other: float
    unsaid: float


class Room(Answer):
    breadth: float
    surprise: BySelfAndOther
    movement: float
    ambivalence: float | None
    made: list[Tally]
    limited: list[Tally]


NO_ROOM = Room(0.0, BySelfAndOther(0.0, 0.0, 0.0), 0.0, None, [], [])
"""The room of a relationship of which nothing was known then."""


class Member(Answer):
    """`participant` is the id, None where it cannot be opened; GraphQL resolves it further."""

    handle: str
    participant: str | None
    withdrawn: bool
    joined: str
    left: str | None
    roles: list[str]
    side: str


class Term(Answer):
    from_: str
    until: str | None
    kind: str | None
    ended_on: str | None
    lapsed: bool
    continuation: str | None


class Agreement(Answer):
    id: str
    kind: str
    parties: list[str]
    tacit: bool
    prompted_by: str | None
    from_: str
    review_on: str | None
    lifted_on: str | None
    replaced_by: str | None


class Reversal(Answer):
    id: str
    between: list[str]
    from_: str
    restored_on: str | None


class Opening(Answer):
    id: str
    about: str
    holder: str
    by: list[str]
    from_: str
    settled_on: str | None


class Tension(Answer):
    id: str
    kind: str
    holder: str
    from_: str
    eased_on: str | None


class Segment(Answer):
    note: int
    start: int
    end: int


class Code(Answer):
    """What a coder read in an account. What cannot be shown says why in the place of `code`, and no account."""

    account: str | None
    code: str
    coder: str | None
    segment: Segment | None
    holder: str
    occurred: str


class Score(Answer):
    name: str
    value: float | None


class Measure(Answer):
    """`scale` is None where there is no scale of that instrument. What cannot be shown says why in the place of `instrument`."""

    instrument: str
    version: str | None
    holder: str | None
    occurred: str
    mode: str | None
    scale: str | None
    scores: list[Score]
    outside: list[str]
    missing: list[str]
    unknown: list[str]


class Relationship(Answer):
    """What a list shows of a relationship; the rest is asked by its id. `initiative` is an id."""

    id: str
    initiative: str
    origin: str
    started_on: str
    ended_on: str | None


class Consent(Answer):
    scope: str
    given: str
    withdrawn: str | None


class Participant(Answer):
    id: str
    name: Any
    registered_on: str
    consents: list[Consent]
    joined_with: list[str]


class Initiative(Answer):
    id: str
    name: str
    kind: str
    guidance: str
    contact: str


class Lens(Answer):
    name: str
    version: str
    description: str
    definition: Any


class Attention(Answer):
    """Something that asks for a look; `relationship` and `event` are ids, which GraphQL resolves further."""

    relationship: str
    kind: str
    since: str
    until: str | None
    event: str | None


class Asking(Answer):
    """In how many relationships of an initiative something asks for a look, for one reason."""

    initiative: str
    name: str
    kind: str
    contacts: int


class Dated(Answer):
    """Something that is of a day, in a relationship: `day` and `until` are counted from 1970-01-01; `changed` is the instant at which
    something was last recorded there, `event` what it rests on, empty where that is only the start."""

    kind: str
    day: int
    relationship: str
    event: str
    initiative: str
    name: str
    changed: int


class Access(Answer):
    """An entry of the access log."""

    position: str
    at: str
    by: str
    role: str
    on_behalf_of: str | None
    action: str
    place: str
    kinds: list[str]
    since: str | None
    upto: str | None


class Page(Answer):
    """One page of a list: its nodes, the cursor of each, and whether more follow."""

    nodes: list[Any]
    cursors: list[str]
    has_next_page: bool

    @property
    def end_cursor(self) -> str | None:
        return self.cursors[-1] if self.cursors else None


class Checkpoint(Answer):
    size: str
    signed: str
    checkpoint: str


class InclusionProof(Answer):
    event: str
    position: str
    envelope: str
    leaf: str
    size: str
    proof: list[str]
    checkpoint: str


class ConsistencyProof(Answer):
    old: str
    new: str
    old_root: str
    new_root: str
    proof: list[str]
