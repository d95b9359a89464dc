"""Where a batch waits while it is judged: a temporary table, so that memory stays flat however many lines there are.

What is personal does not touch the disk in the clear: staged content that will be sealed is enciphered under a key that
exists only in this process and only as long as the batch.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace

from domain.model.catalogue import CATALOGUE, Kind
from domain.model.envelope import Envelope
from domain.model.event import Event
from domain.model.events import EventAmended, Unread, Unvoiced
from domain.store.fresh import FreshIds

CHUNK = 2_000
SHUT = b"!"
STREAM_ORDER = {"par": 0, "ini": 1, "len": 2, "rel": 3}
"""Participants are judged first, then initiatives, lenses and relationships; by the first letters of the stream."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """Where a line of the batch came from."""

    file: str
    number: int


class Waiting(NamedTuple):
    """A staged event in the form in which it is appended. `data` is None where it has yet to be sealed: `opened` gives the event."""

    line: int
    id: str
    stream: str
    kind: Kind
    at: int
    until: int | None
    data: bytes | None
    frame: bytes
    recorded: int
    veiled: bytes


_json = msgspec.json.Encoder().encode
_typed: dict[str, Callable[[bytes], Any]] = {kind.name: msgspec.json.Decoder(kind.data).decode for kind in CATALOGUE.values()}
_shut = msgspec.json.Decoder(tuple[Unread, str | None]).decode
_framed = msgspec.json.Decoder(Envelope).decode
_COLUMNS = "line, id, stream, kind, at, until, data, perspective, toldby, recordedby, time"


class Stage:
    """The staged lines of one batch, on a connection of its own choosing. Lines are numbered from 1 over all files."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._veil = AESGCM(os.urandom(32))
        self._nonces = 0
        self._waiting: list[tuple[Any, ...]] = []
        connection.execute("DROP TABLE IF EXISTS temp.staged")
        connection.execute(
            "CREATE TEMP TABLE staged (line INTEGER PRIMARY KEY, id TEXT, rank INTEGER, stream TEXT, kind TEXT, at INTEGER,"
            " until INTEGER, data BLOB, frame BLOB, perspective TEXT, toldby TEXT, recordedby TEXT, time TEXT, recorded INTEGER,"
            " file TEXT, number INTEGER)"
        )

    def add(self, line: int, event: Event, place: Line, clear: bytes | None, frame: bytes) -> None:
        """`clear`: the data as it will be stored, where nothing of it is to be sealed; `frame`: the envelope around it."""
        data = clear if clear is not None else self._veiled(event.data)
        self._waiting.append(
            (line, event.id, STREAM_ORDER[event.stream[:3]], event.stream, event.kind.name, event.at, event.until, data, frame,
             event.perspective, event.toldby, event.recordedby, event.time, event.recorded, place.file, place.number)
        )  # fmt: skip
        if len(self._waiting) >= CHUNK:
            self.flush()

    def _veiled(self, data: Any) -> bytes:
        """A zero byte, a nonce that is used once, and the enciphered content. What came without its voice is marked as such."""
        self._nonces += 1
        nonce = self._nonces.to_bytes(12)
        plain = SHUT + _json(msgspec.structs.astuple(data)) if isinstance(data, Unvoiced) else _json(data)
        return b"\0" + nonce + self._veil.encrypt(nonce, plain, None)

    def flush(self) -> None:
        """Write what waits in memory, in one transaction: on its own every row would be one."""
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO temp.staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._waiting)
        self._connection.execute("COMMIT")
        self._waiting.clear()

    def close(self) -> None:
        """Drop the table; after a failure that left a statement half read, the next batch does it."""
        with suppress(sqlite3.OperationalError):
            self._connection.execute("DROP TABLE IF EXISTS temp.staged")

    def _data(self, kind: str, raw: bytes) -> Any:
        plain = raw if raw[0] else self._veil.decrypt(raw[1:13], raw[13:], None)
        return Unvoiced(*_shut(plain[1:])) if plain.startswith(SHUT) else _typed[kind](plain)

    def streams(self, head: int) -> Iterator[tuple[str, list[Event]]]:
        """Stream by stream (participants, initiatives, lenses, relationships), the events of each in the order of their lines.

        Their positions are those they would have if every line came after `head`; what only the envelope holds is left out."""
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM staged ORDER BY rank, stream, line")
        for stream, found in groupby(rows, key=itemgetter(2)):
            yield (
                stream,
                [
                    Event(
                        CATALOGUE[kind],
                        id,
                        stream,
                        "",
                        "",
                        at,
                        until,
                        self._data(kind, data),
                        time,
                        None,
                        holder,
                        teller,
                        by,
                        head + line,
                    )
                    for line, id, _, kind, at, until, data, holder, teller, by, time in found
                ],
            )

    def in_order(self) -> Iterator[Waiting]:
        """All events in the order of their lines."""
        rows = self._connection.execute("SELECT line, id, stream, kind, at, until, data, frame, recorded FROM staged ORDER BY line")
        for line, id, stream, kind, at, until, data, frame, recorded in rows:
            yield Waiting(line, id, stream, CATALOGUE[kind], at, until, data if data[0] else None, frame, recorded, data)

    def opened(self, w: Waiting) -> Event:
        """The event, whole."""
        e = _framed(b'{"data":null' + w.frame)
        return Event(
            w.kind, e.id, w.stream, e.source, e.occurred, w.at, w.until, self._data(w.kind.name, w.veiled), e.time, e.method,
            e.perspective, e.toldby, e.recordedby, e.position or 0, w.recorded,
        )  # fmt: skip

    def event(self, line: int) -> Event:
        """One staged event, whole."""
        return next(self.events([line]))[1]

    def events(self, lines: Iterable[int]) -> Iterator[tuple[int, Event]]:
        """Staged events, whole, with their lines."""
        for wanted in lines:
            query = "SELECT line, id, stream, kind, at, until, data, frame, recorded FROM staged WHERE line = ?"
            for line, id, stream, kind, at, until, data, frame, recorded in self._connection.execute(query, (wanted,)):
                yield line, self.opened(Waiting(line, id, stream, CATALOGUE[kind], at, until, None, frame, recorded, data))

    def with_id(self, id: str) -> Iterator[Event]:
        """The staged events that carry an id."""
        for line in [row[0] for row in self._connection.execute("SELECT line FROM staged WHERE id = ? ORDER BY line", (id,))]:
            yield self.event(line)

    def rename(self, fresh: FreshIds, formed: Callable[[Event], tuple[bytes | None, bytes]]) -> None:
        """Give everything staged its fresh ids. `formed` gives the data and the frame of an event as `add` takes them."""
        top = self._connection.execute("SELECT coalesce(max(line), 0) FROM staged").fetchone()[0]
        for first in range(1, top + 1, CHUNK):
            chunk = list(self.events(range(first, min(first + CHUNK, top + 1))))
            places = {line: self.place(line) for line, _ in chunk}
            self.drop(line for line, _ in chunk)
            for line, event in chunk:
                renamed = fresh.event(event)
                self.add(line, renamed, places[line], *formed(renamed))
            self.flush()

    def place(self, line: int) -> Line:
        file, number = self._connection.execute("SELECT file, number FROM staged WHERE line = ?", (line,)).fetchone()
        return Line(file, number)

    def of_stream(self, stream: str, head: int) -> list[Event]:
        """The staged events of one stream, with positions as `streams` gives them."""
        return [replace(event, position=head + line) for line, event in self.events(self.lines_of(stream))]

    def lines_of(self, stream: str) -> list[int]:
        return [row[0] for row in self._connection.execute("SELECT line FROM staged WHERE stream = ? ORDER BY line", (stream,))]

    def drop(self, lines: Iterable[int]) -> None:
        self._connection.executemany("DELETE FROM staged WHERE line = ?", ((line,) for line in lines))

    def repeated(self) -> list[list[int]]:
        """Lines that carry one and the same id, in order."""
        ids = "SELECT id FROM staged GROUP BY id HAVING count(*) > 1"
        rows = self._connection.execute(f"SELECT id, line FROM staged WHERE id IN ({ids}) ORDER BY id, line").fetchall()
        return [[line for _, line in group] for _, group in groupby(rows, key=lambda row: row[0])]

    def recorded_before(self) -> Iterator[tuple[int, bytes]]:
        """The lines whose id is in the store already, with the stored envelope."""
        yield from self._connection.execute("SELECT s.line, e.state FROM temp.staged s CROSS JOIN events e ON e.id = s.id ORDER BY s.line")


def target_id(event: Event) -> str | None:
    """The event that an amendment points at."""
    return event.data.event if isinstance(event.data, EventAmended) else None
