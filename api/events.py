"""Events as the schema shows them: the envelope as recorded, its data opened as far as may be, and what corrected it."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from api.arguments import First, first_instant, given, last_instant, place, size
from api.context import Info, question
from api.fields import field, wish
from api.scalars import EDTF, JSON, Date, DateTime, Position
from api.selection import contents
from projections.export.wording import told
from projections.views import answers, filters

Marked = Annotated[bool, strawberry.argument(description="With each member's handle in braces, as `{a}`, for a page to put a name there.")]


def _told(event: strawberry.Parent[answers.RecordedEvent], info: Info, marked: Marked = False) -> str:
    return told(event, info.context.language, "{{{}}}".format if marked else None)


@strawberry.type(description="Something that happened, as it was recorded. Immutable: a mistake is mended by a later event.")
class Event:
    id: strawberry.ID = field("Unique in the organisation; chosen by the sender.")
    type: str = field("What happened: `meeting_held`, `roles_reversed`, …")
    subject: str = field("The stream it belongs to: `relationship/<id>`, `participant/<id>`, `initiative/<id>` or `lens/<name>`.")
    source: str = field("The system or study that sent it, a URI reference.")
    time: DateTime | None = field("The instant it happened, where that is known.")
    told_by: str | None = field("Who reported the view, where that is not the holder: a handle, `coordinator` or `observer`.")
    position: Position = field("Its place in the organisation's order of recording.")
    occurred: EDTF = field("When it happened, as far as it is known. It counts from the earliest instant this allows, in UTC.")
    recorded: DateTime = field("The instant the platform took it in.")
    recorded_by: str | None = field(
        "Who recorded it: `coordinator/<id>`, `researcher/<id>`, `system/<name>`, `member/<handle>` or `participant/<id>`."
    )
    method: str | None = field("How it became known: `interview`, `observation`, `check_in`, …")
    perspective: str | None = field("Whose view it is, its holder: a handle, `group`, `coordinator` or `observer`. None: a shared fact.")
    retracted_by: strawberry.ID | None = field("The event that retracted it; readings leave it out since that was recorded.")
    amended_by: strawberry.ID | None = field("The event whose content holds in its place.")
    data: JSON = field(
        'As recorded. A sealed part that cannot be shown reads `{"sealed": true}`, `{"erased": "<day>"}` or `{"damaged": true}`.'
    )
    amended: JSON | None = field("The data that holds now, if it was amended.")
    told: str = field(
        "What happened, in a sentence as people say it, in the language of whoever asks. Notes are counted, never told.", _told
    )


@strawberry.type(description="Where a page ends, and whether another follows.")
class PageInfo:
    has_next_page: bool = field("Whether more follow.")
    end_cursor: str | None = field("Where the page ends; give it as `after` to go on. None on an empty page.")


def _itself(page: strawberry.Parent[answers.Page]) -> answers.Page:
    return page


def page_info() -> Any:
    return field("Where this page ends, and whether another follows.", _itself)


@strawberry.type(description="A page of events, the most recently recorded first.")
class EventConnection:
    nodes: list[Event] = field("The events of this page.")
    page_info: PageInfo = page_info()


@strawberry.input(description="Which events to show; every field narrows.")
class EventFilter:
    relationship: strawberry.ID | None = wish("Those of this relationship.")
    participant: strawberry.ID | None = wish("Those about this participant: the own stream, and the relationships with them.")
    initiative: strawberry.ID | None = wish("Those of this initiative: its own stream, and its relationships.")
    types: list[str] | None = wish("Those of one of these types: `meeting_held`, …")
    occurred_from: Date | None = wish("Those that count from this day (UTC) or later.")
    occurred_to: Date | None = wish("Those that count from this day (UTC) or earlier.")
    recorded_by: str | None = wish("Those recorded by this sender, as `recordedBy` shows it.")

    def asked(self) -> filters.EventFilter:
        return filters.EventFilter(
            relationship=given(self.relationship),
            participant=given(self.participant),
            initiative=given(self.initiative),
            types=given(self.types),
            occurred_from=first_instant(self.occurred_from, "filter.occurredFrom"),
            occurred_to=last_instant(self.occurred_to, "filter.occurredTo"),
            recorded_by=given(self.recorded_by),
        )


Narrowed = Annotated[EventFilter | None, strawberry.argument(description="Which events; without it, all.")]
AfterPlace = Annotated[Position | None, strawberry.argument(description="The `endCursor` of the page before; without it, from the latest.")]


async def all_events(info: Info, filter: Narrowed = UNSET, first: First = 100, after: AfterPlace = UNSET) -> answers.Page:
    asked = filter.asked() if filter else filters.EventFilter()
    return await question(info.context.questions.event_page, size(first, 100), place(after, "after"), asked, contents(info))
