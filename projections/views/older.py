"""Lists read with an older version of a lens, so that an answer which cites one can be asked again.

Of a version that is not the newest the views keep nothing: each relationship is read anew from its events. So many at once are read and
no more; whoever asks of more narrows the list, or asks of single relationships.
"""

from domain.model.errors import Refusal, Refused
from domain.model.lens import Definition
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import Move
from projections.lenses.reading import holders, moves_of, phase_at, told_by_evidence
from projections.views.filters import Clause, MoveFilter
from projections.views.histories import RELATIONSHIPS
from projections.views.snapshot import Snapshot

LIMIT = 2_000


def standing(snapshot: Snapshot, clause: Clause, lens: Definition, phase: str, at: int) -> list[str]:
    """Of the relationships that meet a clause on `r`, those whose pooled reading stood so at an instant. Raises `Refused`."""
    found = _told(snapshot, clause)
    return [id for id, told in found.items() if phase_at(moves_of(told_by_evidence(told, lens), None), at) == phase]


def moves(snapshot: Snapshot, asked: MoveFilter, lens: Definition) -> list[tuple[str, Move]]:
    """The moves that a filter asks for, up to now, the most recent first. Raises `Refused`."""
    clause = Clause()
    if asked.relationship is not None:
        clause.need("r.id = ?", asked.relationship)
    if asked.initiative is not None:
        clause.need("r.initiative = ?", asked.initiative)
    to = snapshot.now if asked.to is None else min(asked.to, snapshot.now)
    found = [
        (id, move)
        for id, told in _told(snapshot, clause).items()
        if asked.holder in (None, *holders(told))
        for move in moves_of(told_by_evidence(told, lens), asked.holder)
        if move.at <= to
        and (asked.start is None or move.at >= asked.start)
        and (asked.was is None or move.was == asked.was.lower())
        and (asked.now is None or move.now == asked.now.lower())
    ]
    return sorted(found, key=lambda pair: (pair[1].at, pair[0]), reverse=True)


def _told(snapshot: Snapshot, clause: Clause) -> dict[str, Chronicle]:
    query = f"SELECT r.id FROM {snapshot.table(RELATIONSHIPS)} r{clause.where} LIMIT ?"
    ids = [id for (id,) in snapshot.connection.execute(query, (*clause.values, LIMIT + 1))]
    if len(ids) > LIMIT:
        raise Refused(Refusal("TOO_COSTLY", "lens_older", "lens", {"limit": LIMIT}))
    return snapshot.told(ids, None)
