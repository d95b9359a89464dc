"""The inputs of the typed mutations, made from the classes of the catalogue, so that the two cannot drift.

An input has the envelope's attributes and, under `data`, the event's own fields. Closed lists are enums, ids may be left out where the
platform can make them, and whatever is left out or null is not sent.
"""

import types
import typing
from enum import Enum
from functools import cache
from typing import Annotated, Any

import msgspec
import strawberry
from strawberry import UNSET

from api import scalars
from api.fields import wish
from domain.model import words
from domain.model.catalogue import Kind
from domain.model.events import Part, Unread
from domain.model.meanings import ENVELOPE, EVENTS, NOTES, PARTS
from domain.model.word_meanings import WORDS

LISTS = {typing.get_args(held): name for name, held in vars(words).items() if typing.get_origin(held) is typing.Literal}
TITLES: dict[str | None, Any] = {"id": strawberry.ID, "day": scalars.Date, "edtf": scalars.EDTF}
STREAMS = {
    "relationship": "The id of the relationship.",
    "participant": "The id of the participant.",
    "initiative": "The id of the initiative.",
    "lens": "The name of the lens.",
}
MADE = " Without one the platform makes it."


def input_of(kind: Kind) -> Any:
    """The input of the mutation that records an event of this kind."""
    name = kind.data.__name__
    data = _data(kind)
    needed = _needs_something(kind)
    made = _Fields()
    made.add("id", strawberry.ID, ENVELOPE["id"] + MADE, needed=False)
    for stream in kind.streams:
        alone = len(kind.streams) == 1 and not kind.opens
        meaning = STREAMS[stream] + (MADE if kind.opens else "" if alone else " Exactly one stream is named.")
        made.add(stream, strawberry.ID, meaning, needed=alone)
    made.add("source", str, ENVELOPE["source"] + " Without it, this API.", needed=False)
    made.add("occurred", scalars.EDTF, ENVELOPE["occurred"], needed=True)
    made.add("time", scalars.DateTime, ENVELOPE["time"], needed=False)
    made.add("method", _enum("Method"), ENVELOPE["method"], needed=False)
    if kind.view != "none":
        made.add("perspective", str, ENVELOPE["perspective"], needed=kind.view == "needed")
    made.add("toldby", str, ENVELOPE["toldby"], needed=False, shown="toldBy")
    made.add("recordedby", str, ENVELOPE["recordedby"] + " Without it, the token.", needed=False, shown="recordedBy")
    made.add("data", data, ENVELOPE["data"], needed=needed)
    return made.input(f"{name}Input", EVENTS[kind.name][0])


def plain(value: Any) -> Any:
    """An input as the object that it stands for on the wire: names and words of the catalogue, without what was left out."""
    if isinstance(value, Enum):
        return str(value.value).lower()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if (wire := getattr(type(value), "wire_names", None)) is not None:
        found = {name: plain(getattr(value, attribute)) for attribute, name in wire.items()}
        return {name: held for name, held in found.items() if held is not None and held is not UNSET}
    return value


class _Fields:
    """The fields of an input on its way."""

    def __init__(self) -> None:
        self._annotations: dict[str, Any] = {}
        self._attributes: dict[str, Any] = {}
        self._wire: dict[str, str] = {}

    def add(self, name: str, of: Any, meaning: str, needed: bool, shown: str | None = None) -> None:
        attribute = f"{name}_" if name == "with" else name
        self._wire[attribute] = name
        self._annotations[attribute] = of if needed else of | None
        shown = shown or _camel(name)
        self._attributes[attribute] = strawberry.field(description=meaning, name=shown) if needed else wish(meaning, shown)

    def input(self, name: str, meaning: str) -> Any:
        made = type(name, (), {"__annotations__": self._annotations, "wire_names": self._wire, **self._attributes})
        return strawberry.input(made, name=name, description=meaning)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _needs_something(kind: Kind) -> bool:
    return any(field.required and field.name != kind.own for field in msgspec.structs.fields(kind.data))


def _data(kind: Kind) -> Any:
    """The input of an event's own fields. The id by which it is pointed at later may be left to the platform."""
    made = _Fields()
    for field in msgspec.structs.fields(kind.data):
        name, own = field.encode_name, field.name == kind.own
        meaning = NOTES if name == "notes" else EVENTS[kind.name][1][name] + (MADE if own else "")
        made.add(name, _type(field.type), meaning, needed=field.required and not own)
    return made.input(f"{kind.data.__name__}Data", EVENTS[kind.name][0])


@cache
def _part(part: type[Part]) -> Any:
    meaning, fields = PARTS[part.__name__]
    made = _Fields()
    for field in msgspec.structs.fields(part):
        made.add(field.encode_name, _type(field.type), fields[field.encode_name], needed=field.required)
    return made.input(f"{part.__name__}Input", meaning)


@cache
def _enum(name: str) -> Any:
    if (known := getattr(scalars, name, None)) is not None:
        return known
    meaning, found = WORDS[name]
    values = {word.upper(): strawberry.enum_value(word, description=said) for word, said in found.items()}
    made: type[Enum] = Enum(name, values)  # type: ignore[misc]
    return strawberry.enum(made, description=meaning)


def _type(of: Any) -> Any:
    """The GraphQL type of a field of the catalogue."""
    origin, inner = typing.get_origin(of), typing.get_args(of)
    if origin is Annotated:
        title = next((meta.title for meta in inner[1:] if isinstance(meta, msgspec.Meta) and meta.title is not None), None)
        return TITLES.get(title) or _type(inner[0])
    if origin in (typing.Union, types.UnionType):
        parts = [part for part in inner if part not in (types.NoneType, Unread)]
        made = {_type(part) for part in parts}
        return float if float in made else made.pop()
    if origin is typing.Literal:
        return _enum(LISTS[inner])
    if origin is tuple:
        return list[_type(inner[0])]  # type: ignore[misc]
    if origin is dict or of is Any:
        return scalars.JSON
    if isinstance(of, type) and issubclass(of, Part):
        return _part(of)
    return of
