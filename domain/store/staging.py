"""Where a batch waits while it is judged: in memory, and from some size on in a table of a temporary file, so that memory stays flat.

The file has no name, belongs to this process alone and is gone with it, whichever database the events go to. What is personal does not
touch the disk in the clear: staged content that will be sealed is enciphered under a key that exists only as long as the batch.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import groupby, islice
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
HELD = 32 * 1024 * 1024
"""Bytes of lines that are held in memory before all go to a table; what is made of them takes three to four times as much."""
SHUT = b"!"
PRAGMAS = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32768")
"""Of a table that nobody needs once this process is gone."""
STREAM_ORDER = {"par": 0, "ini": 1, "len": 2, "rel": 3}
"""Participants are judged first, then initiatives, lenses and relationships; by the first letters of the stream."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """Where a line of the batch came from."""

    file: str
    number: int


class Waiting(NamedTuple):
    """A staged event in the form in which it is appended. `data` is None where it has yet to be sealed: `opened` gives the event, from
    the data as they were read (`typed`), or from what stands enciphered in the table (`veiled`)."""

    line: int
    id: str
    stream: str
    kind: Kind
    at: int
    until: int | None
    data: bytes | None
    frame: bytes
    recorded: int
    veiled: bytes | None
    typed: Any


_json = msgspec.json.Encoder().encode
_typed: dict[str, Callable[[bytes], Any]] = {kind.name: msgspec.json.Decoder(kind.data).decode for kind in CATALOGUE.values()}
_shut = msgspec.json.Decoder(tuple[Unread, str | None]).decode
_framed = msgspec.json.Decoder(Envelope).decode


Packed = tuple[int, str, int, str, str, int, int | None, bytes, bytes, str | None, str | None, str | None, str | None, int, str, int]
Staged = tuple[Any, ...]
"""Line, id, rank of the stream, stream, kind, instant and end, data as they will be stored (None: yet to be sealed), frame, whose view, who
told and who recorded it, its time, its instant of recording, file and number of the line, and the data, typed (None: read them again)."""
LINE, ID, RANK, STREAM = 0, 1, 2, 3
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Packed).decode


class Veil:
    """Enciphers what is personal while it waits in a table, under a key that is gone with the batch."""

    def __init__(self) -> None:
        self._cipher = AESGCM(os.urandom(32))

    def packed(self, row: Staged) -> bytes:
        """A row as it stands in the table: of what is to be sealed, a zero byte, a nonce, and the enciphered content.

        What came without its voice is marked as such."""
        data, typed = row[7], row[16]
        if data is None:
            nonce = os.urandom(12)
            plain = SHUT + _json(msgspec.structs.astuple(typed)) if isinstance(typed, Unvoiced) else _json(typed)
            data = b"\0" + nonce + self._cipher.encrypt(nonce, plain, None)
        return _pack((*row[:7], data, *row[8:16]))

    def data(self, kind: str, raw: bytes | None) -> Any:
        """The data of a row of the table, typed."""
        assert raw is not None
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

    def add(self, line: int, event: Event, place: Line, clear: bytes | None, frame: bytes, size: int = 0) -> None:
        """`clear`: the data as stored, where nothing of it is to be sealed; `frame`: the envelope around it; `size`: of the line."""
        self._size += size
        self._held[line] = (
            line, event.id, STREAM_ORDER[event.stream[:3]], event.stream, event.kind.name, event.at, event.until, clear, frame,
            event.perspective, event.toldby, event.recordedby, event.time, event.recorded, place.file, place.number, event.data,
        )  # fmt: skip
        if (len(self._held) >= CHUNK) if self._in_table else (self._size >= HELD):
            self._write()

    def flush(self) -> None:
        """Write what is still held to the table, where there is one."""
        if self._in_table:
            self._write()

    def _write(self) -> None:
        """In one transaction: on its own every row would be one."""
        if self._table is None:
            self._table = sqlite3.connect("", isolation_level=None)
            for pragma in PRAGMAS:
                self._table.execute(f"PRAGMA {pragma}")
            self._table.execute("CREATE TABLE staged (line INTEGER PRIMARY KEY, id TEXT, rank INTEGER, stream TEXT, row BLOB)")
        self._connection.execute("BEGIN")
        lines = iter(list(self._held))
        while chunk := [self._held.pop(line) for line in islice(lines, CHUNK)]:
            rows = [(row[LINE], row[ID], row[RANK], row[STREAM], self._veil.packed(row)) for row in chunk]
            self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Drop what is staged."""
        self._held.clear()
        if self._table is not None:
            self._table.close()

    def _rows(self, order: tuple[int, ...]) -> Iterator[Staged]:
        """All rows, in the order of some of their columns."""
        if not self._in_table:
            return iter(sorted(self._held.values(), key=itemgetter(*order)))
        columns = ", ".join(("line", "id", "rank", "stream")[column] for column in order)
        return ((*_unpack(row), None) for (row,) in self._connection.execute(f"SELECT row FROM staged ORDER BY {columns}"))

    def _row(self, line: int) -> Staged | None:
        if not self._in_table:
            return self._held.get(line)
        row = self._connection.execute("SELECT row FROM staged WHERE line = ?", (line,)).fetchone()
        return (*_unpack(row[0]), None) if row else None

    def streams(self, head: int) -> Iterator[tuple[str, list[Event]]]:
        """Stream by stream (participants, initiatives, lenses, relationships), the events of each in the order of their lines.

        Their positions are those they would have if every line came after `head`; what only the envelope holds is left out."""
        for stream, found in groupby(self._rows((RANK, STREAM, LINE)), key=itemgetter(STREAM)):
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
                        self._veil.data(kind, data) if typed is None else typed,
                        time,
                        None,
                        holder,
                        teller,
                        by,
                        head + line,
                    )
                    for line, id, _, _, kind, at, until, data, _, holder, teller, by, time, _, _, _, typed in found
                ],
            )

    def in_order(self) -> Iterator[Waiting]:
        """All events in the order of their lines."""
        return map(_waiting, self._rows((LINE,)))

    def opened(self, w: Waiting) -> Event:
        """The event, whole."""
        e = _framed(b'{"data":null' + w.frame)
        data = self._veil.data(w.kind.name, w.veiled) if w.typed is None else w.typed
        return Event(
            w.kind, e.id, w.stream, e.source, e.occurred, w.at, w.until, data, e.time, e.method,
            e.perspective, e.toldby, e.recordedby, e.position or 0, w.recorded,
        )  # fmt: skip

    def event(self, line: int) -> Event:
        """One staged event, whole."""
        return next(self.events([line]))[1]

    def events(self, lines: Iterable[int]) -> Iterator[tuple[int, Event]]:
        """Staged events, whole, with their lines; nothing for a line that is not there."""
        for line in lines:
            if (row := self._row(line)) is not None:
                yield line, self.opened(_waiting(row))

    def with_id(self, id: str) -> Iterator[Event]:
        """The staged events that carry an id."""
        if not self._in_table:
            lines = [row[LINE] for row in self._held.values() if row[ID] == id]
        else:
            lines = [line for (line,) in self._connection.execute("SELECT line FROM staged WHERE id = ? ORDER BY line", (id,))]
        return (event for _, event in self.events(lines))

    def rename(self, fresh: FreshIds, formed: Callable[[Event], tuple[bytes | None, bytes]]) -> None:
        """Give everything staged its fresh ids. `formed` gives the data and the frame of an event as a row takes them."""
        lines = [row[LINE] for row in self._rows((LINE,))]
        for first in range(0, len(lines), CHUNK):
            chunk = list(self.events(lines[first : first + CHUNK]))
            places = {line: self.place(line) for line, _ in chunk}
            self.drop(line for line, _ in chunk)
            for line, event in chunk:
                renamed = fresh.event(event)
                self.add(line, renamed, places[line], *formed(renamed))
            self.flush()

    def place(self, line: int) -> Line:
        row = self._row(line)
        assert row is not None
        return Line(row[14], row[15])

    def heads(self) -> Iterator[Event]:
        """The staged events, for as many as wait in memory; what only the envelope holds is left out."""
        for row in self._held.values():
            yield Event(
                CATALOGUE[row[4]], row[ID], row[STREAM], "", "", row[5], row[6], row[16], row[12], None, row[9], row[10], row[11], 0
            )

    @property
    def size(self) -> int | None:
        """How many wait in memory; None where they wait in a table."""
        return None if self._in_table else len(self._held)

    def of_stream(self, stream: str, head: int) -> list[Event]:
        """The staged events of one stream, with positions as `streams` gives them."""
        return [replace(event, position=head + line) for line, event in self.events(self.lines_of(stream))]

    def lines_of(self, stream: str) -> list[int]:
        if not self._in_table:
            return sorted(row[LINE] for row in self._held.values() if row[STREAM] == stream)
        return [row[0] for row in self._connection.execute("SELECT line FROM staged WHERE stream = ? ORDER BY line", (stream,))]

    def drop(self, lines: Iterable[int]) -> None:
        if not self._in_table:
            for line in lines:
                self._held.pop(line, None)
        else:
            self._connection.executemany("DELETE FROM staged WHERE line = ?", ((line,) for line in lines))

    def repeated(self) -> list[list[int]]:
        """Lines that carry one and the same id, in order."""
        if len(self._held) == 1 and not self._in_table:
            return []
        if not self._in_table:
            lines: dict[str, list[int]] = {}
            for row in self._held.values():
                lines.setdefault(row[ID], []).append(row[LINE])
            return [sorted(found) for found in lines.values() if len(found) > 1]
        ids = "SELECT id FROM staged GROUP BY id HAVING count(*) > 1"
        rows = self._connection.execute(f"SELECT id, line FROM staged WHERE id IN ({ids}) ORDER BY id, line").fetchall()
        return [[line for _, line in group] for _, group in groupby(rows, key=lambda row: row[0])]

    def lines_by_id(self) -> Iterator[dict[str, int]]:
        """The line of each id, some at a time; each id is staged once."""
        if not self._in_table:
            lines = iter([(row[ID], row[LINE]) for row in self._held.values()])
            while some := list(islice(lines, CHUNK)):
                yield dict(some)
            return
        rows = self._connection.execute("SELECT id, line FROM staged ORDER BY line")
        while chunk := rows.fetchmany(CHUNK):
            yield dict(chunk)


def _waiting(row: Staged) -> Waiting:
    line, id, _, stream, kind, at, until, data, frame, _, _, _, _, recorded, _, _, typed = row
    return Waiting(line, id, stream, CATALOGUE[kind], at, until, data if data and data[0] else None, frame, recorded, data, typed)


def target_id(event: Event) -> str | None:
    """The event that an amendment points at."""
    return event.data.event if isinstance(event.data, EventAmended) else None
