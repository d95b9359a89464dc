"""What the views tell the census: every relationship's contribution, and who is in it, in five statements however many there are.

Persons are counted once under all ids that were joined. Whoever was erased cannot be counted: a number has to rest on more of the others.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from domain.store.database import Row
from projections.census.contributions import Contribution, Turn, contribution, first_of
from projections.census.parts import Place
from projections.views.histories import INITIATIVES, MEMBERS, RELATIONSHIPS
from projections.views.persons import pairs
from projections.views.snapshot import Snapshot
from projections.views.trajectories import MOVES


class Sources(NamedTuple):
    """By initiative, then by relationship. `people`: the persons of each relationship."""

    places: dict[str, Place]
    told: dict[str, dict[str, Contribution]]
    people: dict[str, list[str]]

    def elsewhere(self) -> frozenset[str]:
        """Who is in relationships of more than one initiative."""
        homes: dict[str, str] = {}
        found = set()
        for initiative, told in self.told.items():
            for person in {person for id in told for person in self.people.get(id, ())}:
                if homes.setdefault(person, initiative) != initiative:
                    found.add(person)
        return frozenset(found)


def sources(snapshot: Snapshot, lens: str, month: int) -> Sources:
    """Up to the start of a month."""
    rows = _rows(snapshot, f"SELECT id, kind, guidance FROM {snapshot.table(INITIATIVES)} i")
    places = {id: Place(kind, guidance) for id, kind, guidance in rows}
    turns = _turns(snapshot, lens, month)
    told: dict[str, dict[str, Contribution]] = {}
    query = f"SELECT id, initiative, origin, began, ended FROM {snapshot.table(RELATIONSHIPS)} r WHERE began <= ? ORDER BY id"
    for id, initiative, origin, began, ended in _rows(snapshot, query, first_of(month)):
        if initiative in places:
            told.setdefault(initiative, {})[id] = contribution(began, origin == "MATCHED", ended, turns.get(id, ()), month)
    return Sources(places, told, _people(snapshot))


def _turns(snapshot: Snapshot, lens: str, month: int) -> Mapping[str, list[Turn]]:
    query = (
        f"SELECT relationship, at, was, now, kind FROM {snapshot.table(MOVES)} m WHERE lens = ? AND holder = '' AND at <= ?"
        " ORDER BY relationship, at"
    )
    rows = groupby(_rows(snapshot, query, lens, first_of(month)), lambda row: row[0])
    return {id: [Turn(*row[1:]) for row in found] for id, found in rows}


def _people(snapshot: Snapshot) -> dict[str, list[str]]:
    joined: dict[str, str] = {}
    for id, other in _rows(snapshot, f"WITH RECURSIVE {pairs(snapshot.table)} SELECT id, other FROM pairs"):
        joined[id] = min(other, joined.get(id, other))
    gone = snapshot.gone()
    people: dict[str, set[str]] = {}
    query = f"SELECT relationship, participant FROM {snapshot.table(MEMBERS)} m WHERE participant IS NOT NULL"
    for relationship, participant in _rows(snapshot, query):
        if participant not in gone:
            people.setdefault(relationship, set()).add(joined.get(participant) or participant)
    return {id: sorted(found) for id, found in people.items()}


def _rows(snapshot: Snapshot, query: str, *values: object) -> Iterator[Row]:
    return iter(snapshot.connection.execute(query, values))
