"""How long a project observes each of its relationships: until it ended, until the period is over, or until now.

What is told of that are weeks since the start, and of which weeks there are readings.
"""

from collections.abc import Sequence

from msgspec import Struct

from domain.store.projects import Project
from domain.store.pseudonyms import Pseudonyms, Weeks
from projections.views.histories import RELATIONSHIPS
from projections.views.snapshot import Snapshot


class Observation(Struct, frozen=True):
    """One relationship as it is observed, up to the instant `upto`; `ended` is None where it had not ended by then."""

    initiative: str
    origin: str
    weeks: Weeks
    upto: int
    ended: int | None
    censoring: str

    @property
    def length(self) -> int:
        return self.weeks.of(self.upto if self.ended is None else self.ended)

    def grid(self, step: int) -> range:
        """The weeks of which is told: each as a whole, but for the last of one that ended, the first that finds it over."""
        return range(0, self.length + (0 if self.ended is None else step), step)

    def instants(self, grid: range) -> list[int]:
        """The last instant of each week."""
        return [min(self.weeks.last_instant(week), self.upto) for week in grid]


def observed(snapshot: Snapshot, project: Project, names: Pseudonyms, ids: Sequence[str]) -> dict[str, Observation]:
    """How these relationships are observed, by id."""
    these, value = snapshot.connection.among("id", ids)
    query = f"SELECT id, initiative, origin, began, ended FROM {snapshot.table(RELATIONSHIPS)} r WHERE {these}"
    return {
        id: observation(project, names.weeks(id, began), initiative, origin, ended, snapshot.now)
        for id, initiative, origin, began, ended in snapshot.connection.execute(query, (value,))
    }


def observation(project: Project, weeks: Weeks, initiative: str, origin: str, ended: int | None, now: int) -> Observation:
    """How a relationship is observed at an instant."""
    over = project.over if project.over is not None and project.over <= now else None
    upto = now if over is None else over - 1
    last = ended if ended is not None and ended <= upto else None
    censoring = "ENDED" if last is not None else "RUNNING" if over is None else "PERIOD_OVER"
    return Observation(initiative, origin, weeks, upto, last, censoring)
