"""Room: how many ways of being in contact a relationship keeps open at an instant.

The breadth of ways of meeting is the effective number of modes (Hill number of order 1: Hill 1973); what is counted weighs less
the longer ago it was, halving like the deposits of the lens `evidence`.
"""

from collections import defaultdict
from math import exp, log

from msgspec import Struct

from domain.model.events import Unvoiced
from domain.model.relationship import Relationship
from domain.model.time import DAY
from projections.lenses.chronicle import Chronicle

HALF_LIFE_DAYS = 180.0
CHANGES = ("roles_reversed", "roles_restored", "role_taken", "role_laid_down", "rhythm_changed")
Mode = tuple[tuple[str, ...], str | None, str | None, str | None]


class Room(Struct, frozen=True):
    """`surprise` by whom it meant something for; `made` by instrument, `limited` by kind of agreement; all weighed by age."""

    breadth: float
    surprise: dict[str, float]
    movement: float
    made: dict[str, float]
    limited: dict[str, float]


def _mode(state: Relationship, data: object) -> Mode:
    place = getattr(data, "place", None)
    sides = tuple(sorted(state.side(handle) for handle in getattr(data, "present", ())))
    return sides, place.partition(":")[0] if place else None, getattr(data, "activity", None), getattr(data, "mood", None)


def room(told: Chronicle, at: int) -> Room:
    """The room of a relationship at an instant; an event at that instant counts."""
    modes: dict[Mode, float] = defaultdict(float)
    surprise = {"self": 0.0, "other": 0.0, "unsaid": 0.0}
    made: dict[str, float] = defaultdict(float)
    limited: dict[str, float] = defaultdict(float)
    movement = 0.0
    last: Mode | None = None
    for step in told.steps:
        event, data = step.event, step.event.data
        if event.at > at:
            break
        if isinstance(data, Unvoiced):
            continue
        weight = 2.0 ** (-(at - event.at) / (HALF_LIFE_DAYS * DAY))
        name = event.kind.name
        if name == "meeting_held":
            mode = _mode(step.before, data)
            if last is not None and mode not in modes:
                surprise["unsaid"] += weight
            if last is not None and mode != last:
                movement += weight
            modes[mode] += weight
            last = mode
        elif name == "surprise_noticed":
            surprise[data.meaning_for] += weight
        elif name in CHANGES:
            movement += weight
        elif name == "room_made":
            made[data.instrument] += weight
        elif name == "boundary_agreed":
            limited[data.kind] += weight
    return Room(_breadth(modes), surprise, movement, dict(made), dict(limited))


def _breadth(modes: dict[Mode, float]) -> float:
    whole = sum(modes.values())
    if whole <= 0:
        return 0.0
    parts = [weight / whole for weight in modes.values() if weight > 0]
    return exp(-sum(part * log(part) for part in parts))
