"""Between an event and its stored bytes: what is sealed under whose key, and the canonical envelope around it.

Keys follow aboutness. A sealed value is stored as `{"seal": …}` in the place of its content, so that opening needs no
knowledge of the event's type; in a voiced event all but its own id and its notes is sealed as one, under `voice`.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw, Struct

from domain.model import words as w
from domain.model.catalogue import BY_TYPE, Kind
from domain.model.envelope import Written, amended, write
from domain.model.errors import Refused
from domain.model.event import Event
from domain.model.events import Unread, Unvoiced
from domain.model.time import instant
from domain.store.keys import Erased, Frozen, KeyStoreError, KeyStoreSilent, Missing, Ring
from domain.store.ledger import canonical, encode
from domain.store.sealed import Place, is_member, sealed_in
from domain.store.seals import Context, Damaged, DataKey, open_seal, same, seal

NUMBERS = ("minutes", "rhythm_days")
"""The numbers that stand in the clear, a thousand million at most: only whole and very small ones need care."""
_TINY = re.compile(rb"e-[0-9]+[,}\]]")
"""How a very small number ends; `e-` alone stands in every sixth seal of a text as well."""
FREE_NUMBERS = ("lens_published", "participant_erased", "event_amended")


class Stored(Struct, frozen=True, gc=False):
    """The canonical envelope, read back without checking what was checked when it came in."""

    data: Raw
    id: str
    occurred: str
    position: int
    recorded: str
    source: str
    subject: str
    type: str
    method: w.Method | None = None
    perspective: str | None = None
    recordedby: str | None = None
    time: str | None = None
    toldby: str | None = None


class Unreadable(Exception):
    """A stored event, or an entry of the access log, is none any more: it was changed by something else than this program. What it holds is
    not repeated."""

    def __init__(self) -> None:
        super().__init__("What is stored cannot be read: it was changed from outside. `tussenruimte doctor` says where.")


UNREADABLE = (msgspec.MsgspecError, Refused, LookupError, TypeError, ValueError, AttributeError)
"""What reading comes upon in bytes that were never written here."""
Opens = frozenset[str]
VOICES: Opens = frozenset({"voice"})
"""What readings need."""
JUDGED: Opens = frozenset({"voice", "participant"})
"""What rules need: also who a handle stands for; no name and no text of a note."""
NAMES: Opens = frozenset({"name"})
NOTHING: Opens = frozenset()
Noted = Callable[[str, str], None]
"""Hears of each seal that was opened: its stream and the name of its place."""
Theirs = Callable[[Place], bool]
"""Whether what stands in a place is theirs who look."""
Kept = tuple[bytes, int, int | None]
"""An event as the store keeps it: the canonical envelope, and the span of its date (instant and end)."""


_NUMBERS_OF = {kind.name: tuple(name for name in NUMBERS if name in kind.data.__struct_fields__) for kind in BY_TYPE.values()}
_stored = msgspec.json.Decoder(Stored)
_typed: dict[str, msgspec.json.Decoder[Any]] = {kind.name: msgspec.json.Decoder(kind.data) for kind in BY_TYPE.values()}
_plain = msgspec.json.Decoder()
_written = msgspec.json.Encoder().encode


_SEALED = frozenset(
    {kind.name for kind in BY_TYPE.values() if kind.voiced}
    | {"match_made", "contact_emerged", "member_joined", "participant_registered", "event_amended"}
)


def _carries_seals(kind: Kind, data: Any) -> bool:
    return isinstance(data, Unvoiced) or bool(data.notes) or kind.name in _SEALED


@lru_cache(maxsize=256)
def _recorded(text: str) -> int:
    """One instant stands for a whole batch."""
    return instant(text)[0]


class Mapper:
    """Seals and opens the events of one organisation."""

    def __init__(self, organisation: str) -> None:
        self.organisation = organisation

    # From an event to its bytes

    def sealed(self, event: Event, ring: Ring, target: Event | None = None) -> bytes:
        """The data as stored: canonical JSON, sealed. `target` is the event that an amendment points at."""
        if (clear := self.clear(event)) is not None:
            return clear
        data = self._shut(event, target)
        for place in self._places(event.stream, data):
            held = place.inside[place.name]
            if isinstance(held, dict) and not _open(held):
                continue  # What came back from an export without its content keeps saying so.
            content = _content(held)
            sealed = seal(content, self._context(event, place), self._keys(event.stream, place, ring))
            place.inside[place.name] = {"seal": sealed}
        return self._encoded(event.kind, data)

    def clear(self, event: Event) -> bytes | None:
        """The data as stored where nothing of it is to be sealed; else None."""
        data = event.data
        if _carries_seals(event.kind, data):
            return None
        for name in _NUMBERS_OF[event.kind.name]:
            number = getattr(data, name)
            if number.__class__ is float and number.is_integer():
                data = msgspec.structs.replace(data, **{name: int(number)})
        return self._encoded(event.kind, data)

    def state(self, event: Event, data: bytes, position: int, recorded: str) -> bytes:
        """The canonical envelope around data as stored: what is stored, hashed and proven."""
        return _written(write(event, Raw(data), self.organisation, position, recorded))

    def _encoded(self, kind: Kind, data: Any) -> bytes:
        """Canonical JSON of data in which what is sealed is sealed. The numbers of most kinds are never odd: see `NUMBERS`."""
        if kind.name in FREE_NUMBERS:
            return canonical(data)
        raw = encode(data)
        return canonical(data) if _TINY.search(raw) else raw

    def _shut(self, event: Event, target: Event | None) -> dict[str, Any]:
        """The data as a plain object in which everything to be sealed as one stands in one place."""
        if isinstance(event.data, Unvoiced):
            return _shut_voice(event.kind, event.data)
        data: dict[str, Any] = msgspec.to_builtins(event.data)
        for name in NUMBERS:
            if isinstance(number := data.get(name), float) and number.is_integer():
                data[name] = int(number)
        if event.kind.name == "event_amended" and target is not None:
            content = amended(event.data, target.kind)
            if isinstance(content, Unvoiced):
                data["data"] = _shut_voice(target.kind, content)
            else:
                data["data"] = self._voice(target.kind, msgspec.to_builtins(content))
            if target.kind.voiced and is_member(target.perspective):
                data["data"]["holder"] = target.perspective
        data = self._voice(event.kind, data)
        if event.kind.voiced and is_member(event.perspective):
            data["holder"] = event.perspective
        return data

    def _voice(self, kind: Kind, data: dict[str, Any]) -> dict[str, Any]:
        if not kind.voiced:
            return data
        kept = {name: data.pop(name) for name in (kind.own, "notes") if name in data}
        return {**kept, "voice": data}

    # From bytes to an event

    def event(self, row: Kept, ring: Ring | None, only: Opens | None = None) -> Event:
        """The stored event, opened as far as `ring` allows; without a ring only what was never sealed. Raises `Unreadable`.

        `only` names what is opened, where not all of it is needed; the rest stays shut."""
        try:
            return self._event(row, ring, only)
        except UNREADABLE as error:
            raise Unreadable from error

    def _event(self, row: Kept, ring: Ring | None, only: Opens | None) -> Event:
        state, at, until = row
        stored = _stored.decode(state)
        kind = BY_TYPE[stored.type]
        raw = bytes(stored.data)
        data: Any
        # A voice without a seal came back from an export that could not open it.
        if b'"seal"' not in raw and not (kind.voiced and b'"voice"' in raw):
            data = _typed[kind.name].decode(raw)
        else:
            plain = self.opened(stored.subject, stored.id, kind, raw, ring, only)
            data = self._typed(kind, plain)
        return Event(
            kind, stored.id, stored.subject, stored.source, stored.occurred, at, until, data, stored.time, stored.method,
            stored.perspective, stored.toldby, stored.recordedby, stored.position, _recorded(stored.recorded),
        )  # fmt: skip

    def envelope(self, state: bytes) -> Stored:
        """The stored envelope. Raises `Unreadable`."""
        try:
            return _stored.decode(state)
        except UNREADABLE as error:
            raise Unreadable from error

    def plain(
        self, state: bytes, ring: Ring | None, only: Opens | None = None, noted: Noted | None = None, theirs: Theirs | None = None
    ) -> tuple[Stored, dict[str, Any]]:
        """The stored envelope, and its data as it was sent, opened as far as `ring` allows. Raises `Unreadable`."""
        try:
            stored = _stored.decode(state)
            return stored, self.opened(stored.subject, stored.id, BY_TYPE[stored.type], bytes(stored.data), ring, only, noted, theirs)
        except UNREADABLE as error:
            raise Unreadable from error

    def _typed(self, kind: Kind, data: dict[str, Any]) -> Any:
        if kind.voiced and "voice" in data:
            return Unvoiced(msgspec.convert(data["voice"], Unread), data.get(kind.own) if kind.own else None)
        return msgspec.convert(data, kind.data)

    def opened(
        self,
        stream: str,
        id: str,
        kind: Kind,
        raw: bytes,
        ring: Ring | None,
        only: Opens | None = None,
        noted: Noted | None = None,
        theirs: Theirs | None = None,
    ) -> dict[str, Any]:
        """The stored data as it was sent, with every seal replaced by its content, or by what says why it stays shut.

        A voiced event that stays shut keeps its own id, and says why under `voice`. `theirs`: of which places the content is shown, where
        only somebody's own is."""
        data: dict[str, Any] = _plain.decode(raw)
        for place in self._places(stream, data):
            held = place.inside[place.name]
            if isinstance(held, dict) and "seal" in held:
                shut = (only is not None and place.name not in only) or (theirs is not None and not theirs(place))
                found = {"sealed": True} if shut else self._open(stream, id, kind, place, held["seal"], ring)
                place.inside[place.name] = found
                if noted is not None and (not isinstance(found, dict) or _open(found)):
                    noted(stream, place.name)
        _unwrap(data)
        if kind.name == "event_amended":
            _unwrap(data["data"])
        return data

    def _open(self, stream: str, id: str, kind: Kind, place: Place, sealed: str, ring: Ring | None) -> Any:
        if ring is None:
            return {"sealed": True}
        try:
            context = Context(self.organisation, stream, id, kind.topic, place.field, place.about)
            return _plain.decode(open_seal(sealed, context, self._keys(stream, place, ring)))
        except Erased as gone:
            return {"erased": gone.on}
        except Frozen:
            return {"sealed": True}
        except KeyStoreSilent:
            raise
        except (Damaged, Missing, KeyStoreError):
            return {"damaged": True}

    def about(self, state: bytes, handle: str | None, ring: Ring | None = None) -> int:
        """How many seals of a stored event are about a member, or about the participant whose stream it is in; with a ring, how many of
        those it still opens. Raises `Unreadable`."""
        try:
            return self._about(state, handle, ring)
        except UNREADABLE as error:
            raise Unreadable from error

    def _about(self, state: bytes, handle: str | None, ring: Ring | None) -> int:
        stored = _stored.decode(state)
        found = 0
        for place in self._places(stored.subject, _plain.decode(stored.data)):
            held = place.inside[place.name]
            theirs = place.owner == stored.subject if handle is None else handle in place.about
            if theirs and isinstance(held, dict) and "seal" in held:
                opened = self._open(stored.subject, stored.id, BY_TYPE[stored.type], place, held["seal"], ring) if ring else None
                found += not (ring and isinstance(opened, dict) and not _open(opened))
        return found

    def repeats(self, event: Event, state: bytes, ring: Ring, target: Event | None, signed_in: str) -> bool:
        """Whether a sent event says the same as the stored one: by the seals' own check where content is sealed, and by
        the id alone where its key is gone. Who `signed_in` is nothing that the sender set."""
        try:
            if event.kind.name == "event_amended" and (target is None or not amended(event.data, target.kind)):
                return False
        except Refused:
            return False
        stored = _stored.decode(state)
        if not _same_envelope(write(event), stored) or event.recordedby not in (None, signed_in, stored.recordedby):
            return False
        data, held = self._shut(event, target), _plain.decode(stored.data)
        for place, other in zip(self._places(event.stream, data), self._places(event.stream, held), strict=False):
            if place.field != other.field or place.about != other.about:
                return False
            seal_held = other.inside[other.name]
            if isinstance(seal_held, dict) and "seal" in seal_held:
                try:
                    keys = self._keys(event.stream, place, ring)
                    if not same(_content(place.inside[place.name]), seal_held["seal"], self._context(event, place), keys):
                        return False
                except Damaged:
                    return False
                except (Erased, Frozen, Missing):
                    pass
                place.inside[place.name] = other.inside[other.name] = None
        return self._encoded(event.kind, data) == self._encoded(event.kind, held)

    def alike(self, event: Event, other: Event, target: Event | None) -> bool:
        """Whether two sent events say the same, however they are written."""
        one, another = (write(sent) for sent in (event, other))
        if not _same_envelope(one, another) or event.recordedby != other.recordedby:
            return False
        try:
            return canonical(self._shut(event, target)) == canonical(self._shut(other, target))
        except Refused:
            return False

    # Where the seals are, and whose

    def _places(self, stream: str, data: dict[str, Any]) -> list[Place]:
        own = stream if stream.startswith("participant/") else None
        places = list(sealed_in(data, "", own))
        amended = data.get("data")
        if "event" in data and isinstance(amended, dict):
            places += sealed_in(amended, "data/", own)
        return places

    def _context(self, event: Event, place: Place) -> Context:
        return Context(self.organisation, event.stream, event.id, event.kind.topic, place.field, place.about)

    def _keys(self, stream: str, place: Place, ring: Ring) -> list[DataKey]:
        if place.owner is not None:
            return [ring.key(place.owner)]
        return ring.keys_about(stream, place.about)


def _shut_voice(kind: Kind, data: Unvoiced) -> dict[str, Any]:
    own = {kind.own: data.own} if kind.own is not None else {}
    return {**own, "voice": msgspec.to_builtins(data.unread)}


def _same_envelope(sent: Written, other: Written | Stored) -> bool:
    """Whether the attributes that a sender sets are the same, but for who recorded."""
    names = ("id", "occurred", "source", "subject", "type", "method", "perspective", "time", "toldby")
    return all(getattr(sent, name) == getattr(other, name) for name in names)


def _content(value: Any) -> bytes:
    return encode(value) if isinstance(value, str) else canonical(value)


def _unwrap(data: dict[str, Any]) -> None:
    """Put an opened voice back in the place of the object it was."""
    data.pop("holder", None)
    if "voice" in data and _open(data["voice"]):
        data |= data.pop("voice")


def _open(value: Any) -> bool:
    """Whether an opened voice is content, and not the sign of why it stays shut."""
    return not ({"erased", "damaged", "sealed"} & value.keys() and len(value) == 1)
