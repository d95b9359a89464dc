"""The moves as an object-centric event log: OCEL 2.0 as JSON. Each is of a relationship, and through it of the people in it.

Objects stand before events in the file, and both come relationship by relationship: events wait in a file of their own.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec

from projections.export.research.about import About
from projections.export.research.calendar import DUTCH, ENGLISH, instant
from projections.export.research.named import Named
from projections.export.research.rows import POOLED, sequence_id
from projections.research.sequences import ALPHABET
from projections.views.released import Told

EVENT_ATTRIBUTES = ("lens", "holder", "week", "was", "wasKind", "nowKind", "cause")
OBJECT_ATTRIBUTES = {
    "relationship": ("origin", "weeks", "censoring"), "person": (), "initiative": ("kind", "guidance", "contact"),
    "release": ("project", "release", "revision", "position", "lenses", "sha256", "checkpoint", "termsOfUse", "time", "tijd"),
}  # fmt: skip


class OcelFile:
    """An event log, open for relationships within its context."""

    def __init__(self, path: Path, about: About) -> None:
        self._about = about
        self._events = self._objects = 0
        with ExitStack() as held:
            self._named = held.enter_context(closing(Named()))
            self._file: IO[bytes] = held.enter_context(path.open("wb"))
            self._waiting: IO[bytes] = held.enter_context(tempfile.TemporaryFile())
            self._held = held.pop_all()

    def __enter__(self) -> "OcelFile":
        types = {
            "objectTypes": [{"name": name, "attributes": _typed(of)} for name, of in OBJECT_ATTRIBUTES.items()],
            "eventTypes": [{"name": state, "attributes": _typed(EVENT_ATTRIBUTES)} for state in ALPHABET],
        }
        self._file.write(msgspec.json.encode(types)[:-1] + b',"objects":[')
        told = {name: ", ".join(value) if isinstance(value, list) else value for name, value in self._about.told.items()}
        self._object(self._about.name, "release", {**told, "time": ENGLISH, "tijd": DUTCH}, [])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._held:
            self._file.write(b'],"events":[')
            self._waiting.seek(0)
            shutil.copyfileobj(self._waiting, self._file)
            self._file.write(b"]}\n")

    def add(self, told: Told) -> None:
        one = told.relationship
        home = one.initiative
        if self._named.is_new(home.pseudonym):
            self._object(home.pseudonym, "initiative", {"kind": home.kind, "guidance": home.guidance, "contact": home.contact}, [])
        people = list(dict.fromkeys(member.person for member in one.members))
        for person in people:
            if self._named.is_new(person):
                self._object(person, "person", {}, [])
        beside = [(home.pseudonym, "arose in"), *((person, "member") for person in people)]
        self._object(one.pseudonym, "relationship", {"origin": one.origin, "weeks": one.weeks, "censoring": one.censoring}, beside)
        for event in _events(told, [(one.pseudonym, "of"), *beside[1:]]):
            self._waiting.write(b"," * bool(self._events) + msgspec.json.encode(event))
            self._events += 1

    def _object(self, id: str, kind: str, said: dict[str, Any], beside: list[tuple[str, str]]) -> None:
        attributes = [
            {"name": name, "time": instant(0), "value": str(said[name])} for name in OBJECT_ATTRIBUTES[kind] if said.get(name) is not None
        ]
        made = {"id": id, "type": kind, "attributes": attributes, "relationships": _related(beside)}
        self._file.write(b"," * bool(self._objects) + msgspec.json.encode(made))
        self._objects += 1


def _events(told: Told, of: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for reading in told.readings:
        id = sequence_id(told.relationship.pseudonym, reading)
        for number, move in enumerate(reading.moves, 1):
            values = (reading.lens, reading.holder or POOLED, move.week, move.was, move.was_kind, move.kind, move.cause)
            said = zip(EVENT_ATTRIBUTES, values, strict=True)
            attributes = [{"name": name, "value": str(value)} for name, value in said if value is not None]
            what = {"id": f"{id}/{number}", "type": move.now, "time": instant(move.week)}
            yield {**what, "attributes": attributes, "relationships": _related(of)}


def _typed(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": "integer" if name in ("week", "weeks") else "string"} for name in names]


def _related(to: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"objectId": id, "qualifier": qualifier} for id, qualifier in to]
