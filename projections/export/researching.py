"""The verbs for research projects: what is studied, of which relationships, and the end of it.

A researcher's token or membership names the project; what they are told of it is asked over HTTP, or frozen in releases and exported.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from domain.model.errors import Language
from domain.model.roles import Reach
from domain.model.time import rfc3339
from domain.store.projects import Project, open_project
from projections.export import tables
from projections.export.research import package
from projections.export.tending import Organisation, opened
from projections.export.terminal import Verb, Verbs, acting, language, looking, show, warn, watched
from projections.releasing import HERE, Holding, Out
from projections.segments.spread import spread
from projections.views.released import Where
from projections.views.scope import Scope

NOBODY: dict[Language, str] = {
    "en": "Nobody called {name} may ask as a researcher of {project}. Invite them with `member invite {name} --role researcher --project"
    " {project}`, or make a token with `token create --name {name} --role researcher --project {project}`.",
    "nl": "Niemand met de naam {name} mag als onderzoeker van {project} vragen. Nodig hen uit met `member invite {name} --role researcher"
    " --project {project}`, of maak een token met `token create --name {name} --role researcher --project {project}`.",
}


@click.group("project", cls=Verbs)
def project() -> None:
    """Begin, list and close research projects."""


@project.command("create", cls=Verb)
@click.argument("id")
@click.option("--purpose", required=True, help="What the research is for; researchers are told it.")
@click.option("--initiative", "initiatives", multiple=True, help="Of these initiatives only; else of all, also those to come.")
@click.option("--since", metavar="DAY", help="Of relationships that began on this day or later.")
@click.option("--until", metavar="DAY", help="Of relationships that began up to this day, observed until it ends.")
@click.option("--researcher", "people", multiple=True, metavar="NAME", help="Only this member or token of it may ask; may be said again.")
@click.option("--lens", "lenses", multiple=True, metavar="NAME", help="Only through this lens, as it is now; may be said again.")
def create(
    id: str,
    purpose: str,
    initiatives: tuple[str, ...],
    since: str | None,
    until: str | None,
    people: tuple[str, ...],
    lenses: tuple[str, ...],
) -> None:
    """Begin a project under an id that none had before.

    In it are the relationships of which everybody consents to research, as long as they do."""
    with opened() as organisation:
        read = organisation.questions.versions_of(lenses) if lenses else None
        made = organisation.projects.create(id, purpose, acting(), initiatives or None, since, until, people or None, read)
        absent = _absent(organisation, made)
    _warn_of(absent, made)
    show(_told(made), lambda _: f"begun: {made.id}")


def _absent(organisation: Organisation, project: Project) -> list[str]:
    """The names that a project is bound to, of whom no member and no token is a researcher of it."""
    members = {one.id: one.reach for one in organisation.roster.all() if one.ended is None}
    now = organisation.store.clock()
    tokens = {one.name: one.reach for one in organisation.tokens.list() if one.use == "program" and one.holds(now)}
    here = {name for reaches in (members, tokens) for name, reach in reaches.items() if reach.project == project.id}
    return [name for name in project.people or () if name not in here]


def _warn_of(absent: Sequence[str], project: Project) -> None:
    for name in absent:
        warn(NOBODY[language()].format(name=name, project=project.id))


@project.command("list", cls=Verb)
def list_projects() -> None:
    """List the projects there ever were."""
    with opened() as organisation:
        found = [_told(one) for one in organisation.projects.all()]
    show(found, lambda _: tables.projects(found))


@project.command("people", cls=Verb)
@click.argument("id")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def people(id: str, names: tuple[str, ...]) -> None:
    """Have these members and tokens ask, and nobody else.

    Without names: whoever is of the project."""
    with opened() as organisation:
        made = organisation.projects.admit(id, names or None, acting())
        absent = _absent(organisation, made)
    _warn_of(absent, made)
    show(_told(made), lambda _: f"asked by: {', '.join(made.people) if made.people is not None else 'whoever is of the project'}")


def _spreading(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that may work readings out elsewhere."""
    over = click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster that works the readings out, as tcp://host:8786.")
    through = click.option(
        "--segments",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Seen by this machine and the cluster's alike: what is to be read lies there meanwhile.",
    )
    return over(through(verb))


