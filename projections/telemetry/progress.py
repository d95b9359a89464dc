"""How far the store is and how far each projection has followed it, asked when somebody wants to know, so that it is never stale."""

import sqlite3
from typing import Protocol

from eventsourcing.persistence import PersistenceError
from msgspec import Struct

from domain.store.store import EventStore
from projections.runner import Runner

UNREACHABLE = (PersistenceError, sqlite3.Error, OSError)
"""What is raised where the store cannot be asked."""


class Followed(Protocol):
    """What of an opened organisation is looked at."""

    @property
    def store(self) -> EventStore: ...

    @property
    def runner(self) -> Runner: ...


class Progress(Struct, frozen=True):
    """The highest position in the store, the checkpoint of each projection, and how many events each has set aside."""

    head: int
    positions: dict[str, int]
    aside: dict[str, int]

    @property
    def lags(self) -> dict[str, int]:
        """How many events each projection is behind."""
        return {name: max(self.head - position, 0) for name, position in self.positions.items()}


def progress(organisation: Followed) -> Progress:
    """In one snapshot of the store. Raises one of `UNREACHABLE`."""
    with organisation.store.reading() as connection:
        runner = organisation.runner
        aside = 0 if runner.outdated() else sum(one.events for one in runner.set_aside(connection))
        return Progress(organisation.store.head(connection), {"views": runner.position(connection)}, {"views": aside})
