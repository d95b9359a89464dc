"""Where a batch waits while it is judged: in memory, and from some size on in a table of a temporary file, so that memory stays flat.

So it is whichever database the events go to. What is personal does not touch the disk in the clear: staged content that will be sealed is
enciphered under a key that exists only as long as the batch.
"""

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.model.catalogue import CATALOGUE
from domain.model.event import Event
from domain.model.events import EventAmended, Unread, Unvoiced
from domain.store.fresh import FreshIds
from domain.store.temporary import temporary

CHUNK = 2_000
HELD = 40 * 1024 * 1024
"""Bytes of lines that are held in memory before all go to a table; what is made of them takes three times as much."""
STREWN = 10
"""Of so many events one that has yet to be sealed: as long as it takes to seal it the database is busy with the others."""
SHUT = b"!"
CACHE = 32_768
"""KiB of the table that are held in memory."""
STREAM_ORDER = {"par": 0, "ini": 1, "len": 2, "rel": 3}
"""Participants are judged first, then initiatives, lenses and relationships; by the first letters of the stream."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """Where a line of the batch came from."""

    file: str
    number: int


class Staged(msgspec.Struct, frozen=True, gc=False):
    """A staged event. `clear`: its data as they will be stored; None where something in them has yet to be sealed."""

    line: int
    event: Event
    place: Line
    clear: bytes | None


_json = msgspec.json.Encoder().encode
_typed: dict[str, Callable[[bytes], Any]] = {kind.name: msgspec.json.Decoder(kind.data).decode for kind in CATALOGUE.values()}
_shut = msgspec.json.Decoder(tuple[Unread, str | None]).decode


Packed = tuple[
    int, str, int, str, bytes, str, str, str, str, int, int | None, str | None, str | None, str | None, str | None, str | None, int
]
"""A row of the table: line, and where it stood; the stream and the data; and the rest of the event, in its order."""
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Packed).decode


class Veil:
    """Enciphers what is personal while it waits in a table, under a key that is gone with the batch."""

    def __init__(self) -> None:
        self._cipher = AESGCM(os.urandom(32))

    def packed(self, staged: Staged) -> bytes:
        """An event as it stands in the table: of what is to be sealed, a zero byte, a nonce, and the enciphered content.

        What came without its voice is marked as such."""
        e, place, data = staged.event, staged.place, staged.clear
        if data is None:
            nonce = os.urandom(12)
            plain = SHUT + _json(msgspec.structs.astuple(e.data)) if isinstance(e.data, Unvoiced) else _json(e.data)
            data = b"\0" + nonce + self._cipher.encrypt(nonce, plain, None)
        return _pack(
            (
                staged.line, place.file, place.number, e.stream, data, e.kind.name, e.id, e.source, e.occurred, e.at, e.until, e.time,
                e.method, e.perspective, e.toldby, e.recordedby, e.recorded,
            )
        )  # fmt: skip

    def unpacked(self, row: bytes, whole: bool) -> Staged:
        """What stands in the table; without its data where those are clear already and not the `whole` event is asked for."""
        line, file, number, stream, data, kind, id, source, occurred, at, until, time, method, holder, teller, by, recorded = _unpack(row)
        clear = data if data[0] else None
        typed = self._data(kind, data) if whole or clear is None else None
        event = Event(CATALOGUE[kind], id, stream, source, occurred, at, until, typed, time, method, holder, teller, by, 0, recorded)
        return Staged(line, event, Line(file, number), clear)

    def _data(self, kind: str, raw: bytes) -> Any:
        plain = raw if raw[0] else self._cipher.decrypt(raw[1:13], raw[13:], None)
        return Unvoiced(*_shut(plain[1:])) if plain.startswith(SHUT) else _typed[kind](plain)


class Stage:
    """The staged lines of one batch. Lines are numbered from 1 over all files.

    They are held in memory while they are few; then all go to a temporary table.
    """

    def __init__(self) -> None:
        self._table: sqlite3.Connection | None = None
        self._held: dict[int, Staged] = {}
        self._size = 0

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._table is not None
        return self._table

    @cached_property
    def _veil(self) -> Veil:
        """Made where something goes to the table: most batches are small."""
        return Veil()

    @property
    def _in_table(self) -> bool:
        return self._table is not None

    def add(self, line: int, event: Event, place: Line, clear: bytes | None, size: int = 0) -> None:
        """Lines come in their order. `clear`: the data as stored, where nothing of it is to be sealed; `size`: of the line."""
        self._size += size
        self._held[line] = Staged(line, event, place, clear)
        if (len(self._held) >= CHUNK) if self._in_table else (self._size >= HELD):
            self._write()

    def flush(self) -> None:
        """Write what is still held to the table, where there is one."""
        if self._in_table:
            self._write()

    def _write(self) -> None:
        """In one transaction: on its own every row would be one."""
        if self._table is None:
            self._table = temporary(CACHE, "staged (line INTEGER PRIMARY KEY, id TEXT, rank INTEGER, stream TEXT, row BLOB)")
        self._connection.execute("BEGIN")
        lines = iter(list(self._held))
        while chunk := [self._held.pop(line) for line in islice(lines, CHUNK)]:
            rows = [(s.line, s.event.id, _rank(s.event.stream), s.event.stream, self._veil.packed(s)) for s in chunk]
            self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Drop what is staged."""
        self._held.clear()
        if self._table is not None:
            self._table.close()

    def _row(self, line: int) -> Staged | None:
        if not self._in_table:
            return self._held.get(line)
        row = self._connection.execute("SELECT row FROM staged WHERE line = ?", (line,)).fetchone()
        return self._veil.unpacked(row[0], True) if row else None

    def streams(self, head: int) -> Iterator[tuple[str, list[Event]]]:
        """Stream by stream (participants, initiatives, lenses, relationships), the events of each in the order of their lines.

        Their positions are those they would have if every line came after `head`."""
        for stream, found in self._streams():
            yield stream, [placed(staged.event, head + staged.line) for staged in found]

    def _streams(self) -> Iterator[tuple[str, Iterable[Staged]]]:
        if self._in_table:
            rows = self._connection.execute("SELECT stream, row FROM staged ORDER BY rank, stream, line")
            for stream, found in groupby(rows, key=itemgetter(0)):
                yield stream, (self._veil.unpacked(row, True) for _, row in found)
            return
        streams: dict[str, list[Staged]] = {}
        for staged in self._held.values():
            streams.setdefault(staged.event.stream, []).append(staged)
        for stream in sorted(streams, key=_in_turn) if len(streams) > 1 else streams:
            yield stream, streams[stream]

    def in_order(self) -> Iterator[Staged]:
        """All events in the order of their lines; without their data where those are clear."""
        if not self._in_table:
            return iter(self._held.values())
        return (self._veil.unpacked(row, False) for (row,) in self._connection.execute("SELECT row FROM staged ORDER BY line"))

    def event(self, line: int) -> Event:
        """One staged event, whole."""
        return next(self.events([line]))[1]

    def events(self, lines: Iterable[int]) -> Iterator[tuple[int, Event]]:
        """Staged events, whole, with their lines; nothing for a line that is not there."""
        for line in lines:
            if (row := self._row(line)) is not None:
                yield line, row.event

    def with_id(self, id: str) -> Iterator[Event]:
        """The staged events that carry an id."""
        if not self._in_table:
            lines = [staged.line for staged in self._held.values() if staged.event.id == id]
        else:
            lines = [line for (line,) in self._connection.execute("SELECT line FROM staged WHERE id = ? ORDER BY line", (id,))]
        return (event for _, event in self.events(lines))

    def rename(self, fresh: FreshIds, clear: Callable[[Event], bytes | None]) -> None:
        """Give everything staged its fresh ids. `clear` gives the data of an event as stored, where nothing of it is to be sealed."""
        lines = self._lines()
        for first in range(0, len(lines), CHUNK):
            chunk = list(self.events(lines[first : first + CHUNK]))
            places = {line: self.place(line) for line, _ in chunk}
            self.drop(line for line, _ in chunk)
            for line, event in chunk:
                renamed = fresh.event(event)
                self.add(line, renamed, places[line], clear(renamed))
            self.flush()

    def place(self, line: int) -> Line:
        row = self._row(line)
        assert row is not None
        return row.place

    def heads(self) -> Iterator[Event]:
        """The staged events, for as many as wait in memory."""
        return (staged.event for staged in self._held.values())

    @property
    def size(self) -> int | None:
        """How many wait in memory; None where they wait in a table."""
        return None if self._in_table else len(self._held)

    def of_stream(self, stream: str, head: int) -> list[Event]:
        """The staged events of one stream, with positions as `streams` gives them."""
        return [placed(event, head + line) for line, event in self.events(self.lines_of(stream))]

    def lines_of(self, stream: str) -> list[int]:
        if not self._in_table:
            return [staged.line for staged in self._held.values() if staged.event.stream == stream]
        return [row[0] for row in self._connection.execute("SELECT line FROM staged WHERE stream = ? ORDER BY line", (stream,))]

    def _lines(self) -> list[int]:
        if not self._in_table:
            return list(self._held)
        return [row[0] for row in self._connection.execute("SELECT line FROM staged ORDER BY line")]

    def drop(self, lines: Iterable[int]) -> None:
        if not self._in_table:
            for line in lines:
                self._held.pop(line, None)
        else:
            self._connection.executemany("DELETE FROM staged WHERE line = ?", ((line,) for line in lines))

    def repeated(self) -> list[list[int]]:
        """Lines that carry one and the same id, in order."""
        if not self._in_table:
            if len(self._held) == 1 or len({staged.event.id for staged in self._held.values()}) == len(self._held):
                return []
            lines: dict[str, list[int]] = {}
            for staged in self._held.values():
                lines.setdefault(staged.event.id, []).append(staged.line)
            return [found for found in lines.values() if len(found) > 1]
        ids = "SELECT id FROM staged GROUP BY id HAVING count(*) > 1"
        rows = self._connection.execute(f"SELECT id, line FROM staged WHERE id IN ({ids}) ORDER BY id, line").fetchall()
        return [[line for _, line in group] for _, group in groupby(rows, key=lambda row: row[0])]

    def lines_by_id(self) -> Iterator[dict[str, int]]:
        """The line of each id, some at a time; each id is staged once."""
        if not self._in_table:
            yield {staged.event.id: staged.line for staged in self._held.values()}
            return
        rows = self._connection.execute("SELECT id, line FROM staged ORDER BY line")
        while chunk := rows.fetchmany(CHUNK):
            yield dict(chunk)


def strewn(events: Iterable[tuple[int, Staged]]) -> Iterator[tuple[int, Staged]]:
    """Events with their positions, those that have yet to be sealed strewn among the others: as they are sent, people and relationships
    come first, and a database that takes in one event while the next is formed would do nothing until they are sealed.

    As many wait as come before the others: for events that are in memory anyway."""
    waiting = deque[tuple[int, Staged]]()
    for count, one in enumerate(events):
        if one[1].clear is None:
            waiting.append(one)
        else:
            yield one
        if waiting and count % STREWN == 0:
            yield waiting.popleft()
    yield from waiting


def _rank(stream: str) -> int:
    return STREAM_ORDER[stream[:3]]


def _in_turn(stream: str) -> tuple[int, str]:
    return _rank(stream), stream


def placed(e: Event, position: int) -> Event:
    """The event at a position."""
    return Event(
        e.kind, e.id, e.stream, e.source, e.occurred, e.at, e.until, e.data, e.time, e.method, e.perspective, e.toldby, e.recordedby,
        position, e.recorded,
    )  # fmt: skip


def target_id(event: Event) -> str | None:
    """The event that an amendment points at."""
    return event.data.event if isinstance(event.data, EventAmended) else None
