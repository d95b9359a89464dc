"""What no text can hold, and no number: refused where a question comes in, before any database is asked with it.

No id, name or note can have such a text in it either, so nothing that was recorded is out of reach. What is recorded itself is judged
event by event where it is taken in, and told by its place there.
"""

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType, TokenKind

from domain.model.errors import bad

DIGITS = 4_300
"""Digits of the longest whole number that Python reads from a text."""
TEXTS = (TokenKind.STRING, TokenKind.BLOCK_STRING)


def refuse_unkept(field: str, given: object) -> None:
    """Refuse what no text can hold, however deep it stands in what was given. Raises `Refused`."""
    rest = [(field, given)]
    while rest:
        where, value = rest.pop()
        if isinstance(value, str):
            if "\0" in value:
                raise bad("nul", where)
            try:
                value.encode()
            except UnicodeEncodeError:
                raise bad("half_character", where) from None
        elif isinstance(value, dict):
            rest += ((where, name) for name in value)
            rest += ((f"{where}.{name}", held) for name, held in value.items())
        elif isinstance(value, list):
            rest += ((where, held) for held in value)


def refuse_unkept_variables(parsed: DocumentNode, variables: Mapping[str, Any]) -> None:
    """The same of all variables; of those of a mutation that are no text by themselves the events tell. Raises `Refused`."""
    operations = [one.operation for one in parsed.definitions if isinstance(one, OperationDefinitionNode)]
    records = all(one is OperationType.MUTATION for one in operations)
    for name, value in variables.items():
        if isinstance(value, str) or not records:
            refuse_unkept(f"${name}", value)


def refuse_unkept_literals(parsed: DocumentNode) -> None:
    """The same of what stands in the query itself, and of numbers too long to be read. Raises `GraphQLError`."""
    token = parsed.loc.start_token if parsed.loc else None
    while token is not None:
        said = token.value or ""
        if token.kind in TEXTS and "\0" in said:
            raise _at(parsed, token.start, "A text holds a NUL character, which cannot be kept.")
        if token.kind is TokenKind.INT and len(said) > DIGITS:
            raise _at(parsed, token.start, f"A number has more than {DIGITS} digits.")
        token = token.next


def _at(parsed: DocumentNode, position: int, wrong: str) -> GraphQLError:
    assert parsed.loc is not None
    return GraphQLError(wrong, source=parsed.loc.source, positions=[position])
