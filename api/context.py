"""What every resolver is given: whose request it is, and a way to ask that never asks once per row.

The read models answer in bulk and synchronously. What the fields of one level ask is gathered and asked at once, in a thread.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Protocol, TypeVar, cast

import anyio.to_thread
import strawberry
from strawberry.dataloader import DataLoader

from api.arguments import given
from api.scalars import DateTime
from domain.store.store import EventStore
from domain.store.tokens import Token, Tokens
from projections.runner import Runner
from projections.views.questions import Questions

T = TypeVar("T")
BATCH = 1_000
"""Ids a bulk question; a page at its largest."""


class Organisation(Protocol):
    """What the api needs of an opened organisation."""

    store: EventStore
    questions: Questions
    runner: Runner
    tokens: Tokens

    def close(self) -> None: ...


class Context:
    """One request. `operation` names the one that is meant where a query holds several."""

    def __init__(self, organisation: Organisation, token: Token, operation: str | None) -> None:
        self.organisation = organisation
        self.questions = organisation.questions
        self.token = token
        self.operation = operation
        self._loaders: dict[Hashable, DataLoader[str, Any]] = {}

    async def load(self, ask: Callable[..., dict[str, T]], id: str, **arguments: Hashable) -> T | None:
        """The answer of a bulk question for one id, asked together with all others that ask it with the same arguments."""
        key = (ask, *arguments.items())
        if key not in self._loaders:

            async def answers(ids: list[str]) -> Sequence[Any]:
                found = await thread(ask, ids, **arguments)
                return [found.get(id) for id in ids]

            self._loaders[key] = DataLoader(answers, max_batch_size=BATCH)
        return cast("T | None", await self._loaders[key].load(id))


    def moment(self, text: DateTime | None, field: str) -> int | None:
        """The instant that is asked about. Raises `Refused` for one ahead of now."""
        known = given(text)
        return None if known is None else self.questions.asked(known, field)


def thread(ask: Callable[..., T], *positional: Any, **named: Any) -> Awaitable[T]:
    """Run what waits for the store in a thread, so that other requests go on."""
    return anyio.to_thread.run_sync(lambda: ask(*positional, **named))


Info = strawberry.Info[Context, None]
