"""What judging a stream asks of what lies outside it, and the little that judging is everywhere the same in."""

from collections.abc import Callable
from typing import Any, Protocol

from msgspec.structs import replace

from domain.model import participant
from domain.model.errors import Refusal, Refused, broken
from domain.model.event import Event
from domain.model.history import Standing
from domain.model.initiative import Initiative
from domain.model.time import DAY


class World(Protocol):
    """What a stream's rules ask of the clock and of the other streams, the batch being judged included.

    `head` is the highest position recorded before the batch: events above it are new. `trusting`: consents are taken as given.
    """

    now: int
    head: int
    trusting: bool

    def initiative(self, id: str) -> Initiative | None: ...

    def relationship_exists(self, id: str) -> bool: ...

    def other_participant(self, id: str) -> participant.Standing:
        """How a participant stands where the streams of participants are judged: with the whole batch, judged or not yet."""
        ...

    def participant(self, id: str) -> participant.Standing: ...


Refusals = list[tuple[Event, Refusal]]


def guarded(refused: Refusals, source: Event, check: Callable[..., Any], *args: Any) -> bool:
    try:
        check(*args)
    except Refused as error:
        refused.append((source, error.refusal))
        return False
    return True


def not_ahead(standing: Standing, world: World) -> None:
    if standing.event.at > world.now + DAY:
        raise broken("ahead", "occurred" if standing.source is standing.event else "data.occurred")


def is_new(world: World, standing: Standing) -> bool:
    return standing.source.position > world.head


def placed_in(standing: Standing, refusal: Refusal) -> Refusal:
    """A refusal of amended content names its field as it stands in the amendment."""
    field = refusal.field
    if standing.source is standing.event or standing.source.kind.name != "event_amended" or field is None or field.startswith("data.data"):
        return refusal
    return replace(refusal, field="data.occurred" if field in ("occurred", "data.occurred") else f"data.{field}")
