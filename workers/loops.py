"""What a worker does over and over: each loop has a name, by which it is led, and steps, each of which is whole by itself."""

import logging
from collections.abc import Callable
from typing import Protocol

from domain.store.store import EventStore
from projections.runner import Runner
from projections.views.announcements import announce

logger = logging.getLogger(__name__)


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


class Watch:
    """Announces the moves that no event brings about, each once when its time has come."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    def step(self) -> bool:
        looked = announce(self._organisation.store, self._organisation.runner)
        if looked.announced:
            logger.info("%s moves without an event announced", looked.announced)
        return looked.more


LOOPS: dict[str, Callable[[Organisation], Loop]] = {"project": Project, "watch": Watch}
"""By the names under which an operator knows them."""
