"""The verbs for auditors: who looked."""

import click

from domain.model.errors import bad, missing
from domain.store.mapper import NOTHING
from projections.export import tables
from projections.export.tending import Organisation, opened
from projections.export.terminal import Verb, Verbs, looking, show
from projections.views.looked import access_page


@click.group("audit", cls=Verbs)
def audit() -> None:
    """See who looked."""


@audit.command("access", cls=Verb)
@click.argument("id", metavar="RELATIONSHIP|PARTICIPANT")
@click.option("--first", type=int, default=50, show_default=True, help="How many at most, 1 to 1000.")
@click.option("--after", type=click.IntRange(0), metavar="CURSOR", help="Go on where a page ended.")
def access(id: str, first: int, after: int | None) -> None:
    """List who looked at a relationship, or at a participant.

    Of a participant with all of their relationships. To look here is written down too."""
    with looking(), opened() as organisation:
        page = access_page(organisation.store, first, after, *_place(organisation, id))
    show(page, lambda language: tables.accesses(page, language))


def _place(organisation: Organisation, said: str) -> tuple[str | None, str | None]:
    """A relationship or a participant, whichever there is. Raises `Refused`."""
    kind, _, named = said.rpartition("/")
    asked = organisation.questions
    relationship = named if kind in ("", "relationship") and asked.relationships([named]) else None
    participant = named if kind in ("", "participant") and asked.participants([named], NOTHING) else None
    if relationship is not None and participant is not None:
        raise bad("which_place", "id", id=named)
    if relationship is None and participant is None:
        raise missing("unknown_place", "id", id=said)
    return relationship, participant
