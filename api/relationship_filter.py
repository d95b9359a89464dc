"""Which relationships a page shows: asked of all, of one initiative, or of one participant."""

from typing import Annotated

import strawberry
from msgspec.structs import replace

from api.arguments import first_instant, given, last_instant, size, word
from api.context import Info, question
from api.fields import wish
from api.pushed import Pushable
from api.scalars import Date, DateTime, Origin, Phase
from projections.views import answers, filters


@strawberry.input(description="Which relationships to show; every field narrows.")
class RelationshipFilter:
    initiative: strawberry.ID | None = wish("Those of this initiative.")
    origin: Origin | None = wish("Those that began in this way.")
    phase: Phase | None = wish("Those whose pooled reading stands so, under `lens`, at `at`.")
    at: DateTime | None = wish("The instant that `phase` is asked for; without it, now.")
    lens: str | None = wish("The lens that `phase` is read with; without it, `evidence`.")
    participant: strawberry.ID | None = wish("Those in which this participant is or was a member.")
    started_from: Date | None = wish("Those that started on this day (UTC) or later.")
    started_to: Date | None = wish("Those that started on this day (UTC) or earlier.")
    running: bool | None = wish("True: those that have not ended. False: those that have.")

    def asked(self, info: Info) -> filters.RelationshipFilter:
        return filters.RelationshipFilter(
            initiative=given(self.initiative),
            origin=word(self.origin),
            phase=word(self.phase),
            at=info.context.moment(self.at, "filter.at"),
            lens=given(self.lens),
            participant=given(self.participant),
            started_from=first_instant(self.started_from, "filter.startedFrom"),
            started_to=last_instant(self.started_to, "filter.startedTo"),
            running=given(self.running),
        )


Narrowed = Annotated[RelationshipFilter | None, strawberry.argument(description="Which relationships; without it, all.")]


async def relationship_page(info: Info, filter: RelationshipFilter | None, first: int | None, after: str | None) -> Pushable:
    """A page of the relationships that pass the filter."""
    asked = filter.asked(info) if filter else filters.RelationshipFilter()
    context, page = info.context, (size(first, 50), given(after), asked)
    return Pushable(
        lambda: question(context.questions.relationship_page, *page),
        lambda chosen: question(context.questions.ready_page, *page, chosen),
    )


async def page_of(
    info: Info, of: str, owner: str, filter: RelationshipFilter | None, first: int | None, after: str | None
) -> Pushable | answers.Page:
    """A page of the relationships of an owner (`of`: an initiative or a participant), asked together with those of all others."""
    asked = filter.asked(info) if filter else filters.RelationshipFilter()
    if getattr(asked, of) not in (None, owner):
        return answers.Page([], [], False)
    context = info.context
    page = {"of": of, "first": size(first, 50), "after": given(after), "asked": replace(asked, **{of: None})}
    return Pushable(
        lambda: context.load(context.questions.relationship_pages, owner, **page),
        lambda chosen: context.load(context.questions.ready_pages, owner, **page, chosen=chosen),
    )
