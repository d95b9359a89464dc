"""Taking a batch in for whoever holds a token, the same however it came: all or nothing, and to be asked for as soon as it is there."""

from collections.abc import Sequence

from msgspec import Struct

from api.context import Organisation
from domain.model.errors import Refused
from domain.store.batch import RefusedLine, glimpse
from domain.store.staging import Line
from domain.store.tokens import Token

BATCH = "events"


class BatchRefused(Refused):
    """A batch of which nothing was recorded, with what was wrong with each of its events."""

    def __init__(self, lines: Sequence[RefusedLine]) -> None:
        self.lines = sorted(lines, key=lambda line: line.line.number)
        super().__init__(self.lines[0].refusal)


class Taken(Struct, frozen=True):
    """What became of a batch that was taken. `ids` stand in the order sent."""

    position: str
    recorded: int
    already: int
    ids: list[str]


def take(organisation: Organisation, token: Token, events: Sequence[bytes]) -> Taken:
    """Record events, a JSON object each. Raises `BatchRefused`."""
    lines = [(Line(BATCH, number), event) for number, event in enumerate(events, 1)]
    outcome = organisation.store.recording.record(lines, recorded_by=token.recorded_by, keep_recorded_by=token.role == "administrator")
    if outcome.refused:
        raise BatchRefused(outcome.refused)
    organisation.runner.catch_up()
    return Taken(str(outcome.position), outcome.recorded, outcome.already, [glimpse(event)[0] or "" for event in events])
