"""Streams with events that no view can take in: set aside with the reason, so that the rest goes on, and counted, so that they are mended.

What the views say of such a stream is what they said before. It is tried again whenever something is recorded in it and by a rebuild,
and taken off when that goes well. Nothing here repeats what an event or an exception says: it may be of somebody.
"""

from collections.abc import Iterator

from msgspec import Struct

from domain.model.errors import Refused
from domain.store.database import EVENTS, Connection, Table
from domain.store.keys import Ring
from domain.store.mapper import VOICES
from domain.store.store import EventStore
from domain.store.trouble import is_poison

SET_ASIDE = Table(
    "set_aside",
    {
        "stream": "text", "position": "integer", "events": "integer", "reason": "text", "attempts": "integer", "since": "integer",
        "tried": "integer",
    },
    key=("stream",),
    version=1,
)  # fmt: skip


class Aside(Struct, frozen=True):
    """A stream that was set aside: how many of its events are not in the views, and the position of what is the matter, as far as that
    can be told. `since` and `tried` are instants, of the first attempt and of the last."""

    stream: str
    position: int
    events: int
    reason: str
    attempts: int
    since: int
    tried: int


def all_aside(connection: Connection, generation: int) -> list[Aside]:
    columns = ", ".join(SET_ASIDE.columns)
    rows = connection.execute(f"SELECT {columns} FROM {connection.table(SET_ASIDE, generation)} s ORDER BY position, stream")
    return [Aside(*row) for row in rows]


def reason_of(error: Exception) -> str:
    """The kind of what went wrong, of what lies under it, and where in the code it came up."""
    kinds = [_kind(one) for one in _chain(error)]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_globals['__name__']}.{trace.tb_frame.f_code.co_name}" if trace is not None else ""
    return ", by ".join(kinds) + where


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _kind(error: BaseException) -> str:
    return f"{type(error).__name__} {error.refusal.rule}" if isinstance(error, Refused) else type(error).__name__


def place_of(store: EventStore, connection: Connection, stream: str, ring: Ring, upto: int, new: int) -> int:
    """The position of the first event of a stream that cannot be read; where all can, of the first of its `new` last ones; where there are
    none any more, `upto`."""
    rows = connection.execute(
        f"SELECT position, state, at, until FROM {connection.table(EVENTS)} e WHERE originator_id = ? AND position <= ? ORDER BY position",
        (stream, upto),
    ).fetchall()
    for position, *kept in rows:
        try:
            store.mapper.event((kept[0], kept[1], kept[2]), ring, VOICES)
        except Exception as error:
            if not is_poison(error):
                raise
            return int(position)
    return int(rows[-min(max(new, 1), len(rows))][0]) if rows else upto
