"""Research projects, for administrators: see `domain.store.projects`. What is in one is for its researchers alone."""

from typing import Annotated

import strawberry

from api.arguments import given
from api.context import Context, Info, thread
from api.fields import field, need, wish
from api.scalars import Date, DateTime
from domain.model.time import rfc3339
from domain.store.accesses import viewer
from domain.store.projects import Project as Kept


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


@strawberry.input(description="A research project to begin.")
class ProjectInput:
    id: strawberry.ID = need("An id that no project had before.")
    purpose: str = need("What the research is for.")
    initiatives: list[strawberry.ID] | None = wish("Of these initiatives only.")
    since: Date | None = wish("With relationships that began on this day or later.")
    until: Date | None = wish("With relationships that began on this day or earlier, observed up to it.")


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
    )


async def all_projects(info: Info) -> list[Project]:
    return [_shown(one) for one in await thread(info.context.organisation.projects.all)]


async def begin_project(info: Info, input: What) -> Project:
    info.context.scope.need("manage")
    return await thread(_begun, info.context, input)


def _begun(context: Context, asked: ProjectInput) -> Project:
    projects = context.organisation.projects
    return _shown(projects.create(asked.id, asked.purpose, viewer(), given(asked.initiatives), given(asked.since), given(asked.until)))


async def close_project(info: Info, id: Id) -> bool:
    """For good: nobody can say any more whose its pseudonyms were."""
    info.context.scope.need("manage")
    await thread(info.context.organisation.projects.close, id, viewer())
    return True
