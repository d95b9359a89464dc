"""Several that turn the key over, make keys and ask for keys, all at once, come to one end, and nothing is lost between them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Barrier, BrokenBarrierError

from sent_lines import Clock, opened, pair, record
from store_places import Place
from turned_stores import SPANS, WEEK, epochs, secrets, sql

from domain.store.store import EventStore
from domain.store.turning import Turning

WEEKS = 6
MADE = 20


def to_its_end(week: Barrier, work: Callable[[], None]) -> None:
    try:
        work()
    except BaseException:
        week.abort()
        raise


def test_who_makes_and_asks_for_keys_while_others_turn_is_not_disturbed(place: Place) -> None:
    clock, week = Clock(), Barrier(5, timeout=60)
    made: dict[str, bytes] = {}

    def turns(store: EventStore) -> None:
        turning = Turning(store, SPANS)
        for _ in range(WEEKS):
            week.wait()
            while turning.step():
                pass
            week.wait()

    def makes(store: EventStore, name: str) -> None:
        for number in range(WEEKS):
            week.wait()
            for place in range(MADE):
                owner, stream = f"participant/{name}-{number}-{place}", f"relationship/{name}-{number}-{place}"
                store.keys.create([owner])
                store.keys.add_aliases([(stream, "a", owner)])
                (key,) = store.keys.ring().keys_about(stream, ["a"])
                assert made.setdefault(owner, key.secret) == key.secret
            week.wait()

    def passes() -> None:
        for _ in range(WEEKS):
            clock.now += WEEK
            week.wait()
            week.wait()

    with ExitStack() as held:
        stores = [held.enter_context(closing(opened(place, clock=clock))) for _ in range(4)]
        record(stores[0], pair())
        work: list[Callable[[], None]] = [
            passes,
            lambda: turns(stores[0]),
            lambda: turns(stores[1]),
            lambda: makes(stores[2], "x"),
            lambda: makes(stores[3], "y"),
        ]
        with ThreadPoolExecutor(len(work)) as threads:
            done = [threads.submit(to_its_end, week, one) for one in work]
        # Who stops early lets the others stop too: what stopped the first is told, not that the others waited for it.
        failed = [one for one in (each.exception() for each in done) if one is not None]
        for one in sorted(failed, key=lambda one: isinstance(one, BrokenBarrierError)):
            raise one
        newest = WEEKS + 1
        assert [epoch for epoch, _, _ in epochs(place)] == list(range(1, newest + 1))
        assert epochs(place)[0] == (1, "destroyed", False)
        assert sql(place, "SELECT DISTINCT epoch FROM data_keys") == sql(place, "SELECT DISTINCT epoch FROM aliases") == [(newest,)]
        found = secrets(stores[1])
        assert len(made) == 2 * WEEKS * MADE
        assert all(found[owner] == secret for owner, secret in made.items())
        ring = stores[1].keys.ring()
        assert all(ring.owner(f"relationship/{owner.partition('/')[2]}", "a") == owner for owner in made)
