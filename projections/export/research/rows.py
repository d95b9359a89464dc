"""The rows of the tables of a release, relationship by relationship: nothing is held from one to the next.

A sequence of which there is no point (a relationship in its first week) stands among the sequences, and else among the moves alone.
"""

from collections.abc import Iterator
from typing import Any

from projections.export.research.columns import MEMBERS, MOVES, RELATIONSHIPS, SEQUENCES, SPELL, SPS, TRAJECTORIES, TSE
from projections.views.pseudonymous import Relationship
from projections.views.released import Reading, Told
from projections.views.weekly import spells

Row = tuple[Any, ...]
POOLED = "pooled"


def rows(told: Told, points: int) -> Iterator[tuple[str, Row]]:
    """The rows of a relationship, each with the name of its table. `points`: of the longest trajectory, for STS."""
    one = told.relationship
    home = one.initiative
    about = (one.pseudonym, home.pseudonym, home.kind, home.guidance, home.contact, one.origin, one.weeks, one.censoring)
    yield RELATIONSHIPS.name, about
    for member in one.members:
        yield MEMBERS.name, (one.pseudonym, member.pseudonym, member.person, member.side, member.joined, member.left)
    for reading in told.readings:
        yield from _of_reading(one, reading, points)


def sequence_id(relationship: str, reading: Reading) -> str:
    return f"{relationship}/{reading.lens}/{reading.holder or POOLED}"


def _of_reading(one: Relationship, reading: Reading, points: int) -> Iterator[tuple[str, Row]]:
    id, read = sequence_id(one.pseudonym, reading), reading.trajectory
    yield SEQUENCES.name, (id, one.pseudonym, reading.lens, reading.holder or POOLED, len(read.week), one.censoring)
    spelt = spells(read)
    stood = list(zip(spelt.phase, spelt.begin, spelt.end, spelt.points, strict=True))
    for place, (state, begin, end, _) in enumerate(stood, 1):
        yield SPELL.name, (id, state, begin, end, one.censoring if place == len(stood) else None)
        yield TSE.name, (id, begin, state)
    if stood:
        yield "sts", (id, *read.phase, *[None] * (points - len(read.phase)))
        yield SPS.name, (id, "-".join(f"({state},{lasted})" for state, _, _, lasted in stood))
    for row in zip(read.week, read.phase, read.help, read.friendship, read.ambiguity, read.confidence, strict=True):
        yield TRAJECTORIES.name, (id, *row)
    for number, move in enumerate(reading.moves, 1):
        yield MOVES.name, (id, number, move.week, move.was, move.was_kind, move.now, move.kind, move.cause)
