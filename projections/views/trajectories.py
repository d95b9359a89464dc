"""The read model of how relationships moved: under each lens the weighed contributions and spells, and every move.

What a lens tells of a relationship is kept as one packed row, from which a reading at any instant is worked out without the
events; moves stand in rows of their own so that lists and pages can be found over all relationships. Relationships of which a
lens knows nothing have no row.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from domain.model.lens import ACCOUNTS_VERSION, EVIDENCE, Definition
from domain.store.database import Add, Change, Connection, Delete, Insert, Table
from domain.store.keys import Ring
from projections.lenses.accounts import Account
from projections.lenses.evidence import Move
from projections.lenses.reading import ANY_OTHER, POOLED, Accounts, Evidence, holders, moves_of, told_by_accounts, told_by_evidence
from projections.reader import Touched, lens_of

_pack = msgspec.msgpack.Encoder().encode
_evidence = msgspec.msgpack.Decoder(Evidence).decode
_accounts = msgspec.msgpack.Decoder(Accounts).decode


TRAJECTORIES = Table("trajectories", {"relationship": "text", "lens": "text", "body": "bytes"}, key=("relationship", "lens"), version=2)
"""What a lens tells of a relationship, packed."""
MOVES = Table(
    "moves",
    {
        "relationship": "text", "lens": "text", "holder": "text", "at": "integer", "was": "text", "was_kind": "text?", "now": "text",
        "kind": "text?", "cause": "text", "triggers": "text",
    },
    key=("relationship", "lens", "holder", "at"),
    indexes=(("lens", "holder", "at", "relationship"), ("at",)),
    version=2,
)  # fmt: skip
"""`holder` is empty for the pooled reading."""
LENSES = Table(
    "lenses", {"name": "text", "version": "text", "position": "integer", "definition": "bytes"}, key=("name", "version"), version=2
)
"""The lenses that the organisation published, packed."""


class Trajectories:
    """How each lens reads each relationship, and when its reading changed."""

    name = "trajectories"
    version = 2
    tables = (TRAJECTORIES, MOVES, LENSES)

    def changes(self, touched: Sequence[Touched], ring: Ring, own: Sequence[Definition]) -> Iterator[Change]:
        yield Add(LENSES, [row for found in touched if found.stream.startswith("lens/") for row in _versions(found)])
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
        yield Delete(TRAJECTORIES, ("relationship",), read_before)
        yield Delete(MOVES, ("relationship",), read_before)
        yield Insert(TRAJECTORIES, bodies)
        yield Insert(MOVES, moves)

    def naming(self, connection: Connection, generation: int, people: Sequence[str]) -> Sequence[str]:
        return ()

    def without(self, streams: Sequence[str]) -> Iterator[Change]:
        for table in (TRAJECTORIES, MOVES):
            yield Delete(table, ("relationship",), [(stream.partition("/")[2],) for stream in streams])


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
