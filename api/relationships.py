"""Relationships: what lies between people, with everything that can be asked of it.

Whatever is asked of a relationship is asked of all relationships of a page at once.
"""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import strawberry
from strawberry import UNSET

from api.arguments import After, First, KnownAt
from api.coding import CODED, Code
from api.context import Info
from api.events import Event, PageInfo, page_info
from api.fields import field
from api.initiatives import Initiative
from api.measures import MEASURED, Measure
from api.moves import Move, moves_of
from api.people import Participant, person
from api.pushed import Pushable
from api.readings import Reading, Room, Trajectory, reading_of, room_of, trajectory_of
from api.relationship_filter import Narrowed, relationship_page
from api.scalars import EDTF, Date, Origin, Side
from api.selection import CONTENT, opens
from projections.views import answers
from projections.views.questions import Questions


async def _participant(member: strawberry.Parent[answers.Member], info: Info) -> answers.Participant | None:
    if member.participant is None:
        return None
    return await person(info, member.participant)


@strawberry.type(description="Somebody's part in a relationship.")
class Member:
    handle: str = field("How the member is called within this relationship, and nowhere else.")
    participant: Participant | None = field("The person; none where that cannot be opened.", _participant)
    withdrawn: bool = field("Whether consent to record was withdrawn, or the person was erased.")
    joined: EDTF = field("Since when.")
    left: EDTF | None = field("Until when; none while a member.")
    roles: list[str] = field("The own roles, as words of the initiative.")
    side: Side = field("The side the member stands on now, or stood on when leaving; while a reversal is open, the other's.")


@strawberry.type(description="A term for which a match was agreed.")
class Term:
    from_: EDTF = field("Since when.", name="from")
    until: Date | None = field("The day at whose start (UTC) a fixed term runs out.")
    kind: str | None = field("`fixed`, `one_off` or `indefinite`; none where it was not stated.")
    ended_on: EDTF | None = field("When it was ended.")
    lapsed: bool = field("Whether it ran out without being ended or extended by then.")
    continuation: str | None = field(
        "What followed: `left_open`, `as_volunteering`, `as_private_contact`, `winding_down`, `stopped` or `not_asked`."
    )


@strawberry.type(description="Something that was agreed between them, or with the organisation.")
class Agreement:
    id: strawberry.ID = field("Its id in this relationship.")
    kind: str = field(
        "`role_formalised`, `condition_set`, `expectation_agreed`, `frequency_agreed`, `tasks_limited`, `setting_agreed`, `naming_agreed`."
    )
    parties: list[str] = field("Who agreed: handles, `coordinator`, `all` or `role/<role>`.")
    tacit: bool = field("Whether it was never said aloud.")
    prompted_by: str = field("`situation`, `prevention` or `request`.")
    from_: EDTF = field("Since when.", name="from")
    review_on: Date | None = field("The day on which it is to be looked at again.")
    lifted_on: EDTF | None = field("When it was lifted, replaced or closed with the relationship; none while in force.")
    replaced_by: strawberry.ID | None = field("The agreement that took its place.")


@strawberry.type(description="A time in which two members stood on each other's side.")
class Reversal:
    id: strawberry.ID = field("Its id in this relationship.")
    between: list[str] = field("The handles of the two.")
    from_: EDTF = field("Since when.", name="from")
    restored_on: EDTF | None = field("When it was restored or closed; none while it lasts.")


@strawberry.type(description="Something that is left open on purpose. Leaving open is a complete answer.")
class Opening:
    id: strawberry.ID = field("Its id in this relationship.")
    about: str = field("`nature`, `roles`, `continuation`, `joining_in`, `needs` or `background`.")
    holder: str = field("For whom it stands open: a handle, `coordinator`, `group` or `observer`.")
    by: list[str] = field("Who leaves it open: handles, `coordinator`, `group` or `nobody`.")
    from_: EDTF = field("Since when.", name="from")
    settled_on: EDTF | None = field("When it was settled or closed; none while it stands.")


