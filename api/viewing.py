"""Who asks, as the platform knows them: so that a page knows who is there and what it may offer."""

import strawberry

from api.context import Context, Info, thread
from api.fields import field
from api.organisation import ROLE
from domain.model.roles import RIGHTS_IN_ORDER


@strawberry.type(description="Whoever asks.")
class Viewer:
    role: str = field("In which role: " + ROLE)
    id: strawberry.ID | None = field("Their id as a member; none for a program.")
    name: str = field("What they are called: a member by their id, a program as its token is.")
    recorded_by: str = field("Who an event that they record says recorded it.")
    initiatives: list[strawberry.ID] | None = field("The initiatives to which that what they may do is bounded; none where it is not.")
    organisation: strawberry.ID = field("The name of the organisation on this platform.")
    may: list[str] = field("What they may: `look`, `open`, `record`, `audit`, `count`, `research`, `manage`, `own`.")


async def viewer(info: Info) -> Viewer:
    return await thread(_viewer, info.context)


def _viewer(context: Context) -> Viewer:
    token, scope = context.token, context.scope
    homes = token.reach.initiatives
    if token.reach.coordinator is not None:
        homes = tuple(context.organisation.membership.initiatives_of(token.reach.coordinator))
    return Viewer(
        role=token.role,
        id=None if token.member is None else strawberry.ID(token.member),
        name=token.name,
        recorded_by=token.recorded_by,
        initiatives=None if homes is None else [strawberry.ID(home) for home in homes],
        organisation=strawberry.ID(scope.organisation),
        may=[right for right in RIGHTS_IN_ORDER if scope.may(right)],
    )