@contextmanager
def _where(scheduler: str | None, segments: Path | None) -> Iterator[Where]:
    if (scheduler is None) != (segments is None):
        raise click.UsageError("--scheduler and --segments go together.")
    if scheduler is None or segments is None:
        yield HERE
    else:
        with spread(scheduler, segments) as elsewhere:
            yield elsewhere


@project.command("release", cls=Verb)
@click.argument("id")
@click.option("--lens", "lenses", multiple=True, metavar="NAME", help="Read with this lens; else with the project's, or both shipped.")
@click.option("--step", type=int, default=1, show_default=True, metavar="WEEKS", help="Weeks between two readings.")
@_spreading
def release(id: str, lenses: tuple[str, ...], step: int, scheduler: str | None, segments: Path | None) -> None:
    """Freeze what a project is told, as it is known now.

    It can be given out again with the same bytes, until somebody withdraws or is erased."""
    with looking(), opened() as organisation, _where(scheduler, segments) as where:
        made = organisation.releasing.release(_asking(organisation, id), lenses or None, step, where)
    show(of_release(made), lambda _: f"release {made.release.number}: {_count(made)}\nSHA-256 {made.earlier[0].sha256}")


@project.command("releases", cls=Verb)
@click.argument("id")
def releases(id: str) -> None:
    """List the releases of a project, each as it comes out now."""
    with looking(), opened() as organisation:
        found = [of_release(one) for one in organisation.releasing.now(_asking(organisation, id))]
    show(found, lambda _: tables.releases(found))


@project.command("handed", cls=Verb)
@click.argument("id")
def handed(id: str) -> None:
    """List who was given what of a project, and who is to be told that something of it was withdrawn.

    Who withdrew is not told, here or to them: they delete what they hold, and take the release as it comes out now."""
    with looking(), opened() as organisation:
        found = [_holding(one) for one in organisation.releasing.handed(_asking(organisation, id))]
    show(found, lambda _: tables.handed(found))


@click.command("research", cls=Verb)
@click.option("--project", "id", required=True, metavar="ID", help="The project.")
@click.option("--release", "number", type=int, required=True, metavar="NUMBER", help="The release of it.")
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, metavar="FOLDER", help="The new folder to write.")
@_spreading
def export_research(id: str, number: int, folder: Path, scheduler: str | None, segments: Path | None) -> None:
    """Write a release of a research project as files for other tools.

    State sequences as CSV with a data package and a codebook. That it was given out, and to whom, is written down."""
    with looking(), opened() as organisation, _where(scheduler, segments) as where, watched() as progress:
        asking = _asking(organisation, id)
        about = package.write(organisation.releasing, organisation.log, asking, number, folder, "folder", progress, where)
    answer = {"folder": str(folder), **about.told}
    show(
        answer,
        lambda _: f"{folder}: release {about.version}, {about.revision.relationships} relationships\nSHA-256 {about.revision.sha256}",
    )


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
    named = ("id", "purpose", "initiatives", "since", "until", "people", "lenses")
    return {**{name: getattr(one, name) for name in named}, **instants, "madeBy": one.made_by}


def _asking(organisation: Organisation, project: str) -> Scope:
    return Scope(organisation.store.organisation, reach=Reach(project=project))


def _count(made: Out) -> str:
    return f"{made.earlier[0].relationships} relationships, read with {' and '.join(made.release.lenses)}"


def of_release(one: Out) -> dict[str, object]:
    """A release as JSON has it; what it comes out as now is None where nothing of it is told."""
    made, now = one.release, one.revision
    return {
        "project": made.project, "number": made.number, "made": rfc3339(made.made), "madeBy": made.made_by, "position": str(made.position),
        "lenses": made.lenses, "stepWeeks": made.step, "revision": now.number if now is not None else None,
        "relationships": now.relationships if now is not None else None, "sha256": now.sha256 if now is not None else None,
        "changed": one.why(1),
    }  # fmt: skip


def _holding(one: Holding) -> dict[str, object]:
    given = one.given
    named = ("release", "revision", "format", "recipient", "behalf")
    return {**{name: getattr(given, name) for name in named}, "at": rfc3339(given.at), "tell": one.why}
