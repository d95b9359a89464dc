"""Who is signed in, as what, and what they may: for a page to know what it has to show."""

import strawberry

from api.context import Info
from api.fields import field
from domain.model.roles import RIGHTS


@strawberry.type(description="Whoever asks.")
class Viewer:
    role: str = field("`coordinator`, `auditor`, `researcher`, `dashboard`, `administrator` or `participant`.")
    name: str = field("What they are called: a member's id, or the name of a program's token.")
    recorded_by: str = field("How what they record says who recorded it.")
    organisation: strawberry.ID = field("The name of the organisation on this platform.")
    may: list[str] = field("What they may: `look`, `open`, `record`, `audit`, `count`, `research`, `manage`, `own`.")


def viewer(info: Info) -> Viewer:
    token, scope = info.context.token, info.context.scope
    return Viewer(
        role=token.role,
        name=token.name,
        recorded_by=token.recorded_by,
        organisation=strawberry.ID(info.context.organisation.store.organisation),
        may=sorted(right for right in RIGHTS[token.role] if scope.may(right)),
    )
