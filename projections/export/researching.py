"""The verbs for research projects: what is studied, of which relationships, and the end of it.

A researcher's token or membership names the project; what they are told of it is asked over HTTP.
"""

import click

from domain.model.time import rfc3339
from domain.store.projects import Project, open_project
from projections.export import tables
from projections.export.tending import opened
from projections.export.terminal import Verb, Verbs, acting, show


@click.group("project", cls=Verbs)
def project() -> None:
    """Begin, list and close research projects."""


@project.command("create", cls=Verb)
@click.argument("id")
@click.option("--purpose", required=True, help="What the research is for; researchers are told it.")
@click.option("--initiative", "initiatives", multiple=True, help="Of these initiatives only; else of all, also those to come.")
@click.option("--since", metavar="DAY", help="Of relationships that began on this day or later.")
@click.option("--until", metavar="DAY", help="Of relationships that began up to this day, observed until it ends.")
def create(id: str, purpose: str, initiatives: tuple[str, ...], since: str | None, until: str | None) -> None:
    """Begin a project under an id that none had before.

    In it are the relationships of which everybody consents to research, as long as they do."""
    with opened() as organisation:
        made = organisation.projects.create(id, purpose, acting(), initiatives or None, since, until)
    show(_told(made), lambda _: f"begun: {made.id}")


@project.command("list", cls=Verb)
def list_projects() -> None:
    """List the projects there ever were."""
    with opened() as organisation:
        found = [_told(one) for one in organisation.projects.all()]
    show(found, lambda _: tables.projects(found))


@project.command("close", cls=Verb)
@click.argument("id")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
def close(id: str, yes: bool) -> None:
    """End a project, for good.

    Its secret is destroyed: nobody can say from then on whose its pseudonyms were. Broken off, it is to be asked for again."""
    with opened() as organisation:
        with organisation.store.reading() as connection:
            open_project(connection, id)
        if not yes:
            click.confirm(f"Close {id} and destroy what leads from its pseudonyms to people? It cannot be undone.", abort=True, err=True)
        organisation.projects.close(id, acting())
    show({"id": id, "closed": True}, lambda _: f"closed {id}")


def _told(one: Project) -> dict[str, object]:
    instants = {"made": rfc3339(one.made), "closed": None if one.closed is None else rfc3339(one.closed)}
    named = ("id", "purpose", "initiatives", "since", "until")
    return {**{name: getattr(one, name) for name in named}, **instants, "madeBy": one.made_by}
