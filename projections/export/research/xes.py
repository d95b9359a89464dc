"""The moves as an event log of cases: XES (IEEE 1849), a trace for each sequence in which there are any."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from xml.sax.saxutils import quoteattr

from projections.export.research.about import About
from projections.export.research.calendar import DUTCH, ENGLISH, instant
from projections.export.research.rows import POOLED, sequence_id
from projections.views.pseudonymous import Move
from projections.views.released import Told

EXTENSIONS = {"Concept": "concept", "Time": "time"}
CLASSIFIER = "State"


class XesFile:
    """An event log, open for relationships within its context."""

    def __init__(self, path: Path, about: About) -> None:
        self._about = about
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def __enter__(self) -> "XesFile":
        write = self._file.write
        write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">\n')
        for name, prefix in EXTENSIONS.items():
            write(f'<extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>\n')
        write('<global scope="trace"><string key="concept:name" value=""/></global>\n')
        write(f'<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="{instant(0)}"/></global>\n')
        write(f'<classifier name="{CLASSIFIER}" keys="concept:name"/>\n')
        write(_string("concept:name", self._about.name) + _string("time", ENGLISH) + _string("tijd", DUTCH) + "\n")
        for name, value in self._about.told.items():
            if value is not None:
                write(_string(name, ", ".join(value) if isinstance(value, list) else str(value)) + "\n")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._file:
            self._file.write("</log>\n")

    def add(self, told: Told) -> None:
        one = told.relationship
        for reading in told.readings:
            if reading.moves:
                of = {"concept:name": sequence_id(one.pseudonym, reading), "relationship": one.pseudonym, "lens": reading.lens}
                said = {**of, "holder": reading.holder or POOLED, "origin": one.origin, "censoring": one.censoring}
                self._file.write("<trace>" + "".join(_string(key, value) for key, value in said.items()) + "\n")
                self._file.writelines(_event(move) for move in reading.moves)
                self._file.write("</trace>\n")


def _event(move: Move) -> str:
    said = {"concept:name": move.now, "was": move.was, "wasKind": move.was_kind, "nowKind": move.kind, "cause": move.cause}
    return f'<event>{"".join(_attributes(said))}<int key="week" value="{move.week}"/>{_date(move.week)}</event>\n'


def _attributes(said: dict[str, str | None]) -> Iterator[str]:
    return (_string(key, value) for key, value in said.items() if value is not None)


def _date(week: int) -> str:
    return f'<date key="time:timestamp" value="{instant(week)}"/>'


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"
