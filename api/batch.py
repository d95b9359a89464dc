"""Taking a batch in for whoever holds a token, the same however it came: all or nothing, and to be asked for as soon as it is there."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from api.context import Organisation, scope_of, whole
from api.limits import too_costly
from domain.model.errors import Refused
from domain.store.batch import Outcome, RefusedLine, glimpse
from domain.store.staging import Line
from domain.store.tokens import Token
from projections.permits import refusals, told
from projections.telemetry.work import recording

BATCH = "events"
EVENTS = 10_000
"""The most events that one request may bring."""
TOLD = 100
"""Of how many refused events it is told what was wrong."""


class BatchRefused(Refused):
    """A batch of which nothing was recorded, with what was wrong with the first of its events that were refused."""

    def __init__(self, lines: Sequence[RefusedLine]) -> None:
        self.lines = sorted(lines, key=lambda line: line.line.number)[:TOLD]
        super().__init__(self.lines[0].refusal)


class Taken(Struct, frozen=True):
    """What became of a batch that was taken. `ids` stand in the order sent."""

    position: str
    recorded: int
    already: int
    ids: list[str]


def take(organisation: Organisation, token: Token, events: Sequence[bytes], try_only: bool = False) -> Taken:
    """Record events, a JSON object each, or only say what would become of them. Raises `Refused`, of which `BatchRefused` says what was
    wrong with which."""
    scope = scope_of(organisation, token)
    scope.need("record")
    if len(events) > EVENTS:
        raise too_costly("batch_size", limit=EVENTS, size=len(events))
    if scope.may("look"):
        forbidden = refusals(organisation.questions.within(whole(organisation)), organisation.questions.within(scope), events)
        if forbidden:
            raise BatchRefused([RefusedLine(Line(BATCH, number + 1), event.id, refusal) for number, event, refusal in forbidden])
    try:
        way = tried if try_only else taken
        return way(organisation, events, token.recorded_by, keep=token.role == "administrator")
    except BatchRefused as refused:
        seen = organisation.questions.within(scope)
        if scope.may("look"):
            refused = BatchRefused([replace(line, refusal=told(seen, line.refusal)) for line in refused.lines])
        raise refused from None


def taken(organisation: Organisation, events: Sequence[bytes], recorded_by: str, keep: bool) -> Taken:
    """The same for whoever may. `keep`: who the events say recorded them did. Raises `BatchRefused`."""
    with recording(len(events)) as became:
        outcome = organisation.store.recording.record(_lines(events), recorded_by=recorded_by, keep_recorded_by=keep)
        became(outcome)
    told = _told(outcome, events)
    organisation.runner.keep_up_soon()
    return told


def tried(organisation: Organisation, events: Sequence[bytes], recorded_by: str, keep: bool) -> Taken:
    """What `taken` would give, but that nothing is kept. Raises `BatchRefused`."""
    return _told(organisation.store.recording.try_out(_lines(events), recorded_by=recorded_by, keep_recorded_by=keep), events)


def _lines(events: Sequence[bytes]) -> list[tuple[Line, bytes]]:
    return [(Line(BATCH, number), event) for number, event in enumerate(events, 1)]


def _told(outcome: Outcome, events: Sequence[bytes]) -> Taken:
    if outcome.refused:
        raise BatchRefused(outcome.refused)
    return Taken(str(outcome.position), outcome.recorded, outcome.already, [glimpse(event)[0] or "" for event in events])
