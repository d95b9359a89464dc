"""What is of a day in the contacts that somebody looks after: terms that end, check-ins, agreements to look at again, and when a pair would
meet by its rhythm.

It rests on what may ask for a look, and on the same presets: what an organisation does not want to be asked about is of no day either.
"""

from collections.abc import Iterator
from typing import Any, Literal

from domain.model.attention import AttentionKind, Choices
from domain.store.database import SETTINGS
from domain.store.own_settings import choices_of
from projections.views import answers as a
from projections.views.attention import ATTENTION
from projections.views.histories import ENTRIES, INITIATIVES, RELATIONSHIPS
from projections.views.snapshot import Snapshot

DatedKind = Literal["agreement_review", "check_in", "meeting_expected", "term_ends"]
CALLED: dict[AttentionKind, DatedKind] = {
    "agreement_review": "agreement_review",
    "check_in_due": "check_in",
    "long_silence": "meeting_expected",
    "term_lapsed": "term_ends",
}
"""By what asks for a look when the day has gone by."""
BEFORE, AHEAD = 31, 366
"""For how many days something stays, and is foreseen."""


def dated(snapshot: Snapshot) -> list[a.Dated]:
    """By day, of all that is in the scope. Raises `Refused`."""
    for right in ("open", "record"):
        snapshot.scope.need(right)
    choices = choices_of(snapshot.connection, snapshot.of_seen(SETTINGS))
    today = choices.today(snapshot.now)
    found = [one for row in _rows(snapshot) for one in _of(row, choices) if today - BEFORE <= one.day <= today + AHEAD]
    return sorted(found, key=lambda one: (one.day, one.relationship, one.kind, one.event))


def _rows(snapshot: Snapshot) -> list[tuple[Any, ...]]:
    last = f"SELECT max(e.recorded) FROM {snapshot.table(ENTRIES)} e WHERE e.stream = 'relationship/' || t.relationship"
    return snapshot.connection.execute(
        f"SELECT t.kind, t.relationship, t.event, t.day, t.step, t.earliest, t.left_open, i.id, i.name, ({last})"
        f" FROM {snapshot.table(ATTENTION)} t JOIN {snapshot.table(RELATIONSHIPS)} r ON r.id = t.relationship"
        f" JOIN {snapshot.table(INITIATIVES)} i ON i.id = r.initiative"
    ).fetchall()


def _of(row: tuple[Any, ...], choices: Choices) -> Iterator[a.Dated]:
    kind, relationship, event, day, step, earliest, left_open, initiative, name, changed = row
    if kind not in CALLED or not _is_wanted(kind, choices):
        return
    number = choices.presets[kind].number or 0
    # It counts from the day after they met, and asks only after several times their rhythm.
    on = day - 1 + step if kind == "long_silence" else max(day + step * number, earliest)
    if left_open is None or left_open < on:
        yield a.Dated(CALLED[kind], on, relationship, event, initiative, name, changed)


def _is_wanted(kind: AttentionKind, choices: Choices) -> bool:
    presets = choices.presets
    return presets[kind].on or (kind == "term_lapsed" and presets["term_ends_soon"].on)
