"""What is published of events is true: what the platform takes and gives fits the schemas, and what it refuses for its form does not."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from served import Served
from starlette.testclient import TestClient
from test_graphql_typed import EVENTS

from api.schema import make_schema
from domain.model.catalogue import KINDS
from domain.model.envelope import read
from domain.model.errors import Refused
from projections.export import cloudevents

BY_TYPE = {kind.type: kind for kind in KINDS}


@pytest.fixture(scope="module")
def published(house: Served) -> dict[str, Any]:
    """Every schema that the index points to, by the type of event. No token is needed."""
    client = TestClient(house.client.app)
    index = client.get("/schemas").json()
    return {type: client.get(path).json() for type, path in index["events"].items()}


def fits(schema: dict[str, Any], event: Any) -> bool:
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(event)


def taken(event: dict[str, Any]) -> bool:
    try:
        read(json.dumps(event).encode())
    except Refused:
        return False
    return True


def test_every_event_has_a_schema_that_is_one(published: dict[str, Any]) -> None:
    assert published.keys() == BY_TYPE.keys()
    for schema in published.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["id"])
def test_what_is_sent_fits(published: dict[str, Any], event: dict[str, Any]) -> None:
    assert taken(event)
    assert fits(published[event["type"]], event)


def changed(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The event with one thing wrong, in every place in turn."""

    def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict):
            for name, held in value.items():
                yield (*path, name)
                yield from places(held, (*path, name))
        elif isinstance(value, list):
            for number, held in enumerate(value):
                yield from places(held, (*path, number))

    def at(path: tuple[Any, ...]) -> tuple[dict[str, Any], Any]:
        made = copy.deepcopy(event)
        inside: Any = made
        for step in path[:-1]:
            inside = inside[step]
        return made, inside

    for path in list(places(event, ())):
        for name, other in (("another type", {"x": []}), ("an odd word", "wrong word!"), ("null in a list", [None])):
            made, inside = at(path)
            inside[path[-1]] = other
            yield f"{name} at {path}", made
        made, inside = at(path)
        if isinstance(inside, dict):
            del inside[path[-1]]
            yield f"without {path}", made
            made, inside = at(path)
            inside["unheard_of"] = 1
            yield f"unheard of beside {path}", made


# What only dates and texts say, and the free forms: their bounds are told in words.
UNSAID = ("'occurred'", "'told'", "'definition'", "('data', 'data'", "'answers'", "until'", "_on'", "'time'")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["id"])
def test_a_form_that_is_refused_does_not_fit_and_one_that_is_taken_does(published: dict[str, Any], event: dict[str, Any]) -> None:
    schema = published[event["type"]]
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    seen = 0
    for what, made in changed(event):
        if any(word in what for word in UNSAID) or what.endswith("('type',)") or what.endswith("('subject',)"):
            continue
        assert validator.is_valid(made) == taken(made), (what, made)
        seen += 1
    assert seen > 20


def test_what_is_read_fits_erased_and_sealed_parts_included(empty: Served, published: dict[str, Any]) -> None:
    empty.record(EVENTS)
    store = empty.organisation.store
    before = [json.loads(line) for line in cloudevents.lines(store)]
    store.keys.freeze("participant/anna")
    frozen = [json.loads(line) for line in cloudevents.lines(store)]
    store.keys.erase("participant/anna")
    erased = [json.loads(line) for line in cloudevents.lines(store)]
    assert sum('"erased"' in json.dumps(event) for event in erased) > 10
    for event in [*before, *frozen, *erased]:
        assert fits(published[event["type"]], event), event


def test_the_feed_is_described_with_every_message(house: Served) -> None:
    document = house.client.get("/schemas/asyncapi.json").json()
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["events"]["messages"].keys() == document["components"]["messages"].keys() == {kind.name for kind in KINDS}
    for message in document["components"]["messages"].values():
        assert house.client.get(message["payload"]["schema"]["$ref"]).json()["title"] == message["name"]


def test_the_graphql_schema_is_published_as_it_is_served(house: Served) -> None:
    text = house.client.get("/schemas/schema.graphql").text
    assert text == make_schema().as_str()
