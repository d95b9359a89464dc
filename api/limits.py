"""The first line of defence: a query is refused for its size and shape, before anything is validated or asked."""

from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode
from graphql.language.parser import Parser

from api.shape import Shape, shape_of
from api.texts import refuse_unkept_literals, refuse_unkept_variables
from domain.model.errors import Refusal, Refused

DEPTH = 15
BREADTH = 100
"""Fields in one selection set, as often as fragments bring them there."""
FIELDS = 500
"""Fields of an operation. That by which tools ask for the whole schema has some 230."""
ALIASES = 30
DIRECTIVES = 30
TOKENS = 2_000
BODY = 2 * 1024 * 1024
KEPT = 500
KEPT_LENGTH = 20_000
"""So many queries, each of so many characters at most, are kept parsed."""
ROWS = 20_000
"""Rows that the pages of a query may come to, each page as often as it stands in the rows of another."""
COST = 100_000
"""What a query may cost; see `api.shape`."""


def too_costly(rule: str, **values: int) -> Refused:
    return Refused(Refusal("TOO_COSTLY", rule, None, dict(values)))


class Measured(NamedTuple):
    """A query that was parsed, and what it comes to."""

    document: DocumentNode
    shape: Shape

    def told(self) -> dict[str, Any]:
        """What it costs, as an answer tells it."""
        return {"cost": {"requested": self.shape.cost, "limit": COST}}

    def check(self, operation: str | None = None) -> None:
        """Raises `Refused` where it is too large, and `GraphQLError` where it leaves open which of its operations is meant."""
        shape = self.shape
        if shape.depth > DEPTH:
            raise too_costly("query_depth", limit=DEPTH)
        for rule, found, limit in (
            ("query_breadth", shape.breadth, BREADTH),
            ("query_fields", shape.fields, FIELDS),
            ("query_aliases", shape.aliases, ALIASES),
            ("query_directives", shape.directives, DIRECTIVES),
            ("query_rows", shape.rows, ROWS),
            ("query_cost", shape.cost, COST),
        ):
            if found > limit:
                raise too_costly(rule, limit=limit, size=found)
        if operation is None and sum(isinstance(one, OperationDefinitionNode) for one in self.document.definitions) > 1:
            raise GraphQLError("Must provide operation name if query contains multiple operations.")


def measured(query: str, variables: Mapping[str, Any] | None = None) -> Measured:
    """The parsed query. Raises `Refused` where it has too many tokens, cannot be measured or asks with what no text can hold, and
    `GraphQLError` where it cannot be read."""
    try:
        parsed = _kept(query) if len(query) <= KEPT_LENGTH else _parsed(query)
        refuse_unkept_variables(parsed, variables or {})
        return Measured(parsed, shape_of(parsed, variables or {}))
    except RecursionError:
        raise too_costly("query_depth", limit=DEPTH) from None


def document(query: str, operation: str | None = None, variables: Mapping[str, Any] | None = None) -> DocumentNode:
    """The parsed query, within all limits. Raises as `measured` and `Measured.check` do."""
    found = measured(query, variables)
    found.check(operation)
    return found.document


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
