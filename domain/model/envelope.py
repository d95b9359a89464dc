"""The envelope, CloudEvents 1.0: how an event comes in and goes out, one JSON object each.

Attributes that the platform sets itself are refused from a sender, except when an administrator restores an export.
`read` turns the bytes of one line into an `Event`; what stands in the way is told as a refusal, never as a traceback.
"""

import re
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from domain.model import words
from domain.model.catalogue import BY_TYPE, Kind
from domain.model.errors import Refused, bad, broken
from domain.model.event import Event
from domain.model.events import Data, EventAmended, Unread, Unvoiced
from domain.model.shape import decode
from domain.model.time import BadDate, Span, day, holds, instant, span

T = TypeVar("T")
EVENT_LIMIT = 128 * 1024
RESTORE_ROOM = 1024
"""What the platform's own attributes add to an event that it exports."""
VOICE_LIMIT = 45_000
"""Bytes of what is sealed as one; the largest seal holds more in any way of writing it."""
EXACT = 2**53
SUBJECT = re.compile(rf"\A(relationship|participant|initiative|lens)/({words.ID_FORM})\Z")
RECORDED_BY = re.compile(rf"\A(coordinator|researcher|system|member|participant)/({words.ID_FORM})\Z")
URI_REFERENCE = re.compile(r"\A[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,1000}\Z")


