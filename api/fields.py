"""How a field of the schema is written: what it means first, then, where it is not simply an attribute, how it is found.

The types of the schema only describe; what is behind them are the answer structs of the read models, whose attributes have
the same names.
"""

from collections.abc import Callable, Sequence
from typing import Any

import strawberry
from strawberry.extensions.field_extension import FieldExtension


def field(
    description: str, resolver: Callable[..., Any] | None = None, name: str | None = None, extensions: Sequence[FieldExtension] = ()
) -> Any:
    described = strawberry.field(description=description, name=name, extensions=list(extensions))
    return described(resolver) if resolver else described


def feed(description: str, resolver: Callable[..., Any]) -> Any:
    """A field of the subscription."""
    return strawberry.subscription(description=description)(resolver)


def need(description: str) -> Any:
    """A field of an input that may not."""
    return strawberry.field(description=description)


def wish(description: str, name: str | None = None) -> Any:
    """A field of an input that may be left out."""
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)
