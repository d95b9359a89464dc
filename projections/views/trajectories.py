"""The read model of how relationships moved: under each lens the weighed contributions and spells, and every move.

What a lens tells of a relationship is kept as one packed row, from which a reading at any instant is worked out without the
events; moves stand in rows of their own so that lists and pages can be found over all relationships. Relationships of which a
lens knows nothing have no row.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from domain.model.lens import ACCOUNTS_VERSION, EVIDENCE, Definition
from domain.store.keys import Ring
from projections.lenses.accounts import Account
from projections.lenses.evidence import Move
from projections.lenses.reading import ANY_OTHER, POOLED, Accounts, Evidence, holders, moves_of, told_by_accounts, told_by_evidence
from projections.reader import Change, Touched, lens_of

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

    def changes(self, generation: int, touched: Sequence[Touched], ring: Ring, own: Sequence[Definition]) -> Iterator[Change]:
        g = generation
        yield (
            f"INSERT OR IGNORE INTO lenses_{g} VALUES (?, ?, ?, ?)",
            [row for found in touched if found.stream.startswith("lens/") for row in _versions(found)],
        )
        relationships = [found.told for found in touched if found.told is not None]
        bodies: list[tuple[Any, ...]] = []
        moves: list[tuple[Any, ...]] = []
        for told in relationships:
            names: list[str] | None = None
            read: list[Evidence | Accounts] = [told_by_evidence(told, lens) for lens in (EVIDENCE, *own)]
            for body in [*read, told_by_accounts(told, ACCOUNTS_VERSION)]:
                if _empty(body):
                    continue
                bodies.append((told.id, body.lens, _pack(body)))
                names = names if names is not None else holders(told)
                for holder in (None, *names):
                    moves += [_row(told.id, body.lens, holder, move) for move in moves_of(body, holder)]
        read_before = [(found.id,) for found in touched if found.told is not None and found.new < len(found.events)]
        yield f"DELETE FROM trajectories_{g} WHERE relationship = ?", read_before
        yield f"DELETE FROM moves_{g} WHERE relationship = ?", read_before
        yield f"INSERT INTO trajectories_{g} VALUES (?, ?, ?)", bodies
        yield f"INSERT INTO moves_{g} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", moves


def _versions(found: Touched) -> Iterator[tuple[str, str, int, bytes]]:
    for event in found.events:
        if event.kind.name == "lens_published":
            lens = lens_of(event)
            yield lens.name, lens.version, event.position, _pack(lens)


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
