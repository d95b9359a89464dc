"""What an organisation sets for itself: when something asks for a look, and where its days begin. Administrators set it."""

from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET

from api.arguments import given
from api.context import Context, Info, thread
from api.fields import field
from api.scalars import AttentionKind
from domain.model import attention
from domain.model.attention import Choices
from domain.store.accesses import viewer
from projections.export.objects import of_choices

Kept = strawberry.Parent[Choices]


@strawberry.type(description="Whether something asks for a look, and when.")
class Preset:
    kind: AttentionKind = field("What asks.")
    on: bool = field("Whether it does.")
    days: int | None = field(
        "After how many days without a check-in, after how many of tension, or how many days before a term ends; none where it has none."
    )
    times: int | None = field("Of `LONG_SILENCE`: for how many times their own rhythm they have not met; else none.")


def _time_zone(choices: Kept) -> str:
    return choices.time_zone


def _presets(choices: Kept, info: Info) -> list[Preset]:
    if not info.context.scope.may("manage"):
        info.context.scope.need("look")
    return [_shown(one) for one in of_choices(choices)["presets"]]


def _shown(told: dict[str, Any]) -> Preset:
    return Preset(**{**told, "kind": AttentionKind(told["kind"])})


@strawberry.type(description="What an organisation sets for itself.")
class Settings:
    time_zone: str = field("Where its days begin, an IANA name: `Europe/Amsterdam`.", _time_zone)
    presets: list[Preset] = field("What asks for a look, for whoever looks at contacts or sets it.", _presets)


Kind = Annotated[AttentionKind, strawberry.argument(description="What asks.")]
On = Annotated[bool, strawberry.argument(description="Whether it does.")]
Number = Annotated[
    int | None,
    strawberry.argument(description="Its `days`, 1 to 3650, or `times`, 1 to 100; without it, the number from before."),
]
Name = Annotated[str, strawberry.argument(description="An IANA name.")]


async def settings(info: Info) -> Choices:
    """For whoever is signed in."""
    _ = info.context.scope
    return await thread(info.context.organisation.settings.choices)


async def set_preset(info: Info, kind: Kind, on: On, number: Number = UNSET) -> Choices:
    info.context.scope.need("manage")
    named = cast("attention.AttentionKind", kind.value.lower())
    return await thread(_preset_set, info.context, named, on, given(number))


def _preset_set(context: Context, kind: attention.AttentionKind, on: bool, number: int | None) -> Choices:
    own = context.organisation.settings
    own.choose_preset(kind, on, number, viewer())
    return own.choices()


async def set_time_zone(info: Info, name: Name) -> Choices:
    info.context.scope.need("manage")
    return await thread(_time_zone_set, info.context, name)


def _time_zone_set(context: Context, name: str) -> Choices:
    own = context.organisation.settings
    own.choose_time_zone(name, viewer())
    return own.choices()
