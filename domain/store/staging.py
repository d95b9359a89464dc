"""Where a batch waits while it is judged: a temporary table, so that memory stays flat however many lines there are.

What is personal does not touch the disk in the clear: staged content that will be sealed is enciphered under a key that
exists only in this process and only as long as the batch.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.model.catalogue import CATALOGUE, Kind
from domain.model.event import Event
from domain.model.events import EventAmended
from domain.store.fresh import FreshIds

CHUNK = 2_000
STREAM_ORDER = {"participant": 0, "initiative": 1, "lens": 2, "relationship": 3}
_OPEN = frozenset({"meeting_held", "meeting_missed", "help_given", "help_asked", "help_offered", "consent_given"})


class Line(msgspec.Struct, frozen=True, gc=False):
    """Where a line of the batch came from."""

    file: str
    number: int


class _Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    id: str
    source: str
    occurred: str
    at: int
    until: int | None
    data: bytes
    time: str | None
    method: str | None
    perspective: str | None
    toldby: str | None
    recordedby: str | None
    position: int
    recorded: int


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(_Row).decode
_json = msgspec.json.Encoder().encode
_typed = {kind.name: msgspec.json.Decoder(kind.data).decode for kind in CATALOGUE.values()}


class Stage:
    """The staged lines of one batch, on a connection of its own choosing. Lines are numbered from 1 over all files."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._veil = AESGCM(os.urandom(32))
        self._waiting: list[tuple[int, str, int, str, str, bytes, str, int]] = []
        connection.execute("DROP TABLE IF EXISTS temp.staged")
        connection.execute(
            "CREATE TEMP TABLE staged (line INTEGER PRIMARY KEY, id TEXT, rank INTEGER, stream TEXT, kind TEXT, body BLOB, file TEXT, number INTEGER)"
        )

    def add(self, line: int, event: Event, place: Line) -> None:
        data = _json(event.data)
        if event.kind.name not in _OPEN or b'"notes"' in data:
            nonce = line.to_bytes(12)
            data = b"\0" + self._veil.encrypt(nonce, data, None)
        body = _pack(
            _Row(event.id, event.source, event.occurred, event.at, event.until, data, event.time, event.method, event.perspective,
                 event.toldby, event.recordedby, event.position, event.recorded)
        )  # fmt: skip
        rank = STREAM_ORDER[event.stream.partition("/")[0]]
        self._waiting.append((line, event.id, rank, event.stream, event.kind.name, body, place.file, place.number))
        if len(self._waiting) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def close(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS temp.staged")

    def _event(self, line: int, stream: str, kind: Kind, body: bytes, position: int = 0) -> Event:
        row = _unpack(body)
        raw = row.data
        if raw[:1] == b"\0":
            raw = self._veil.decrypt(line.to_bytes(12), raw[1:], None)
        return Event(
            kind, row.id, stream, row.source, row.occurred, row.at, row.until, _typed[kind.name](raw), row.time, row.method,
            row.perspective, row.toldby, row.recordedby, position or row.position, row.recorded,
        )  # fmt: skip

    def streams(self, head: int) -> Iterator[tuple[str, list[tuple[int, Event]]]]:
        """Stream by stream (participants, initiatives, lenses, relationships), the events of each with their lines, in order.

        Their positions are those they would have if every line came after `head`: the order is what counts."""
        rows = self._connection.execute("SELECT stream, line, kind, body FROM staged ORDER BY rank, stream, line")
        for stream, found in groupby(rows, key=lambda row: row[0]):
            yield stream, [(line, self._event(line, stream, CATALOGUE[kind], body, head + line)) for _, line, kind, body in found]

    def in_order(self) -> Iterator[tuple[int, Event]]:
        """All events in the order of their lines."""
        for line, stream, kind, body in self._connection.execute("SELECT line, stream, kind, body FROM staged ORDER BY line"):
            yield line, self._event(line, stream, CATALOGUE[kind], body)

    def events(self, lines: Iterable[int]) -> Iterator[tuple[int, Event]]:
        for wanted in lines:
            for line, stream, kind, body in self._connection.execute("SELECT line, stream, kind, body FROM staged WHERE line = ?", (wanted,)):
                yield line, self._event(line, stream, CATALOGUE[kind], body)

    def rename(self, fresh: FreshIds) -> None:
        """Give everything staged its fresh ids."""
        top = self._connection.execute("SELECT coalesce(max(line), 0) FROM staged").fetchone()[0]
        for first in range(1, top + 1, CHUNK):
            chunk = list(self.events(range(first, min(first + CHUNK, top + 1))))
            places = {line: self.place(line) for line, _ in chunk}
            self.drop(line for line, _ in chunk)
            for line, event in chunk:
                self.add(line, fresh.event(event), places[line])
            self.flush()

    def place(self, line: int) -> Line:
        file, number = self._connection.execute("SELECT file, number FROM staged WHERE line = ?", (line,)).fetchone()
        return Line(file, number)

    def has_stream(self, stream: str) -> bool:
        return self._connection.execute("SELECT 1 FROM staged WHERE stream = ? LIMIT 1", (stream,)).fetchone() is not None

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
        """Lines whose id is in the store already, with the stored envelope."""
        yield from self._connection.execute("SELECT s.line, e.state FROM staged s JOIN events e ON e.id = s.id ORDER BY s.line").fetchall()


def target_id(event: Event) -> str | None:
    """The event that an amendment points at."""
    return event.data.event if isinstance(event.data, EventAmended) else None