@strawberry.type(description="A strain that somebody feels in a relationship.")
class Tension:
    id: strawberry.ID = field("Its id in this relationship.")
    kind: str = field("`overasked`, `unclear_expectations`, `unreliable`, `irritation`, `excluded` or `strain`.")
    holder: str = field("Who feels it: a handle, `coordinator`, `group` or `observer`.")
    from_: EDTF = field("Since when.", name="from")
    eased_on: EDTF | None = field("When it was eased or closed; none while it stands.")


def _known(ask: Callable[[Questions], Callable[..., dict[str, list[Any]]]], *opened: str) -> Callable[..., Any]:
    """What is known of a relationship, as of an instant of knowing. `opened`: the fields that show something sealed."""

    async def resolve(relationship: strawberry.Parent[answers.Relationship], info: Info, known_at: KnownAt = UNSET) -> list[Any]:
        context = info.context
        more = {"only": opens(info, *opened)} if opened else {}
        found = await context.load(ask(context.questions), relationship.id, known_at=context.moment(known_at, "knownAt"), **more)
        return found or []

    return resolve


async def _initiative(relationship: strawberry.Parent[answers.Relationship], info: Info) -> answers.Initiative | None:
    return await info.context.load(info.context.questions.initiatives, relationship.initiative)


@strawberry.type(description="What lies between two or more people.")
class Relationship:
    id: strawberry.ID = field("Its id.")
    initiative: Initiative = field("The initiative it arose in.", _initiative)
    origin: Origin = field("How it began.")
    started_on: EDTF = field("When it began.")
    ended_on: EDTF | None = field("When it ended; none while it runs.")
    members: list[Member] = field("Its members, former ones too.", _known(lambda questions: questions.members, "participant"))
    terms: list[Term] = field("The terms it had, in order.", _known(lambda questions: questions.terms))
    agreements: list[Agreement] = field("What was agreed.", _known(lambda questions: questions.agreements))
    reversals: list[Reversal] = field("Times of exchanged sides.", _known(lambda questions: questions.reversals))
    openings: list[Opening] = field("What was left open.", _known(lambda questions: questions.openings, "about", "by"))
    tensions: list[Tension] = field("Tensions that were felt.", _known(lambda questions: questions.tensions, "kind"))
    codes: list[Code] = field("What coders read in what was said.", _known(lambda questions: questions.codes, *CODED))
    measures: list[Measure] = field("What was measured, and what it comes to.", _known(lambda questions: questions.measures, *MEASURED))
    history: list[Event] = field(
        "Everything recorded about it, in the order of occurring, retracted and amended events included and marked.",
        _known(lambda questions: questions.histories, *CONTENT),
    )
    reading: Reading = field("How it stood at an instant, through a lens.", reading_of)
    trajectory: Trajectory = field("How it stood over time, at equal steps.", trajectory_of)
    moves: list[Move] = field("When its reading changed, in order of time.", moves_of)
    room: Room = field("How many ways of being in contact it kept open at an instant.", room_of)


class Edge(NamedTuple):
    cursor: str
    node: answers.Relationship


def _edges(page: strawberry.Parent[answers.Page]) -> list[Edge]:
    return [Edge(cursor, node) for cursor, node in zip(page.cursors, page.nodes, strict=True)]


@strawberry.type(description="A relationship with its place in the list.")
class RelationshipEdge:
    cursor: str = field("Give it as `after` to go on from here.")
    node: Relationship = field("The relationship.")


@strawberry.type(description="A page of relationships, the most recent event first.")
class RelationshipConnection:
    nodes: list[Relationship] = field("The relationships of this page.")
    edges: list[RelationshipEdge] = field("The same, each with its cursor.", _edges)
    page_info: PageInfo = page_info()


Id = Annotated[strawberry.ID, strawberry.argument(description="The relationship's id.")]


async def relationship_by_id(info: Info, id: Id) -> answers.Relationship | None:
    return await info.context.load(info.context.questions.relationships, id)


async def all_relationships(info: Info, filter: Narrowed = UNSET, first: First = 50, after: After = UNSET) -> Pushable:
    return await relationship_page(info, filter, first, after)
