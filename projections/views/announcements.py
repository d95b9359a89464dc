"""Moves that no event brings about, announced when their time comes: a term that lapsed, or what faded in silence.

They are in the views since they could be foreseen. What is added here is a list, in the order of coming about and each once for ever, for
whoever does something when they come: it stands in the store, with the instant up to which has been looked, so that it does not matter who
looks, how many do, or when they die.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from domain.model.time import SECOND
from domain.store.database import ANNOUNCED, TRACKING, Connection, Insert, Put, Update, in_pages
from domain.store.store import EventStore
from domain.store.trouble import is_poison
from projections.lenses.evidence import Move
from projections.runner import Runner
from projections.views.histories import ENTRIES
from projections.views.snapshot import Snapshot
from projections.views.trajectories import MOVES

MARK = "announced"
"""Under which the store keeps the instant up to which has been looked."""
PAGE = 1_000
AGAIN = 60 * SECOND
"""So much is looked at again: an event is seen a moment after the instant it was given, and clocks of several machines differ."""


class Looked(Struct, frozen=True):
    """How many moves were announced. `more`: there may be others at once."""

    announced: int
    more: bool


def announce(store: EventStore, runner: Runner) -> Looked:
    """Announce what came about since the last look. The first look only notes when it was: what was before is no news.

    A clock that was set back is believed: what it now comes to again was announced before, and what is new there is not passed over."""
    runner.catch_up()
    # Under the lock of the views nothing moves meanwhile, and who looks at the same time waits.
    with store.database.writing("views") as connection:
        generation, now = runner.generation(connection), store.clock()
        snapshot = Snapshot(store, connection, generation, now, runner.position(connection, generation))
        query = f"SELECT notification_id FROM {connection.table(TRACKING)} t WHERE application_name = ?"
        row = connection.execute(query, (MARK,)).fetchone()
        since = min(row[0], now) if row else now
        upto = _end_of_page(snapshot, since)
        came = [found for found in _unannounced(snapshot, since - AGAIN, upto) if _was_foreseen(snapshot, *found)] if row else []
        number = _last(connection)
        rows = [(id, name, holder, move.at, place, now) for place, (id, name, holder, move, _) in enumerate(came, number + 1)]
        connection.write([Insert(ANNOUNCED, rows), *([Put(TRACKING, [(MARK, upto)])] if row is None or upto != row[0] else [])])
    return Looked(len(came), upto < now)


def forget_undone(connection: Connection, generation: int, streams: Sequence[str]) -> None:
    """Blank what was announced of relationships and is no move any more: it told of somebody who was erased. The number stays."""
    for some in in_pages([stream.partition("/")[2] for stream in streams]):
        one_of_them, value = connection.among("a.relationship", some)
        rows = connection.execute(
            f"SELECT a.relationship, a.lens, a.holder, a.at, a.number FROM {connection.table(ANNOUNCED)} a WHERE {one_of_them}"
            f" AND NOT EXISTS (SELECT 1 FROM {connection.table(MOVES, generation)} m"
            " WHERE m.relationship = a.relationship AND m.lens = a.lens AND m.holder = a.holder AND m.at = a.at)",
            (value,),
        ).fetchall()
        blank = [("", "", "", number, relationship, lens, holder, at) for relationship, lens, holder, at, number in rows]
        key = ("relationship", "lens", "holder", "at")
        connection.write([Update(ANNOUNCED, key, key, blank)])


def _end_of_page(snapshot: Snapshot, since: int) -> int:
    """Where a page of moves ends, with all of its last instant; now where it is the last."""
    query = f"SELECT at FROM {snapshot.table(MOVES)} m WHERE at > ? AND at <= ? ORDER BY at LIMIT 1 OFFSET ?"
    row = snapshot.connection.execute(query, (since, snapshot.now, PAGE - 1)).fetchone()
    return row[0] if row else snapshot.now


Found = tuple[str, str, str, Move, int]
"""Relationship, lens, holder, move, and when its relationship was last recorded in."""


def _unannounced(snapshot: Snapshot, since: int, upto: int) -> list[Found]:
    query = _UNANNOUNCED.format(
        entries=snapshot.table(ENTRIES), moves=snapshot.table(MOVES), announced=snapshot.connection.table(ANNOUNCED)
    )
    rows: list[tuple[Any, ...]] = snapshot.connection.execute(query, (since, upto)).fetchall()
    return [
        (id, name, holder, Move(at, was, was_kind, now, kind, cause, ()), last)
        for id, name, holder, last, at, was, was_kind, now, kind, cause in rows
    ]


def _was_foreseen(snapshot: Snapshot, id: str, name: str, holder: str, move: Move, last: int) -> bool:
    """Whether it was known when its time came. If not, an event that was recorded later has brought it about.

    Where that cannot be told any more, since the history cannot be read, nothing is announced."""
    if last < move.at:
        return True
    try:
        return move in snapshot.moves_as_known(id, *snapshot.lens(name), holder or None, move.at)
    except Exception as error:
        if not is_poison(error):
            raise
        return False


def _last(connection: Connection) -> int:
    row = connection.execute(f"SELECT max(number) FROM {connection.table(ANNOUNCED)} a").fetchone()
    return row[0] or 0 if row else 0


_UNANNOUNCED = """
SELECT m.relationship, m.lens, m.holder,
  (SELECT max(e.recorded) FROM {entries} e WHERE e.stream = 'relationship/' || m.relationship),
  m.at, m.was, m.was_kind, m.now, m.kind, m.cause
FROM {moves} m WHERE m.at > ? AND m.at <= ? AND m.triggers = '[]' AND NOT EXISTS (
  SELECT 1 FROM {announced} a WHERE a.relationship = m.relationship AND a.lens = m.lens AND a.holder = m.holder AND a.at = m.at)
ORDER BY m.at, m.relationship, m.lens, m.holder
"""
