"""What an event looks like, for other programs: a JSON Schema for each event, and an AsyncAPI document of the feed.

Both are made from the classes of the catalogue, which is what comes in is checked against, and from the words that say what they mean.
A schema holds the form of an event; what must hold of a history (`domain.model.decisions`) no schema can say.
"""

from importlib import metadata
from typing import Any

import msgspec

from domain.model import words
from domain.model.catalogue import KINDS, Kind
from domain.model.envelope import RECORDED_BY, SET_BY_PLATFORM, URI_REFERENCE, Envelope
from domain.model.events import Unread
from domain.model.meanings import ENVELOPE, EVENTS, NOTES, PARTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NEEDED = ("specversion", "id", "source", "type", "subject", "occurred", "data")
Schema = dict[str, Any]


def name_of(kind: Kind) -> str:
    """The name under which an event's schema is published."""
    return f"{kind.name}.v1.json"


def of_event(kind: Kind) -> Schema:
    """The JSON Schema of an event, envelope and all, as it is sent and as it is read again."""
    (data,), parts = msgspec.json.schema_components([kind.data], ref_template="#/$defs/{name}")
    defs = {name: _described(name, _portable(schema)) for name, schema in parts.items()}
    if kind.voiced:
        defs["Unvoiced"] = _unvoiced(kind)
        defs["Unread"] = _portable(msgspec.json.schema_components([Unread])[1]["Unread"])
        data = {"anyOf": [data, {"$ref": "#/$defs/Unvoiced"}]}
    return {
        "$schema": DIALECT,
        "$id": f"urn:tussenruimte:{kind.name}.v1",
        "title": kind.type,
        "description": EVENTS[kind.name][0],
        "type": "object",
        "properties": {**_envelope(kind), "data": {"description": ENVELOPE["data"], **data}},
        "required": [*NEEDED, *(["perspective"] if kind.view == "needed" else [])],
        "additionalProperties": False,
        "$defs": defs,
    }


def asyncapi() -> Schema:
    """The AsyncAPI document of the feed: what can be sent to it and what comes out of it."""
    messages = {
        kind.name: {
            "name": kind.type,
            "summary": EVENTS[kind.name][0],
            "contentType": "application/cloudevents+json",
            "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": {"$ref": f"/schemas/{name_of(kind)}"}},
        }
        for kind in KINDS
    }
    recorded = [{"$ref": f"#/channels/events/messages/{kind.name}"} for kind in KINDS]
    sent = [{"$ref": f"#/channels/events/messages/{kind.name}"} for kind in KINDS if kind.name != "participant_erased"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tussenruimte",
            "version": metadata.version("tussenruimte"),
            "description": (
                "Events of an organisation as CloudEvents 1.0, each with its place in the organisation's order of recording. "
                "GET /events gives JSON Lines from after a position up to now; the subscription `events` on /graphql "
                "(graphql-transport-ws) goes on from there, live."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "events": {
                "address": "/events",
                "title": "The events of an organisation",
                "messages": {kind.name: {"$ref": f"#/components/messages/{kind.name}"} for kind in KINDS},
            }
        },
        "operations": {
            "recordEvents": {
                "action": "receive",
                "channel": {"$ref": "#/channels/events"},
                "title": "Record events",
                "description": "POST one event (in binary or structured mode) or a batch (as a JSON list), all or nothing.",
                "security": [{"$ref": "#/components/securitySchemes/token"}],
                "bindings": {"http": {"method": "POST"}},
                "messages": sent,
            },
            "readEvents": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "title": "Read events",
                "description": "GET: what was recorded after a position, one event a line; or as it happens, as server-sent events.",
                "security": [{"$ref": "#/components/securitySchemes/token"}],
                "bindings": {"http": {"method": "GET", "query": _query()}},
                "messages": recorded,
            },
        },
        "components": {"messages": messages, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _query() -> Schema:
    ids = {
        name: {"type": "string", "description": f"Only of the {name} with this id."}
        for name in ("relationship", "participant", "initiative")
    }
    return {
        "type": "object",
        "properties": {
            "after": {"type": "string", "pattern": "^[0-9]{1,18}$", "description": "A position; without it, from the beginning."},
            **ids,
            "types": {"type": "string", "description": "Only these, as `meeting_held`; several with commas between."},
        },
        "additionalProperties": False,
    }


def _envelope(kind: Kind) -> Schema:
    """The attributes, those that the platform sets included: they stand in what is read, and are refused in what is sent."""
    found = _portable(msgspec.json.schema_components([Envelope])[1]["Envelope"]["properties"])
    streams = "|".join(kind.streams)
    found["specversion"] = {"const": "1.0"}
    found["type"] = {"const": kind.type}
    found["subject"] = {"type": "string", "pattern": f"^({streams})/{words.ID_FORM}$"}
    found["source"] = {"type": "string", "pattern": _plain(URI_REFERENCE.pattern)}
    found["recordedby"] = {"type": "string", "pattern": _plain(RECORDED_BY.pattern)}
    found["datacontenttype"] = {"const": "application/json"}
    for name in ("time", "recorded"):
        found[name] = {"type": "string", "format": "date-time"}
    for name in SET_BY_PLATFORM:
        found[name]["readOnly"] = True
    if kind.view == "none":
        del found["perspective"]
    return {name: {"description": ENVELOPE[name], **schema} for name, schema in found.items() if name != "data"}


def _described(name: str, schema: Schema) -> Schema:
    """A struct's schema with what it and its fields mean."""
    by_class = {kind.data.__name__: EVENTS[kind.name] for kind in KINDS}
    text, fields = by_class.get(name) or PARTS.get(name) or (schema.get("description", ""), {})
    told = {"notes": NOTES, **fields}
    properties = {field: {"description": told[field], **held} if field in told else held for field, held in schema["properties"].items()}
    return {**schema, "description": text, "properties": properties}


def _unvoiced(kind: Kind) -> Schema:
    own = {kind.own: {"type": "string"}} if kind.own is not None else {}
    return {
        "description": "What is left, to read, of an event whose holder's words cannot be opened.",
        "type": "object",
        "properties": {**own, "voice": {"$ref": "#/$defs/Unread"}, "notes": {"type": "array"}},
        "required": ["voice"],
        "additionalProperties": False,
    }


def _portable(schema: Any) -> Any:
    """Patterns with the anchors that every dialect knows; null as a default says nothing and is left out."""
    if isinstance(schema, list):
        return [_portable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _portable(held) for name, held in schema.items() if not (name == "default" and held is None)}
    if isinstance(made.get("pattern"), str):
        made["pattern"] = _plain(made["pattern"])
    if made.get("title") == "day":
        made["format"] = "date"
    return made


def _plain(pattern: str) -> str:
    return pattern.replace(r"\A", "^").replace(r"\Z", "$")
