"""The command line's manners: what can be said with every verb, how answers are printed, how refusals and progress are told.

Answers go to standard output, everything else to standard error. Colours are for terminals only; nothing depends on them.
"""

import os
import pwd
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import msgspec
from eventsourcing.persistence import PersistenceError
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from domain.model.errors import Language, Refused, bad
from domain.model.words import ID_FORM
from domain.store.accesses import Viewer, on_behalf, viewed_by
from domain.store.checks import Unusable
from domain.store.keys import KeyStoreError, RootKeyError
from domain.store.mapper import Unreadable
from projections.export import objects
from projections.runner import Overtaken

ACTOR = "TUSSENRUIMTE_ACTOR"
BY = "system/command-line"
"""Who records what is recorded from here."""
NARROW, WIDE, PIPED = 80, 120, 100
"""Columns: the least and the most that are used, and how many where no terminal says."""
TOLD = (Unusable, Unreadable, Overtaken, KeyStoreError, RootKeyError, PersistenceError, sqlite3.Error, OSError)
"""What may be wrong with events, files and keys, and is told in a sentence."""


class Verb(click.Command):
    """A verb, with the options that every verb takes."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.params += _shared()


class Verbs(click.Group):
    """Verbs, with the options that every verb takes before it too."""

    command_class = Verb
    group_class = type

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.params += _shared()

    def list_commands(self, context: click.Context) -> list[str]:
        """In the order in which one comes to need them."""
        return list(self.commands)

    def invoke(self, context: click.Context) -> Any:
        # Made here, so that what is said after the verb holds for what is told of it too.
        context.ensure_object(dict)
        try:
            return super().invoke(context)
        except Refused as error:
            raise click.ClickException(error.refusal.text(language())) from None
        except BrokenPipeError:
            raise
        except TOLD as error:
            raise click.ClickException(told(error)) from None


def told(error: Exception) -> str:
    """What went wrong with a file or a key, in a sentence."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _shared() -> list[click.Parameter]:
    return [
        click.Option(
            ["--database"], metavar="URL", expose_value=False, callback=_keep,
            help="The events; else TUSSENRUIMTE_DATABASE_URL, else sqlite:///tussenruimte.db.",
        ),
        click.Option(["--organisation"], metavar="NAME", expose_value=False, callback=_keep, help="Whose events; else `default`."),
        click.Option(
            ["--language"], type=click.Choice(["en", "nl"]), expose_value=False, callback=_keep,
            help="Of rules and stories; else Dutch where LANG is, else English.",
        ),
        click.Option(
            ["--on-behalf-of"], metavar="WHO", expose_value=False, callback=_keep,
            help="For whom you look: coordinator/<id>, researcher/<id> or system/<name>; the access log keeps it.",
        ),
        click.Option(["--json", "json"], is_flag=True, expose_value=False, callback=_keep, help="Print JSON."),
    ]  # fmt: skip


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value:
        context.ensure_object(dict)[parameter.name] = value


def said(name: str) -> Any:
    """What was said with one of the options of every verb; None where it was not."""
    return click.get_current_context().ensure_object(dict).get(name)


@contextmanager
def looking() -> Iterator[None]:
    """Whoever runs this looks, for the access log. Raises `Refused`."""
    with viewed_by(acting()):
        yield


def acting() -> Viewer:
    """Who works here, for the access log. Raises `Refused` or `Unusable`."""
    return Viewer(f"command-line/{_actor()}", "operator", on_behalf(said("on_behalf_of"), "--on-behalf-of"))


def _actor() -> str:
    """As they are named, else as the system calls them; a number where it has no name for them."""
    if named := os.environ.get(ACTOR):
        if not re.fullmatch(ID_FORM, named):
            raise Unusable(f"{ACTOR}: {bad('wrong_id', 'actor').refusal.text(language())}")
        return named
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def language() -> Language:
    return "nl" if (said("language") or os.environ.get("LANG", "")).startswith("nl") else "en"


def show(answer: Any, shown: Callable[[Language], RenderableType | str]) -> None:
    """Print an answer: as JSON where that was asked, else as `shown` shows it."""
    if said("json"):
        click.echo(msgspec.json.encode(objects.of(answer)))
    else:
        console = Console(width=width(), markup=False, highlight=False, emoji=False)
        with console.capture() as captured:
            console.print(shown(language()))
        lines = captured.get().splitlines()
        click.echo("\n".join(lines if console.is_terminal else map(str.rstrip, lines)), color=True)


def width() -> int:
    return max(NARROW, min(WIDE, shutil.get_terminal_size((PIPED, 24)).columns))


def warn(text: str) -> None:
    click.echo(text, err=True)


@contextmanager
def watched() -> Iterator[Callable[[str, int, int | None], None]]:
    """Tell of long work how far each step is (done, in all), where a terminal watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        steps: dict[str, TaskID] = {}

        def progress(step: str, done: int, whole: int | None) -> None:
            if step not in steps:
                steps[step] = bars.add_task(step, total=whole)
            bars.update(steps[step], completed=done, total=whole)

        yield progress
