"""What is asked of an object, further down in the query: what nobody asks to see is not opened, and leaves no entry in the access log."""

from collections.abc import Iterator, Mapping

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from api.context import Info
from domain.store.mapper import NOTHING, Opens

CONTENT = ("data", "amended", "told")
"""The fields of an event in which something sealed may stand."""


def opens(info: Info, *names: str, deep: bool = False, only: Opens | None = None) -> Opens | None:
    """What is to be opened for a field: `only` where one of these fields is asked of its object, nothing where none is. `deep`: of whatever
    the object holds too. Where a directive may yet leave them out they count as asked."""
    return only if asks(info, *names, deep=deep) else NOTHING


def asks(info: Info, *names: str, deep: bool = False) -> bool:
    """Whether one of these fields is asked of the object of a field, or `deep` of whatever that holds."""
    nodes = info._raw_info.field_nodes
    key = (id(nodes[0]), names)
    asked = info.context.selected
    if key not in asked:
        fragments = info._raw_info.fragments
        asked[key] = any(_asks(node.selection_set, fragments, names, deep) for node in nodes)
    return asked[key]


def contents(info: Info) -> Opens | None:
    """The same for a field that gives events."""
    return opens(info, *CONTENT, deep=True)


Fragments = Mapping[str, FragmentDefinitionNode]


def _asks(selected: SelectionSetNode | None, fragments: Fragments, names: tuple[str, ...], deep: bool) -> bool:
    return selected is not None and any(
        field.name.value in names or (deep and _asks(field.selection_set, fragments, names, deep)) for field in _fields(selected, fragments)
    )


def _fields(selected: SelectionSetNode, fragments: Fragments) -> Iterator[FieldNode]:
    for one in selected.selections:
        match one:
            case FieldNode():
                yield one
            case InlineFragmentNode():
                yield from _fields(one.selection_set, fragments)
            case FragmentSpreadNode():
                yield from _fields(fragments[one.name.value].selection_set, fragments)
