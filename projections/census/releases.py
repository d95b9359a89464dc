"""When numbers change: an initiative's go on when those that add something else than they did are enough to be told of, and stand still
until then.

So the same question has the same answer, byte for byte, before and after one person was added, changed or erased. What was told stands in
the store, so that every process tells the same, after a rebuild too. It is counted there, without anybody in it; beside it stands what each
relationship added, to be compared with, as long as nobody in it is erased.
"""

from collections.abc import Sequence
from random import Random, SystemRandom
from typing import NamedTuple

import msgspec

from domain.model.time import SECOND
from domain.store.database import CENSUS_EDITIONS, CENSUS_TOLD, CENSUS_UNITS, Connection, Delete, Insert, Put, Update
from domain.store.store import EventStore
from projections.census.cells import Rule
from projections.census.contributions import month_of
from projections.census.edition import Edition, edition
from projections.census.sources import Sources, sources
from projections.census.tables import Tables
from projections.census.units import People, Unit, unit
from projections.runner import Runner
from projections.views.snapshot import Snapshot

_pack = msgspec.msgpack.Encoder().encode
_unit = msgspec.msgpack.Decoder(Unit).decode
_edition = msgspec.msgpack.Decoder(Edition).decode
AGAIN = 60 * SECOND
FORGOTTEN = b""
SHARE = 20
"""One part of so many of the time may go by with looking, during which nothing else is taken into the views."""
NONE = Edition({}, {}, (), {}, {})


class Releases:
    """The census of one organisation, under one lens: of two, each would tell of what the other hides."""

    def __init__(self, store: EventStore, runner: Runner, rule: Rule, lens: str = "evidence", chance: Random | None = None) -> None:
        self._store = store
        self._runner = runner
        self.rule = rule
        self.lens = lens
        self._chance = chance or SystemRandom()
        self._name = f"{lens}/{rule.k}"
        self._looked, self._took = -AGAIN, 0
        self._kept: tuple[int, Tables] | None = None

    def told(self) -> tuple[int, Tables]:
        """What is told now, and a number that grows whenever that changes. It is looked for what may be told since, once a minute or, where
        there is much to look through, less often."""
        now = self._store.clock()
        if not 0 <= now - self._looked < max(AGAIN, SHARE * self._took):
            self._looked = now
            self.go_on()
            self._took = self._store.clock() - now
        with self._store.reading() as connection:
            standing = _edition_of(connection, self._name)
            kept = self._kept
            if kept is None or kept[0] != standing.number:
                kept = self._kept = standing.number, Tables(self.rule, standing.parts, _units(connection, self._name))
        return kept

    def go_on(self) -> bool:
        """Take in what may be told by now; whether that was anything. Raises `Refused` where there is no such lens."""
        self._runner.keep_up()
        # Under the lock of the views nothing moves meanwhile, and who looks at the same time waits.
        with self._store.database.writing("views") as connection:
            generation, now = self._runner.generation(connection), self._store.clock()
            snapshot = Snapshot(self._store, connection, generation, now, self._runner.position(connection, generation))
            name, month = self._name, month_of(now)
            if month < _month_of(connection, name):
                return False  # The clock was set back.
            found = sources(snapshot, snapshot.lens(self.lens)[0], month)
            elsewhere = found.elsewhere()
            moved = [id for id in sorted(found.places) if self._release(connection, name, found, elsewhere, id, month)]
            standing = _edition_of(connection, name)
            fixed = standing.parts if month // 3 <= standing.quarter else self._next(connection, name)
            if not moved and fixed is standing.parts:
                return False
            quarter = standing.quarter if fixed is standing.parts else month // 3
            connection.write([Put(CENSUS_EDITIONS, [(name, quarter, standing.number + 1, _pack(fixed))])])
            return True

    def _next(self, connection: Connection, name: str) -> Edition:
        """The edition of a new quarter, once there is something to tell."""
        units = _units(connection, name)
        return edition(self.rule, units, self._chance) if units else NONE

    def _release(self, connection: Connection, name: str, found: Sources, elsewhere: frozenset[str], id: str, month: int) -> bool:
        """Have an initiative go on, where enough persons add something else than when it last did."""
        now = {relationship: _pack(one) for relationship, one in found.told.get(id, {}).items()}
        query = f"SELECT relationship, body FROM {connection.table(CENSUS_TOLD)} t WHERE census = ? AND initiative = ?"
        before = {relationship: bytes(body) for relationship, body in connection.execute(query, (name, id))}
        people = People(found.people, elsewhere)
        # Of what was forgotten nobody can say whether it changed.
        changed = [one for one in before.keys() | now.keys() if before.get(one) not in (now.get(one), FORGOTTEN)]
        if not self.rule.safe([people.cell(changed)]):
            return False
        made = unit(found.places[id], month, found.told.get(id, {}), people, self.rule)
        connection.write(
            [
                Delete(CENSUS_TOLD, ("census", "relationship"), [(name, one) for one in before]),
                Insert(CENSUS_TOLD, [(name, one, id, body) for one, body in now.items()]),
                Put(CENSUS_UNITS, [(name, id, month, _pack(made))]),
            ]
        )
        return True


def forget_told(connection: Connection, streams: Sequence[str]) -> None:
    """Overwrite what relationships added to any census: somebody in them was erased. The numbers stay as they were told, and do not go on
    by that: else one person who was in ten relationships would be seen to have left."""
    names = [name for (name,) in connection.execute(f"SELECT census FROM {connection.table(CENSUS_EDITIONS)} e")]
    relationships = [id for kind, _, id in (stream.partition("/") for stream in streams) if kind == "relationship"]
    rows = [(FORGOTTEN, name, id) for name in names for id in relationships]
    connection.write([Update(CENSUS_TOLD, ("body",), ("census", "relationship"), rows)])


class Standing(NamedTuple):
    """The parts there are, since which quarter, and how often something changed."""

    quarter: int
    number: int
    parts: Edition


NEVER = Standing(-1, 0, NONE)


def _edition_of(connection: Connection, name: str) -> Standing:
    query = f"SELECT quarter, number, body FROM {connection.table(CENSUS_EDITIONS)} e WHERE census = ?"
    row = connection.execute(query, (name,)).fetchone()
    return NEVER if row is None else Standing(row[0], row[1], _edition(row[2]))


def _month_of(connection: Connection, name: str) -> int:
    """The month up to which something was told."""
    row = connection.execute(f"SELECT max(month) FROM {connection.table(CENSUS_UNITS)} u WHERE census = ?", (name,)).fetchone()
    return row[0] or 0 if row else 0


def _units(connection: Connection, name: str) -> dict[str, Unit]:
    query = f"SELECT initiative, body FROM {connection.table(CENSUS_UNITS)} u WHERE census = ? ORDER BY initiative"
    return {id: _unit(body) for id, body in connection.execute(query, (name,))}
