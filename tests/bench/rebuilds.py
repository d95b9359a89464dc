"""A rebuild of all trajectories beside reading, opening and decoding the same rows."""

from bench.contacts import contacts
from bench.measures import Row, in_turns, row, timed
from bench.stores import imported, sqlite
from domain.store.mapper import VOICES
from domain.store.store import EventStore
from projections.reader import SLICE
from projections.runner import Runner
from projections.views.trajectories import Trajectories


def read_and_open(store: EventStore) -> None:
    """The baseline of a rebuild: read every row, open its voices, decode it with msgspec."""
    ring = store.keys.ring()
    with store.reading() as connection:
        for stretch in store.stretches(connection, store.head(connection), SLICE):
            streams = list(store.within(connection, stretch))
            ring.prefetch_streams([stream for stream, _ in streams if stream.startswith("relationship/")])
            for _, rows in streams:
                for row in rows:
                    store.mapper.event(row, ring, VOICES)


def rows(rounds: int) -> list[Row]:
    with sqlite() as place:
        store = place.store()
        imported(store, contacts()[1])
        runner = Runner(store, [Trajectories()], "bench")
        runner.rebuild()
        took = in_turns(rounds, {"bare": lambda: timed(lambda: read_and_open(store)), "ours": lambda: timed(runner.rebuild)})
        store.close()
    return [row("full rebuild of trajectories: times reading, opening and decoding", took["ours"] / took["bare"], "≤ 1.30")]
