"""What is told as it happens: first the past after a position, then that it is caught up, then whatever comes.

Each subscriber reads the past at their own pace, a page at a time, so that a slow one costs nobody else anything. From then on all who
ask the same are told from one reading: these resolvers run once for each subscriber until they have caught up, and then once for the
group of them (`api.fanout`). After a break who gives the last position they had as `after` goes on where they were.
"""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

import strawberry
from msgspec import Struct
from msgspec.structs import replace
from strawberry import UNSET

from api.arguments import LensName, given, place
from api.context import Info
from api.events import Event, EventFilter
from api.fields import field
from api.meeting import EventMeeting, MoveMeeting
from api.moves import Move, MoveFilter
from api.readings import HOLDER, LENS
from api.relationships import Relationship
from api.scalars import DateTime, Phase, Position
from api.selection import asks
from projections.views import answers, filters, live


class Came(Struct, frozen=True):
    """What `EventArrived` shows."""

    event: answers.RecordedEvent
    relationship: answers.Relationship | None


class Reached(Struct, frozen=True):
    """What `CaughtUp` shows."""

    position: str


class Beat(Struct, frozen=True):
    """What `Heartbeat` shows."""

    position: str


class Told(Struct, frozen=True):
    """What `MoveArrived` shows."""

    move: answers.Move
    position: str


class TakenBack(Struct, frozen=True):
    """What `MoveWithdrawn` shows."""

    relationship: str
    lens: str
    holder: str | None
    at: str
    now: str
    position: str


POSITION = "Give it as `after` to go on from here."


@strawberry.type(description="An event, as it was recorded. Its `position` is where to go on from.")
class EventArrived:
    event: Event = field("The event.")
    relationship: Relationship | None = field("The relationship it is of, as it stood when the event was read; none where it is of none.")

    @classmethod
    def is_type_of(cls, value: Any, _: Any) -> bool:
        return isinstance(value, Came)


@strawberry.type(description="The past is told, and what comes now is new. Sent once.")
class CaughtUp:
    position: Position = field(POSITION)

    @classmethod
    def is_type_of(cls, value: Any, _: Any) -> bool:
        return isinstance(value, Reached)


@strawberry.type(description="Nothing came for some seconds.")
class Heartbeat:
    position: Position = field(POSITION)

    @classmethod
    def is_type_of(cls, value: Any, _: Any) -> bool:
        return isinstance(value, Beat)


@strawberry.type(description="A move that has come to be known: an event brought it about, or the time of something foreseen has come.")
class MoveArrived:
    move: Move = field("The move.")
    position: Position = field(
        POSITION + " Of several that one batch brings about, the last has the batch's own: after a break the others may come again,"
        " alike in relationship, holder, `at` and `now`, and none is lost."
    )

    @classmethod
    def is_type_of(cls, value: Any, _: Any) -> bool:
        return isinstance(value, Told)


@strawberry.type(description="A move that is known no more: a late or corrected event undid it.")
class MoveWithdrawn:
    relationship: strawberry.ID = field("The id of the relationship.")
    lens: str = field(LENS)
    holder: str | None = field(HOLDER)
    at: DateTime = field("The instant at which it was said to be.")
    now: Phase = field("How it was said to stand from then on.")
    position: Position = field(POSITION)

    @classmethod
    def is_type_of(cls, value: Any, _: Any) -> bool:
        return isinstance(value, TakenBack)


LiveEvent = Annotated[
    EventArrived | CaughtUp | Heartbeat, strawberry.union("LiveEvent", description="An event, or how far the feed of events is.")
]
LiveMove = Annotated[
    MoveArrived | MoveWithdrawn | CaughtUp | Heartbeat,
    strawberry.union("LiveMove", description="What became of a move, or how far the feed of moves is."),
]
After = Annotated[Position | None, strawberry.argument(description="Everything after this position; without it, from the beginning.")]
Events = Annotated[EventFilter | None, strawberry.argument(description="Which events; without it, all.")]
Moves = Annotated[MoveFilter | None, strawberry.argument(description="Which moves; without it, all of the pooled readings.")]


async def live_events(info: Info, after: After = UNSET, filter: Events = UNSET) -> AsyncGenerator[LiveEvent, None]:
    asked = filter.asked() if filter else filters.EventFilter()
    questions, course = info.context.questions, info.context.course
    meeting = course.meeting(EventMeeting)
    related = asks(info, "relationship")

    async def reopened(event: answers.RecordedEvent) -> answers.RecordedEvent:
        (opened,) = await course.opened(live.events_again, questions, [event])
        return opened

    least = meeting.told
    position = least if course.shared else course.begins(place(after, "after") or 0)
    while True:
        page = await course.opened(live.events_after, questions, position, asked, 0 if course.shared else max(position, least), related)
        async for event in course.fresh(page.found, reopened):
            course.tells(int(event.position), int(event.position))
            if course.shared:
                meeting.told = course.position
            yield Came(event, page.of(event))  # type: ignore[misc]
        position = page.upto
        if page.more:
            continue
        if not course.shared:
            course.reached = meeting.reach(position)
            if course.reached is None:
                least = meeting.told
                continue
            course.says(position)
            yield Reached(str(position))  # type: ignore[misc]
            return
        async for _ in course.silence(position):
            course.says(position)
            yield Beat(str(position))  # type: ignore[misc]


async def live_moves(info: Info, after: After = UNSET, lens: LensName = UNSET, filter: Moves = UNSET) -> AsyncGenerator[LiveMove, None]:
    asked = filter.asked(info) if filter else filters.MoveFilter()
    questions, course = info.context.questions, info.context.course
    meeting = course.meeting(MoveMeeting)

    async def reopened(one: live.Arrived | live.Withdrawn) -> live.Arrived | live.Withdrawn:
        return replace(one, move=replace(one.move, triggers=await course.opened(live.events_again, questions, one.move.triggers)))

    async def told(step: live.Moves, order: int | None) -> AsyncGenerator[Told | TakenBack, None]:
        async for one in course.fresh(step.found, reopened):
            course.tells(one.position, order)
            yield _move(one)

    if course.shared:
        while True:
            for order, step in await course.opened(meeting.step):
                async for said in told(step, order):
                    yield said  # type: ignore[misc]
            if not step.more:
                async for _ in course.silence(step.upto, step.next_at):
                    course.says(step.upto)
                    yield Beat(str(step.upto))  # type: ignore[misc]
    feed = await course.opened(live.MoveFeed, questions, given(lens), asked, course.begins(place(after, "after") or 0))
    step = live.Moves([], 0, True, None)
    while step.more:
        step = await course.opened(feed.step)
        async for said in told(step, None):
            yield said  # type: ignore[misc]
        if step.more and course.is_silent():
            course.says(step.upto)
            yield Beat(str(step.upto))  # type: ignore[misc]
    number, step = await course.opened(meeting.join, questions, feed)
    async for said in told(step, None):
        yield said  # type: ignore[misc]
    if number is not None:
        course.reached = number
        course.says(step.upto)
        yield Reached(str(step.upto))  # type: ignore[misc]


def _move(one: live.Arrived | live.Withdrawn) -> Told | TakenBack:
    move, position = one.move, str(one.position)
    if isinstance(one, live.Arrived):
        return Told(move, position)
    return TakenBack(move.relationship, move.lens, move.holder, move.at, move.now, position)
