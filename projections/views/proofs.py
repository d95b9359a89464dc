"""What can be checked of a log by whoever does not take our word for it: its checkpoints, and the proofs that go with them.

Hashes are written in base64, as in a checkpoint. A proof is made within what is signed, so that there is something to check it against.
"""

import base64
from collections.abc import Iterable

from domain.model.errors import Refusal, Refused, bad, missing
from domain.model.time import rfc3339
from domain.proofs.errors import Unproven
from domain.proofs.tiles import consistency_proof, inclusion_proof, tree_root
from domain.proofs.tree import verify_inclusion
from domain.store.database import EVENTS, Connection
from domain.store.ledger import leaf as leaf_of
from domain.store.log import Log, Rewritten, Signed, Tiles
from projections.views.answers import Checkpoint, ConsistencyProof, InclusionProof

DIGITS = 18


def checkpoint(log: Log, size: str | None = None) -> Checkpoint | None:
    """The newest checkpoint, or the one of a size; None where there is none. Raises `Refused` for what is no size."""
    wanted = None if size is None else _number(size)
    with log.database.reading() as connection:
        if size is not None and wanted is None:
            raise _no_size(size, log.checkpoint(connection))
        found = log.checkpoint(connection, wanted)
    return None if found is None else of_signed(found)


def of_signed(found: Signed) -> Checkpoint:
    return Checkpoint(str(found.size), rfc3339(found.at), found.note.decode())


def verifier(log: Log) -> str:
    """The key that the log signs with, in the text form of signed notes."""
    with log.database.reading() as connection:
        return log.verifier(connection).text


def inclusion(log: Log, id: str) -> InclusionProof:
    """That an event is in the log, against the newest checkpoint. Raises `Refused`."""
    with log.database.reading() as connection:
        asked = f"SELECT position, state, leaf FROM {connection.table(EVENTS)} e WHERE id = ?"
        row = connection.execute(asked, (id,)).fetchone()
        if row is None:
            raise missing("unknown_event", "event", id=id)
        position, state, held = row
        newest = _newest(log, connection)
        if position > newest.size:
            raise Refused(Refusal("UNAVAILABLE", "not_signed_yet", "event", {"position": position, "size": newest.size}))
        try:
            proof = inclusion_proof(Tiles(connection, log.table), position - 1, newest.size)
            verify_inclusion(leaf_of(state), position - 1, newest.size, proof, newest.root)
        except Unproven as why:
            raise Rewritten(f"of the event '{id}' {why}", f"over de gebeurtenis '{id}': {why}") from None
    return InclusionProof(id, str(position), state.decode(), encoded(held), str(newest.size), all_encoded(proof), newest.note.decode())


def consistency(log: Log, old: str, new: str) -> ConsistencyProof:
    """That the log of one size begins with the log of another, both within what is signed. Raises `Refused`."""
    with log.database.reading() as connection:
        newest = _newest(log, connection)
        sizes = [_number(size) for size in (old, new)]
        for field, said, size in zip(("old", "new"), (old, new), sizes, strict=True):
            if size is None or not 0 < size <= newest.size:
                raise _no_size(said, newest, field)
        first, last = (size or 0 for size in sizes)
        if first > last:
            raise bad("old_after_new", "old", old=first, new=last)
        tiles = Tiles(connection, log.table)
        proof = consistency_proof(tiles, first, last)
        old_root, new_root = (encoded(tree_root(tiles, size)) for size in (first, last))
    return ConsistencyProof(str(first), str(last), old_root, new_root, all_encoded(proof))


def encoded(hashed: bytes) -> str:
    return base64.b64encode(hashed).decode()


def all_encoded(hashes: Iterable[bytes]) -> list[str]:
    return [encoded(hashed) for hashed in hashes]


def _newest(log: Log, connection: Connection) -> Signed:
    if (newest := log.checkpoint(connection)) is None:
        raise Refused(Refusal("UNAVAILABLE", "nothing_signed"))
    return newest


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None


def _no_size(said: str, newest: Signed | None, field: str = "size") -> Refused:
    return bad("no_such_size", field, value=said, size=newest.size if newest else 0)
