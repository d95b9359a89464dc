"""The stores that are measured: one at a time, as new, in a file or in PostgreSQL."""

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import Postgres
from store_places import Databases, Files

from domain.store.staging import Line
from domain.store.store import EventStore

KEY = b"r" * 32
ORGANISATION = "default"


def now() -> int:
    return int(time.time() * 1_000_000)


class Place:
    """A place for one measured store at a time. `name` is what the rows call it."""

    def __init__(self, name: str, found: Files | Databases) -> None:
        self.name = name
        self.found = found

    def store(self) -> EventStore:
        """A new one, with nothing in it."""
        self.empty()
        return self.again()

    def again(self) -> EventStore:
        """The one there is."""
        return self.found.open(KEY, ORGANISATION, now)

    def empty(self) -> None:
        if isinstance(self.found, Databases):
            self.found.as_new()
        else:
            for file in self.found.path.parent.iterdir():
                file.unlink()


@contextmanager
def sqlite() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield Place("SQLite", Files(Path(folder, "bench.db")))


@contextmanager
def postgresql() -> Iterator[Place]:
    with Postgres() as server:
        yield Place("PostgreSQL", Databases(server, "bench"))


def imported(store: EventStore, lines: Iterable[bytes]) -> None:
    outcome = store.recording.record(((Line("bench", n), raw) for n, raw in enumerate(lines, 1)), recorded_by="system/bench")
    if outcome.refused:
        raise SystemExit(f"the bench's own data was refused: {outcome.refused[0].refusal.text()}")
