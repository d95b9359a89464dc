"""Who was in contact with whom, as graphs of people (GraphML): in their first week, and after a quarter, half a year, one and two years.

Each contact counts its own weeks, so that a graph is no moment in time. One of fewer people than are told of is not written.
"""

from contextlib import closing
from itertools import combinations
from pathlib import Path
from types import TracebackType
from xml.sax.saxutils import quoteattr

import msgspec

from projections.export.research.about import About
from projections.export.research.named import Named
from projections.views.pseudonymous import Trajectory
from projections.views.released import Told

WEEKS = (0, 13, 26, 52, 104)
NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


class GraphFiles:
    """The graphs of a folder, open for relationships within its context. `fewest`: how many people there are in one at the least."""

    def __init__(self, folder: Path, about: About, fewest: int) -> None:
        folder.mkdir()
        self._folder = folder
        # A reading is only of weeks that are a whole number of steps.
        weeks = dict.fromkeys(week - week % about.release.step for week in WEEKS)
        self._graphs = [_Graph(folder / f"week-{week}.graphml", about, week) for week in weeks]
        self._fewest = fewest

    def __enter__(self) -> "GraphFiles":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for graph in self._graphs:
            graph.close(self._fewest)
        if not any(self._folder.iterdir()):
            self._folder.rmdir()

    def add(self, told: Told) -> None:
        for graph in self._graphs:
            graph.add(told)


class _Graph:
    """People, and between them the contacts that went on at the end of a week, with how each was read then, pooled, by each lens."""

    def __init__(self, path: Path, about: About, week: int) -> None:
        self._path, self._week, self._lenses = path, week, about.release.lenses
        self._people = Named()
        self._file = path.open("w", encoding="utf-8", newline="\n")
        write = self._file.write
        write(f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{NAMESPACE}">\n')
        for name in ("about", "week"):
            write(f'<key id="{name}" for="graph" attr.name="{name}" attr.type="string"/>\n')
        for name in ("relationship", "initiative", *self._lenses):
            write(f'<key id={quoteattr(name)} for="edge" attr.name={quoteattr(name)} attr.type="string"/>\n')
        said = msgspec.json.encode(about.told).decode().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        write(f'<graph id="week-{week}" edgedefault="undirected">\n<data key="about">{said}</data><data key="week">{week}</data>\n')

    def add(self, told: Told) -> None:
        one = told.relationship
        states = {read.lens: _state(read.trajectory, self._week) for read in told.readings if read.holder is None}
        there = [m.person for m in one.members if m.joined <= self._week and (m.left is None or m.left > self._week)]
        if None in states.values() or "ENDED" in states.values():
            return
        for person in there:
            if self._people.is_new(person):
                self._file.write(f'<node id="{person}"/>\n')
        said = {"relationship": one.pseudonym, "initiative": one.initiative.pseudonym, **states}
        data = "".join(f"<data key={quoteattr(name)}>{value}</data>" for name, value in said.items())
        for person, other in combinations(there, 2):
            self._file.write(f'<edge source="{person}" target="{other}">{data}</edge>\n')

    def close(self, fewest: int) -> None:
        with self._file, closing(self._people):
            self._file.write("</graph>\n</graphml>\n")
        if self._people.count < fewest:
            self._path.unlink()


def _state(read: Trajectory, week: int) -> str | None:
    """How it stood at the end of a week; None where it was not observed so long."""
    return read.phase[read.week.index(week)] if week in read.week else None
