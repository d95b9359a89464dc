"""Whom an event names: the handles in it, each with its place, and the participants that it gives handles to."""

from collections.abc import Iterable, Iterator
from typing import Any

from domain.model.event import Event
from domain.model.events import Note, Unvoiced

GIVING = frozenset({"match_made", "contact_emerged", "member_joined", "event_amended"})
"""The events that may give a handle to a participant."""
ONE = ("handle", "giver", "receiver", "to", "by", "initiated_by", "cancelled_by")
MANY = ("present", "with_", "between", "agreed_by", "parties", "ended_by", "by")


def notes(event: Event) -> tuple[Note, ...]:
    """The texts of an event, those of one whose voice stays shut left out."""
    return () if isinstance(event.data, Unvoiced) else event.data.notes


def handles(event: Event) -> Iterator[tuple[str, str]]:
    """Every handle that an event names with the field it stands in, words that are no handles among them."""
    for name in ("perspective", "toldby"):
        if (held := getattr(event, name)) is not None:
            yield held, name
    for number, note in enumerate(notes(event)):
        yield from ((handle, f"data.notes[{number}].about") for handle in note.about)
    data = event.data
    for name in ONE:
        if isinstance(held := getattr(data, name, None), str):
            yield held, f"data.{name}"
    for name in MANY:
        if isinstance(found := getattr(data, name, ()), tuple):
            yield from _numbered(found, f"data.{name.rstrip('_')}")
    for number, pair in enumerate(getattr(data, "direction", ())):
        yield from ((handle, f"data.direction[{number}]") for handle in pair)
    yield from _numbered((member.handle for member in getattr(data, "members", ())), "data.members")
    for number, help in enumerate(_parts(data, "help")):
        yield from ((help.giver, f"data.help[{number}].giver"), (help.receiver, f"data.help[{number}].receiver"))
    for number, sharing in enumerate(_parts(data, "shared")):
        yield sharing.by, f"data.shared[{number}].by"
        if sharing.to is not None:
            yield sharing.to, f"data.shared[{number}].to"
    if (getattr(data, "place", None) or "").startswith("home:"):
        yield data.place.removeprefix("home:"), "data.place"


def identities(event: Event) -> Iterator[tuple[str, str]]:
    """The handles an event gives to participants, where those can be opened."""
    data = event.data
    if event.kind.name == "event_amended":
        data = data.data
        entries = data.get("members", [data])
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("participant"), str) and isinstance(entry.get("handle"), str):
                yield entry["handle"], entry["participant"]
    elif event.kind.opens and event.kind.streams == ("relationship",):
        for member in data.members:
            if isinstance(member.participant, str):
                yield member.handle, member.participant
    elif event.kind.name == "member_joined" and isinstance(data.participant, str):
        yield data.handle, data.participant


def _numbered(handles: Iterable[str], field: str) -> Iterator[tuple[str, str]]:
    return ((handle, f"{field}[{number}]") for number, handle in enumerate(handles))


def _parts(data: Any, name: str) -> Any:
    value = getattr(data, name, ())
    return value if isinstance(value, tuple) else ()
