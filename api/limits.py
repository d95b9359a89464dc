"""The first line of defence: a query is refused for its size and shape, before anything is validated or asked.

Fragments count as often as they are used, so that a short text cannot hide a long question.
"""

from collections.abc import Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.language.parser import Parser

from domain.model.errors import Refusal, Refused

DEPTH = 15
ALIASES = 30
TOKENS = 2_000
BODY = 2 * 1024 * 1024


def too_costly(rule: str, **values: int) -> Refused:
    return Refused(Refusal("TOO_COSTLY", rule, None, dict(values)))


def document(query: str, operation: str | None = None) -> DocumentNode:
    """The parsed query. Raises `Refused` where it is too large, and `GraphQLError` where it cannot be read or leaves open which
    of its operations is meant."""
    parser = Parser(query, max_lexical_tokens=TOKENS)
    try:
        parsed = parser.parse_document()
        shape = _Shapes(parsed).of_operations()
    except GraphQLSyntaxError:
        if parser.token_count > TOKENS:
            raise too_costly("query_tokens", limit=TOKENS) from None
        raise
    except RecursionError:
        raise too_costly("query_depth", limit=DEPTH) from None
    if shape.depth > DEPTH:
        raise too_costly("query_depth", limit=DEPTH)
    if shape.aliases > ALIASES:
        raise too_costly("query_aliases", limit=ALIASES, size=shape.aliases)
    if operation is None and sum(isinstance(definition, OperationDefinitionNode) for definition in parsed.definitions) > 1:
        raise GraphQLError("Must provide operation name if query contains multiple operations.")
    return parsed


class _Shape(NamedTuple):
    """How many fields stand inside one another, and how many aliases there are."""

    depth: int = 0
    aliases: int = 0


class _Shapes:
    """Measures a document; each fragment once, however often it is used."""

    def __init__(self, parsed: DocumentNode) -> None:
        self._operations = [d for d in parsed.definitions if isinstance(d, OperationDefinitionNode)]
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            d.name.value: d for d in parsed.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._measured: dict[str, _Shape] = {}

    def of_operations(self) -> _Shape:
        shapes = [self._of(operation.selection_set) for operation in self._operations]
        return _Shape(max((s.depth for s in shapes), default=0), sum(s.aliases for s in shapes))

    def _of(self, selected: SelectionSetNode) -> _Shape:
        depth = aliases = 0
        for selection in selected.selections:
            match selection:
                case FieldNode():
                    inner = self._of_field(selection)
                case InlineFragmentNode():
                    inner = self._of(selection.selection_set)
                case FragmentSpreadNode():
                    inner = self._of_fragment(selection.name.value)
                case _:
                    inner = _Shape()
            depth = max(depth, inner.depth)
            aliases += inner.aliases
        return _Shape(depth, aliases)

    def _of_field(self, field: FieldNode) -> _Shape:
        inner = self._of(field.selection_set) if field.selection_set else _Shape()
        # What the schema says of itself has its own bound in validation, and tools ask for it deeply.
        depth = 0 if field.name.value.startswith("__") else 1 + inner.depth
        return _Shape(depth, inner.aliases + (field.alias is not None))

    def _of_fragment(self, name: str) -> _Shape:
        """A fragment that is unknown or spreads itself counts as nothing: validation refuses it."""
        if name not in self._measured:
            self._measured[name] = _Shape()
            if name in self._fragments:
                self._measured[name] = self._of(self._fragments[name].selection_set)
        return self._measured[name]
