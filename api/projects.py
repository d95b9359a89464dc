"""Research projects, for administrators: see `domain.store.projects`. What is in one is for its researchers alone; which releases of it
there are, who was given them, and who is to be told of a withdrawal, is for whoever looks after the project.
"""

from typing import Annotated

import strawberry

from api.arguments import given
from api.context import Context, Info, thread
from api.fields import field, need, wish
from api.releases import Release, shown_release, told_why
from api.scalars import Changed, Date, DateTime
from domain.model.roles import Reach
from domain.model.time import rfc3339
from domain.store.accesses import viewer
from domain.store.projects import Project as Kept
from projections.releasing import Holding
from projections.views.scope import Scope


@strawberry.type(description="Something of a project that was given to somebody.")
class Handed:
    at: DateTime = field("When.")
    recipient: str = field("To whom, as the log of who looked names them.")
    on_behalf_of: str | None = field("For whom they asked, as they said.")
    release: int = field("The number of the release.")
    revision: int = field("Which revision of it.")
    format: str = field("How: `folder` or `zip`.")
    tell: Changed | None = field("Why they are to be told that the release is another now; none where it is not. Who withdrew is not told.")


async def _releases(project: strawberry.Parent["Project"], info: Info) -> list[Release]:
    found = await thread(info.context.organisation.releasing.now, _of(info.context, project.id))
    return [shown_release(one, 1, None) for one in found]


async def _handed(project: strawberry.Parent["Project"], info: Info) -> list[Handed]:
    found = await thread(info.context.organisation.releasing.handed, _of(info.context, project.id))
    return [_shown_handed(one) for one in found]


def _of(context: Context, project: str) -> Scope:
    """For who looks after projects: nothing of what is in one is told."""
    context.scope.need("manage")
    return Scope(context.organisation.store.organisation, reach=Reach(project=project))


def _shown_handed(one: Holding) -> Handed:
    given = one.given
    return Handed(
        at=DateTime(rfc3339(given.at)), recipient=given.recipient, on_behalf_of=given.behalf, release=given.release,
        revision=given.revision, format=given.format, tell=told_why(one.why),
    )  # fmt: skip


@strawberry.type(description="A research project.")
class Project:
    id: strawberry.ID = field("Its id.")
    purpose: str = field("What the research is for.")
    initiatives: list[strawberry.ID] | None = field("The initiatives whose relationships are in it; none for all.")
    since: Date | None = field("The first day on which relationships began that are in it.")
    until: Date | None = field("The last day on which they began, and up to which they are observed.")
    made: DateTime = field("When it was begun.")
    made_by: str = field("By whom.")
    closed: DateTime | None = field("When it was closed; none while it goes on.")
    people: list[str] | None = field("The members and tokens that may ask; none where whoever is of the project may.")
    lenses: list[str] | None = field("The lenses it is read through, as `name@version`; none for all.")
    releases: list[Release] = field("Its releases, each as it comes out now.", _releases)
    handed: list[Handed] = field("What of it was given to whom, and who is to be told of a withdrawal.", _handed)


@strawberry.input(description="A research project to begin.")
class ProjectInput:
    id: strawberry.ID = need("An id that no project had before.")
    purpose: str = need("What the research is for.")
    initiatives: list[strawberry.ID] | None = wish("Of these initiatives only.")
    since: Date | None = wish("With relationships that began on this day or later.")
    until: Date | None = wish("With relationships that began on this day or earlier, observed up to it.")
    people: list[str] | None = wish("Only these members and tokens of it may ask.")
    lenses: list[str] | None = wish("Only through these lenses, each as it is now.")


Id = Annotated[strawberry.ID, strawberry.argument(description="The project's id.")]
What = Annotated[ProjectInput, strawberry.argument(description="Which.")]


def _shown(found: Kept) -> Project:
    return Project(
        id=strawberry.ID(found.id),
        purpose=found.purpose,
        initiatives=None if found.initiatives is None else [strawberry.ID(id) for id in found.initiatives],
        since=None if found.since is None else Date(found.since),
        until=None if found.until is None else Date(found.until),
        made=DateTime(rfc3339(found.made)),
        made_by=found.made_by,
        closed=None if found.closed is None else DateTime(rfc3339(found.closed)),
        people=None if found.people is None else list(found.people),
        lenses=None if found.lenses is None else list(found.lenses),
    )


async def all_projects(info: Info) -> list[Project]:
    return [_shown(one) for one in await thread(info.context.organisation.projects.all)]


async def begin_project(info: Info, input: What) -> Project:
    info.context.scope.need("manage")
    return await thread(_begun, info.context, input)


def _begun(context: Context, asked: ProjectInput) -> Project:
    projects, lenses = context.organisation.projects, given(asked.lenses)
    read = None if lenses is None else context.organisation.questions.versions_of(lenses)
    since, until = given(asked.since), given(asked.until)
    return _shown(projects.create(asked.id, asked.purpose, viewer(), given(asked.initiatives), since, until, given(asked.people), read))


People = Annotated[list[str] | None, strawberry.argument(description="Members and tokens; without them whoever is of the project.")]


async def admit_to_project(info: Info, id: Id, people: People = None) -> Project:
    """From now on these may ask, and nobody else."""
    info.context.scope.need("manage")
    return _shown(await thread(info.context.organisation.projects.admit, id, people, viewer()))


async def close_project(info: Info, id: Id) -> bool:
    """For good: nobody can say any more whose its pseudonyms were."""
    info.context.scope.need("manage")
    await thread(info.context.organisation.projects.close, id, viewer())
    return True
