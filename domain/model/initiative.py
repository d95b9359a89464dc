"""An initiative's own stream: its roles and their sides, its coordinators, and when it was closed."""

from msgspec import Struct, field
from msgspec.structs import replace

from domain.model.errors import NAMED_STREAMS, broken
from domain.model.event import Event
from domain.model.events import RoleSide
from domain.model.words import KNOWN_ROLES, Side


class Initiative(Struct, frozen=True):
    """`closings` are the instants (with the position recorded) at which it closed (True) or reopened (False), in order."""

    id: str
    registered: bool = False
    sides: dict[str, Side] = field(default_factory=lambda: KNOWN_ROLES)
    coordinators: frozenset[str] = frozenset()
    closings: tuple[tuple[int, int, bool], ...] = ()

    @property
    def closed(self) -> bool:
        return bool(self.closings) and self.closings[-1][2]

    def closed_at(self, at: int, position: int) -> bool:
        """Whether it was closed when an event of that instant and position happened."""
        state = False
        for when, order, closed in self.closings:
            if (when, order) < (at, position):
                state = closed
        return state


def decide(initiative: Initiative, event: Event) -> None:
    """Raise `Refused` where the event may not happen in this initiative's stream at that time."""
    if event.kind.opens:
        if initiative.registered:
            raise broken("begun_already", "type", kind=NAMED_STREAMS["initiative"], id=initiative.id)
    elif not initiative.registered:
        raise broken("not_begun", "occurred", kind=NAMED_STREAMS["initiative"], id=initiative.id)
    data = event.data
    match event.kind.name:
        case "initiative_registered" | "roles_registered":
            _fixed_sides(initiative, data.roles)
        case "coordinator_released" if data.coordinator not in initiative.coordinators:
            raise broken("not_appointed", "data.coordinator", coordinator=data.coordinator)
        case "initiative_closed" if initiative.closed:
            raise broken("closed_already", "type")
        case "initiative_reopened" if not initiative.closed:
            raise broken("not_closed", "type")
        case "room_made" if data.by != "coordinator" or data.instrument != "setting":
            raise broken("room_here", "data.by" if data.by != "coordinator" else "data.instrument")


def _fixed_sides(initiative: Initiative, roles: tuple[RoleSide, ...]) -> None:
    sides = dict(initiative.sides)
    for given in roles:
        if sides.setdefault(given.role, given.side) != given.side:
            raise broken("side_fixed", "data.roles", role=given.role, side=sides[given.role])


def evolve(initiative: Initiative, event: Event) -> Initiative:
    data = event.data
    match event.kind.name:
        case "initiative_registered":
            return replace(initiative, registered=True, sides=_with(initiative, data.roles))
        case "roles_registered":
            return replace(initiative, sides=_with(initiative, data.roles))
        case "coordinator_appointed":
            return replace(initiative, coordinators=initiative.coordinators | {data.coordinator})
        case "coordinator_released":
            return replace(initiative, coordinators=initiative.coordinators - {data.coordinator})
        case "initiative_closed" | "initiative_reopened":
            change = (event.at, event.position, event.kind.name == "initiative_closed")
            return replace(initiative, closings=(*initiative.closings, change))
    return initiative


def _with(initiative: Initiative, roles: tuple[RoleSide, ...]) -> dict[str, Side]:
    return {**initiative.sides, **{given.role: given.side for given in roles}}
