"""Keys in a PostgreSQL database of their own, apart from the events and with backups of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing.persistence import PersistenceError

from domain.store.addresses import shown
from domain.store.postgres import PostgresDatabase, Unreachable
from domain.store.postgres_transaction import PostgresTransaction
from domain.store.ring import KeyStoreError, KeyStoreSilent


class KeyDatabase:
    """One organisation's keys in a database; see `domain.store.key_places.KeyPlace`."""

    def __init__(self, url: str, organisation: str) -> None:
        self.name = shown(url)
        self._database = PostgresDatabase(url, organisation)

    @contextmanager
    def reading(self) -> Iterator[PostgresTransaction]:
        """Each statement sees what is committed by then: keys are read one statement at a time."""
        with self._explained(), self._database.asking() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[PostgresTransaction]:
        with self._explained(), self._database.writing("keys") as connection:
            yield connection

    def wipe_traces(self) -> None:
        """What was overwritten stays in the heap until a vacuum, and in the WAL until it is recycled; neither can be told to go at once."""

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except Unreachable as error:
            raise KeyStoreSilent(f"the key store does not answer ({error})") from error
        except PersistenceError as error:
            raise KeyStoreError(f"the key store {self.name} cannot be used ({error}): check that its server answers") from error
