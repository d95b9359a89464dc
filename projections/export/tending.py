"""The verbs for what an organisation has of its own: its tokens, who is erased, and how long people are kept.

The front door leaves in the context how the organisation is opened, so that nothing here knows of files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click

from domain.model.roles import ROLES, Reach, Role
from domain.model.time import iso_day
from domain.store.checks import Unusable
from domain.store.grants import Grants
from domain.store.log import Log
from domain.store.own_settings import OwnSettings
from domain.store.projects import Projects
from domain.store.roster import Roster
from domain.store.store import EventStore
from domain.store.tokens import Tokens
from domain.store.turning import Spans
from projections.erasing import Erasing
from projections.export import objects, tables
from projections.export.terminal import Verb, Verbs, acting, show
from projections.membership import Membership
from projections.releasing import Releasing
from projections.retention import Due, Retention
from projections.runner import Runner
from projections.views.analyses import Analyses
from projections.views.questions import Questions

PROGRAMS = tuple(role for role in ROLES if role != "participant")
SHOWN = 10
"""Names in a question; the verb that shows tells all."""
ORGANISATION = "tussenruimte.organisation"
"""Where the context holds how the organisation is opened."""


class Organisation(Protocol):
    """What these verbs need of an opened organisation."""

    store: EventStore
    log: Log
    access_log: Log
    runner: Runner
    questions: Questions
    projects: Projects
    releasing: Releasing
    analyses: Analyses
    erasing: Erasing
    retention: Retention
    tokens: Tokens
    roster: Roster
    grants: Grants
    membership: Membership
    settings: OwnSettings
    spans: Spans


@contextmanager
def opened(new: bool = False) -> Iterator[Organisation]:
    with click.get_current_context().meta[ORGANISATION](new=new) as organisation:
        yield organisation


@click.command("erase", cls=Verb)
@click.argument("participant")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
def erase(participant: str, yes: bool) -> None:
    """Destroy all that names a participant or tells about them.

    Who was registered more than once is erased under all ids that were joined. It cannot be undone. The histories of others stand. Broken
    off, it goes on when it is asked for again."""
    with opened() as organisation:
        ledger = organisation.erasing.ledger
        if not ledger.is_known(participant):
            raise Unusable(f"Nobody is registered as {participant}. Ask for the id, without `participant/` before it.")
        if not yes:
            known_as = ", ".join(ledger.person(participant))
            what = f"Destroy all that names {known_as} or tells about them? Days and kinds of events stay, and the id. It cannot be undone."
            click.confirm(what, abort=True, err=True)
        found = organisation.erasing.erase(participant)
        others = [ledger.of(id) for id in ledger.person(participant)[1:]]
    answer = {"participant": found.participant, "state": "erased", "certificate": found.certificate}
    joined = [{"participant": other.participant, "certificate": other.certificate} for other in others if other is not None]
    show({**answer, "joinedWith": joined}, lambda language: tables.erasures([answer, *joined], language))


@click.group("retention", cls=Verbs)
def retention() -> None:
    """Say how long people are kept after their last relationship ended."""


@retention.command("show")
@click.option("--months", type=int, help="As if it were so many.")
def show_retention(months: int | None) -> None:
    """Show the rule and who is due by it. Nobody is erased."""
    with opened() as organisation:
        kept = months if months is not None else organisation.retention.months()
        due = organisation.retention.due(kept) if kept is not None else []
    _show_due(kept, due)


@retention.command("set")
@click.argument("months", type=int)
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
def set_retention(months: int, yes: bool) -> None:
    """Have whoever is due erased, from now on.

    The worker `erase` does so, with a certificate for each."""
    with opened() as organisation:
        due = organisation.retention.due(months)
        if not yes:
            names = ", ".join(one.participant for one in due[:SHOWN]) + (", …" if len(due) > SHOWN else "")
            click.confirm(f"{len(due)} people are due at once ({names or 'nobody'}), others in time. Is it meant?", abort=True, err=True)
        organisation.retention.keep(months)
    _show_due(months, due)


@retention.command("off")
def end_retention() -> None:
    """Take the rule away: from now on nobody is erased unasked."""
    with opened() as organisation:
        organisation.retention.keep(None)
    _show_due(None, [])


def _show_due(months: int | None, due: list[Due]) -> None:
    answer = {"months": months, "due": [{"participant": one.participant, "ended": iso_day(one.ended)} for one in due]}
    show(answer, lambda _: tables.retention(answer))


@click.group("token", cls=Verbs)
def token() -> None:
    """Make, list and revoke tokens."""


@token.command("create")
@click.option("--role", type=click.Choice(PROGRAMS), default="coordinator", show_default=True)
@click.option("--initiative", "initiatives", multiple=True, help="Of these initiatives only, for a coordinator; else of all.")
@click.option("--project", help="The project of a researcher.")
@click.option("--days", type=int, default=365, show_default=True, help="How long it holds.")
@click.option("--name", help="What it is called in lists and records; else its id.")
def create_token(role: Role, initiatives: tuple[str, ...], project: str | None, days: int, name: str | None) -> None:
    """Make a token for a program and print it, this once."""
    with opened(new=True) as organisation:
        reach = Reach(initiatives=initiatives or None, project=project)
        organisation.membership.check_initiatives(initiatives)
        organisation.tokens.check_new(role, days, name, reach)
        organisation.store.accesses.change(acting(), f"token/{name or role}", "token_created")
        text = organisation.tokens.create(role, days, name, reach)
    show({"token": text}, lambda _: text)


@token.command("list")
def list_tokens() -> None:
    """List the tokens ever made for programs, and who is signed in now; never the tokens themselves."""
    with opened() as organisation:
        found = objects.of_tokens(organisation.tokens.shown())
    show(found, lambda _: tables.tokens(found))


@token.command("revoke")
@click.argument("id")
def revoke_token(id: str) -> None:
    """End a token now."""
    with opened() as organisation:
        if not organisation.tokens.is_there(id):
            raise Unusable(f"There is no token {id!r} that still holds.")
        organisation.store.accesses.change(acting(), f"token/{id}", "token_revoked")
        organisation.tokens.revoke(id)
    show({"id": id, "revoked": True}, lambda _: f"revoked {id}")
