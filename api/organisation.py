"""What an administrator looks after: the members of the organisation, its tokens, and the states of its keys. No text is opened here."""

from collections import Counter
from typing import Annotated, Any

import strawberry

from api.arguments import given
from api.context import Context, Info, thread
from api.fields import field, need, wish
from api.projects import Project, all_projects
from api.scalars import DateTime
from domain.model.errors import Refusal, Refused, bad, missing
from domain.model.roles import Reach
from domain.store.accesses import viewer
from domain.store.tokens import check_role
from projections.export.objects import of_member, of_tokens
from projections.export.sign_in import sign_in_address

ROLE = "`coordinator`, `auditor`, `researcher`, `dashboard`, `administrator` or `participant`."


@strawberry.type(description="Somebody who works with the organisation, or a participant who may look at what is theirs.")
class OrganisationMember:
    id: strawberry.ID = field("The member's id: `coordinator/<id>` where they recorded, `member/<id>` where they looked.")
    role: str = field(ROLE)
    initiatives: list[strawberry.ID] = field("The initiatives that a coordinator looks after.")
    project: str | None = field("The project of a researcher.")
    invited: DateTime = field("When they were invited.")
    invited_by: str = field("By whom.")
    joined: DateTime | None = field("When they first came in; none before.")
    left: DateTime | None = field("When they left; none while a member.")


@strawberry.type(description="A token of a program, or a session of a browser. The token itself is told once, when it is made.")
class AccessToken:
    id: strawberry.ID = field("Its id, by which it is revoked.")
    use: str = field("`program`, or, as long as they hold, `session` or `link`; `grant`; or `calendar`, in the address of a member's.")
    role: str = field(ROLE)
    name: str = field("What it is called in records and in the log of who looked.")
    created: DateTime = field("When it was made.")
    expires: DateTime = field("Until when it holds.")
    revoked: DateTime | None = field("When it was revoked; none where it was not.")


@strawberry.type(description="How many participants' keys are in a state.")
class KeyState:
    state: str = field("`active`, `frozen` (being erased) or `erased`.")
    participants: int = field("How many.")


async def _members(info: Info) -> list[OrganisationMember]:
    return await thread(_all_members, info.context)


def _all_members(context: Context) -> list[OrganisationMember]:
    organisation = context.organisation
    appointed = organisation.questions.appointments()
    return [_member(of_member(one, appointed.get(one.id, []))) for one in organisation.roster.all()]


def _member(told: dict[str, Any]) -> OrganisationMember:
    return OrganisationMember(invited_by=told.pop("invitedBy"), **told)


async def _tokens(info: Info) -> list[AccessToken]:
    found = await thread(info.context.organisation.tokens.shown)
    kept = ("id", "use", "role", "name", "created", "expires", "revoked")
    return [AccessToken(**{name: one[name] for name in kept}) for one in of_tokens(found)]


async def _keys(info: Info) -> list[KeyState]:
    return await thread(_states, info.context)


def _states(context: Context) -> list[KeyState]:
    found = Counter(state for owner, state, _ in context.organisation.store.keys.owners() if owner.startswith("participant/"))
    return [KeyState(state=state, participants=found[state]) for state in sorted(found)]


@strawberry.type(description="The organisation itself, for its administrators.")
class Organisation:
    id: strawberry.ID = field("Its name on this platform.")
    members: list[OrganisationMember] = field("All who were ever invited, by id; not participants who were erased.", _members)
    tokens: list[AccessToken] = field("All ever made for programs, and what else gives entry now, the oldest first.", _tokens)
    projects: list[Project] = field("The research projects there ever were.", all_projects)
    keys: list[KeyState] = field("How the keys of participants stand.", _keys)


def organisation(info: Info) -> Organisation:
    """For administrators."""
    info.context.scope.need("manage")
    return Organisation(id=strawberry.ID(info.context.organisation.store.organisation))


@strawberry.type(description="A member, and the link by which they come in: told this once.")
class Invitation:
    member: OrganisationMember = field("The member.")
    path: str = field("Behind the platform's address and opened in a browser, it gives entry once, within a week.")


@strawberry.type(description="A new token: told this once.")
class NewToken:
    token: str = field("Send it as `Authorization: Bearer …`.")


@strawberry.input(description="Whom to invite.")
class MemberInput:
    id: strawberry.ID = need("An id that nobody had here before.")
    role: str = need("What they are: " + ROLE)
    initiatives: list[strawberry.ID] | None = wish("What a coordinator looks after.")
    project: str | None = wish("The project of a researcher.")


@strawberry.input(description="What a program may do.")
class TokenInput:
    role: str = need("As what it asks: " + ROLE)
    name: str | None = wish("What it is called; else its id.")
    days: int | None = wish("For how long it holds, at most 3650; 365 unless it is said.")
    initiatives: list[strawberry.ID] | None = wish("Of these initiatives only, for a coordinator; else of all.")
    project: str | None = wish("The project of a researcher.")


