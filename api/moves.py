"""Moves: the instants at which a reading changed."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from api.arguments import After, First, Holder, KnownAt, LensName, given, size, word
from api.context import Info, question
from api.events import Event, PageInfo, page_info
from api.fields import field, wish
from api.readings import HOLDER, LENS, LENS_VERSION, TO
from api.scalars import AmbiguityKind, Cause, DateTime, Phase
from api.selection import contents
from projections.views import answers, filters

if TYPE_CHECKING:
    from api.relationships import Relationship


async def _relationship(move: strawberry.Parent[answers.Move], info: Info) -> answers.Relationship | None:
    return await info.context.load(info.context.questions.relationships, move.relationship)


@strawberry.type(description="A change of phase, or of the kind of ambiguity, in one reading of a relationship.")
class Move:
    relationship: Annotated["Relationship", strawberry.lazy("api.relationships")] = field("The relationship.", _relationship)
    lens: str = field(LENS)
    lens_version: str = field(LENS_VERSION)
    holder: str | None = field(HOLDER)
    was: Phase = field("How it stood before.")
    was_kind: AmbiguityKind | None = field("In which way it was ambiguous before, where the lens tells.")
    now: Phase = field("How it stood from then on.")
    kind: AmbiguityKind | None = field("In which way it was ambiguous from then on, where the lens tells.")
    at: DateTime = field("The instant of the change.")
    cause: Cause = field("Why it changed.")
    triggers: list[Event] = field("The events of that instant that changed it; none where it faded or a term ran out.")


@strawberry.type(description="A page of moves, the most recent first.")
class MoveConnection:
    nodes: list[Move] = field("The moves of this page.")
    page_info: PageInfo = page_info()


@strawberry.input(description="Which moves to show; every field narrows.")
class MoveFilter:
    relationship: strawberry.ID | None = wish("Those of this relationship.")
    initiative: strawberry.ID | None = wish("Those of this initiative's relationships.")
    was: Phase | None = wish("Those from this phase.")
    now: Phase | None = wish("Those to this phase.")
    from_: DateTime | None = wish("Those at this instant or later.", name="from")
    to: DateTime | None = wish("Those at this instant or earlier.")
    holder: str | None = wish("Those in this holder's reading; without it, in the pooled one.")

    def asked(self, info: Info) -> filters.MoveFilter:
        return filters.MoveFilter(
            relationship=given(self.relationship),
            initiative=given(self.initiative),
            was=word(self.was),
            now=word(self.now),
            start=info.context.moment(self.from_, "filter.from"),
            to=info.context.moment(self.to, "filter.to"),
            holder=given(self.holder),
        )


async def moves_of(
    relationship: strawberry.Parent[answers.Relationship],
    info: Info,
    lens: LensName = UNSET,
    holder: Holder = UNSET,
    to: Annotated[DateTime | None, TO] = UNSET,
    known_at: KnownAt = UNSET,
) -> list[answers.Move]:
    context = info.context
    found = await context.load(
        context.questions.moves_of,
        relationship.id,
        lens=given(lens),
        holder=given(holder),
        to=context.moment(to, "to"),
        known_at=context.moment(known_at, "knownAt"),
        only=contents(info),
    )
    return found or []


Narrowed = Annotated[MoveFilter | None, strawberry.argument(description="Which moves; without it, all of the pooled readings.")]


async def all_moves(info: Info, filter: Narrowed = UNSET, lens: LensName = UNSET, first: First = 100, after: After = UNSET) -> answers.Page:
    asked = filter.asked(info) if filter else filters.MoveFilter()
    return await question(info.context.questions.move_page, size(first, 100), given(after), asked, given(lens), contents(info))
