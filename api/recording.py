"""Recording through GraphQL: events as they are, or by the input of their own kind; all or nothing, and to be asked for at once."""

import json
import uuid
from collections.abc import Sequence
from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET

from api.arguments import given
from api.at_least import reach
from api.batch import BATCH, Taken, take
from api.context import Context, Info, question, thread
from api.events import Event
from api.fields import field
from api.inputs import input_of, plain
from api.scalars import JSON, ConsentScope, Position
from api.selection import contents
from domain.model.catalogue import CATALOGUE, Kind
from domain.model.errors import Refusal, Refused, bad, missing
from domain.model.meanings import EVENTS
from domain.model.time import iso_day, rfc3339
from domain.store.erasures import Unfinished
from projections.erasing import Erasing
from projections.views import answers

SOURCE = "urn:tussenruimte:api"


async def _events(taken: strawberry.Parent[Taken], info: Info) -> list[answers.RecordedEvent]:
    await reach(info.context, int(taken.position))
    found = await question(info.context.questions.events_by_id, taken.ids, contents(info))
    return [found[id] for id in taken.ids if id in found]


@strawberry.type(description="What became of a batch of events.")
class RecordResult:
    position: Position = field("The highest position of these events, those that were there already included; 0 for an empty batch.")
    recorded: int = field("How many were recorded.")
    already: int = field("How many were recorded before, with the same content.")
    ids: list[strawberry.ID] = field("Their ids, in the order sent.")
    events: list[Event] = field("The events themselves, in the order sent, with the ids that the platform made.", _events)


@strawberry.type(description="How far the erasure of a participant is.")
class ErasureResult:
    participant: strawberry.ID = field("The participant's id.")
    state: str = field("`requested`, `frozen`, `destroyed` (from here on nothing opens) or `erased`.")
    certificate: JSON | None = field("What was destroyed, counted for each place and free of personal data; none before the end.")


def _encoded(event: Any, number: int) -> bytes:
    try:
        return json.dumps(event, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad("half_character", f"{BATCH}[{number - 1}]") from None
    except (ValueError, RecursionError):
        raise bad("number", f"{BATCH}[{number - 1}]") from None


def _record(context: Context, events: Sequence[Any], try_only: bool = False) -> Taken:
    return take(context.organisation, context.token, [_encoded(event, number) for number, event in enumerate(events, 1)], try_only)


Events = Annotated[list[JSON], strawberry.argument(description="CloudEvents objects, as the catalogue of events describes them.")]
Sender = Annotated[
    str | None,
    strawberry.argument(
        description="Whom the sender takes to be signed in, as `viewer.recordedBy` says it. Refused where it is somebody else."
    ),
]
TryOnly = Annotated[
    bool,
    strawberry.argument(
        description="Only judge them, with the same refusals: nothing is kept, and `recorded` says how many would be recorded."
    ),
]
Participant = Annotated[strawberry.ID, strawberry.argument(description="The participant's id.")]
Scope = Annotated[ConsentScope, strawberry.argument(description="What is no longer consented to.")]


async def record_events(info: Info, events: Events, recorded_by: Sender = UNSET, try_only: TryOnly = False) -> Taken:
    """What a browser kept for one person is never recorded as another's, who signed in there meanwhile."""
    if given(recorded_by) not in (None, info.context.token.recorded_by):
        raise Refused(Refusal("CONFLICT", "entry_another", "recordedBy"))
    return await thread(_record, info.context, events, try_only)


async def withdraw_consent(info: Info, participant: Participant, scope: Scope) -> Taken:
    """As of this instant, so that whatever was consented to today is over too."""
    await thread(_need_known, info.context, participant)
    return await thread(_record, info.context, [withdrawal(info.context.organisation.store.clock(), participant, scope)])


def withdrawal(now: int, participant: str, scope: ConsentScope) -> dict[str, Any]:
    """The event by which a consent ends now."""
    given = {"participant": participant, "occurred": iso_day(now), "time": rfc3339(now), "data": {"scope": scope.value.lower()}}
    return _envelope(CATALOGUE["consent_withdrawn"], given)


def _need_known(context: Context, participant: str) -> None:
    """Refuse who is not registered, or is not theirs; as the primary has it, since a replica may yet have to learn of them."""
    context.scope.need("record")
    with context.questions.newest() as snapshot:
        if not snapshot.people([participant])[participant][1]:
            raise missing("participant_unknown", "participant", participant=participant)


def recorder_of(kind: Kind) -> Any:
    """The field of the mutation that records one event of a kind."""

    async def record(info: Info, input: Any) -> Taken:
        return await thread(_record, info.context, [_envelope(kind, plain(input))])

    argument = strawberry.argument(description="The event, with what is known of it.")
    record.__annotations__["input"] = Annotated[input_of(kind), argument]
    return field(f"Record: {EVENTS[kind.name][0]}", record)


def _envelope(kind: Kind, given: dict[str, Any]) -> dict[str, Any]:
    """The CloudEvent that an input stands for.

    The ids it leaves out are made from the event's own, so that the same input with the same `id` is the same event again."""
    id, data = given.pop("id", str(uuid.uuid4())), given.pop("data", {})
    named = {stream: given.pop(stream) for stream in kind.streams if stream in given}
    if kind.opens and not named:
        named = {kind.streams[0]: id}
    if len(named) != 1:
        raise bad("one_stream", None, expected=kind.streams)
    if kind.own is not None:
        data.setdefault(kind.own, id)
    ((stream, of),) = named.items()
    return {"specversion": "1.0", "id": id, "source": SOURCE, "type": kind.type, "subject": f"{stream}/{of}", **given, "data": data}


async def erase_participant(info: Info, participant: Participant) -> ErasureResult:
    await thread(_need_known, info.context, participant)
    return await thread(erased, info.context.organisation.erasing, participant)


def erased(erasing: Erasing, participant: str) -> ErasureResult:
    """How far an erasure came."""
    try:
        erasure = erasing.erase(participant)
    except Unfinished:
        # Nothing of it opens any more; the rest is done by the worker, or when it is asked for again.
        if (begun := erasing.ledger.of(participant)) is None:
            raise
        erasure = begun
    state = erasing.ledger.state(erasure)
    return ErasureResult(participant=strawberry.ID(participant), state=state, certificate=cast(Any, erasure.certificate))
