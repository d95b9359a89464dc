"""Everything that must hold of a store whatever became of the processes that wrote to it, as a list of what does not.

It opens the store as the next process would, brings the views up and, when asked, compares them with a rebuild.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from sent_lines import opened, runner_of
from store_places import Place

from domain.model.time import instant
from domain.store.database import EVENTS, Connection
from domain.store.store import EventStore
from projections.runner import Runner
from projections.views.attention import Attention
from projections.views.histories import ENTRIES, Histories
from projections.views.trajectories import Trajectories

WHOLE = re.compile(r"(?P<batch>.+)-\d+of(?P<size>\d+)\Z")
"""An id that says how large the batch is it came in: `k3-b2-17of50`."""
SHUT = [{"erased"}, {"damaged"}, {"sealed"}]


def faults(place: Path | Place, acknowledged: Iterable[str], rebuilt: bool = True, clock: Callable[[], int] | None = None) -> list[str]:
    """What is wrong with the store at `place`, in which `acknowledged` ids were said to be recorded. Empty: nothing is."""
    with closing(opened(place, clock=clock)) as store:
        with store.reading() as connection:
            found = [*lost(connection, acknowledged), *chain(connection), *_shut(store, connection)]
        return [*found, *_views(store, rebuilt)]


def lost(connection: Connection, acknowledged: Iterable[str]) -> list[str]:
    recorded = {id for (id,) in connection.execute(f"SELECT id FROM {connection.table(EVENTS)} e")}
    torn = []
    batches = Counter(found["batch"] for id in recorded if (found := WHOLE.match(id)))
    sizes = {found["batch"]: int(found["size"]) for id in recorded if (found := WHOLE.match(id))}
    for batch, count in batches.items():
        if count != sizes[batch]:
            torn.append(f"of batch {batch} only {count} of {sizes[batch]} events are there")
    return [f"{id} was acknowledged and is lost" for id in acknowledged if id not in recorded] + torn


def chain(connection: Connection) -> list[str]:
    found: list[str] = []
    last = 0
    rows = connection.execute(f"SELECT position, id, state, leaf FROM {connection.table(EVENTS)} e ORDER BY position")
    for expected, (position, id, state, leaf) in enumerate(rows, 1):
        envelope = msgspec.json.decode(state)
        if position != expected:
            found.append(f"position {position} follows {expected - 1}")
            break
        if (envelope["position"], envelope["id"]) != (position, id):
            found.append(f"the envelope at {position} is of {envelope['id']} at {envelope['position']}")
        if hashlib.sha256(b"\0" + state).digest() != leaf:
            found.append(f"the leaf at {position} is not that of its envelope")
        recorded, _ = instant(envelope["recorded"])
        if recorded < last:
            found.append(f"{position} was recorded before the one before it")
        last = recorded
    return found


def _shut(store: EventStore, connection: Connection) -> list[str]:
    ring = store.keys.ring()
    rows = connection.execute(f"SELECT position, state FROM {connection.table(EVENTS)} e ORDER BY position")
    return [f"something sealed at {position} does not open" for position, state in rows if _shut_in(store.mapper.plain(state, ring)[1])]


def _shut_in(value: object) -> bool:
    if isinstance(value, dict):
        return set(value) in SHUT or any(map(_shut_in, value.values()))
    return isinstance(value, list) and any(map(_shut_in, value))


def _views(store: EventStore, rebuilt: bool) -> list[str]:
    runner = runner_of(store)
    with store.reading() as connection:
        at = runner.position(connection)
        entries = connection.table(ENTRIES, runner.generation(connection))
        entries = [place for (place,) in connection.execute(f"SELECT position FROM {entries} e ORDER BY position")]
    if entries != list(range(1, at + 1)):
        return [f"the checkpoint is {at}, and the view holds {len(entries)} events up to {max(entries, default=0)}"]
    runner.catch_up()
    if not rebuilt:
        return []
    live = view_rows(store, runner)
    runner.rebuild()
    fresh = view_rows(store, runner)
    return [
        f"the view {table} is not what a rebuild makes of it" for table in live.keys() | fresh.keys() if live.get(table) != fresh.get(table)
    ]


def view_rows(store: EventStore, runner: Runner) -> dict[str, list[Sequence[object]]]:
    """All rows of the live views, by the names of their tables without the generation."""
    with store.reading() as connection:
        generation = runner.generation(connection)
        return {
            table.name: sorted(
                connection.execute(f"SELECT {', '.join(table.columns)} FROM {connection.table(table, generation)} v").fetchall(), key=repr
            )
            for table in (*Histories.tables, *Trajectories.tables, *Attention.tables)
        }
