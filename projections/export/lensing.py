"""The verbs for lenses: which there are, trying one before it is published, publishing it, and how much hangs on its numbers."""

import uuid

import click
import msgspec

from domain.model.errors import Refused
from domain.model.lens import Definition, from_yaml, whole
from domain.model.time import iso_day
from domain.store.staging import Line
from projections.export import lens_tables, tables
from projections.export.asking import questions
from projections.export.tending import Organisation, opened
from projections.export.terminal import BY, Verb, Verbs, show, watched
from projections.runner import Overtaken
from projections.views import answers, trials
from projections.views.trials import MOST

_seed = click.option("--seed", type=int, default=1, show_default=True, help="What chance goes by: the same seed has the same answer.")
_sample = click.option("--sample", type=int, default=200, show_default=True, help=f"On how many relationships at the most, 1 to {MOST}.")


@click.group("lens", cls=Verbs)
def lens() -> None:
    """List, try and publish lenses."""


@lens.command("list", cls=Verb)
def list_lenses() -> None:
    """List the lenses there are."""
    with questions() as asked:
        found = asked.lenses()
    show(found, lambda language: tables.lenses(found, language))


@lens.command("try", cls=Verb)
@click.argument("file")
@click.option("--beside", metavar="NAME", help="The lens to lay beside it (`name` or `name@version`); else `evidence`.")
@_sample
@_seed
def try_lens(file: str, beside: str | None, sample: int, seed: int) -> None:
    """Try a lens from a YAML file on the histories there are.

    It is laid beside one that is published: on how much they agree, and which moves only one of them sees. Nothing is kept."""
    definition = _read(file)
    with questions() as asked, asked.snapshot() as snapshot:
        found = trials.trial(snapshot, definition, beside, sample, seed)
    show(found, lambda language: lens_tables.trial(found, language))


@lens.command("add", cls=Verb)
@click.argument("file")
def add_lens(file: str) -> None:
    """Publish a lens from a YAML file.

    A version, once published, is never changed. All histories are read anew with it."""
    definition = _read(file)
    with opened(new=True) as organisation, watched() as progress:
        envelope = {
            "specversion": "1.0",
            "id": uuid.uuid4().hex,
            "source": "urn:tussenruimte:command-line",
            "type": "tussenruimte.lens_published.v1",
            "subject": f"lens/{definition.name}",
            "occurred": iso_day(organisation.store.clock()),
            "data": {"version": definition.version, "definition": whole(definition)},
        }
        found = _published(organisation, definition)
        already = found is not None and found.definition == whole(definition)
        if not already:
            outcome = organisation.store.recording.record([(Line(file, 1), msgspec.json.encode(envelope))], recorded_by=BY)
            for line in outcome.refused:
                raise Refused(line.refusal)
            try:
                organisation.runner.rebuild(lambda done, of: progress("read anew", done, of))
            except Overtaken:
                organisation.runner.catch_up()
            found = _published(organisation, definition)
        assert found is not None
    show(found, lambda _: f"{'published before' if already else 'published'}: {found.name}@{found.version}")


def _published(organisation: Organisation, definition: Definition) -> answers.Lens | None:
    names = (definition.name, definition.version)
    return next((one for one in organisation.questions.lenses() if (one.name, one.version) == names), None)


@lens.command("sensitivity", cls=Verb)
@click.argument("name")
@click.option("--spread", type=float, default=0.25, show_default=True, help="How far numbers are moved, as a share of each: up to 1.")
@click.option("--draws", type=int, default=50, show_default=True, help="How often all are moved at once, by chance.")
@_sample
@_seed
def sensitivity(name: str, spread: float, draws: int, sample: int, seed: int) -> None:
    """Say how much hangs on the weights of a lens, its half-life and its thresholds.

    They are moved, all at once by chance and one by one, and all is read again. NAME may be `name@version`."""
    with questions() as asked, asked.snapshot() as snapshot:
        found = trials.sensitivity(snapshot, name, spread, draws, sample, seed)
    show(found, lambda language: lens_tables.sensitivity(found, language))


def _read(file: str) -> Definition:
    with click.open_file(file, "rb") as source:
        return from_yaml(source.read())
