"""A subscription of GraphQL as a feed: what makes two of them the same, and what the schema answers, as the payload of a message.

Two are the same where their operation, its fragments, the values of its variables and the scope and language of who asks are. From where
somebody goes on makes no difference to what comes after.
"""

import json
from collections.abc import AsyncGenerator, Hashable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_operation_ast,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from msgspec import Struct
from strawberry.types.execution import PreExecutionError

from api.context import Context, Organisation, Wakes
from api.course import Course
from api.exchange import Question
from api.fanout import Frame
from api.schema import Schema
from api.selection import CONTENT
from domain.model.errors import Language
from domain.store.accesses import ORGANISATION
from projections.views.scope import Scope

FEEDS = ("events", "moves")
"""The fields whose `after` says from where somebody goes on, and nothing of what they are told from there."""

OPENED = frozenset({*CONTENT, "name", "participant", "openings", "tensions"})
"""The fields in which something sealed may be shown."""

_encode = msgspec.json.Encoder().encode


class NotBegun(Exception):
    """A subscription that cannot be executed."""

    def __init__(self, result: PreExecutionError) -> None:
        super().__init__("the subscription cannot be executed")
        self.result = result


class Subscription(Struct, frozen=True):
    """A subscription that somebody may have."""

    schema: Schema
    organisation: Organisation
    wakeups: Wakes
    question: Question
    scope: Scope
    language: Language

    def key(self, parsed: DocumentNode) -> Hashable:
        """What it has in common with those who are told the same; None where it is no subscription."""
        operation = get_operation_ast(parsed, self.question.operation)
        if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
            return None
        selected = operation.selection_set
        shared = [_without_after(one) if isinstance(one, FieldNode) else one for one in selected.selections]
        body = [SelectionSetNode(selections=tuple(shared)), *(operation.directives or ()), *_fragments(parsed)]
        uses = _used(body)
        given = {name: value for name, value in (self.question.variables or {}).items() if name in uses.names}
        defined = [print_ast(one) for one in operation.variable_definitions or () if one.variable.name.value in uses.names]
        return (*defined, *map(print_ast, body), json.dumps(given, sort_keys=True), self.scope, self.language)

    def place(self, parsed: DocumentNode) -> str | None:
        """What is opened for it, for the access log; None where nothing is shown that was ever sealed."""
        operation = get_operation_ast(parsed, self.question.operation)
        uses = _used([operation.selection_set, *_fragments(parsed)]) if operation is not None else _Uses()
        narrowed = [_filter(one, self.question.variables) for one in uses.feeds]
        if not uses.fields & OPENED and not any("participant" in one for one in narrowed):
            return None
        if "relationships" in uses.fields or len(narrowed) != 1 or narrowed[0].get("relationship") is None:
            return ORGANISATION
        return f"relationship/{narrowed[0]['relationship']}"

    async def frames(self, course: Course) -> AsyncGenerator[Frame, None]:
        """What the schema answers on a course. Raises `NotBegun`."""
        context = Context(self.organisation, self.wakeups, None, "", lasting=True, language=self.language, scope=self.scope, course=course)
        asked = self.question
        results: Any = await self.schema.stream(asked.query, asked.variables, context, operation_name=asked.operation)
        told = 0
        async with aclosing(results):
            async for result in results:
                if isinstance(result, PreExecutionError) and not told:
                    raise NotBegun(result)
                # An answer to nothing that was told says why the feed ends.
                failed, told = course.told == told, course.told
                if not failed and not course.word and await course.is_stale():
                    course.again = True
                    continue
                order = None if failed else course.order
                yield Frame(order, course.position, _payload(result), course.generation, failed)


def _without_after(field: FieldNode) -> FieldNode:
    if field.name.value not in FEEDS:
        return field
    kept = tuple(one for one in field.arguments or () if one.name.value != "after")
    return FieldNode(name=field.name, alias=field.alias, arguments=kept, directives=field.directives, selection_set=field.selection_set)


class _Uses(Visitor):
    """The variables and fields that stand in a part of a document, and the feeds among these."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.fields: set[str] = set()
        self.feeds: list[FieldNode] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.fields.add(node.name.value)
        if any(argument.name.value == "filter" for argument in node.arguments or ()):
            self.feeds.append(node)

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)


def _used(nodes: Sequence[Node]) -> _Uses:
    uses = _Uses()
    for node in nodes:
        visit(node, uses)
    return uses


def _fragments(parsed: DocumentNode) -> list[FragmentDefinitionNode]:
    return [one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)]


def _filter(feed: FieldNode, variables: dict[str, Any] | None) -> dict[str, Any]:
    """To what a feed is narrowed."""
    (given,) = (argument.value for argument in feed.arguments or () if argument.name.value == "filter")
    found = value_from_ast_untyped(given, variables)
    return found if isinstance(found, dict) else {}


def _payload(result: Any) -> bytes:
    """With the bracket that closes the message around it."""
    told: dict[str, Any] = {"data": result.data}
    if result.errors:
        told["errors"] = [error.formatted for error in result.errors]
    if result.extensions:
        told["extensions"] = result.extensions
    return _encode(told) + b"}"
