"""The verbs for who works with an organisation, and for what an auditor may open: inviting, appointing, leaving, granting.

Whoever is named by `TUSSENRUIMTE_ACTOR` does so, and stands in the access log; else whoever the system says works here.
"""

import os
from collections.abc import Mapping
from typing import Any

import click

from domain.model.errors import Refusal, Refused
from domain.model.roles import ROLES, Reach, Role
from domain.store.grants import Grant
from domain.store.roster import Member
from projections.export import tables
from projections.export.objects import of_grant, of_member
from projections.export.settings import settings
from projections.export.sign_in import sign_in_address
from projections.export.tending import Organisation, opened
from projections.export.terminal import ACTOR, BY, Verbs, acting, show
from projections.views.places import check_places

INVITED = tuple(role for role in ROLES if role != "participant")


@click.group("member", cls=Verbs)
def member() -> None:
    """Invite members, appoint coordinators, and let members leave."""


def _one(_: click.Context, __: click.Parameter, ids: tuple[str, ...]) -> str:
    if len(ids) > 1:
        written = "`member invite ID --role ROLE`, or `member invite ID --participant` with the id of a participant"
        raise click.UsageError(f"One is invited at a time, under one ID, and --participant takes none of its own: {written}.")
    return ids[0]


@member.command("invite")
@click.argument("id", metavar="ID", nargs=-1, required=True, callback=_one)
@click.option("--role", type=click.Choice(INVITED), help="What they are.")
@click.option("--initiative", "initiatives", multiple=True, help="What a coordinator looks after; may be said several times.")
@click.option("--project", help="The project of a researcher.")
@click.option("--participant", is_flag=True, help="ID is that of a participant, who may look at what is theirs.")
def invite(id: str, role: Role | None, initiatives: tuple[str, ...], project: str | None, participant: bool) -> None:
    """Invite somebody under an id of your choice, and print the link by which they come in.

    The link holds for a week and gives entry once."""
    if participant == (role is not None):
        raise click.UsageError(f"Say what they are: `member invite {id} --role coordinator`, or `member invite {id} --participant`.")
    if participant and (initiatives or project):
        raise click.UsageError("A participant has neither an --initiative nor a --project.")
    with opened(new=True) as organisation:
        if participant:
            found, link = organisation.membership.invite_participant(id, acting())
        else:
            assert role is not None, "a role is said where it is no participant"
            found, link = organisation.membership.invite(id, role, acting(), BY, initiatives, project)
        told = _told(organisation, found)
    _show_link(told, link)


@member.command("link")
@click.argument("id")
def link(id: str) -> None:
    """Print a new link by which a member comes in."""
    with opened() as organisation:
        link = organisation.membership.link(id, acting())
        told = _told(organisation, organisation.roster.of(id))
    _show_link(told, link)


def _show_link(told: Mapping[str, Any], link: str) -> None:
    address = sign_in_address(settings().sign_in.url, link)
    show({**told, "address": address}, lambda _: address)


@member.command("list")
def list_members() -> None:
    """List the members, those who left too."""
    with opened() as organisation:
        appointed = organisation.questions.appointments()
        found = [of_member(member, appointed.get(member.id, [])) for member in organisation.roster.all()]
    show(found, lambda language: tables.members(found, language))


@member.command("appoint")
@click.argument("id")
@click.argument("initiatives", nargs=-1, required=True)
def appoint(id: str, initiatives: tuple[str, ...]) -> None:
    """Have a coordinator look after these initiatives too."""
    with opened() as organisation:
        organisation.membership.appoint(id, initiatives, acting(), BY)
        _show_member(organisation, id)


@member.command("release")
@click.argument("id")
@click.argument("initiatives", nargs=-1, required=True)
def release(id: str, initiatives: tuple[str, ...]) -> None:
    """Have a coordinator look after these initiatives no more."""
    with opened() as organisation:
        organisation.membership.release(id, initiatives, acting(), BY)
        _show_member(organisation, id)


@member.command("leave")
@click.argument("id")
def leave(id: str) -> None:
    """Have somebody be a member no more.

    Whatever they hold gives entry no more. The last administrator stays."""
    with opened() as organisation:
        organisation.membership.leaves(id, acting(), BY)
    show({"id": id, "left": True}, lambda _: f"{id} left")


def _show_member(organisation: Organisation, id: str) -> None:
    told = _told(organisation, organisation.roster.of(id))
    show(told, lambda language: tables.members([told], language))


def _told(organisation: Organisation, found: Member) -> dict[str, Any]:
    return of_member(found, organisation.membership.initiatives_of(found.id))


@click.group("grant", cls=Verbs)
def grant() -> None:
    """Let an auditor open something for some hours, by two administrators."""


@grant.command("ask")
@click.argument("auditor")
@click.option("--initiative", "initiatives", multiple=True, help="All of an initiative.")
@click.option("--relationship", "relationships", multiple=True, help="A relationship.")
@click.option("--why", required=True, help="What it is needed for; both administrators read it.")
@click.option("--hours", type=int, default=8, show_default=True, help="For how long, from when the second administrator allows it.")
def ask(auditor: str, initiatives: tuple[str, ...], relationships: tuple[str, ...], why: str, hours: int) -> None:
    """Ask for an auditor that something may be opened."""
    with opened() as organisation:
        reach = Reach(initiatives or None, relationships or None)
        check_places(organisation.questions, reach)
        found = organisation.grants.ask(auditor, reach, why, hours, acting())
    _show_grant(found)


@grant.command("allow")
@click.argument("id")
def allow(id: str) -> None:
    """Allow it, as the administrator that TUSSENRUIMTE_ACTOR names."""
    with opened() as organisation:
        if not (named := os.environ.get(ACTOR)):
            raise Refused(Refusal("FORBIDDEN", "grant_person"))
        found = organisation.grants.allow(id, named, acting())
    _show_grant(found)


@grant.command("open")
@click.argument("id")
def open_grant(id: str) -> None:
    """Print a token with which the auditor opens it."""
    with opened() as organisation:
        text = organisation.grants.open(id, organisation.grants.of(id).auditor, acting())
    show({"token": text}, lambda _: text)


@grant.command("end")
@click.argument("id")
def end(id: str) -> None:
    """Have it hold no more."""
    with opened() as organisation:
        organisation.grants.end(id, acting())
        found = organisation.grants.of(id)
    _show_grant(found)


@grant.command("list")
def list_grants() -> None:
    """List what was asked, the latest first."""
    with opened() as organisation:
        found = [of_grant(grant, organisation.store.clock()) for grant in organisation.grants.all()]
    show(found, lambda language: tables.grants(found, language))


def _show_grant(found: Grant) -> None:
    with opened() as organisation:
        told = of_grant(found, organisation.store.clock())
    show(told, lambda language: tables.grants([told], language))
