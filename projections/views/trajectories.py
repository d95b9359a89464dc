"""The read model of how relationships moved: under each lens the weighed contributions and spells, and every move.

What a lens tells of a relationship is kept as one packed row, from which a reading at any instant is worked out without the
events; moves stand in rows of their own so that lists and pages can be found over all relationships. Relationships of which a
lens knows nothing have no row.
"""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from domain.model.lens import ACCOUNTS_VERSION, EVIDENCE, Definition, from_plain
from domain.store.keys import Ring
from projections.lenses.accounts import Account
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import Move
from projections.lenses.reading import ANY_OTHER, POOLED, Accounts, Evidence, holders, moves_of, told_by_accounts, told_by_evidence
from projections.runner import Touched

_pack = msgspec.msgpack.Encoder().encode
_evidence = msgspec.msgpack.Decoder(Evidence).decode
_accounts = msgspec.msgpack.Decoder(Accounts).decode


class Trajectories:
    """Tables: `trajectories` (a relationship under a lens), `moves`, `lenses` (those an organisation published)."""

    name = "trajectories"
    version = 1

    def tables(self, generation: int) -> Mapping[str, Sequence[str]]:
        g = generation
        return {
            f"trajectories_{g}": (
                f"CREATE TABLE trajectories_{g} (relationship TEXT NOT NULL, lens TEXT NOT NULL, body BLOB NOT NULL,"
                " PRIMARY KEY (relationship, lens)) WITHOUT ROWID",
            ),
            f"moves_{g}": (
                f"CREATE TABLE moves_{g} (relationship TEXT NOT NULL, lens TEXT NOT NULL, holder TEXT NOT NULL, at INTEGER NOT NULL,"
                " was TEXT NOT NULL, was_kind TEXT, now TEXT NOT NULL, kind TEXT, cause TEXT NOT NULL, triggers TEXT NOT NULL,"
                " PRIMARY KEY (relationship, lens, holder, at)) WITHOUT ROWID",
                f"CREATE INDEX moves_at_{g} ON moves_{g} (lens, holder, at, relationship)",
            ),
            f"lenses_{g}": (
                f"CREATE TABLE lenses_{g} (name TEXT NOT NULL, version TEXT NOT NULL, position INTEGER NOT NULL, definition BLOB NOT NULL,"
                " PRIMARY KEY (name, version)) WITHOUT ROWID",
            ),
        }

    def apply(self, connection: sqlite3.Connection, generation: int, touched: Sequence[Touched], ring: Ring) -> None:
        for found in touched:
            if found.stream.startswith("lens/"):
                self._publish(connection, generation, found)
        own = self.own_lenses(connection, generation)
        self._write(connection, generation, [found.told for found in touched if found.told is not None], own)

    def own_lenses(self, connection: sqlite3.Connection, generation: int) -> list[Definition]:
        """The lenses of the organisation itself, each in its newest version."""
        rows = connection.execute(
            f"SELECT definition FROM lenses_{generation} l WHERE position ="
            f" (SELECT max(position) FROM lenses_{generation} WHERE name = l.name) ORDER BY name"
        )
        return [msgspec.msgpack.decode(body, type=Definition) for (body,) in rows]

    def _publish(self, connection: sqlite3.Connection, g: int, found: Touched) -> None:
        for event in found.events:
            if event.kind.name == "lens_published":
                lens = from_plain({**event.data.definition, "name": found.id, "version": event.data.version})
                connection.execute(
                    f"INSERT OR IGNORE INTO lenses_{g} VALUES (?, ?, ?, ?)", (lens.name, lens.version, event.position, _pack(lens))
                )

    def _write(self, connection: sqlite3.Connection, g: int, relationships: Sequence[Chronicle], own: Sequence[Definition]) -> None:
        bodies: list[tuple[str, str, bytes]] = []
        moves: list[tuple[str, str, str, int, str, str | None, str, str | None, str, str]] = []
        for told in relationships:
            names: list[str] | None = None
            bodies_of: list[Evidence | Accounts] = [told_by_evidence(told, lens) for lens in (EVIDENCE, *own)]
            for body in [*bodies_of, told_by_accounts(told, ACCOUNTS_VERSION)]:
                if _empty(body):
                    continue
                bodies.append((told.id, body.lens, _pack(body)))
                names = names if names is not None else holders(told)
                for holder in (None, *names):
                    moves += [_row(told.id, body.lens, holder, move) for move in moves_of(body, holder)]
        old = [(told.id,) for told in relationships]
        connection.executemany(f"DELETE FROM trajectories_{g} WHERE relationship = ?", old)
        connection.executemany(f"DELETE FROM moves_{g} WHERE relationship = ?", old)
        connection.executemany(f"INSERT INTO trajectories_{g} VALUES (?, ?, ?)", bodies)
        connection.executemany(f"INSERT INTO moves_{g} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", moves)


def _empty(body: Evidence | Accounts) -> bool:
    if isinstance(body, Accounts):
        return not any(account.spells for account in body.holders.values())
    return not body.items and not any(body.moves.values())


def _row(
    relationship: str, lens: str, holder: str | None, move: Move
) -> tuple[str, str, str, int, str, str | None, str, str | None, str, str]:
    triggers = msgspec.json.encode(move.triggers).decode()
    return relationship, lens, holder or POOLED, move.at, move.was, move.was_kind, move.now, move.kind, move.cause, triggers


def unpack(lens: str, version: str, body: bytes | None) -> Evidence | Accounts:
    """What is kept of a relationship under a lens; without a row, that nothing is known."""
    if lens == "accounts":
        return _accounts(body) if body is not None else Accounts(lens, version, {ANY_OTHER: Account([], [])})
    return _evidence(body) if body is not None else Evidence(lens, version, [], {POOLED: []}, [])
