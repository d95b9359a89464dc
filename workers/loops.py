"""What a worker does over and over: each loop has a name, by which it is led, and steps, each of which is whole by itself."""

from collections.abc import Callable
from typing import Protocol

from domain.store.store import EventStore
from projections.runner import Runner


class Organisation(Protocol):
    """What the loops need of an opened organisation."""

    store: EventStore
    runner: Runner


class Loop(Protocol):
    """Something that is to be done whenever there is something to do."""

    def step(self) -> bool:
        """Do some of it; whether there may be more at once. May be broken off anywhere, and be taken at the same time elsewhere."""
        ...


class Project:
    """Keeps the views up with the events, so that a question finds them there."""

    def __init__(self, organisation: Organisation) -> None:
        self._runner = organisation.runner

    def step(self) -> bool:
        return self._runner.catch_up() > 0


LOOPS: dict[str, Callable[[Organisation], Loop]] = {"project": Project}
"""By the names under which an operator knows them."""
