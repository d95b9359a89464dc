"""Releases of a research project: what it is told, frozen as it was known, to be taken along with the same bytes each time.

Researchers make and take them; whoever looks after the project sees which there are.
"""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.arguments import given
from api.context import Context, Info, thread
from api.fields import field
from api.scalars import Changed, DateTime, Position
from domain.model.time import rfc3339
from domain.store.accesses import viewer
from projections.releasing import Out, Why
from projections.views.research import MOST_STEP


@strawberry.type(description="A project as it was known at a moment. The same bytes come out until somebody withdraws or is erased.")
class Release:
    number: int = field("Its number in the project.")
    made: DateTime = field("When it was made.")
    made_by: str = field("By whom.")
    position: Position = field("What was recorded up to here is in it.")
    lenses: list[str] = field("The lenses it is read through, as `name@version`.")
    step_weeks: int = field("Weeks between two readings.")
    revision: int | None = field("Which revision it is now; none where nothing of it is told any more.")
    relationships: int | None = field("How many relationships are in it now; none where nothing is told.")
    sha256: str | None = field("What its bytes hash to now, in hex; none where nothing is told.")
    given: int | None = field("The revision that you were given last; none where you were not.")
    changed: Changed | None = field("Why it is another than you hold, or than at first; none where it is not. Who withdrew is not told.")


Lenses = Annotated[
    list[str] | None, strawberry.argument(description="Through which lenses; without them those of the project, or those that are shipped.")
]
Step = Annotated[int | None, strawberry.argument(description=f"Weeks between two readings, 1 to {MOST_STEP}.")]


def told_why(why: Why | None) -> Changed | None:
    return None if why is None else Changed[why]


def shown_release(one: Out, holds: int, held: int | None) -> Release:
    made, now = one.release, one.revision
    return Release(
        number=made.number, made=DateTime(rfc3339(made.made)), made_by=made.made_by, position=Position(str(made.position)),
        lenses=list(made.lenses), step_weeks=made.step, revision=None if now is None else now.number,
        relationships=None if now is None else now.relationships, sha256=None if now is None else now.sha256, given=held,
        changed=told_why(one.why(holds)),
    )  # fmt: skip


async def own_releases(info: Info) -> list[Release]:
    return await thread(_own, info.context)


def _own(context: Context) -> list[Release]:
    releasing, scope = context.organisation.releasing, context.scope
    held = {one.release: one.revision for one in releasing.register.handed(scope.reach.project or "") if one.recipient == viewer().by}
    return [shown_release(one, held.get(one.release.number, 1), held.get(one.release.number)) for one in releasing.now(scope)]


async def release_research(info: Info, lenses: Lenses = UNSET, step_weeks: Step = 1) -> Release:
    """Of the project for which you ask."""
    info.context.scope.need("research")
    step = 1 if step_weeks is None else step_weeks
    made = await thread(info.context.organisation.releasing.release, info.context.scope, given(lenses), step)
    return shown_release(made, 1, None)
