"""Pages of what asks for a look today, by the day since which it does: one statement, however many relationships there are.

Whoever looks after the contacts is asked, and nobody else.
"""

from collections.abc import Collection
from typing import Annotated, Any

from msgspec import Meta, Struct

from domain.model.attention import ATTENTION_KINDS, OF_TERMS, AttentionKind, Choices
from domain.model.errors import bad, broken, missing
from domain.model.time import DAY, iso_day
from domain.model.words import ID_FORM
from domain.store.database import SETTINGS, marks
from domain.store.own_settings import ASIDE, choices_of
from projections.views import answers as a
from projections.views.attention import ATTENTION
from projections.views.filters import Clause, Id, Instant, cursor, page_size, place_of
from projections.views.histories import INITIATIVES, RELATIONSHIPS
from projections.views.snapshot import Snapshot

PLACE = tuple[Instant, Id, AttentionKind, Annotated[str, Meta(pattern=rf"^({ID_FORM})?\Z")]]


class AttentionFilter(Struct, frozen=True):
    """Every field narrows; None: not asked."""

    initiative: str | None = None
    relationship: str | None = None
    kinds: Collection[str] | None = None


def attention_page(snapshot: Snapshot, first: int, after: str | None, asked: AttentionFilter) -> a.Page:
    """What asks today, in the time zone of the organisation. Raises `Refused`."""
    place = place_of(after, PLACE) if after is not None else None
    size = page_size(first)
    asking, values = _asking(snapshot, asked)
    rest = Clause()
    if place is not None:
        rest.need("(since, relationship, kind, event) > (?, ?, ?, ?)", *place)
    rows = snapshot.connection.execute(
        f"SELECT since, relationship, kind, event, until FROM ({asking}) a{rest.where} ORDER BY since, relationship, kind, event LIMIT ?",
        (*values, *rest.values, size + 1),
    ).fetchall()
    shown = rows[:size]
    return a.Page([_task(*row) for row in shown], [cursor(*row[:4]) for row in shown], len(rows) > size)


def attention_counts(snapshot: Snapshot) -> list[a.Asking]:
    """In how many relationships of each initiative something asks today, by the name of the initiative. Raises `Refused`."""
    asking, values = _asking(snapshot, AttentionFilter())
    rows = snapshot.connection.execute(
        f"SELECT i.id, i.name, a.kind, count(DISTINCT a.relationship) FROM ({asking}) a"
        f" JOIN {snapshot.table(RELATIONSHIPS)} r ON r.id = a.relationship JOIN {snapshot.table(INITIATIVES)} i ON i.id = r.initiative"
        " GROUP BY i.name, i.id, a.kind ORDER BY i.name, i.id, a.kind",
        values,
    ).fetchall()
    return [a.Asking(*row) for row in rows]


def aside_until(snapshot: Snapshot, relationship: str, kind: AttentionKind, event: str) -> str:
    """The day until which something that asks today is put aside, also where it is already. Raises `Refused`."""
    check_asked(snapshot, relationship)
    if kind in OF_TERMS:
        raise bad("aside_term", "kind")
    choices, today = _today(snapshot)
    due, values = _due(snapshot, AttentionFilter(relationship=relationship, kinds=[kind]), choices, today)
    row = snapshot.connection.execute(f"SELECT step FROM ({due}) d WHERE event = ?", (*values, event)).fetchone()
    if row is None:
        raise broken("aside_over", "event")
    return iso_day((today + (row[0] or 1) * choices.rest(kind)) * DAY)


def check_asked(snapshot: Snapshot, relationship: str | None = None) -> None:
    """Raises `Refused` for whoever is not asked about contacts, or not about this one."""
    # An auditor to whom something was granted may open it, and looks after nothing.
    for right in ("open", "record"):
        snapshot.scope.need(right)
    if relationship is not None and snapshot.home_of(relationship) is None:
        raise missing("unknown_relationship", "relationship", id=relationship)


def _today(snapshot: Snapshot) -> tuple[Choices, int]:
    choices = choices_of(snapshot.connection, snapshot.of_seen(SETTINGS))
    return choices, choices.today(snapshot.now)


def _asking(snapshot: Snapshot, asked: AttentionFilter) -> tuple[str, list[Any]]:
    """SQL for what asks today, in the time zone of the organisation, and the values it takes. Raises `Refused`."""
    check_asked(snapshot)
    choices, today = _today(snapshot)
    due, values = _due(snapshot, asked, choices, today)
    # Days as they are written stand in order too. It is looked up of what is due and of nothing else.
    aside = f"SELECT value FROM {snapshot.of_seen(SETTINGS)} o WHERE name = {ASIDE}"
    asking = f"SELECT since, relationship, kind, event, until FROM due WHERE coalesce(({aside}), '') <= ?"
    return f"WITH due AS MATERIALIZED ({due}) {asking}", [*values, iso_day(today * DAY)]


def _due(snapshot: Snapshot, asked: AttentionFilter, choices: Choices, today: int) -> tuple[str, list[Any]]:
    """The same, with what is put aside."""
    clause = _clause(snapshot, asked, choices)
    numbers = [(kind, preset.number) for kind, preset in choices.presets.items() if preset.number is not None]
    counted = (
        "SELECT relationship, kind, event, step, earliest, until, left_open,"
        f" day + step * CASE kind {' '.join('WHEN ? THEN ?' for _ in numbers)} ELSE 0 END counted"
        f" FROM {snapshot.table(ATTENTION)} t{clause.where}"
    )
    since = (
        "SELECT relationship, kind, event, step, until, left_open, CASE WHEN counted < earliest THEN earliest ELSE counted END since"
        f" FROM ({counted}) c"
    )
    asks = Clause()
    asks.need("since <= ?", today)
    asks.need("(left_open IS NULL OR left_open < since)")
    asks.need("(kind <> 'term_ends_soon' OR until > ?)", today)
    due = f"SELECT since, relationship, kind, event, step, until FROM ({since}) s{asks.where}"
    return due, [*(value for pair in numbers for value in pair), *clause.values, *asks.values]


def _clause(snapshot: Snapshot, asked: AttentionFilter, choices: Choices) -> Clause:
    kinds = [kind for kind in ATTENTION_KINDS if choices.presets[kind].on and (asked.kinds is None or kind in asked.kinds)]
    clause = Clause()
    clause.need(f"kind IN {marks(kinds)}" if kinds else "1 = 0", *kinds)
    if asked.relationship is not None:
        clause.need("relationship = ?", asked.relationship)
    if asked.initiative is not None:
        clause.need(f"relationship IN (SELECT id FROM {snapshot.table(RELATIONSHIPS)} r WHERE initiative = ?)", asked.initiative)
    return clause


def _task(since: int, relationship: str, kind: str, event: str, until: int | None) -> a.Attention:
    return a.Attention(relationship, kind.upper(), iso_day(since * DAY), iso_day(until * DAY) if until is not None else None, event or None)
