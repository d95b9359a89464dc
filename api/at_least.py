"""Reading one's own writes: `atLeast` has a question wait until what was recorded up to a position is there to be told.

Without a replica it always is: who asks has the views brought up. A replica follows some way behind, of the views of the primary too, and
who has just recorded there asks with the position they were given.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from api.arguments import place
from api.context import Context, Info, question, thread
from api.scalars import Position
from domain.model.errors import Refusal, Refused
from projections.views.live import Behind, check_recorded

PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.02
NAME = "at_least"
T = TypeVar("T")


class AtLeast(FieldExtension):
    """Gives a field of the query the argument `atLeast`."""

    def apply(self, field: StrawberryField) -> None:
        argument = StrawberryArgument(
            python_name=NAME,
            graphql_name=None,
            type_annotation=StrawberryAnnotation(Position | None),
            description="Told when everything up to this position can be: give the `position` that a mutation answered with.",
            default=strawberry.UNSET,
        )
        field.arguments = [*field.arguments, argument]

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        position = place(kwargs.pop(NAME, strawberry.UNSET), "atLeast")
        if position is not None:
            await reach(info.context, position)
        return await next_(source, info, **kwargs)


async def reach(context: Context, position: int) -> None:
    """Wait until all up to a position can be told. Raises `Refused` where it cannot within some seconds."""
    until = time.monotonic() + PATIENCE_SECONDS
    brought_up = False
    while (upto := await question(context.questions.reached)) < position:
        if time.monotonic() > until or context.organisation.store.replica is None:
            await thread(check_recorded, context.questions, position, "atLeast")
            raise not_there_yet("atLeast", position, upto)
        if not brought_up:
            # Else whoever asks a replica would wait for those who keep up the views of the primary.
            await thread(context.organisation.runner.keep_up)
            brought_up = True
        await asyncio.sleep(LOOK_SECONDS)


async def patiently(field: str, ask: Callable[[], Awaitable[T]]) -> T:
    """What is asked of a replica that may be `Behind`, once it is not. Raises `Refused` where it is for some seconds."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await ask()
        except Behind as behind:
            if time.monotonic() > until:
                raise not_there_yet(field, behind.position, behind.upto) from None
        await asyncio.sleep(LOOK_SECONDS)


def not_there_yet(field: str, position: int, upto: int) -> Refused:
    return Refused(Refusal("UNAVAILABLE", "not_there_yet", field, {"position": position, "upto": upto}))
