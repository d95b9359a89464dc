"""The census: numbers of all relationships together, for whoever may see numbers and nothing else.

Tables come in columns, as what draws them wants them. What is hidden is null, and so marked: it may be none, too few, or many.
"""

from collections.abc import AsyncGenerator, Sequence
from enum import Enum
from typing import Annotated, Any, cast

import strawberry
from msgspec import Struct

from api.context import Info, thread
from api.fields import field
from api.live import Beat, Heartbeat
from api.meeting import EventMeeting
from api.scalars import AmbiguityKind, Phase
from domain.model.errors import bad
from domain.model.time import MINUTE
from projections.census.releases import Releases
from projections.census.tables import By, Counted, CurveTold, Every, Tables
from projections.census.units import MATCH

RULE = (
    "A number is told where it is of `fewest` persons or more and none of them is in more than half of what it counts. What is hidden"
    " cannot be worked out from other numbers either: initiatives that cannot be told alone are told with others, such that whoever knows"
    " one of them learns of no fewer persons. The numbers of an initiative stay as they are until `fewest` persons add something else."
)


@strawberry.enum(description="What the rows of a table are.")
class CensusBy(Enum):
    ALL = strawberry.enum_value("all", description="All initiatives together, in one row with an empty name.")
    INITIATIVE = strawberry.enum_value("initiative", description="Initiatives, by their ids.")
    KIND = strawberry.enum_value("kind", description="Kinds of initiatives.")
    GUIDANCE = strawberry.enum_value("guidance", description="How closely contacts are guided.")


@strawberry.enum(description="For what periods there are numbers, all of them of the calendar, in UTC.")
class CensusEvery(Enum):
    MONTH = strawberry.enum_value("month", description="Months, as `2021-03`.")
    QUARTER = strawberry.enum_value("quarter", description="Quarters, as `2021-Q1`.")
    YEAR = strawberry.enum_value("year", description="Years, as `2021`.")


class Table(Struct, frozen=True):
    """The rows of a table, which its columns are read from."""

    found: Sequence[Counted]


Counts = strawberry.Parent[Table]


def _rows(table: Counts) -> list[str]:
    return [one.row for one in table.found]


def _periods(table: Counts) -> list[str]:
    return [one.period for one in table.found]


def _counts(table: Counts) -> list[int | None]:
    return [one.count for one in table.found]


def _hidden(table: Counts) -> list[bool]:
    return [one.count is None for one in table.found]


def _phases(table: Counts) -> list[Phase]:
    return [Phase[one.of.partition(":")[0].upper()] for one in table.found]


def _kinds(table: Counts) -> list[AmbiguityKind | None]:
    return [AmbiguityKind[kind.upper()] if (kind := one.of.partition(":")[2]) else None for one in table.found]


def _was(table: Counts) -> list[Phase]:
    return [Phase[one.of.partition(">")[0].upper()] for one in table.found]


def _now(table: Counts) -> list[Phase]:
    return [Phase[one.of.partition(">")[2].upper()] for one in table.found]


ROW = "Of what each number is."
COUNT = "How many; null where it is hidden."
HIDDEN = "Whether it is hidden: then it may be none, too few, or many."


@strawberry.type(description="How many relationships stood where, in columns of one length.")
class CensusStates:
    row: list[str] = field(ROW, _rows)
    period: list[str] = field("The period at whose start they stood there.", _periods)
    phase: list[Phase] = field("How they stood, in the pooled reading.", _phases)
    kind: list[AmbiguityKind | None] = field("Of an ambiguity, only those of this kind; null for all. Of all initiatives only.", _kinds)
    count: list[int | None] = field(COUNT, _counts)
    hidden: list[bool] = field(HIDDEN, _hidden)


@strawberry.type(description="How many moves there were from phase to phase, in columns of one length.")
class CensusMoves:
    row: list[str] = field(ROW, _rows)
    period: list[str] = field("The period in which they were made.", _periods)
    was: list[Phase] = field("How it stood before.", _was)
    now: list[Phase] = field("How it stood from then on.", _now)
    count: list[int | None] = field(COUNT, _counts)
    hidden: list[bool] = field(HIDDEN, _hidden)


class Course(Struct, frozen=True):
    """How long something took, as `CensusTime` shows it."""

    phase: Phase | None
    weeks: Sequence[int]
    at_risk: Sequence[int] | None
    came: Sequence[int] | None
    waiting: Sequence[int] | None
    hidden: bool


