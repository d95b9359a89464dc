"""What is refused is written into the access log: who asked for what they may not have, never what it was."""

from collections.abc import Iterable

from graphql import GraphQLError

from api.context import Organisation, quick
from api.errors import mask
from domain.model.errors import Code, Refused, is_audited
from domain.store.accesses import NOBODY, Viewer, viewer
from domain.store.trouble import TROUBLE


async def note_errors(organisation: Organisation, errors: Iterable[Exception] | None, who: Viewer | None = None) -> None:
    """Write down what of these errors is to be. Each code once: they are of one answer."""
    causes = [error.original_error if isinstance(error, GraphQLError) else error for error in errors or ()]
    for code in {cause.refusal.code for cause in causes if isinstance(cause, Refused) and is_audited(cause.refusal)}:
        await note(organisation, code, who if who is not None else viewer())


async def note(organisation: Organisation, code: Code, who: Viewer = NOBODY) -> None:
    """A refusal is told also where it cannot be written down just now."""
    try:
        await quick(organisation.store.accesses.refuse, who, code.lower())
    except TROUBLE as error:
        mask(error)