Id = Annotated[strawberry.ID, strawberry.argument(description="The member's id.")]
Participant = Annotated[strawberry.ID, strawberry.argument(description="The participant's id.")]
Initiatives = Annotated[list[strawberry.ID], strawberry.argument(description="The ids of initiatives.")]
Whom = Annotated[MemberInput, strawberry.argument(description="Whom.")]
What = Annotated[TokenInput, strawberry.argument(description="What kind of token.")]
TokenId = Annotated[strawberry.ID, strawberry.argument(description="The token's id.")]


def _invited(context: Context, asked: MemberInput) -> Invitation:
    if asked.role == "participant":
        raise bad("invite_participant", "role")
    role = check_role(asked.role, Reach(project=given(asked.project)))
    membership, token = context.organisation.membership, context.token
    made = membership.invite(asked.id, role, viewer(), token.recorded_by, given(asked.initiatives) or (), given(asked.project))
    return _invitation(context, *made)


def _invitation(context: Context, made: Any, link: str) -> Invitation:
    told = of_member(made, context.organisation.membership.initiatives_of(made.id))
    return Invitation(member=_member(told), path=sign_in_address("", link))


async def invite_member(info: Info, input: Whom) -> Invitation:
    info.context.scope.need("manage")
    return await thread(_invited, info.context, input)


async def invite_participant(info: Info, participant: Participant) -> Invitation:
    """By whoever looks after all of the organisation, and is no program: with the link one sees all contacts that they are in."""
    info.context.scope.need("open")
    if not info.context.scope.is_whole or info.context.token.use == "program":
        raise Refused(Refusal("FORBIDDEN", "only_whole", "participant"))
    return await thread(_participant_invited, info.context, participant)


def _participant_invited(context: Context, participant: str) -> Invitation:
    return _invitation(context, *context.organisation.membership.invite_participant(participant, viewer()))


async def renew_link(info: Info, id: Id) -> Invitation:
    info.context.scope.need("manage")
    return await thread(_linked, info.context, id)


def _linked(context: Context, id: str) -> Invitation:
    """Not of somebody who came in already, nor of a participant or another administrator: with the link one is them."""
    member = context.organisation.roster.of(id)
    if member.joined is not None or member.role in ("participant", "administrator"):
        raise Refused(Refusal("FORBIDDEN", "link_joined", "id", {"id": id}))
    link = context.organisation.membership.link(id, viewer())
    return _invitation(context, context.organisation.roster.of(id), link)


async def appoint_coordinator(info: Info, id: Id, initiatives: Initiatives) -> OrganisationMember:
    info.context.scope.need("manage")
    return await thread(_appointed, info.context, id, initiatives, True)


async def release_coordinator(info: Info, id: Id, initiatives: Initiatives) -> OrganisationMember:
    info.context.scope.need("manage")
    return await thread(_appointed, info.context, id, initiatives, False)


def _appointed(context: Context, id: str, initiatives: list[str], comes: bool) -> OrganisationMember:
    membership = context.organisation.membership
    change = membership.appoint if comes else membership.release
    change(id, initiatives, viewer(), context.token.recorded_by)
    return _member(of_member(membership.roster.of(id), membership.initiatives_of(id)))


async def member_leaves(info: Info, id: Id) -> bool:
    info.context.scope.need("manage")
    await thread(info.context.organisation.membership.leaves, id, viewer(), info.context.token.recorded_by)
    return True


async def create_token(info: Info, input: What) -> NewToken:
    info.context.scope.need("manage")
    return await thread(_token_made, info.context, input)


def _token_made(context: Context, asked: TokenInput) -> NewToken:
    named = given(asked.initiatives)
    if named is not None and not named:
        raise bad("reach_empty", "initiatives", name="initiatives")
    reach = Reach(initiatives=None if named is None else tuple(named), project=given(asked.project))
    role = check_role(asked.role, reach)
    days = 365 if given(asked.days) is None else int(asked.days or 0)
    context.organisation.membership.check_initiatives(named or ())
    context.organisation.tokens.check_new(role, days, given(asked.name), reach)
    context.organisation.store.accesses.change(viewer(), f"token/{given(asked.name) or asked.role}", "token_created")
    return NewToken(token=context.organisation.tokens.create(role, days, given(asked.name), reach))


async def revoke_token(info: Info, id: TokenId) -> bool:
    info.context.scope.need("manage")
    await thread(_revoked, info.context, id)
    return True


def _revoked(context: Context, id: str) -> None:
    if not context.organisation.tokens.is_there(id):
        raise missing("token_unknown", "id", id=id)
    context.organisation.store.accesses.change(viewer(), f"token/{id}", "token_revoked")
    context.organisation.tokens.revoke(id)
