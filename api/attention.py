"""What asks for a look today: in which relationship, since which day, and what that rests on. Never how a relationship does."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET

from api.arguments import After, First, given, size
from api.context import Context, Info, question, thread
from api.events import Event, PageInfo, page_info
from api.fields import field
from api.relationships import Relationship
from api.scalars import AttentionKind, Date
from api.selection import contents
from domain.model import attention
from domain.store.accesses import viewer
from projections.views import answers
from projections.views.attention_pages import AttentionFilter, aside_until, check_asked


async def _relationship(task: strawberry.Parent[answers.Attention], info: Info) -> answers.Relationship | None:
    return await info.context.load(info.context.questions.relationships, task.relationship)


async def _event(task: strawberry.Parent[answers.Attention], info: Info) -> answers.RecordedEvent | None:
    if task.event is None:
        return None
    return await info.context.load(info.context.questions.events_by_id, task.event, only=contents(info))


@strawberry.type(description="Something that asks for a look. Of a term, that it is left open is an answer; all else can be put aside.")
class Attention:
    relationship: Relationship = field("The relationship.", _relationship)
    kind: AttentionKind = field("What it is.")
    since: Date = field("The day since which it asks.")
    until: Date | None = field("Of a term: the day at whose start (UTC) it stops, or stopped, running.")
    event: Event | None = field(
        "What it rests on: the latest check-in or meeting, what began or extended the term, the tension, the agreement; none where nothing"
        " of the kind was recorded since the relationship began or was resumed.",
        _event,
    )


@strawberry.type(description="A page of what asks for a look, by the day since which it does, then by relationship; nothing goes before.")
class AttentionConnection:
    nodes: list[Attention] = field("What asks, of this page.")
    page_info: PageInfo = page_info()


Initiative = Annotated[strawberry.ID | None, strawberry.argument(description="Only in relationships of this initiative.")]
Within = Annotated[strawberry.ID | None, strawberry.argument(description="Only in this relationship.")]
Kinds = Annotated[list[AttentionKind] | None, strawberry.argument(description="Only of these kinds; without it, of all.")]


async def all_attention(
    info: Info, initiative: Initiative = UNSET, relationship: Within = UNSET, kinds: Kinds = UNSET, first: First = 50, after: After = UNSET
) -> answers.Page:
    named = given(kinds)
    asked = AttentionFilter(
        initiative=given(initiative),
        relationship=given(relationship),
        kinds=None if named is None else [kind.value.lower() for kind in named],
    )
    return await question(info.context.questions.attention_page, size(first, 50), given(after), asked)


Of = Annotated[strawberry.ID, strawberry.argument(description="The relationship in which it asks.")]
Kind = Annotated[AttentionKind, strawberry.argument(description="What asks; not a term, which is answered.")]
Resting = Annotated[strawberry.ID | None, strawberry.argument(description="The event that it rests on; none where there is none.")]


async def put_aside(info: Info, relationship: Of, kind: Kind, event: Resting = UNSET) -> Date:
    return await thread(_aside, info.context, relationship, _named(kind), given(event) or "")


async def ask_again(info: Info, relationship: Of, kind: Kind, event: Resting = UNSET) -> bool:
    return await thread(_again, info.context, relationship, _named(kind), given(event) or "")


def _named(kind: AttentionKind) -> attention.AttentionKind:
    return cast("attention.AttentionKind", kind.value.lower())


def _aside(context: Context, relationship: str, kind: attention.AttentionKind, event: str) -> Date:
    with context.questions.newest() as snapshot:
        until = aside_until(snapshot, relationship, kind, event)
    context.organisation.settings.put_aside(relationship, kind, event, until, viewer())
    return Date(until)


def _again(context: Context, relationship: str, kind: attention.AttentionKind, event: str) -> bool:
    with context.questions.newest() as snapshot:
        check_asked(snapshot, relationship)
    return context.organisation.settings.ask_again(relationship, kind, event, viewer())
