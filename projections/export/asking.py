"""The verbs that ask. Each prints what the field of its name in the public schema gives.

The front door leaves in the context how the questions of the organisation are opened, so that nothing here knows of files.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from domain.model.errors import missing
from projections.export import objects, story, tables
from projections.export.terminal import Verb, said, show, width
from projections.views.answers import NO_ROOM
from projections.views.attention_pages import AttentionFilter
from projections.views.filters import MoveFilter, RelationshipFilter
from projections.views.questions import Questions

QUESTIONS = "tussenruimte.questions"
"""Where the context holds how questions are opened."""
PHASES = ("unobserved", "help", "friendship", "ambiguity", "ended")

_lens = click.option("--lens", metavar="NAME", help="Read with this lens (`name` or `name@version`); else `evidence`.")
_holder = click.option("--holder", metavar="WHO", help="Whose reading: a handle, coordinator, group or observer; else pooled.")
_known_at = click.option("--known-at", metavar="INSTANT", help="As it was known then: a day or an RFC 3339 instant; else as known now.")
_first = click.option("--first", type=int, default=50, show_default=True, help="How many at most, 1 to 1000.")
_after = click.option("--after", metavar="CURSOR", help="Go on where a page ended.")
_id = click.argument("relationship", metavar="ID")


@contextmanager
def questions() -> Iterator[Questions]:
    with click.get_current_context().meta[QUESTIONS]() as opened:
        yield opened


def _moment(asked: Questions, text: str | None, field: str) -> int | None:
    return None if text is None else asked.asked(text, field)


def _known(asked: Questions, id: str) -> str:
    """The id, if there is such a relationship."""
    if not asked.relationships([id]):
        raise missing("unknown_relationship", "id", id=id)
    return id


@click.command("list", cls=Verb)
@click.option("--initiative", metavar="ID", help="Only of this initiative.")
@click.option("--phase", type=click.Choice(PHASES), help="Only those whose pooled reading has this phase.")
@click.option("--at", metavar="INSTANT", help="The instant of that reading; else now.")
@_lens
@click.option("--running/--ended", default=None, help="Only those that go on, or only those that ended.")
@click.option("--participant", metavar="ID", help="Only those with this participant.")
@_first
@_after
def list_relationships(
    initiative: str | None,
    phase: str | None,
    at: str | None,
    lens: str | None,
    running: bool | None,
    participant: str | None,
    first: int,
    after: str | None,
) -> None:
    """List relationships, the latest first."""
    with questions() as asked:
        wanted = RelationshipFilter(
            initiative=initiative, phase=phase, at=_moment(asked, at, "at"), lens=lens, participant=participant, running=running
        )
        page = asked.relationship_page(first, after, wanted)
    show(page, lambda language: tables.relationships(page, language))


@click.command("story", cls=Verb)
@_id
@click.option("--lens", metavar="NAME", help="Only this lens; else both that are shipped.")
@click.option("--holder", metavar="WHO", help="Only this holder; else everybody who has a view, and pooled.")
@_known_at
def tell_story(relationship: str, lens: str | None, holder: str | None, known_at: str | None) -> None:
    """Tell how a relationship went, and how it reads."""
    with questions() as asked:
        found = story.gather(asked, relationship, lens, holder, _moment(asked, known_at, "knownAt"))
    show(objects.of_story(found) if said("json") else found, lambda language: story.shown(found, width(), language))


@click.command("reading", cls=Verb)
@_id
@click.option("--at", metavar="INSTANT", required=True, help="When: a day (its first instant) or an RFC 3339 instant.")
@_lens
@_holder
@_known_at
def read(relationship: str, at: str, lens: str | None, holder: str | None, known_at: str | None) -> None:
    """Say how it stood at an instant, and why."""
    with questions() as asked:
        id = _known(asked, relationship)
        reading = asked.readings([id], asked.asked(at, "at"), lens, holder, _moment(asked, known_at, "knownAt"))[id]
    show(reading, lambda language: tables.reading(reading, language))


@click.command("trajectory", cls=Verb)
@_id
@click.option("--from", "start", metavar="INSTANT", help="From when; else from the start of the relationship.")
@click.option("--to", metavar="INSTANT", help="Until when; else until now.")
@click.option("--step", type=click.IntRange(1, 36_525), default=7, show_default=True, metavar="DAYS", help="Days between two readings.")
@_lens
@_holder
@_known_at
def trajectory(
    relationship: str, start: str | None, to: str | None, step: int, lens: str | None, holder: str | None, known_at: str | None
) -> None:
    """Give the readings at even steps."""
    with questions() as asked:
        id = _known(asked, relationship)
        times = _moment(asked, start, "from"), _moment(asked, to, "to")
        found = asked.trajectories([id], *times, step, lens, holder, _moment(asked, known_at, "knownAt"))[id]
    show(found, lambda language: tables.trajectory(found, language))


@click.command("moves", cls=Verb)
@click.argument("relationship", metavar="[ID]", required=False)
@_lens
@_holder
@click.option("--to", metavar="INSTANT", help="Until when; else until now.")
@click.option("--known-at", metavar="INSTANT", help="Of one relationship: as it was known then.")
@click.option("--from", "start", metavar="INSTANT", help="Of all: from when.")
@click.option("--initiative", metavar="ID", help="Of all: only of this initiative.")
@click.option("--was", type=click.Choice(PHASES), help="Of all: only from this phase.")
@click.option("--now", type=click.Choice(PHASES), help="Of all: only to this phase.")
@_first
@_after
def moves(
    relationship: str | None,
    lens: str | None,
    holder: str | None,
    to: str | None,
    known_at: str | None,
    start: str | None,
    initiative: str | None,
    was: str | None,
    now: str | None,
    first: int,
    after: str | None,
) -> None:
    """List the changes of reading.

    Of one relationship in order; without an ID of all, the latest first."""
    of_all = {"--from": start, "--initiative": initiative, "--was": was, "--now": now, "--after": after}
    if relationship is None and known_at is not None:
        raise click.UsageError("--known-at asks of one relationship: give its ID.")
    if relationship is not None and (found := [name for name, value in of_all.items() if value is not None]):
        raise click.UsageError(f"{', '.join(found)} asks of all relationships: give no ID.")
    with questions() as asked:
        until = _moment(asked, to, "to")
        if relationship is not None:
            id = _known(asked, relationship)
            made = asked.moves_of([id], lens, holder, until, _moment(asked, known_at, "knownAt"))[id]
            show(made, lambda language: tables.moves(made, language))
            return
        wanted = MoveFilter(initiative=initiative, was=was, now=now, start=_moment(asked, start, "from"), to=until, holder=holder)
        page = asked.move_page(first, after, wanted, lens)
    show(page, lambda language: tables.move_page(page, language))


@click.command("room", cls=Verb)
@_id
@click.option("--at", metavar="INSTANT", required=True, help="When: a day (its first instant) or an RFC 3339 instant.")
@_known_at
def room(relationship: str, at: str, known_at: str | None) -> None:
    """Say how much room there was at an instant.

    Room is how many ways of being in contact a relationship keeps open."""
    with questions() as asked:
        id = _known(asked, relationship)
        found = asked.rooms([id], asked.asked(at, "at"), _moment(asked, known_at, "knownAt")).get(id, NO_ROOM)
    show(found, lambda language: tables.room(found, language))


@click.command("codes", cls=Verb)
@_id
@_known_at
def codes(relationship: str, known_at: str | None) -> None:
    """List what coders read in what was said.

    A code is a coder's reading of somebody's words. It is no account, and no lens of the platform takes it."""
    with questions() as asked:
        id = _known(asked, relationship)
        found = asked.codes([id], _moment(asked, known_at, "knownAt"))[id]
    show(found, lambda language: tables.codes(found, language))


@click.command("agreement", cls=Verb)
@click.option("--initiative", metavar="ID", help="Only of this initiative.")
def agreement(initiative: str | None) -> None:
    """Say how far coders agree, as Krippendorff's alpha.

    Of all codes together and of each, over the accounts that two or more coders read."""
    with questions() as asked:
        found = asked.agreement(initiative)
    show(found, lambda language: tables.agreement(found, language))


@click.command("measures", cls=Verb)
@_id
@_known_at
def measures(relationship: str, known_at: str | None) -> None:
    """List what was measured, and what it comes to.

    A score is worked out from the answers by the scale of that instrument, and sets no reading."""
    with questions() as asked:
        id = _known(asked, relationship)
        found = asked.measures([id], _moment(asked, known_at, "knownAt"))[id]
    show(found, lambda language: tables.measures(found, language))


@click.command("history", cls=Verb)
@_id
@_known_at
def history(relationship: str, known_at: str | None) -> None:
    """List all that was recorded of a relationship.

    In the order of occurring, corrections included."""
    with questions() as asked:
        id = _known(asked, relationship)
        found = asked.histories([id], _moment(asked, known_at, "knownAt"))[id]
    show(found, lambda language: tables.history(found, language))


@click.command("attention", cls=Verb)
@click.option("--initiative", metavar="ID", help="Only of this initiative.")
@_first
@_after
def attention(initiative: str | None, first: int, after: str | None) -> None:
    """List what asks for a look today.

    By the day since which it does; what that is `settings` says. What is left open asks no more."""
    with questions() as asked:
        page = asked.attention_page(first, after, AttentionFilter(initiative=initiative))
    show(page, lambda language: tables.attention(page, language))


ASKING = (list_relationships, tell_story, read, trajectory, moves, room, codes, agreement, measures, history, attention)
"""The verbs that ask of relationships."""
