"""Answers that the database wrote: what is asked of a page goes down into its SQL, and the JSON that comes back is sent as it is.

A resolver gives a `Pushable`. Here is looked at what is asked of it: if the views can write all of that, GraphQL never walks through the
answer; if not, it does so as everywhere else, for the whole of it. Over a connection, whose answers are written by its own library,
everything is asked the plain way.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from graphql import GraphQLObjectType, GraphQLResolveInfo, get_argument_values, get_named_type
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from msgspec import Raw
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from projections.views.pushed import OBJECTS, TYPENAME, Chosen


class Pushable(NamedTuple):
    """An object in two ways: `plain` for GraphQL to walk through, and `ready` as JSON with the fields chosen, or None where it cannot."""

    plain: Callable[[], Awaitable[Any]]
    ready: Callable[[tuple[Chosen, ...]], Awaitable[bytes | None]]


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Executes as the library has it, but for what is `Pushable`."""

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if isinstance(result, Pushable):
            return self._pushed(return_type, field_details_list, info, path, result, position_context)
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)

    async def _pushed(
        self,
        of: GraphQLObjectType,
        details: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        asked: Pushable,
        position: Any,
    ) -> Any:
        chosen = None if self.context_value.lasting else self._chosen(of, details)
        if chosen is not None and (ready := await asked.ready(chosen)) is not None:
            return Raw(ready)
        completed = super().complete_object_value(of, details, info, path, await asked.plain(), position)
        return await completed if self.is_awaitable(completed) else completed

    def _chosen(self, of: GraphQLObjectType, details: FieldDetailsList) -> tuple[Chosen, ...] | None:
        """What is asked of an object, fragments and directives worked in; None where not all of it can be written by the database."""
        fields, found = OBJECTS[of.name], []
        for key, asked in self.collect_subfields(of, details).grouped_field_set.items():
            name, inner = asked[0].node.name.value, None
            if name == TYPENAME:
                found.append(Chosen(key, name))
                continue
            if name not in fields:
                return None
            given = get_argument_values(of.fields[name], asked[0].node, self.variable_values, asked[0].fragment_variable_values)
            if any(value is not None for value in given.values()):
                return None
            if fields[name] is not None:
                inner = self._chosen(get_named_type(of.fields[name].type), asked)
                if inner is None:
                    return None
            found.append(Chosen(key, name, inner or ()))
        return tuple(found)
