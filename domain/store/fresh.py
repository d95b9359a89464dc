"""Fresh ids in place of the sender's: random to whoever looks, the same for every mention within one import.

Ids that a sender chose may carry meaning (a name, a client number) and stay as sent for ever. A keyed hash under a key that
is thrown away after the import gives ids that say nothing and cannot be worked out again.
"""

import base64
import hmac
import os
from typing import Any

import msgspec
from msgspec.structs import replace

from domain.model.event import Event
from domain.model.relationship import own_id

_OWN_WORDS = {"reversal", "agreement", "opening", "tension", "replaces"}


class FreshIds:
    """Renames events, participants, relationships, initiatives and what is numbered within a relationship.

    What the batch only refers to keeps its id, since it is in the platform already: streams that it does not open, and in those the
    events and the openings, tensions, agreements and reversals that it does not bring. Handles and lens names stay.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._opened: set[str] = set()
        self._brought: dict[str, set[str]] = {}

    def note(self, event: Event) -> None:
        """Take note of what the batch opens and brings, before anything is renamed."""
        if event.kind.opens:
            self._opened.add(event.stream)
            self._brought.pop(event.stream, None)
        elif event.stream not in self._opened:
            brought = self._brought.setdefault(event.stream, set())
            brought.add(event.id)
            if (own := own_id(event)) is not None:
                brought.add(own)

    def _is_new(self, stream: str, id: str) -> bool:
        return stream in self._opened or id in self._brought.get(stream, ())

    def id(self, kind: str, old: str) -> str:
        digest = hmac.digest(self._key, f"{kind}/{old}".encode(), "sha256")
        return base64.b32encode(digest[:15]).decode().lower()

    def stream(self, stream: str) -> str:
        kind, _, id = stream.partition("/")
        return f"{kind}/{self.id(kind, id)}" if stream in self._opened else stream

    def event(self, event: Event) -> Event:
        """The event with its own id, its stream's and those it mentions renamed."""
        plain = self._within(msgspec.to_builtins(event.data), event.stream)
        data = msgspec.convert(plain, type(event.data))
        recorded_by = event.recordedby
        if recorded_by is not None and recorded_by == event.stream:
            recorded_by = self.stream(event.stream)
        return replace(event, id=self.id("event", event.id), stream=self.stream(event.stream), data=data, recordedby=recorded_by)

    def _within(self, value: Any, stream: str) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._within(item, stream) for item in value]
        if not isinstance(value, dict):
            return value
        return {name: self._renamed(name, held, stream) for name, held in value.items()}

    def _renamed(self, name: str, value: Any, stream: str) -> Any:
        if isinstance(value, str):
            if name in ("participant", "initiative"):
                return self.stream(f"{name}/{value}").partition("/")[2]
            if name == "grew_from":
                return self.stream(f"relationship/{value}").partition("/")[2]
            if name == "event":
                return self.id("event", value) if self._is_new(stream, value) else value
            if name in _OWN_WORDS:
                return self.id(stream, value) if self._is_new(stream, value) else value
            return value
        if name == "about" and isinstance(value, (list, tuple)) and stream.startswith("participant/"):
            return [self.stream(f"participant/{id}").partition("/")[2] for id in value]
        return self._within(value, stream)
