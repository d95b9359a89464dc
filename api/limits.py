"""The first line of defence: a query is refused for its size and shape, before anything is validated or asked.

Fragments count as often as they are used, so that a short text cannot hide a long question.
"""

from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)
from graphql.language.parser import Parser

from api.texts import refuse_unkept_literals, refuse_unkept_variables
from domain.model.errors import Refusal, Refused

DEPTH = 15
ALIASES = 30
TOKENS = 2_000
BODY = 2 * 1024 * 1024
KEPT = 500
KEPT_LENGTH = 20_000
"""So many queries, each of so many characters at most, are kept parsed."""
ROWS = 20_000
"""Rows that the pages of a query may come to, each page as often as it stands in the rows of another."""
PAGES = {"relationships": 50, "initiatives": 50, "events": 100, "moves": 100, "accessLog": 100}
"""The fields that give a page, and how many rows where nothing else is asked."""
LISTS = {"moves": 30, "members": 30}
"""The lists from which one comes back to relationships, and how many entries they are taken to have within one another."""
SPANS = ("members", "terms", "agreements", "reversals", "openings", "tensions")
READ = frozenset({"reading", "trajectory", "room", "history", "moves", *SPANS})
"""What is read off a relationship's events counts as two rows."""


def too_costly(rule: str, **values: int) -> Refused:
    return Refused(Refusal("TOO_COSTLY", rule, None, dict(values)))


def document(query: str, operation: str | None = None, variables: Mapping[str, Any] | None = None) -> DocumentNode:
    """The parsed query. Raises `Refused` where it is too large or asks with what no text can hold, and `GraphQLError` where it cannot be
    read or leaves open which of its operations is meant."""
    try:
        parsed = _kept(query) if len(query) <= KEPT_LENGTH else _parsed(query)
        refuse_unkept_variables(parsed, variables or {})
        shape = _Shapes(parsed, variables or {}).of_operations()
    except RecursionError:
        raise too_costly("query_depth", limit=DEPTH) from None
    if shape.depth > DEPTH:
        raise too_costly("query_depth", limit=DEPTH)
    if shape.aliases > ALIASES:
        raise too_costly("query_aliases", limit=ALIASES, size=shape.aliases)
    if shape.rows > ROWS:
        raise too_costly("query_rows", limit=ROWS, size=shape.rows)
    if operation is None and sum(isinstance(definition, OperationDefinitionNode) for definition in parsed.definitions) > 1:
        raise GraphQLError("Must provide operation name if query contains multiple operations.")
    return parsed


def _parsed(query: str) -> DocumentNode:
    parser = Parser(query, max_lexical_tokens=TOKENS)
    try:
        parsed = parser.parse_document()
    except GraphQLSyntaxError:
        if parser.token_count > TOKENS:
            raise too_costly("query_tokens", limit=TOKENS) from None
        raise
    refuse_unkept_literals(parsed)
    return parsed


_kept = lru_cache(KEPT)(_parsed)


class Valid:
    """The queries that were found valid last, so that one that is asked again and again is validated once."""

    def __init__(self) -> None:
        self._queries: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, query: str) -> bool:
        if query not in self._queries:
            return False
        self._queries.move_to_end(query)
        return True

    def add(self, query: str) -> None:
        if len(query) <= KEPT_LENGTH:
            self._queries[query] = None
            while len(self._queries) > KEPT:
                self._queries.popitem(last=False)


class _Shape(NamedTuple):
    """How many fields stand inside one another, how many aliases there are, and how many rows its pages come to."""

    depth: int = 0
    aliases: int = 0
    rows: int = 0


class _Shapes:
    """Measures a document; in each operation every fragment once, however often it is used."""

    def __init__(self, parsed: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._operations = [d for d in parsed.definitions if isinstance(d, OperationDefinitionNode)]
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            d.name.value: d for d in parsed.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._defaults: dict[str, ValueNode | None] = {}
        self._measured: dict[tuple[str, bool], _Shape] = {}

    def of_operations(self) -> _Shape:
        shapes = []
        for operation in self._operations:
            self._defaults = {one.variable.name.value: one.default_value for one in operation.variable_definitions or ()}
            self._measured.clear()
            shapes.append(self._of(operation.selection_set, False))
        return _Shape(max((s.depth for s in shapes), default=0), sum(s.aliases for s in shapes), max((s.rows for s in shapes), default=0))

    def _of(self, selected: SelectionSetNode, listed: bool) -> _Shape:
        """`listed`: within one of `LISTS`."""
        depth = aliases = rows = 0
        for selection in selected.selections:
            match selection:
                case FieldNode():
                    inner = self._of_field(selection, listed)
                case InlineFragmentNode():
                    inner = self._of(selection.selection_set, listed)
                case FragmentSpreadNode():
                    inner = self._of_fragment(selection.name.value, listed)
                case _:
                    inner = _Shape()
            depth = max(depth, inner.depth)
            aliases += inner.aliases
            rows += inner.rows
        return _Shape(depth, aliases, rows)

    def _of_field(self, field: FieldNode, listed: bool) -> _Shape:
        name, page = field.name.value, field.name.value in PAGES and _is_page(field)
        a_list = name in LISTS and not page
        inner = self._of(field.selection_set, listed or a_list) if field.selection_set else _Shape()
        # What the schema says of itself has its own bound in validation, and tools ask for it deeply.
        depth = 0 if field.name.value.startswith("__") else 1 + inner.depth
        rows = inner.rows + (2 if name in READ and not page else 0)
        if page:
            rows = self._size(field) * (1 + rows)
        elif a_list and listed:
            rows *= LISTS[name]
        return _Shape(depth, inner.aliases + (field.alias is not None), rows)

    def _size(self, field: FieldNode) -> int:
        """How many rows a page holds at most. What is no number is refused where it is read."""
        for argument in field.arguments or ():
            if argument.name.value == "first":
                value: ValueNode | None = argument.value
                if isinstance(value, VariableNode):
                    given = self._variables.get(name := value.name.value)
                    if isinstance(given, int):
                        return max(given, 1)
                    value = self._defaults.get(name) if name not in self._variables else None
                if isinstance(value, IntValueNode):
                    return max(int(value.value), 1)
        return PAGES[field.name.value]

    def _of_fragment(self, name: str, listed: bool) -> _Shape:
        """A fragment that is unknown or spreads itself counts as nothing: validation refuses it."""
        key = (name, listed)
        if key not in self._measured:
            self._measured[key] = _Shape()
            if name in self._fragments:
                self._measured[key] = self._of(self._fragments[name].selection_set, listed)
        return self._measured[key]


def _is_page(field: FieldNode) -> bool:
    """A page has nodes or edges, which a list of the same name has not; what a fragment asks of it is not looked at."""
    asked = field.selection_set.selections if field.selection_set else ()
    return any(not isinstance(one, FieldNode) or one.name.value in ("nodes", "edges") for one in asked)
