"""The schema keeps its contract: whatever others build on is there, under the same name and as strict as promised; more may be there."""

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_required_argument,
)

from api.schema import make_schema

CONTRACT = build_schema((Path(__file__).parent / "contract" / "schema.graphql").read_text())
OURS: GraphQLSchema = build_schema(make_schema().as_str())

PROMISED = sorted(name for name in CONTRACT.type_map if not name.startswith("__"))


def own_types() -> list[GraphQLNamedType]:
    standard = {"String", "Int", "Float", "Boolean", "ID"}
    return [made for name, made in OURS.type_map.items() if not name.startswith("__") and name not in standard]


def argument(made: GraphQLArgument | GraphQLInputField) -> tuple[str, Any]:
    return str(made.type), made.default_value


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_type_is_as_promised(name: str) -> None:
    promised, made = CONTRACT.type_map[name], OURS.type_map.get(name)
    assert type(made) is type(promised)
    match promised, made:
        case GraphQLObjectType(), GraphQLObjectType():
            for called, field in promised.fields.items():
                ours = made.fields[called]
                assert str(ours.type) == str(field.type)
                assert {arg: argument(one) for arg, one in field.args.items()} == {arg: argument(ours.args[arg]) for arg in field.args}
                # What was added may be left out.
                assert not any(is_required_argument(one) for arg, one in ours.args.items() if arg not in field.args)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            assert {f: argument(promised.fields[f]) for f in promised.fields} == {f: argument(made.fields[f]) for f in promised.fields}
        case GraphQLUnionType(), GraphQLUnionType():
            assert {str(one) for one in promised.types} == {str(one) for one in made.types}
        case GraphQLEnumType(), GraphQLEnumType():
            assert set(promised.values) <= set(made.values)
        case _:
            assert isinstance(promised, GraphQLScalarType)


def test_the_contract_was_read_whole() -> None:
    assert {"Query", "Mutation", "Subscription", "Reading", "Room", "RelationshipFilter", "Position", "Cause", "LiveMove"} <= set(PROMISED)


@pytest.mark.parametrize("made", own_types(), ids=lambda made: made.name)
def test_every_type_field_argument_and_value_says_what_it_means(made: GraphQLNamedType) -> None:
    assert made.description
    if isinstance(made, GraphQLObjectType | GraphQLInputObjectType):
        assert [name for name, one in made.fields.items() if not one.description] == []
    if isinstance(made, GraphQLObjectType):
        silent = [(name, arg) for name, one in made.fields.items() for arg, given in one.args.items() if not given.description]
        assert silent == []
    if isinstance(made, GraphQLEnumType):
        assert [name for name, value in made.values.items() if not value.description] == []
