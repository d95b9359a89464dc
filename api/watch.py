"""Whoever listens is heard out for as long as their token holds: all tokens in use are looked at together, once a second.

Where they cannot be looked at, nobody is let go on: who has a token that holds comes back.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.context import Organisation, quick
from api.errors import mask
from api.holding import holding
from domain.store.tokens import Token

TOKEN_SECONDS = 1.0
"""How often is looked whether the tokens in use still hold."""


class TokenWatch:
    """Tells whoever listens when their token holds no more."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._listening: dict[str, list[Callable[[], None]]] = {}
        self._tokens: dict[str, Token] = {}

    @contextmanager
    def over(self, token: Token, ended: Callable[[], None]) -> Iterator[None]:
        """Meanwhile `ended` is called where the token holds no more."""
        listening = self._listening.setdefault(token.id, [])
        self._tokens[token.id] = token
        listening.append(ended)
        try:
            yield
        finally:
            listening.remove(ended)
            if not listening and self._listening.get(token.id) is listening:
                del self._listening[token.id], self._tokens[token.id]

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(TOKEN_SECONDS)
            if self._listening:
                asked = frozenset(self._listening)
                looking = asyncio.ensure_future(quick(holding, self._organisation, tuple(self._tokens.values())))
                await asyncio.wait({looking})
                failure = looking.exception()
                if failure is not None:
                    mask(failure)
                still = looking.result() if failure is None else frozenset[str]()
                for id in asked - still:
                    for ended in tuple(self._listening.get(id, ())):
                        ended()
