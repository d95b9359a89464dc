"""What coders read in accounts, and how far they agree. A code is no account, and no lens of the platform takes one."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.arguments import given
from api.context import Info, question, study
from api.fields import field
from api.scalars import EDTF
from domain.model.codebook import Codebook
from projections.research.agreement import CodeAgreement as Found
from projections.views.questions import Questions
from projections.views.research import Research
from projections.views.scope import Scope

CODED = ("account", "code", "coder", "segment")
"""The fields that show something of what somebody said."""
Home = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this initiative.")]


@strawberry.type(description="A part of a text of an account.")
class Segment:
    note: int = field("Which of its notes, from 0.")
    start: int = field("The first character, from 0.")
    end: int = field("The character after the last.")


@strawberry.type(description="What a coder read in an account.")
class Code:
    account: strawberry.ID | None = field("The id of the account; none where it cannot be shown.")
    code: str = field("The code; where it cannot be shown, why: `sealed`, `erased` or `damaged`.")
    coder: str | None = field("Who coded.")
    segment: Segment | None = field("The part that is meant; none for the whole account.")
    holder: str = field("Whose account it is: a handle, `coordinator`, `group` or `observer`.")
    occurred: EDTF = field("When it was coded.")


@strawberry.type(description="How far coders agree on a code, or on all of them together: Krippendorff's alpha, nominal.")
class CodeAgreement:
    code: str | None = field("The code; none for all together.")
    units: int = field("The accounts that two or more coders read; for all codes together, each as often as there are codes.")
    coders: int = field("How many coders read these.")
    alpha: float | None = field("1 where they agree in all, 0 where no more than by chance; none where all values are the same.")


@strawberry.type(description="What a code means, as the organisation wrote it down.")
class CodebookEntry:
    code: str = field("The code.")
    description: str = field("What it means; empty where that is not said.")
    under: str | None = field("The code that it is a part of.")


async def codebook(info: Info) -> list[CodebookEntry]:
    info.context.scope.need("open")
    return await question(_entries, info.context.questions)


async def codebook_in(info: Info) -> list[CodebookEntry]:
    return await question(_entries_in, info.context.organisation.research, info.context.scope)


def _entries(questions: Questions) -> list[CodebookEntry]:
    with questions.snapshot() as snapshot:
        return _shown(snapshot.codebook())


def _entries_in(research: Research, scope: Scope) -> list[CodebookEntry]:
    with research.opened(scope) as (snapshot, _):
        return _shown(snapshot.codebook())


def _shown(book: Codebook) -> list[CodebookEntry]:
    return [CodebookEntry(code=code, description=one.description, under=one.under) for code, one in sorted(book.codes.items())]


async def agreement_of(info: Info, initiative: Home = UNSET) -> list[Found]:
    return await study(info.context.questions.agreement, given(initiative))
