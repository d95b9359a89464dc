"""What an auditor asks to open, and what two administrators allow: see `domain.store.grants`."""

from typing import Annotated, Any

import strawberry

from api.arguments import given
from api.context import Context, Info, thread
from api.fields import field, need, wish
from api.scalars import DateTime
from domain.model.errors import Refusal, Refused, missing
from domain.model.roles import Reach
from domain.store.accesses import viewer
from domain.store.grants import Grant as Granted
from projections.export.objects import of_grant
from projections.views.places import check_places

HOURS = 8
"""For how long something is opened, where nothing else is asked."""


@strawberry.type(description="What an auditor asked to open.")
class Grant:
    id: strawberry.ID = field("Its id.")
    auditor: strawberry.ID = field("The member who asked.")
    initiatives: list[strawberry.ID] = field("All of these initiatives.")
    relationships: list[strawberry.ID] = field("These relationships.")
    why: str = field("What it is needed for.")
    hours: int = field("For how long, from when the second administrator allowed it.")
    asked: DateTime = field("When it was asked.")
    allowed_by: list[strawberry.ID] = field("The administrators who allowed it; it takes two.")
    until: DateTime | None = field("Until when it holds; none before two allowed it.")
    ended: DateTime | None = field("When it was ended before that.")
    holds: bool = field("Whether it holds now.")


@strawberry.type(description="A token by which something is opened: told this once.")
class Opener:
    token: str = field("Send it as `Authorization: Bearer …`; it holds as long as the grant.")


@strawberry.input(description="What to open.")
class GrantInput:
    initiatives: list[strawberry.ID] | None = wish("All of these initiatives.")
    relationships: list[strawberry.ID] | None = wish("These relationships.")
    why: str = need("What it is needed for; both administrators read it.")
    hours: int | None = wish("For how long, 8 unless it is said, at most a week.")


Id = Annotated[strawberry.ID, strawberry.argument(description="The id of the request.")]
What = Annotated[GrantInput, strawberry.argument(description="What, and why.")]


def _shown(context: Context, found: Granted) -> Grant:
    told: dict[str, Any] = of_grant(found, context.organisation.store.clock())
    return Grant(allowed_by=told.pop("allowedBy"), **told)


def _member(context: Context) -> str:
    """Who asks, as a member: a program neither asks for a grant nor allows one."""
    if context.token.member is None:
        raise Refused(Refusal("FORBIDDEN", "grant_person" if context.scope.may("manage") else "grant_role"))
    return context.token.member


async def grants(info: Info) -> list[Grant]:
    """All for an administrator; for an auditor, their own."""
    if not info.context.scope.may("manage"):
        info.context.scope.need("audit")
    return await thread(_all, info.context)


def _all(context: Context) -> list[Grant]:
    found, mine = context.organisation.grants.all(), context.token.member
    return [_shown(context, one) for one in found if context.scope.may("manage") or one.auditor == mine]


async def ask_to_open(info: Info, input: What) -> Grant:
    info.context.scope.need("audit")
    return await thread(_asked, info.context, input)


def _asked(context: Context, asked: GrantInput) -> Grant:
    initiatives, relationships = tuple(given(asked.initiatives) or ()), tuple(given(asked.relationships) or ())
    check_places(context.questions, Reach(initiatives, relationships))
    hours = HOURS if (said := given(asked.hours)) is None else said
    reach = Reach(initiatives or None, relationships or None)
    return _shown(context, context.organisation.grants.ask(_member(context), reach, asked.why, hours, viewer()))


async def allow_opening(info: Info, id: Id) -> Grant:
    info.context.scope.need("manage")
    return await thread(lambda: _shown(info.context, info.context.organisation.grants.allow(id, _member(info.context), viewer())))


async def open_granted(info: Info, id: Id) -> Opener:
    info.context.scope.need("audit")
    return Opener(token=await thread(lambda: info.context.organisation.grants.open(id, _member(info.context), viewer())))


async def end_opening(info: Info, id: Id) -> Grant:
    if not info.context.scope.may("manage"):
        info.context.scope.need("audit")
    return await thread(_ended, info.context, id)


def _ended(context: Context, id: str) -> Grant:
    grants = context.organisation.grants
    if not context.scope.may("manage") and grants.of(id).auditor != context.token.member:
        raise missing("grant_unknown", "id", id=id)
    grants.end(id, viewer())
    return _shown(context, grants.of(id))
