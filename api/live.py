"""What is told as it happens: first the past after a position, then that it is caught up, then whatever comes.

Each subscriber reads at their own pace, a page at a time, so that a slow one costs nobody else anything, and lets the others have their
turn after each thing told. After a break who gives the last position they had as `after` goes on where they were.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import strawberry
from msgspec import Struct
from strawberry import UNSET

from api.arguments import LensName, given, place
from api.context import Info, thread
from api.events import Event, EventFilter
from api.fields import field
from api.moves import Move, MoveFilter
from api.readings import HOLDER, LENS
from api.relationships import Relationship
from api.scalars import DateTime, Phase, Position
from domain.model.time import SECOND
from projections.views import answers, filters, live

HEARTBEAT_SECONDS = 12.0


class Came(Struct, frozen=True):
    """What `EventArrived` shows."""

    event: answers.RecordedEvent


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


async def _relationship(came: strawberry.Parent[Came], info: Info) -> answers.Relationship | None:
    kind, _, id = came.event.subject.partition("/")
    if kind != "relationship":
        return None
    return await info.context.load(info.context.questions.relationships, id)


@strawberry.type(description="An event, as it was recorded. Its `position` is where to go on from.")
class EventArrived:
    event: Event = field("The event.")
    relationship: Relationship | None = field("The relationship it is of, as it stands now; none where it is of none.", _relationship)

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
    position = place(after, "after") or 0
    waiting = _Waiting(info)
    while True:
        page = await thread(live.events_after, info.context.questions, position, asked)
        for event in page.found:
            yield Came(event)  # type: ignore[misc]
            await asyncio.sleep(0)
        position = page.upto
        if not page.more:
            async for said in waiting.at(position, None):
                yield said  # type: ignore[misc]


async def live_moves(info: Info, after: After = UNSET, lens: LensName = UNSET, filter: Moves = UNSET) -> AsyncGenerator[LiveMove, None]:
    asked = filter.asked(info) if filter else filters.MoveFilter()
    feed = await thread(live.MoveFeed, info.context.questions, given(lens), asked, place(after, "after") or 0)
    waiting = _Waiting(info)
    while True:
        step = await thread(feed.step)
        for one in step.found:
            yield _move(one)  # type: ignore[misc]
            await asyncio.sleep(0)
        if not step.more:
            async for said in waiting.at(step.upto, step.next_at):
                yield said  # type: ignore[misc]


def _move(one: live.Arrived | live.Withdrawn) -> Told | TakenBack:
    move, position = one.move, str(one.position)
    if isinstance(one, live.Arrived):
        return Told(move, position)
    return TakenBack(move.relationship, move.lens, move.holder, move.at, move.now, position)


class _Waiting:
    """Waits at the end of what there is: says once that it is reached, and from time to time that nothing came."""

    def __init__(self, info: Info) -> None:
        self._context = info.context
        self._reached = False

    async def at(self, position: int, next_at: int | None) -> AsyncGenerator[Reached | Beat, None]:
        """Until something is recorded after a position, or what is foreseen comes."""
        if not self._reached:
            self._reached = True
            yield Reached(str(position))
        spoke = time.monotonic()
        while True:
            silent = HEARTBEAT_SECONDS - (time.monotonic() - spoke)
            until = silent if next_at is None else min(silent, (next_at - self._context.organisation.store.clock()) / SECOND)
            if await self._context.wakeups.after(position, max(until, 0.0)):
                return
            if time.monotonic() - spoke >= HEARTBEAT_SECONDS:
                yield Beat(str(position))
                spoke = time.monotonic()
            if next_at is not None and self._context.organisation.store.clock() >= next_at:
                return
