"""Measures, and what their answers come to on a scale. A score is worked out when it is asked for, and sets no reading."""

from typing import Annotated

import strawberry

from api.context import Context, Info, question, thread
from api.fields import field
from api.scalars import EDTF
from domain.model import scale as model
from domain.model.errors import Language
from domain.store.accesses import viewer
from domain.store.own_scales import OwnScales
from projections.scales.scoring import own_scale, scales_with
from projections.views.research import Research
from projections.views.scope import Scope

MEASURED = ("instrument", "version", "mode", "scale", "scores", "outside", "missing", "unknown")
"""The fields that show something of what somebody said."""


@strawberry.type(description="A score on a scale.")
class Score:
    name: str = field("Its name in the scale.")
    value: float | None = field("What it comes to; none where an answer it needs is missing or outside its bounds.")


@strawberry.type(description="Something that was measured, as it comes out on a scale. No lens takes it.")
class Measure:
    instrument: str = field("What was taken; where that cannot be shown, why: `sealed`, `erased` or `damaged`.")
    version: str | None = field("In which version.")
    holder: str | None = field("Who answered: a handle, `coordinator`, `group` or `observer`; none where not said.")
    occurred: EDTF = field("When.")
    mode: str | None = field("How it was taken: `self`, `read_aloud` or `phone`; none where it cannot be shown.")
    scale: str | None = field("The scale it is scored by, as `name@version`; none where there is none of that name and version.")
    scores: list[Score] = field("Its scores.")
    outside: list[str] = field("The answers that lie outside what the scale allows.")
    missing: list[str] = field("The answers that are missing.")
    unknown: list[str] = field("The answers that the scale does not know.")


@strawberry.type(description="An answer that a scale has.")
class ScaleItem:
    name: str = field("Its name among the answers of a measure.")
    least: float = field("The least it may be.")
    most: float = field("The most it may be.")
    whole: bool = field("Whether it is a whole number.")


@strawberry.type(description="What a scale makes of answers.")
class ScaleScore:
    name: str = field("Its name.")
    by: str = field("The formula: `mean`, `sum` or `griffin`.")
    of: list[str] = field("The answers it is made of.")


@strawberry.type(description="How the answers of a measure come to scores. A version is never changed, and no score sets a reading.")
class Scale:
    name: str = field("Its name, which a measure gives as its instrument.")
    version: str = field("Its version; a measure that gives none is scored by the newest.")
    title: str = field("What it is called, in the language of whoever asks.")
    source: str = field("Where it comes from.")
    items: list[ScaleItem] = field("The answers it has.")
    scores: list[ScaleScore] = field("What they come to.")


ScaleDefinition = Annotated[str, strawberry.argument(description="The scale, as YAML.")]


async def all_scales(info: Info) -> list[Scale]:
    own = await question(info.context.questions.scales)
    return [_shown(one, info.context.language) for one in scales_with(own)]


async def scales_in(info: Info) -> list[Scale]:
    return await question(_asked_in, info.context.organisation.research, info.context.scope, info.context.language)


def _asked_in(research: Research, scope: Scope, language: Language) -> list[Scale]:
    with research.opened(scope) as (snapshot, _):
        return [_shown(one, language) for one in scales_with(snapshot.scales())]


async def publish_scale(info: Info, definition: ScaleDefinition) -> Scale:
    info.context.scope.need("manage")
    return await thread(_published, info.context, definition)


def _published(context: Context, definition: str) -> Scale:
    read = own_scale(definition.encode())
    store = context.organisation.store
    OwnScales(store.database, store.accesses).publish(read, viewer())
    return _shown(read, context.language)


def _shown(scale: model.Scale, language: Language) -> Scale:
    items = [ScaleItem(name=name, least=one.least, most=one.most, whole=one.whole) for name, one in scale.items.items()]
    scores = [ScaleScore(name=name, by=one.by, of=list(one.of)) for name, one in scale.scores.items()]
    of = {"name": scale.name, "version": scale.version, "source": scale.source}
    return Scale(**of, title=scale.title[language], items=items, scores=scores)
