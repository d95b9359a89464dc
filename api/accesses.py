"""Who looked: the access log, as the schema shows it."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.arguments import First, given, place, size
from api.context import Info, thread
from api.events import PageInfo, page_info
from api.fields import field
from api.scalars import DateTime, Position
from projections.views import answers
from projections.views.accesses import access_page


@strawberry.type(description="One look at personal content, written down before it was shown. It never holds what was seen.")
class Access:
    position: Position = field("Its place in the access log.")
    at: DateTime = field("When, to the second.")
    by: str = field("Who looked: `token/<name>`, or `command-line/<user>`.")
    role: str = field("In which role.")
    on_behalf_of: str | None = field("For whom, as they said: `coordinator/<id>`, `researcher/<id>` or `system/<name>`.")
    action: str = field("`read`, `export`, `follow` (began to be told what comes) or `told` (was told it, up to a position).")
    place: str = field(
        "Where: `relationship/<id>`, `initiative/<id>`, `organisation` (everything), or `participant`: somebody; who asks by them is told."
    )
    kinds: list[str] = field("What could be seen: `names`, `contact`, `notes`, `voices`, `members`, or `accesses`: this log.")
    since: Position | None = field("Of everything or a feed: what was recorded after this position.")
    upto: Position | None = field("And up to this one.")


@strawberry.type(description="A page of the access log, the latest entry first.")
class AccessConnection:
    nodes: list[Access] = field("The entries of this page.")
    page_info: PageInfo = page_info()


Relationship = Annotated[strawberry.ID | None, strawberry.argument(description="Who looked at this relationship.")]
Participant = Annotated[
    strawberry.ID | None, strawberry.argument(description="Who looked at what is known of this participant, and at their relationships.")
]
AfterPlace = Annotated[Position | None, strawberry.argument(description="The `endCursor` of the page before; without it, from the latest.")]


async def access_log(
    info: Info, relationship: Relationship = UNSET, participant: Participant = UNSET, first: First = 100, after: AfterPlace = UNSET
) -> answers.Page:
    if given(participant) is not None:
        # Beside a place it says in which contacts they are.
        info.context.scope.need("open")
    store = info.context.organisation.store
    return await thread(access_page, store, size(first, 100), place(after, "after"), given(relationship), given(participant))
