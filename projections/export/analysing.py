"""The verbs that analyse a research project. Each prints what the field of its name under `research { analyses }` gives.

Whoever works on the command line looks as a researcher of that project would: under pseudonyms, of enough people, written into the access
log.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.model.roles import Reach
from projections.export import plots, sheets
from projections.export.tending import opened
from projections.export.terminal import Verb, Verbs, language, looking, show
from projections.research.sequences import ALPHABET
from projections.views import analysed as a
from projections.views.analyses import COSTS, EVENTS, MEASURES, Analyses
from projections.views.scope import Scope
from projections.views.sequenced import HOLDERS, ReadBy

PHASE = click.Choice([phase.lower() for phase in ALPHABET])


@click.group("analyse", cls=Verbs)
def analyse() -> None:
    """Analyse a research project: all its relationships together, by weeks since the start of each.

    Of fewer people than a project is told of, no row is."""


def _options(verb: Callable[..., None]) -> Callable[..., None]:
    """What every analysis takes."""
    for option in reversed((
        click.option("--project", metavar="ID", required=True, help="The research project."),
        click.option("--lens", metavar="NAME", help="Read with this lens (`name`, `name@version`); else its first, or `evidence`."),
        click.option("--holder", type=click.Choice(HOLDERS), help="Whose reading; else pooled. gives and receives: a side."),
        click.option("--step", type=int, default=1, show_default=True, metavar="WEEKS", help="Weeks between two points."),
        click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Draw it into this file too."),
    )):  # fmt: skip
        verb = option(verb)
    return verb


@contextmanager
def _analyses(project: str) -> Iterator[tuple[Analyses, Scope]]:
    with opened() as organisation, looking():
        organisation.runner.catch_up()
        yield organisation.analyses, Scope(organisation.store.organisation, "researcher", Reach(project=project))


def _told(found: a.Analysis, project: str, svg: Path | None) -> None:
    if svg is not None:
        svg.write_text(plots.drawn(found, project, language()), encoding="utf-8")
    show(found, lambda spoken: sheets.shown(found, project, spoken))


@analyse.command("states", cls=Verb)
@_options
def states(project: str, svg: Path | None, **reading: Any) -> None:
    """How relationships stood week by week, and how long in each phase."""
    with _analyses(project) as (asked, scope):
        found = asked.states(scope, ReadBy(**reading))
    _told(found, project, svg)


@analyse.command("transitions", cls=Verb)
@_options
def transitions(project: str, svg: Path | None, **reading: Any) -> None:
    """What follows on what."""
    with _analyses(project) as (asked, scope):
        found = asked.transitions(scope, ReadBy(**reading))
    _told(found, project, svg)


@analyse.command("indicators", cls=Verb)
@_options
def indicators(project: str, svg: Path | None, **reading: Any) -> None:
    """How much happened: entropy, turbulence, complexity."""
    with _analyses(project) as (asked, scope):
        found = asked.indicators(scope, ReadBy(**reading))
    _told(found, project, svg)


@analyse.command("typical", cls=Verb)
@click.option("--groups", type=int, default=4, show_default=True, help="How many groups.")
@click.option("--weeks", type=int, default=52, show_default=True, help="How many weeks of each are compared.")
@click.option(
    "--measure",
    type=click.Choice(MEASURES, case_sensitive=False),
    default="optimal_matching",
    show_default=True,
    help="How unlike two are.",
)
@click.option(
    "--costs",
    type=click.Choice(COSTS, case_sensitive=False),
    default="constant",
    show_default=True,
    help="What it costs to put one phase for another.",
)
@click.option("--substitution", metavar="JSON", help="Own costs: five rows of five, for " + ", ".join(PHASE.choices) + ".")
@click.option("--indel", type=float, help="What it costs to put in or leave out; else half of the highest of the others.")
@_options
def typical(
    project: str,
    svg: Path | None,
    groups: int,
    weeks: int,
    measure: str,
    costs: str,
    substitution: str | None,
    indel: float | None,
    **reading: Any,
) -> None:
    """Groups that went alike, and a typical trajectory of each.

    Of the first weeks of those that were followed for so long, or had ended before."""
    try:
        own = None if substitution is None else msgspec.json.decode(substitution, type=list[list[float]])
    except msgspec.DecodeError:
        raise click.UsageError("--substitution is five rows of five numbers, as JSON.") from None
    with _analyses(project) as (asked, scope):
        found = asked.typical(scope, ReadBy(**reading), groups, weeks, measure, costs, own, indel)
    _told(found, project, svg)


@analyse.command("time-to", cls=Verb)
@click.argument("phase", type=PHASE)
@_options
def time_to(phase: str, project: str, svg: Path | None, **reading: Any) -> None:
    """How long it takes to come to a phase, though many were followed for less.

    Of those that did not begin in it."""
    with _analyses(project) as (asked, scope):
        found = asked.time_to(scope, ReadBy(**reading), phase.upper())
    _told(found, project, svg)


@analyse.command("around", cls=Verb)
@click.argument("event", type=click.Choice(EVENTS))
@click.option("--reach", type=int, default=13, show_default=True, help="How many points before and after it.")
@_options
def around_event(event: str, reach: int, project: str, svg: Path | None, **reading: Any) -> None:
    """How relationships stood before and after something happened."""
    with _analyses(project) as (asked, scope):
        found = asked.around(scope, ReadBy(**reading), event, reach)
    _told(found, project, svg)


@analyse.command("compare", cls=Verb)
@click.option("--other-lens", metavar="NAME", help="The lens of the other reading; else its first, or `evidence`.")
@click.option("--other-holder", type=click.Choice(HOLDERS), help="Whose the other reading is; else pooled.")
@_options
def compare(project: str, svg: Path | None, other_lens: str | None, other_holder: str | None, **reading: Any) -> None:
    """Two readings beside each other: how often they agree, and about what they do not."""
    with _analyses(project) as (asked, scope):
        one = ReadBy(**reading)
        found = asked.compare(scope, one, ReadBy(other_lens, other_holder, one.step))
    _told(found, project, svg)
