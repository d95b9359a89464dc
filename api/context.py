"""What every resolver is given: whose request it is, in which language, and a way to ask that never asks once per row.

The read models answer in bulk and synchronously. What the fields of one level ask is gathered and asked at once, in a thread.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Protocol, TypeVar, cast

import anyio.to_thread
import strawberry
from strawberry.dataloader import DataLoader

from domain.model.errors import Language
from domain.store.store import EventStore
from domain.store.tokens import Token, Tokens
from projections.runner import Runner
from projections.views.questions import Questions

T = TypeVar("T")


class Organisation(Protocol):
    """What the api needs of an opened organisation."""

    store: EventStore
    questions: Questions
    runner: Runner
    tokens: Tokens

    def close(self) -> None: ...


class Context:
    """One request."""

    def __init__(self, organisation: Organisation, token: Token, language: Language) -> None:
        self.organisation = organisation
        self.questions = organisation.questions
        self.token = token
        self.language = language
        self._loaders: dict[Hashable, DataLoader[str, Any]] = {}

    async def load(self, ask: Callable[..., dict[str, T]], id: str, **arguments: Hashable) -> T | None:
        """The answer of a bulk question for one id, asked together with all others that ask it with the same arguments."""
        key = (ask, *arguments.items())
        loader = self._loaders.get(key)
        if loader is None:

            async def answers(ids: list[str]) -> Sequence[Any]:
                found = await thread(ask, ids, **arguments)
                return [found.get(id) for id in ids]

            loader = self._loaders[key] = DataLoader(answers)
        return cast("T | None", await loader.load(id))


def thread(ask: Callable[..., T], *positional: Any, **named: Any) -> Awaitable[T]:
    """Run what waits for the store in a thread, so that other requests go on."""
    return anyio.to_thread.run_sync(lambda: ask(*positional, **named))


Info = strawberry.Info[Context, None]
