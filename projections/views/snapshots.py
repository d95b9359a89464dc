"""Snapshots for questions: of the primary or a replica, each within the scope of whoever asks, with the read models at its head.

Where they are behind, they are first brought up, unless that lasts too long (`projections.upkeep`). On a replica they stand where they have
come to there, which `reached` tells. What the primary answers in its place, a replica that is back has to have before it is asked again:
what `reached` told stays so.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeVar

from domain.store.accesses import FOLLOWING, viewer
from domain.store.database import ReadConnection
from domain.store.replica import Lost
from domain.store.store import EventStore
from projections.runner import Runner, Stand
from projections.views.answer_cache import KEPT_ONLY, Asks
from projections.views.scope import Scope
from projections.views.snapshot import Snapshot

T = TypeVar("T")
PATIENCE_SECONDS = 0.02
"""For so long one waits for another's answer, who may be held up at a connection of which nothing comes any more."""


class _Turn:
    """One asking of how the views stand, for all who came before it began."""

    found: Stand | None = None


class Standing:
    """How the views stand, asked once for all who want to know at the same time: each is told how they stood after they came."""

    def __init__(self, ask: Callable[[], Stand], patience: float = PATIENCE_SECONDS) -> None:
        self._ask = ask
        self._patience = patience
        self._asking = threading.Lock()
        self._next = _Turn()

    def now(self) -> Stand:
        turn = self._next
        if not self._asking.acquire(timeout=self._patience):
            return self._ask()
        try:
            if turn.found is None:
                # Whoever comes from here on may have recorded what is not seen any more.
                turn, self._next = self._next, _Turn()
                turn.found = self._ask()
            return turn.found
        finally:
            self._asking.release()


class Snapshots:
    """The snapshots of one organisation. Thread-safe."""

    def __init__(self, store: EventStore, runner: Runner) -> None:
        self.store = store
        self._runner = runner
        self._standing = Standing(self._stand)
        self._lock = threading.Lock()
        self._answered = 0

    @contextmanager
    def taken(self, scope: Scope) -> Iterator[Snapshot]:
        """Raises `Lost` where a replica breaks off meanwhile; one that cannot be asked at all is not.

        What was opened is written into the access log at the end, before anybody sees it."""
        scope.need("look")
        with self._taken(scope) as found:
            yield found
        _write_seen(found)

    @contextmanager
    def _taken(self, scope: Scope) -> Iterator[Snapshot]:
        with ExitStack() as held:
            yield held.enter_context(self._newest(scope)) if (mine := self._on_replica(held, scope)) is None else mine

    @contextmanager
    def newest(self, scope: Scope) -> Iterator[Snapshot]:
        """With all that is recorded by now, whether a replica has it or not."""
        scope.need("look")
        with self._newest(scope) as found:
            yield found
        _write_seen(found)

    @contextmanager
    def as_they_stand(self, scope: Scope) -> Iterator[Snapshot | None]:
        """With the views as they stand, though they are behind. None where there is a replica, which has events before their views."""
        scope.need("look")
        if self.store.replica is not None:
            yield None
            return
        with self.store.reading() as connection:
            found = self._snapshot(connection, self._runner.stand(connection), scope)
            yield found
        _write_seen(found)

    def answer(self, scope: Scope, ask: Callable[[Snapshot], T]) -> T:
        """What is kept answers where nothing was recorded since, which is one statement; else the database is asked, in a snapshot."""
        scope.need("look")
        if self.store.replica is None:
            stand = self._standing.now()
            if stand.position >= stand.head:
                with suppress(Asks):
                    kept = self._snapshot(KEPT_ONLY, stand, scope)
                    found = ask(kept)
                    _write_seen(kept)
                    return found
        with self.taken(scope) as snapshot:
            return ask(snapshot)

    def reached(self) -> int:
        """The position up to which is answered at the least from now on."""
        with self._taken(Scope(self.store.organisation)) as snapshot:
            return snapshot.upto

    def recorded(self) -> int:
        """The position of what was recorded last, whether a replica has it or not."""
        with self.store.reading() as connection:
            return self.store.head(connection)

    def _stand(self) -> Stand:
        with self.store.database.asking() as connection:
            return self._runner.stand(connection)

    def _on_replica(self, held: ExitStack, scope: Scope) -> Snapshot | None:
        """None where there is no replica, where it does not answer, or where it has less than the primary answered in its place."""
        if (replica := self.store.replica) is None:
            return None
        with suppress(Lost), ExitStack() as begun:
            connection = begun.enter_context(replica.reading())
            stand = self._runner.stand(connection)
            if stand.position >= self._answered:
                held.push(begun.pop_all())
                return self._snapshot(connection, stand, scope)
        return None

    @contextmanager
    def _newest(self, scope: Scope) -> Iterator[Snapshot]:
        before = self._answered
        with self.store.reading() as connection:
            stand = self._runner.stand(connection)
            if stand.position >= stand.head:
                self._answers(stand, before)
                yield self._snapshot(connection, stand, scope)
                return
        self._runner.keep_up()
        with self.store.reading() as connection:
            stand = self._runner.stand(connection)
            self._answers(stand, before)
            yield self._snapshot(connection, stand, scope)

    def _answers(self, stand: Stand, before: int) -> None:
        """Keep how far the primary has answered. Where it has less than it had `before`, it came back from a restore."""
        with self._lock:
            self._answered = stand.position if stand.position < before else max(self._answered, stand.position)

    def _snapshot(self, connection: ReadConnection, stand: Stand, scope: Scope) -> Snapshot:
        return Snapshot(self.store, connection, stand.generation, self.store.clock(), stand.position, scope)


def _write_seen(snapshot: Snapshot) -> None:
    if (who := viewer()) is not FOLLOWING:
        snapshot.write_seen(who)
