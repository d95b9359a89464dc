"""How long an organisation keeps what it knows of people after their last relationship ended, and who is due to be erased.

Nothing is kept longer by a rule, and nobody is erased by one that was not set. Whoever is in a relationship that goes on is never due,
whatever ended beside it, nor is whoever never was in one. It is the person that counts, under all ids that were joined.
"""

from calendar import monthrange
from datetime import UTC, datetime

from msgspec import Struct

from domain.model.errors import bad
from domain.store.database import SETTINGS, Connection, Delete, Put, setting_of
from domain.store.store import EventStore
from projections.runner import Runner
from projections.views.histories import MEMBERS, PARTICIPANTS, RELATIONSHIPS
from projections.views.persons import pairs

NAME = "kept_months"
LONGEST = 600
STEP = 20
"""Who is erased in one step."""


class Due(Struct, frozen=True):
    """An id of somebody who is due: `ended` is the instant at which the last of their relationships ended, under whichever id."""

    participant: str
    ended: int


class Retention:
    """The rule of one organisation."""

    def __init__(self, store: EventStore, runner: Runner) -> None:
        self._store = store
        self._runner = runner

    def months(self) -> int | None:
        """How many months are kept; None where no rule is set."""
        with self._store.reading() as connection:
            told = setting_of(connection, NAME)
        return int(told) if told is not None else None

    def keep(self, months: int | None) -> None:
        """Set the rule, or take it away. Raises `Refused`."""
        if months is not None:
            _check(months)
        with self._store.database.writing("settings") as connection:
            connection.write([Put(SETTINGS, [(NAME, str(months))])] if months is not None else [Delete(SETTINGS, ("name",), [(NAME,)])])

    def due(self, months: int, limit: int | None = None) -> list[Due]:
        """Who would be erased now under a rule of so many months, whoever ended first before all others. Raises `Refused`."""
        _check(months)
        self._runner.catch_up()
        with self._store.reading() as connection:
            return self._due(connection, _before(self._store.clock(), months), limit)

    def due_now(self) -> list[Due]:
        """Some of those who are due by the rule that is set."""
        months = self.months()
        return self.due(months, STEP) if months is not None else []

    def due_since(self, span: int) -> list[Due]:
        """Those who are due by the rule that is set, and were so many microseconds ago."""
        if (months := self.months()) is None:
            return []
        with self._store.reading() as connection:
            return self._due(connection, _before(self._store.clock() - span, months), None)

    def _due(self, connection: Connection, upto: int, limit: int | None) -> list[Due]:
        generation = self._runner.generation(connection)
        members, relationships, people = (connection.table(table, generation) for table in (MEMBERS, RELATIONSHIPS, PARTICIPANTS))
        known_as = (
            f"SELECT p.id, coalesce(pairs.other, p.id) other FROM {people} p LEFT JOIN pairs ON pairs.id = p.id"
            " WHERE p.standing <> 'erased'"
        )
        rows = connection.execute(
            f"WITH RECURSIVE {pairs(lambda table: connection.table(table, generation))}"
            f" SELECT k.id, max(r.ended) latest FROM ({known_as}) k JOIN {members} m ON m.participant = k.other"
            f" JOIN {relationships} r ON r.id = m.relationship"
            " GROUP BY k.id HAVING count(*) = count(r.ended) AND max(r.ended) <= ? ORDER BY latest, k.id"
            + ("" if limit is None else " LIMIT ?"),
            (upto,) if limit is None else (upto, limit),
        )
        return [Due(participant, ended) for participant, ended in rows]


def _check(months: int) -> None:
    if not 0 < months <= LONGEST:
        raise bad("kept_months", "months", limit=LONGEST)


def _before(now: int, months: int) -> int:
    """The instant so many calendar months ago; of a day that the month does not have, its last one."""
    today = datetime.fromtimestamp(now / 1_000_000, UTC)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    then = today.replace(year=year, month=month + 1, day=min(today.day, monthrange(year, month + 1)[1]))
    return round(then.timestamp() * 1_000_000)
