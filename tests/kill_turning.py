"""Kills a process at each boundary of turning the organisation's key over, and looks each time whether all opens and the work goes on.

`python tests/kill_turning.py FOLDER` for files there, `python tests/kill_turning.py URL` for databases on that server. A boundary lies
before, within and after each transaction, and on both sides of every destruction. The first child dies at the first, the next one at the
second, until one lives; each begins with a store whose key is due to be turned and whose oldest key is due to die.
"""

import argparse
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sent_lines import Clock, opened, pair, record
from servers import NamedPostgres, Postgres
from store_places import Databases, Files, Place

from domain.store import epochs
from domain.store.key_places import ORGANISATION_KEYS
from domain.store.keys import KeyStoreError
from domain.store.store import EventStore
from domain.store.turning import Spans, Turning

SPANS = Spans()
LEAST = 30
"""Boundaries that there are at the least."""


def turned(store: EventStore) -> None:
    turning = Turning(store, SPANS)
    while turning.step():
        pass


def prepared(place: Place, clock: Clock) -> dict[str, str]:
    """A store that is due, and what opens in it."""
    with closing(opened(place, clock=clock)) as store:
        record(store, [*pair("r"), *pair("s")[1:]])
        for _ in range(4):
            clock.now += SPANS.turn
            turned(store)
        clock.now += SPANS.turn
        return opens(store)


def opens(store: EventStore) -> dict[str, str]:
    """All keys, and whom each handle stands for."""
    ring = store.keys.ring()
    found = {owner: ring.key(owner).secret.hex() for owner, _, _ in store.keys.owners()}
    return {**found, **{f"{r}/{h}": ring.owner(f"relationship/{r}", h) for r in "rs" for h in "ab"}}


def all_opens(store: EventStore, before: dict[str, str]) -> bool:
    try:
        return opens(store) == before
    except KeyStoreError:
        return False


def states(store: EventStore) -> list[tuple[int, str, bool]]:
    with store.keys._place.reading() as db:
        rows = db.execute(f"SELECT epoch, state, wrapped IS NULL FROM {db.table(ORGANISATION_KEYS)} k ORDER BY epoch")
        return [(epoch, state, bool(gone)) for epoch, state, gone in rows]


def child(place: Place, clock: Clock, dies_at: int) -> None:
    """Turns, and dies at a boundary. Ends where there are not so many."""
    epochs.CHUNK = 2
    reached = 0

    def boundary() -> None:
        nonlocal reached
        reached += 1
        if reached == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(work: Callable[..., Any]) -> Callable[..., Any]:
        def worked(*given: Any) -> Any:
            boundary()
            done = work(*given)
            boundary()
            return done

        return worked

    def within(writing: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def written(*given: Any) -> Iterator[Any]:
            boundary()
            with writing(*given) as db:
                yield db
                boundary()
            boundary()

        return written

    store: Any = opened(place, clock=clock)
    keys, root = store.keys._place, store.keys.epochs._root
    keys.writing, store.database.writing = within(keys.writing), within(store.database.writing)
    keys.wipe_traces, root.destroy = around(keys.wipe_traces), around(root.destroy)
    turned(store)


def killed(place: Place, clock: Clock, dies_at: int) -> bool:
    """Whether the child died before it was done."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            child(place, clock, dies_at)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"the child ended by itself at boundary {dies_at}")
    return os.WIFSIGNALED(status)


def wrong(place: Place, clock: Clock, before: dict[str, str]) -> list[str]:
    """What is not as it must be after a kill, and when the work was gone on with."""
    found = []
    with closing(opened(place, clock=clock)) as store:
        if not all_opens(store, before):
            return ["not all opens after the kill"]
        turned(store)
        if not all_opens(store, before):
            found.append("not all opens when it was gone on with")
        expected = [(1, "destroyed", True), *[(epoch, "left", False) for epoch in (2, 3, 4, 5)], (6, "active", False)]
        if states(store) != expected:
            found.append(f"the epochs are {states(store)}")
        with store.keys._place.reading() as db:
            if any(epochs._hangs(db, epoch) for epoch in range(1, 6)):
                found.append("something hangs on an old epoch")
    return found


def loop(place_of: Callable[[int], Place], every: int) -> list[str]:
    """Die at each boundary in turn, or at every so many; what was found wrong."""
    found: list[str] = []
    dies_at, died = 1 - every, True
    while died:
        dies_at += every
        place, clock = place_of(dies_at), Clock()
        before = prepared(place, clock)
        died = killed(place, clock, dies_at)
        found += [f"boundary {dies_at}: {fault}" for fault in wrong(place, clock, before)]
    print(f"killed at {dies_at // every} boundaries; wrong after them: {found or 'nothing'}")
    if dies_at <= LEAST:
        found.append(f"there were less than {dies_at} boundaries")
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description="Kill processes at the boundaries of turning a key over, and look whether all opens.")
    asked.add_argument("where", nargs="?", help="a folder, or a server's URL; without it a server is started")
    asked.add_argument("--every", type=int, default=1, help="at every so many boundaries")
    where, every = (given := asked.parse_args()).where, given.every
    if where is not None and "://" not in where:
        raise SystemExit(bool(loop(lambda number: Files(Path(where) / f"{number}.sqlite"), every)))
    with closing(Postgres() if where is None else NamedPostgres(where)) as server:
        databases = Databases(server)

        def emptied(_: int) -> Place:
            databases.empty()
            return databases

        raise SystemExit(bool(loop(emptied, every)))


if __name__ == "__main__":
    main()