@strawberry.type(description="How long something took, in bins of weeks since the start; the last bin is open.")
class CensusTime:
    phase: Phase | None = field("To the first move into this phase; null: how long a match lasts, to its end.")
    weeks: list[int] = field("After how many weeks each bin begins.")
    at_risk: list[int] | None = field(
        "To how many it had not come when the bin began, of those that were followed so long; null where hidden."
    )
    came: list[int] | None = field("To how many it came within the bin; null where hidden.")
    waiting: list[int] | None = field("How many were followed into the bin and no longer, without its having come; null where hidden.")
    hidden: bool = field("Whether the numbers are hidden.")


class Told(Struct, frozen=True):
    """What `Census` shows."""

    lens: str
    fewest: int
    number: int
    tables: Tables
    rule: str = RULE


By_ = Annotated[CensusBy, strawberry.argument(description="What the rows are.")]
Every_ = Annotated[CensusEvery, strawberry.argument(description="For what periods.")]


async def _states(told: strawberry.Parent[Told], by: By_ = CensusBy.ALL, every: Every_ = CensusEvery.MONTH) -> Table:
    return Table(await thread(told.tables.states, cast(By, by.value), cast(Every, every.value)))


async def _moves(told: strawberry.Parent[Told], by: By_ = CensusBy.ALL, every: Every_ = CensusEvery.YEAR) -> Table:
    if by is not CensusBy.ALL and every is not CensusEvery.YEAR:
        raise bad("census_every", "every")
    return Table(await thread(told.tables.moves, cast(By, by.value), cast(Every, every.value)))


async def _times(told: strawberry.Parent[Told]) -> list[Course]:
    return [_course(curve) for curve in await thread(told.tables.curves)]


def _course(curve: CurveTold) -> Course:
    phase, bins = None if curve.of == MATCH else Phase[curve.of.upper()], curve.bins
    if bins is None:
        return Course(phase, curve.weeks, None, None, None, True)
    return Course(phase, curve.weeks, [bin.at_risk for bin in bins], [bin.came for bin in bins], [bin.waiting for bin in bins], False)


@strawberry.type(description="Numbers of all relationships together, as they are told at present.")
class Census:
    lens: str = field("The lens under which all is read. It is the same for everybody: two would tell of what each hides.")
    fewest: int = field("Of fewer persons no number is told.")
    rule: str = field("What is told and what is hidden, and what that protects.")
    number: int = field("Grows whenever something is told otherwise than before.")
    states: CensusStates = field("How many relationships stood where when each period began.", _states)
    moves: CensusMoves = field("How many moves there were. Months and quarters are told of all initiatives together only.", _moves)
    times: list[CensusTime] = field("How long it took to come to a phase, and how long matches last; of all initiatives.", _times)

    @classmethod
    def is_type_of(cls, value: Any, _: Any) -> bool:
        return isinstance(value, Told)


LiveCensus = Annotated[Census | Heartbeat, strawberry.union("LiveCensus", description="The census, or that nothing of it changed.")]


def _told(releases: Releases) -> Told:
    number, tables = releases.told()
    return Told(releases.lens, releases.rule.k, number, tables)


async def census(info: Info) -> Told:
    """For everybody but participants."""
    info.context.scope.need("count")
    return await thread(_told, info.context.organisation.census)


async def live_census(info: Info) -> AsyncGenerator[LiveCensus, None]:
    info.context.scope.need("count")
    course, releases = info.context.course, info.context.organisation.census
    meeting = course.meeting(EventMeeting)
    last = meeting.told if course.shared else -1
    while True:
        recorded = await thread(info.context.questions.recorded)
        told = await course.opened(_told, releases)
        if told.number > last:
            last = told.number
            if course.shared:
                meeting.told = last
            # Of how much is recorded nobody is told here: single events could be counted by it.
            course.tells(last, last)
            yield told  # type: ignore[misc]
            if course.again:
                last -= 1
            continue
        if not course.shared:
            course.reached = meeting.reach(last)
            if course.reached is None:
                continue
            return
        async for _ in course.silence(recorded, info.context.organisation.store.clock() + MINUTE):
            course.says(last)
            yield Beat(str(last))  # type: ignore[misc]
