"""Where the seals stand in the data of an event, and whose key each is under: keys follow aboutness."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from domain.model.words import NO_HANDLES
from domain.store.keys import ORGANISATION


class Place(Struct, frozen=True, gc=False):
    """One sealed value: `name` in the object `inside`; `owner` is None where its keys are those of the members in `about`."""

    inside: dict[str, Any]
    name: str
    field: str
    about: tuple[str, ...]
    owner: str | None


def is_member(holder: str | None) -> bool:
    return holder is not None and holder not in NO_HANDLES


def sealed_in(data: dict[str, Any], prefix: str, own: str | None) -> Iterator[Place]:
    """Every place of an object whose content is sealed. `own`: the participant's stream it stands in, if it does."""
    for number, note in enumerate(data.get("notes", ())):
        about = tuple(sorted(set(note["about"])))
        field = f"{prefix}notes/{number}/text"
        if own is not None:
            yield Place(note, "text", field, about, own if about else ORGANISATION)
        else:
            yield Place(note, "text", field, about, None if about else ORGANISATION)
    if own is not None:
        for name in ("name", "contact"):
            if data.get(name) is not None:
                yield Place(data, name, prefix + name, (), own)
    for number, member in enumerate(data.get("members", ())):
        yield Place(member, "participant", f"{prefix}members/{number}/participant", (member["handle"],), None)
    if "participant" in data and "handle" in data:
        yield Place(data, "participant", f"{prefix}participant", (data["handle"],), None)
    if "voice" in data:
        holder = data.get("holder")
        yield Place(data, "voice", f"{prefix}voice", (holder,) if holder else (), None if holder else ORGANISATION)