class Envelope(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Every attribute of the envelope, as it comes in."""

    data: Raw
    id: words.Id
    occurred: str
    source: str
    specversion: str
    subject: str
    type: str
    datacontenttype: str | None = None
    dataschema: str | None = None
    method: words.Method | None = None
    organisation: str | None = None
    perspective: words.Handle | None = None
    position: int | None = None
    recorded: str | None = None
    recordedby: str | None = None
    time: str | None = None
    toldby: words.Handle | None = None


class Written(Struct, frozen=True, omit_defaults=True, gc=False):
    """The envelope as it is kept, in the order of RFC 8785, so that its encoding is canonical as it stands."""

    data: Raw = Raw()
    id: str = ""
    method: words.Method | None = None
    occurred: str = ""
    organisation: str | None = None
    perspective: str | None = None
    position: int | None = None
    recorded: str | None = None
    recordedby: str | None = None
    source: str = ""
    specversion: str = ""
    subject: str = ""
    time: str | None = None
    toldby: str | None = None
    type: str = ""


PLANS = ("until", "review_on", "next_on", "requested_on")
_envelope = msgspec.json.Decoder(Envelope)
_plans = {kind.name: found for kind in BY_TYPE.values() if (found := tuple(name for name in PLANS if name in kind.data.__struct_fields__))}
_data: dict[str, msgspec.json.Decoder[Any]] = {kind.name: msgspec.json.Decoder(kind.data) for kind in BY_TYPE.values()}
_MAY_HOLD_SIGNS = ("match_made", "contact_emerged", "member_joined", "participant_registered", "event_amended")
"""The events in which something beside the notes is sealed on its own."""
SET_BY_PLATFORM = ("recorded", "organisation", "position")
"""Attributes that no sender sets; only a restore keeps them."""


def dated(parse: Any, text: str, field: str) -> Any:
    """Parse a date or instant with one of the functions of `domain.model.time`, refusing what it cannot read."""
    try:
        return parse(text)
    except BadDate as error:
        raise Refused(bad(error.rule, field, **error.values).refusal) from None


def read(line: bytes, *, restore: bool = False, own: bool = False, by: str | None = None, keep_by: bool = True) -> Event:
    """One event from the bytes of one JSON object.

    With `restore`, `recorded` and `position` are needed and kept; `own`: it comes from the platform itself. `by` is who recorded it where
    the sender names nobody, and always unless `keep_by`. Raises `Refused`.
    The data of an amendment stays a plain object until the event it points at is known.
    """
    limit = EVENT_LIMIT + RESTORE_ROOM if restore else EVENT_LIMIT
    if len(line) > limit:
        raise bad("too_large", limit=limit, size=len(line))
    if b"\0" in line or (b"\\" in line and b"\\u0000" in line):  # Most lines have no backslash, which is found out much sooner.
        _refuse_nul(line)
    envelope = decode(_envelope.decode, line, Envelope)
    kind = _kind(envelope)
    at, until = _when(envelope)
    data = _data_of(kind, envelope.data, restore)
    _whole(data, kind)
    by = _shared(envelope.recordedby) if envelope.recordedby is not None and keep_by else by
    if restore:
        return _restored(envelope, kind, at, until, data, by)
    for name in SET_BY_PLATFORM:
        if getattr(envelope, name) is not None:
            raise bad("set_by_platform", name, name=name)
    if kind.name == "participant_erased" and not own:
        raise broken("platform_only", "type", event=kind.name)
    if data.notes or kind.name in _MAY_HOLD_SIGNS:
        refuse_unread(data, "data")
    return Event(
        kind, envelope.id, _shared(envelope.subject), _shared(envelope.source), envelope.occurred, at, until, data, envelope.time,
        envelope.method, envelope.perspective, envelope.toldby, by,
    )  # fmt: skip


def _kind(envelope: Envelope) -> Kind:
    if envelope.specversion != "1.0":
        raise bad("specversion", "specversion")
    if not _is_uri(envelope.source):
        raise bad("source", "source")
    if envelope.datacontenttype not in (None, "application/json"):
        raise bad("content_type", "datacontenttype")
    kind = BY_TYPE.get(envelope.type)
    if kind is None:
        raise bad("unknown_type", "type", value=envelope.type)
    stream = _stream(envelope.subject)
    if stream is None:
        raise bad("subject", "subject")
    if stream not in kind.streams:
        raise bad("wrong_stream", "subject", event=kind.name, expected=" / ".join(kind.streams), got=stream)
    if envelope.recordedby is not None:
        by = _recorder(envelope.recordedby)
        if by is None or (by == "participant" and envelope.recordedby != envelope.subject) or (by == "member" and stream != "relationship"):
            raise bad("recorded_by", "recordedby")
    if kind.view == "needed" and envelope.perspective is None:
        raise broken("perspective_needed", "perspective", event=kind.name)
    if kind.view == "none" and envelope.perspective is not None:
        raise broken("perspective_refused", "perspective", event=kind.name)
    return kind


# Files name few sources and recorders and the same streams again and again: each is looked at once, and stands in memory once.


@lru_cache(maxsize=16_384)
def _shared(text: T) -> T:
    return text


@lru_cache(maxsize=1_024)
def _is_uri(source: str) -> bool:
    return URI_REFERENCE.match(source) is not None


@lru_cache(maxsize=1_024)
def _recorder(text: str) -> str | None:
    found = RECORDED_BY.match(text)
    return found[1] if found else None


@lru_cache(maxsize=16_384)
def _stream(subject: str) -> str | None:
    found = SUBJECT.match(subject)
    return found[1] if found else None


def _when(envelope: Envelope) -> tuple[int, int | None]:
    when: Span = dated(span, envelope.occurred, "occurred")
    if envelope.time is None:
        return when.first, when.last
    at, offset = dated(instant, envelope.time, "time")
    if not holds(when, at, offset):
        raise broken("time_outside", "time", occurred=envelope.occurred)
    return at, when.last


def _restored(envelope: Envelope, kind: Kind, at: int, until: int | None, data: Any, by: str | None) -> Event:
    if envelope.recorded is None or envelope.position is None:
        name = "recorded" if envelope.recorded is None else "position"
        raise bad("restore_needs", name, name=name)
    recorded, _ = dated(instant, envelope.recorded, "recorded")
    return Event(
        kind, envelope.id, _shared(envelope.subject), _shared(envelope.source), envelope.occurred, at, until, data, envelope.time,
        envelope.method, envelope.perspective, envelope.toldby, by, envelope.position, recorded,
    )  # fmt: skip


def _data_of(kind: Kind, raw: Raw, restore: bool) -> Any:
    if restore and kind.voiced and b'"voice"' in bytes(raw):
        return _unvoiced(kind, decode(msgspec.json.decode, raw, dict, "data"), "data")
    return decode(_data[kind.name].decode, raw, kind.data, "data")


def _unvoiced(kind: Kind, plain: dict[str, Any], within: str) -> Unvoiced:
    unread = decode(lambda value: msgspec.convert(value, Unread), plain["voice"], Unread, f"{within}.voice")
    return Unvoiced(unread, plain.get(kind.own) if kind.own else None)


def _whole(data: Any, kind: Kind, within: str = "data") -> None:
    """Check what types alone cannot: dates of plans are days, numbers can be kept exactly, and what is sealed as one has room."""
    if isinstance(data, Unvoiced):
        return
    for name in _plans.get(kind.name, ()):
        if (plan := getattr(data, name, None)) is not None:
            dated(day, plan, f"{within}.{name}")
    if kind.opens and getattr(data, "term", None) is not None and data.term.until is not None:
        dated(day, data.term.until, f"{within}.term.until")
    if kind.name == "account_given" and data.told is not None:
        dated(span, data.told, f"{within}.told")
    if kind.name == "event_amended" and data.occurred is not None:
        dated(span, data.occurred, f"{within}.occurred")
    if kind.name in _FREE:
        _exact(msgspec.to_builtins(data), within)
    if kind.name == "measure_taken" and (size := len(msgspec.json.encode(data))) > VOICE_LIMIT:
        raise bad("voice_too_large", f"{within}.answers", limit=VOICE_LIMIT, size=size)


_FREE = ("measure_taken", "event_amended", "lens_published", "participant_erased")


def _exact(value: Any, field: str) -> None:
    """Refuse a whole number that JSON readers cannot all hold exactly."""
    if isinstance(value, dict):
        for name, held in value.items():
            _exact(held, f"{field}.{name}")
    elif isinstance(value, (list, tuple)):
        for held in value:
            _exact(held, field)
    elif isinstance(value, int) and abs(value) >= EXACT:
        raise bad("number", field)


def refuse_unread(data: Data, field: str) -> None:
    """Refuse data in which something stands that is no content but the sign of a seal."""
    for number, note in enumerate(data.notes):
        if isinstance(note.text, Unread):
            raise bad("sealed_input", f"{field}.notes[{number}].text")
    for name in ("name", "contact", "participant"):
        if isinstance(getattr(data, name, None), Unread):
            raise bad("sealed_input", f"{field}.{name}")
    for number, member in enumerate(getattr(data, "members", ())):
        if isinstance(member.participant, Unread):
            raise bad("sealed_input", f"{field}.members[{number}].participant")
    if isinstance(data, EventAmended):
        _refuse_signs(data.data, f"{field}.data")


def _refuse_signs(value: Any, field: str) -> None:
    """The same, for the data of an amendment whose target is not known yet."""
    if isinstance(value, list):
        for number, held in enumerate(value):
            _refuse_signs(held, f"{field}[{number}]")
    elif isinstance(value, dict):
        if "voice" in value:
            raise bad("sealed_input", f"{field}.voice")
        for name, held in value.items():
            if name in ("name", "contact", "participant", "text") and isinstance(held, dict):
                raise bad("sealed_input", f"{field}.{name}")
            _refuse_signs(held, f"{field}.{name}")


def amended(amendment: EventAmended, kind: Kind) -> Data | Unvoiced:
    """The data of an amendment, as the data class of the event it points at; `Unvoiced` where a voice stays shut. Raises `Refused`."""
    if kind.voiced and "voice" in amendment.data:
        return _unvoiced(kind, amendment.data, "data.data")
    data: Data = decode(lambda raw: msgspec.convert(raw, kind.data, strict=True), amendment.data, kind.data, "data.data")
    _whole(data, kind, "data.data")
    return data


def _refuse_nul(line: bytes) -> None:
    value = decode(msgspec.json.decode, line, object)
    if b"\\u0000" in msgspec.json.encode(value).replace(b"\\\\", b""):
        raise bad("nul")


_NOTHING = Raw()


def write(
    event: Event, data: Raw = _NOTHING, organisation: str | None = None, position: int | None = None, recorded: str | None = None
) -> Written:
    """The envelope of an event as it is kept, with `data` (already encoded) in the place of its data."""
    return Written(
        data, event.id, event.method, event.occurred, organisation, event.perspective, position, recorded, event.recordedby, event.source,
        "1.0", event.stream, event.time, event.toldby, event.kind.type,
    )  # fmt: skip
