"""Who is in a research project at this moment: the relationships of which everybody who ever was a member consents to research now.

It is worked out from the views at the newest state, and never kept longer than that: a withdrawal, an erasure and a co-member who does not
consent each take the whole relationship out. What is said of two people cannot be told of one alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from msgspec import Struct

from domain.store.projects import Project
from domain.store.pseudonyms import Pseudonyms
from projections.set_aside import SET_ASIDE
from projections.views.filters import Clause
from projections.views.histories import MEMBERS, PARTICIPANTS, RELATIONSHIPS
from projections.views.persons import main_ids
from projections.views.snapshot import Snapshot

Handles = Mapping[str, str]
"""Who each handle of a relationship stands for."""


class Cohort(Struct, frozen=True):
    """The relationships of a project by pseudonym, in that order, and how many people are in them; of fewer than `fewest` nothing is told.

    `main`: of people who are registered more than once, the id that stands for all of them."""

    names: Pseudonyms
    ids: Mapping[str, str]
    members: Mapping[str, Handles]
    main: Mapping[str, str]
    persons: int
    fewest: int

    @property
    def is_shown(self) -> bool:
        return self.persons >= self.fewest

    def is_of_enough(self, ids: Iterable[str]) -> bool:
        """Whether what is of these relationships alone is of as many persons as are told of."""
        return len(frozenset[str]().union(*(self.people(id) for id in ids))) >= self.fewest

    def people(self, id: str) -> frozenset[str]:
        """Who is in a relationship, each once, however often they are registered."""
        return frozenset(self.main.get(person, person) for person in self.members[id].values())

    def person(self, participant: str) -> str:
        """The pseudonym of somebody, however often they are registered."""
        return self.names.person(self.main.get(participant, participant))


def aside(snapshot: Snapshot) -> frozenset[str]:
    """The streams of which the views may not say what holds now."""
    return frozenset(stream for (stream,) in snapshot.connection.execute(f"SELECT stream FROM {snapshot.table(SET_ASIDE)} s"))


def cohort_of(snapshot: Snapshot, project: Project, names: Pseudonyms, unsure: frozenset[str], fewest: int) -> Cohort:
    """Who is in a project; whoever hangs on one of the streams `unsure` is not."""
    members = dict(consenting(snapshot, unsure, _asked_for(snapshot, project)))
    main = main_ids(snapshot.connection, snapshot.table)
    persons = {main.get(person, person) for held in members.values() for person in held.values()}
    ids = dict(sorted((names.relationship(id), id) for id in members))
    return Cohort(names, ids, members, main, len(persons), fewest)


def _is_out(id: str, members: Handles, gone: frozenset[str], unsure: frozenset[str]) -> bool:
    return f"relationship/{id}" in unsure or any(person in gone or f"participant/{person}" in unsure for person in members.values())


def _asked_for(snapshot: Snapshot, project: Project) -> Clause:
    clause = Clause()
    if project.initiatives is not None:
        these, value = snapshot.connection.among("r.initiative", project.initiatives)
        clause.need(these, value)
    if project.first is not None:
        clause.need("r.began >= ?", project.first)
    if project.over is not None:
        clause.need("r.began < ?", project.over)
    return clause


def consenting(snapshot: Snapshot, unsure: frozenset[str], clause: Clause) -> Iterator[tuple[str, Handles]]:
    """The relationships that meet a clause, of which everybody who ever was a member consents to research now, by id."""
    gone = snapshot.gone()
    # Who a handle stands for that cannot be told any more has no row among the participants.
    clause.need(
        f"NOT EXISTS (SELECT 1 FROM {snapshot.table(MEMBERS)} o LEFT JOIN {snapshot.table(PARTICIPANTS)} p ON p.id = o.participant"
        " WHERE o.relationship = r.id AND (p.id IS NULL OR p.standing <> 'consenting' OR p.research = 0))"
    )
    # A relationship of which the views know no member, since one is being erased, is none of those found.
    query = (
        f"SELECT m.relationship, m.handle, m.participant FROM {snapshot.table(RELATIONSHIPS)} r"
        f" JOIN {snapshot.table(MEMBERS)} m ON m.relationship = r.id{clause.where} ORDER BY m.relationship, m.place"
    )
    rows: Iterable[Any] = snapshot.connection.stream(query, clause.values)
    for id, found in groupby(rows, key=itemgetter(0)):
        held = {handle: person for _, handle, person in found}
        if not _is_out(id, held, gone, unsure):
            yield id, held
