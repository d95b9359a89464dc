"""Initiatives: what an organisation sets up, and in which relationships arise."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from api.arguments import After, First, given, size
from api.context import Info, question
from api.events import PageInfo, page_info
from api.fields import field
from api.pushed import Pushable
from api.relationship_filter import Narrowed, page_of
from projections.views import answers

if TYPE_CHECKING:
    from api.relationships import RelationshipConnection


async def _relationships(
    initiative: strawberry.Parent[answers.Initiative], info: Info, first: First = 50, after: After = UNSET, filter: Narrowed = UNSET
) -> Pushable | answers.Page:
    return await page_of(info, "initiative", initiative.id, filter, first, after)


@strawberry.type(description="What an organisation sets up: a buddy project, a meeting place, a chore service, …")
class Initiative:
    id: strawberry.ID = field("Its id.")
    name: str = field("Its name.")
    kind: str = field("`buddy`, `chores`, `meeting_place`, `bonus_family`, `group`, `phone_circle`, `residents` or `other`.")
    guidance: str = field("How closely a coordinator guides the contacts: `none`, `light` or `intensive`.")
    contact: str = field("For how long a contact is meant: `one_off`, `fixed` or `indefinite`.")
    relationships: Annotated["RelationshipConnection", strawberry.lazy("api.relationships")] = field(
        "The relationships that arose in it, the most recent event first.", _relationships
    )


@strawberry.type(description="A page of initiatives, the most recent event first.")
class InitiativeConnection:
    nodes: list[Initiative] = field("The initiatives of this page.")
    page_info: PageInfo = page_info()


Id = Annotated[strawberry.ID, strawberry.argument(description="The initiative's id.")]


async def initiative_by_id(info: Info, id: Id) -> answers.Initiative | None:
    return await info.context.load(info.context.questions.initiatives, id)


async def all_initiatives(info: Info, first: First = 50, after: After = UNSET) -> answers.Page:
    return await question(info.context.questions.initiative_page, size(first, 50), given(after))
