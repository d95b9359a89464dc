"""The verbs for scales: which there are, and publishing one."""

import click
from rich.console import RenderableType

from domain.model.errors import Language
from domain.model.scale import Scale
from domain.store.own_scales import OwnScales
from projections.export.asking import questions
from projections.export.tables import headed
from projections.export.tending import opened
from projections.export.terminal import Verb, Verbs, acting, show
from projections.export.vocabulary import plain
from projections.scales.scoring import own_scale, scales_with


@click.group("scale", cls=Verbs)
def scale() -> None:
    """List and publish scales of measures."""


@scale.command("list", cls=Verb)
def list_scales() -> None:
    """List the scales there are."""
    with questions() as asked:
        found = scales_with(asked.scales())
    show(found, lambda language: _table(found, language))


@scale.command("add", cls=Verb)
@click.argument("file")
def add_scale(file: str) -> None:
    """Publish a scale from a YAML file.

    A version, once published, is never changed. Measures whose instrument has its name come to scores on it."""
    with click.open_file(file, "rb") as source:
        read = own_scale(source.read())
    with opened(new=True) as organisation:
        now = OwnScales(organisation.store.database, organisation.store.accesses).publish(read, acting())
    show(read, lambda _: f"{'published' if now else 'published before'}: {read.name}@{read.version}")


def _table(found: list[Scale], language: Language) -> RenderableType:
    table = headed(language, "scale", "version", "description", "score")
    for one in found:
        table.add_row(one.name, one.version, plain(one.title[language]), plain(", ".join(one.scores)))
    return table
