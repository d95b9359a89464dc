"""The verb by which who has the files signs in: it prints a link that gives entry once.

It is for who works on the machine itself, or helps somebody who cannot get in: a member's link is given to them as it is printed.
"""

import click

from domain.model.roles import NEEDED, ROLES, Role
from domain.store.accesses import Viewer
from projections.export.settings import settings
from projections.export.sign_in import LINK_MINUTES, sign_in_address
from projections.export.tending import Organisation, opened
from projections.export.terminal import Verb, acting, show

FREE = tuple(role for role in ROLES if role not in NEEDED)
"""Roles that somebody may be in without being a member."""


@click.command("sign-in", cls=Verb)
@click.option("--role", type=click.Choice(FREE), default="coordinator", show_default=True, help="What you sign in as.")
@click.option("--as", "member", metavar="MEMBER", help="As this member, in their role.")
def sign_in(role: Role, member: str | None) -> None:
    """Print a link that signs you in, once and within 15 minutes.

    Open it in a browser that reaches the platform. As a member it is bound to whom you are at the provider, where one is set."""
    url = settings().sign_in.url
    with opened(new=True) as organisation:
        address = sign_in_address(url, link_for(organisation, acting(), role, member))
    show({"address": address}, lambda _: address)


def link_for(organisation: Organisation, who: Viewer, role: Role, member: str | None = None) -> str:
    """A link for who works here, in a role, or for a member. Raises `Refused`."""
    name = who.by.rpartition("/")[2]
    found = organisation.roster.of(member) if member is not None else None
    place = f"member/{member}" if found is not None else f"token/{name}"
    organisation.store.accesses.change(who, place, "link")
    if found is not None:
        return organisation.tokens.made_for(found.role, LINK_MINUTES, "link", None, found.reach, found.id)
    return organisation.tokens.made_for(role, LINK_MINUTES, "link", name)
