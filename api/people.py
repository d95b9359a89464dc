"""Participants: the people, what they consent to, and the relationships they are or were in."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from api.arguments import After, First
from api.context import Info
from api.fields import field
from api.pushed import Pushable
from api.relationship_filter import page_of
from api.scalars import EDTF, JSON, ConsentScope
from api.selection import opens
from domain.store.mapper import NAMES
from projections.views import answers

if TYPE_CHECKING:
    from api.relationships import RelationshipConnection


@strawberry.type(description="A spell during which a participant consented to something.")
class Consent:
    scope: ConsentScope = field("To what.")
    given: EDTF = field("Since when.")
    withdrawn: EDTF | None = field("Until when; none while it holds.")


async def _relationships(
    participant: strawberry.Parent[answers.Participant], info: Info, first: First = 50, after: After = UNSET
) -> Pushable | answers.Page:
    return await page_of(info, "participant", participant.id, None, first, after)


@strawberry.type(description="A person who takes part.")
class Participant:
    id: strawberry.ID = field("The participant's id in this organisation.")
    name: JSON | None = field('The name, or why it cannot be shown: `{"sealed": true}`, `{"erased": "<day>"}` or `{"damaged": true}`.')
    registered_on: EDTF = field("When they were registered.")
    consents: list[Consent] = field("What they consent to and consented to.")
    joined_with: list[strawberry.ID] = field("The other ids under which the same person is registered: all that were joined, in order.")
    relationships: Annotated["RelationshipConnection", strawberry.lazy("api.relationships")] = field(
        "The relationships they are or were a member of, under whichever of their ids, the most recent event first.", _relationships
    )


Id = Annotated[strawberry.ID, strawberry.argument(description="The participant's id.")]


async def person(info: Info, id: str) -> answers.Participant | None:
    """Somebody, named only where the name is asked for."""
    return await info.context.load(info.context.questions.participants, id, only=opens(info, "name", only=NAMES))


async def participant_by_id(info: Info, id: Id) -> answers.Participant | None:
    return await person(info, id)
