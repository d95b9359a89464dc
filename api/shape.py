"""The size and shape of a query, measured before anything of it is validated or asked.

Fragments count as often as they are used, so that a short text cannot hide a long question. What it costs is one number: each of its fields
as often as it stands in rows, and more for what is read off the events of a relationship.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

PAGES = {"relationships": 50, "initiatives": 50, "events": 100, "moves": 100, "attention": 50, "accessLog": 100}
"""The fields that give a page, and how many rows where nothing else is asked."""
LISTS = {"moves": 30, "members": 30}
"""The lists from which one comes back to relationships, and how many entries they are taken to have within one another."""
SPANS = ("members", "terms", "agreements", "reversals", "openings", "tensions")
READ = frozenset({"reading", "trajectory", "room", "history", "moves", "measures", "codes", *SPANS})
"""What is read off a relationship's events counts as two rows."""
READ_COST = 10
"""And costs so much more than another field."""
DEAR = {"tryLens": 20_000, "sensitivity": 20_000, "agreement": 20_000, "releases": 10_000, "handed": 10_000}
"""What reads many histories many times over costs so much more."""
WHOLE = {"analyses": 7_500}
"""The fields in which every other reads a whole project, and how much more each of these costs, however little of it is told."""
COLUMNS = {"census": 500, "analyses": 300}
"""The fields in which every other is a column of a table, and how many rows it is taken to have."""


class Shape(NamedTuple):
    """What a part of a query comes to.

    `breadth`: fields in the one selection set that has most; `fields`: all of them; `rows`: what its pages come to."""

    depth: int = 0
    breadth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    rows: int = 0
    cost: int = 0

    @classmethod
    def largest(cls, parts: Iterable["Shape"]) -> "Shape":
        """In each respect that of the part which has most; nothing of no parts."""
        return cls(*(max(of) for of in zip(cls(), *parts, strict=True)))


class _Set(NamedTuple):
    """What stands in a selection set, with its fragments worked in. `here`: how many fields stand in it itself."""

    here: int = 0
    shape: Shape = Shape()


def shape_of(parsed: DocumentNode, variables: Mapping[str, Any]) -> Shape:
    """That of whichever of its operations has most. Raises `RecursionError` where it goes too deep to be measured."""
    fragments = {one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)}
    operations = [one for one in parsed.definitions if isinstance(one, OperationDefinitionNode)]
    return Shape.largest(_Operation(one, fragments, variables).shape() for one in operations)


class _Operation:
    """Measures an operation, every fragment once, however often it is used."""

    def __init__(
        self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self._operation = operation
        self._fragments = fragments
        self._variables = variables
        self._defaults = {one.variable.name.value: one.default_value for one in operation.variable_definitions or ()}
        self._measured: dict[tuple[str, bool], _Set] = {}

    def shape(self) -> Shape:
        found = self._of(self._operation.selection_set, False).shape
        own = [
            *(self._operation.directives or ()),
            *(d for one in self._operation.variable_definitions or () for d in one.directives or ()),
        ]
        return found._replace(directives=found.directives + len(own))

    def _of(self, selected: SelectionSetNode, listed: bool) -> _Set:
        """`listed`: within one of `LISTS`."""
        here = depth = breadth = fields = aliases = directives = rows = cost = 0
        for selection in selected.selections:
            within, inner = self._of_selection(selection, listed)
            here += within
            depth, breadth = max(depth, inner.depth), max(breadth, inner.breadth)
            fields, aliases = fields + inner.fields, aliases + inner.aliases
            directives += inner.directives + len(selection.directives or ())
            rows, cost = rows + inner.rows, cost + inner.cost
        return _Set(here, Shape(depth, max(breadth, here), fields, aliases, directives, rows, cost))

    def _of_selection(self, selection: SelectionNode, listed: bool) -> _Set:
        match selection:
            case FieldNode():
                return _Set(1, self._of_field(selection, listed))
            case InlineFragmentNode():
                return self._of(selection.selection_set, listed)
            case FragmentSpreadNode():
                return self._of_fragment(selection.name.value, listed)
            case _:
                return _Set()

    def _of_field(self, field: FieldNode, listed: bool) -> Shape:
        name, page = field.name.value, field.name.value in PAGES and _is_page(field)
        a_list = name in LISTS and not page
        here, inner = self._of(field.selection_set, listed or a_list) if field.selection_set else _Set()
        # What the schema says of itself has its own bound in validation, and tools ask for it deeply.
        depth = 0 if name.startswith("__") else 1 + inner.depth
        read = name in READ and not page
        rows, cost = inner.rows + 2 * read, inner.cost
        if page:
            size = self._size(field)
            rows, cost = size * (1 + rows), size * cost
        elif a_list and listed:
            rows, cost = LISTS[name] * rows, LISTS[name] * cost
        cost = cost * COLUMNS.get(name, 1) + 1 + READ_COST * read + DEAR.get(name, 0) + WHOLE.get(name, 0) * here
        return Shape(depth, inner.breadth, 1 + inner.fields, inner.aliases + (field.alias is not None), inner.directives, rows, cost)

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

    def _of_fragment(self, name: str, listed: bool) -> _Set:
        """A fragment that is unknown or spreads itself counts as nothing: validation refuses it."""
        key = (name, listed)
        if key not in self._measured:
            self._measured[key] = _Set()
            if (fragment := self._fragments.get(name)) is not None:
                here, found = self._of(fragment.selection_set, listed)
                own = found.directives + len(fragment.directives or ())
                self._measured[key] = _Set(here, found._replace(directives=own))
        return self._measured[key]


def _is_page(field: FieldNode) -> bool:
    """A page has nodes or edges, which a list of the same name has not; what a fragment asks of it is not looked at."""
    asked = field.selection_set.selections if field.selection_set else ()
    return any(not isinstance(one, FieldNode) or one.name.value in ("nodes", "edges") for one in asked)
