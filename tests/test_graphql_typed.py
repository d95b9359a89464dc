"""Every event of the catalogue has a mutation of its own, which records just what `recordEvents` records of the same event."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    build_schema,
)
from served import Served, served
from whole_catalogue import whole_catalogue

from api.schema import make_schema
from domain.model.catalogue import KINDS

SCHEMA: GraphQLSchema = build_schema(make_schema().as_str())
EVENTS = whole_catalogue(lambda place: f"What is said at {place}")
STORED = "{ events(first: 200) { nodes { id type subject source time toldBy occurred recordedBy method perspective data amended } } }"


def name_of(type: str) -> str:
    return "".join(word.title() for word in type.split(".")[1].split("_"))


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def as_typed(value: Any, of: GraphQLInputType) -> Any:
    """A value of the wire as the schema's input takes it."""
    match of:
        case GraphQLNonNull():
            return as_typed(value, of.of_type)
        case GraphQLList():
            return [as_typed(item, of.of_type) for item in value]
        case GraphQLEnumType():
            return value.upper()
        case GraphQLInputObjectType():
            return {camel(name): as_typed(held, of.fields[camel(name)].type) for name, held in value.items()}
    return value


def input_of(event: dict[str, Any]) -> dict[str, Any]:
    stream, _, id = event["subject"].partition("/")
    kept = {name: held for name, held in event.items() if name not in ("specversion", "type", "subject", "data", "recordedby", "toldby")}
    made = {**kept, stream: id, "recordedBy": event.get("recordedby"), "toldBy": event.get("toldby")}
    if "method" in kept:
        made["method"] = kept["method"].upper()
    name = f"{name_of(event['type'])}Data"
    return {**made, "data": as_typed(event["data"], SCHEMA.type_map[name])}  # type: ignore[arg-type]


def mutation(event: dict[str, Any], asked: str = "position recorded already ids") -> str:
    name = name_of(event["type"])
    return f"mutation($input: {name}Input!) {{ record{name}(input: $input) {{ {asked} }} }}"


def record(served: Served, event: dict[str, Any], **left_out: None) -> Any:
    given = {name: held for name, held in input_of(event).items() if name not in left_out}
    (answer,) = served.ask(mutation(event, "position recorded already ids events { id subject data }"), input=given).values()
    return answer


def bring_in(served: Served, event: dict[str, Any]) -> Any:
    """As an administrator does: who is said to have recorded it stays as it is said."""
    told = served.answer(mutation(event), served.administrator, input=input_of(event))
    assert "errors" not in told, told
    (answer,) = told["data"].values()
    return answer


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served]]:
    """The whole catalogue recorded event by event by its own mutations, and elsewhere as one batch."""
    with served(tmp_path_factory.mktemp("typed")) as typed, served(tmp_path_factory.mktemp("batch")) as batch:
        for number, event in enumerate(EVENTS, 1):
            assert bring_in(typed, event)["position"] == str(number), event
        batch.record(EVENTS)
        yield typed, batch


def test_there_is_a_mutation_for_each_event_and_for_nothing_else() -> None:
    assert SCHEMA.mutation_type is not None
    made = {name for name in SCHEMA.mutation_type.fields if name.startswith("record")} - {"recordEvents"}
    assert made == {f"record{kind.data.__name__}" for kind in KINDS} - {"recordParticipantErased"}
    assert {name_of(event["type"]) for event in EVENTS} == {name.removeprefix("record") for name in made}


def test_a_mutation_records_what_a_batch_records(both: tuple[Served, Served]) -> None:
    typed, batch = (served.ask(STORED)["events"]["nodes"] for served in both)
    assert len(typed) == len(EVENTS)
    for one, other in zip(typed, batch, strict=True):
        assert one == other


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["id"])
def test_the_same_event_in_either_form_is_there_already(both: tuple[Served, Served], event: dict[str, Any]) -> None:
    for house in both:
        again = bring_in(house, event)
        assert (again["recorded"], again["already"], again["ids"]) == (0, 1, [event["id"]])


PAIR = next(event for event in EVENTS if "match_made" in event["type"])
BEFORE = EVENTS[: EVENTS.index(PAIR)]


def test_the_platform_makes_the_ids_that_are_left_out(empty: Served) -> None:
    empty.record(BEFORE)
    made, again = (record(empty, PAIR, id=None, relationship=None) for _ in range(2))
    (event,) = made["events"]
    assert made["ids"] == [event["id"]]
    assert event["subject"].startswith("relationship/")
    assert event["id"] != again["ids"][0]
    opening = {**EVENTS[-1], "type": "tussenruimte.left_open.v1", "subject": event["subject"], "perspective": "a"}
    left = record(empty, {**opening, "data": {"about": "nature"}}, id=None)
    asked = "query($id: ID!) { relationship(id: $id) { openings { id } } }"
    (found,) = empty.ask(asked, id=event["subject"].partition("/")[2])["relationship"]["openings"]
    assert found["id"] == left["events"][0]["data"]["opening"]


def test_the_same_input_with_an_id_is_the_same_event_though_it_leaves_the_others_out(empty: Served) -> None:
    empty.record(BEFORE)
    assert [record(empty, PAIR, relationship=None)["already"] for _ in range(2)] == [0, 1]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_refusal_is_that_of_a_batch(empty: Served, language: str) -> None:
    empty.record([*BEFORE, PAIR])
    bad = {**EVENTS[-1], "id": "bad", "type": "tussenruimte.meeting_held.v1", "data": {"present": ["a", "x"]}}
    typed = empty.refusal(mutation(bad), language, input=input_of(bad))
    batch = empty.refusal("mutation($events: [JSON!]!) { recordEvents(events: $events) { recorded } }", language, events=[bad])
    assert typed == batch
    assert (typed["code"], typed["field"]) == ("RULE_BROKEN", "data.present[1]")


@pytest.mark.parametrize("streams", [{}, {"relationship": "pair", "initiative": "home"}], ids=["none", "two"])
def test_an_event_that_may_stand_in_several_streams_names_exactly_one(empty: Served, streams: dict[str, str]) -> None:
    given = {**streams, "occurred": "2021-01-01", "data": {"by": "coordinator", "instrument": "SETTING", "way": "LEFT_OPEN"}}
    told = empty.refusal(mutation({"type": "tussenruimte.room_made.v1"}), input=given)
    assert (told["code"], told["field"]) == ("BAD_INPUT", None)
    assert "exactly one stream" in told["rule"]


def test_an_event_without_fields_of_its_own_needs_no_data(empty: Served) -> None:
    empty.record(EVENTS)
    empty.ask(
        mutation({"type": "tussenruimte.initiative_closed.v1"}), input={"initiative": "home", "occurred": "2022-01-01", "source": "urn:x"}
    )
    (event,) = empty.ask("{ events(first: 1) { nodes { type data source } } }")["events"]["nodes"]
    assert event == {"type": "initiative_closed", "data": {}, "source": "urn:x"}


def test_a_wrong_word_is_refused_before_anything_is_recorded(empty: Served) -> None:
    answer = empty.answer(mutation(PAIR), input={**input_of(PAIR), "data": {**input_of(PAIR)["data"], "askedBy": "NOBODY"}})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert empty.ask("{ events { nodes { id } } }")["events"]["nodes"] == []
