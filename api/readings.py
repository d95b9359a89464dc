"""How a relationship is read: at an instant, over time, and the room it keeps open."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from api.arguments import Holder, KnownAt, LensName, given
from api.context import Info, question
from api.events import Event
from api.fields import field
from api.pushed import Pushable
from api.scalars import JSON, AmbiguityKind, Basis, DateTime, Phase
from api.selection import contents
from projections.views import answers
from projections.views.pushed import Chosen

LENS = "The lens it is read with."
LENS_VERSION = "The version of that lens."
HOLDER = "Whose reading this is: a handle, `coordinator`, `group` or `observer`. None: pooled over all."


@strawberry.type(description="A way of reading histories, given as data.")
class Lens:
    name: str = field("Its name, to be given as `lens`.")
    version: str = field("Its version; a version is never changed.")
    description: str = field("What it goes by.")
    definition: JSON = field("The whole of its rules and weights.")


@strawberry.type(description="The three strengths of the lens, undivided; each 0 or more, where 1 is a half and 2 three quarters.")
class Strengths:
    help: float = field("Strength of help.")
    friendship: float = field("Strength of friendship.")
    openness: float = field("Strength of what is left open.")


@strawberry.type(description="How much of a reading rests on one kind of ground.")
class BasisShare:
    basis: Basis = field("The kind of ground.")
    share: float = field("Its part of the whole weight, 0 to 1; the shares add up to 1.")


@strawberry.type(description="An event that a reading rests on. Weights are as they count at the instant asked; null in lenses without.")
class Contribution:
    event: Event = field("The event.")
    basis: Basis = field("The kind of ground it is.")
    help: float | None = field("What it adds to the strength of help.")
    friendship: float | None = field("What it adds to the strength of friendship.")
    openness: float | None = field("What it adds to the strength of openness.")


@strawberry.type(description="How a relationship stood at an instant, through one lens, and why. Computed, never stored as truth.")
class Reading:
    at: DateTime = field("The instant it is about.")
    lens: str = field(LENS)
    lens_version: str = field(LENS_VERSION)
    holder: str | None = field(HOLDER)
    phase: Phase = field("How it stood.")
    kind: AmbiguityKind | None = field("In which way it was ambiguous, where the lens tells.")
    direction: list[list[str]] | None = field(
        "Who helps whom: pairs of the giver's and the receiver's handle. Null where it is not help, or nobody can tell."
    )
    help: float | None = field("The share of help, 0 to 1; the three add up to 1. Null where nothing is known, and in lenses without.")
    friendship: float | None = field("The share of friendship, 0 to 1; null as for help.")
    ambiguity: float | None = field("The share of ambiguity, 0 to 1; null as for help.")
    confidence: float | None = field("How much is known, 0 (nothing) to 1; null in lenses without weights.")
    strengths: Strengths | None = field("The undivided strengths; null in lenses without weights.")
    basis: list[BasisShare] = field("On what it rests.")
    because: list[Contribution] = field("The events it rests on, the weightiest first.")


@strawberry.type(description="Readings at equal steps, as columns of equal length.")
class Trajectory:
    lens: str = field(LENS)
    lens_version: str = field(LENS_VERSION)
    holder: str | None = field(HOLDER)
    at: list[DateTime] = field("The instants, in order.")
    phase: list[Phase] = field("How it stood at each instant.")
    help: list[float | None] = field("The share of help at each, 0 to 1; null where nothing is known and in lenses without shares.")
    friendship: list[float | None] = field("The share of friendship at each; null as for help.")
    ambiguity: list[float | None] = field("The share of ambiguity at each; null as for help.")
    confidence: list[float | None] = field("How much is known at each, 0 to 1; null in lenses without weights.")


@strawberry.type(description="A count in which each occurrence weighs less the longer ago it was: half after 180 days.")
class Tally:
    of: str = field("What is counted.")
    count: float = field("How much of it, 0 or more.")


@strawberry.type(description="Surprises, each weighing half after 180 days, by whom they meant something for.")
class BySelfAndOther:
    self: float = field("For the one who noticed.")
    other: float = field("For the other.")
    unsaid: float = field("Nobody said; a way of meeting that was new.")


@strawberry.type(description="How many ways of being in contact a relationship keeps open. No score: more is not better.")
class Room:
    breadth: float = field("The effective number of ways of meeting; 0 without meetings.")
    surprise: BySelfAndOther = field("What was new or surprising.")
    movement: float = field("Changes in the way of meeting, in roles and in rhythm, each weighing half after 180 days.")
    ambivalence: float | None = field("The share of ambiguity in the pooled reading of `evidence`, 0 to 1; null where nothing is known.")
    made: list[Tally] = field("Room that was made, by instrument.")
    limited: list[Tally] = field("Agreements that were made, by kind.")


AT = strawberry.argument(description="The instant asked about; a plain day stands for its first instant, in UTC.")
FROM = strawberry.argument(name="from", description="The first instant; without it, the start of the relationship.")
TO = strawberry.argument(description="The last instant; without it, now.")
STEP = strawberry.argument(description="Days between two instants.")
Relationship = strawberry.Parent[answers.Relationship]


async def reading_of(
    relationship: Relationship,
    info: Info,
    at: Annotated[DateTime, AT],
    lens: LensName = UNSET,
    holder: Holder = UNSET,
    known_at: KnownAt = UNSET,
) -> answers.Reading | None:
    context = info.context
    return await context.load(
        context.questions.readings,
        relationship.id,
        at=context.moment(at, "at"),
        lens=given(lens),
        holder=given(holder),
        known_at=context.moment(known_at, "knownAt"),
        only=contents(info),
    )


async def trajectory_of(
    relationship: Relationship,
    info: Info,
    from_: Annotated[DateTime | None, FROM] = UNSET,
    to: Annotated[DateTime | None, TO] = UNSET,
    step_days: Annotated[int | None, STEP] = 7,
    lens: LensName = UNSET,
    holder: Holder = UNSET,
    known_at: KnownAt = UNSET,
) -> Pushable:
    context = info.context
    # Where others have spent all there is, this one is not worked out.
    context.spend(0)
    asked: dict[str, Any] = {
        "start": context.moment(from_, "from"),
        "to": context.moment(to, "to"),
        "step_days": 7 if step_days is None else step_days,
        "lens": given(lens),
        "holder": given(holder),
        "known_at": context.moment(known_at, "knownAt"),
    }

    async def plain() -> answers.Trajectory | None:
        found = await context.load(context.questions.trajectories, relationship.id, **asked)
        context.spend(len(found.at) if found is not None else 0)
        return found

    async def ready(chosen: tuple[Chosen, ...]) -> bytes | None:
        found = await context.load(context.questions.series, relationship.id, **asked)
        context.spend(found.points if found is not None else 0)
        return found.json(chosen) if found is not None else None

    return Pushable(plain, ready)


async def room_of(relationship: Relationship, info: Info, at: Annotated[DateTime, AT], known_at: KnownAt = UNSET) -> answers.Room:
    context = info.context
    found = await context.load(
        context.questions.rooms, relationship.id, at=context.moment(at, "at"), known_at=context.moment(known_at, "knownAt")
    )
    return found or answers.NO_ROOM


async def all_lenses(info: Info) -> list[answers.Lens]:
    return await question(info.context.questions.lenses)
