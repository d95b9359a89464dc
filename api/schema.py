"""The GraphQL schema: what can be asked and recorded, and how a question is kept within bounds before it is looked at."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast

import strawberry
from graphql import GraphQLError
from opentelemetry import trace
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.at_least import AtLeast
from api.attention import AttentionConnection, all_attention, ask_again, put_aside
from api.audit import Audit, audit
from api.census import Census, LiveCensus, census, live_census
from api.coding import CodeAgreement, CodebookEntry, agreement_of, codebook
from api.errors import OF_THE_QUERY, all_said, code_of
from api.events import EventConnection, all_events
from api.fields import feed, field
from api.granting import Grant, Opener, allow_opening, ask_to_open, end_opening, grants, open_granted
from api.initiatives import Initiative, InitiativeConnection, all_initiatives, initiative_by_id
from api.lenses import LensTrial, try_lens
from api.limits import Valid, document, measured
from api.live import LiveEvent, LiveMove, live_events, live_moves
from api.measures import Scale, all_scales, publish_scale
from api.moves import MoveConnection, all_moves
from api.organisation import (
    Invitation,
    NewToken,
    Organisation,
    OrganisationMember,
    appoint_coordinator,
    create_token,
    invite_member,
    invite_participant,
    member_leaves,
    organisation,
    release_coordinator,
    renew_link,
    revoke_token,
)
from api.own import Own, erase_mine, own, withdraw_mine
from api.people import Participant, participant_by_id
from api.projects import Project, admit_to_project, begin_project, close_project
from api.pushed import Executor
from api.readings import Lens, all_lenses
from api.recording import ErasureResult, RecordResult, erase_participant, record_events, recorder_of, withdraw_consent
from api.refused import note_errors
from api.relationships import Relationship, RelationshipConnection, all_relationships, relationship_by_id
from api.releases import Release, release_research
from api.reminders import CalendarAddress, Reminders, end_calendar, remind_by_mail, reminders, renew_calendar, stop_mail
from api.research import Research, research
from api.scalars import SCALARS, Date
from api.settings import Settings, set_preset, set_time_zone, settings
from api.time_limit import lift
from api.viewing import Viewer, viewer
from domain.model.catalogue import KINDS
from domain.model.errors import Code, Language, Refused
from projections.telemetry.metrics import OPERATION_SECONDS, OPERATIONS
from projections.telemetry.traces import span
from projections.telemetry.work import OK


def asked(description: str, resolver: Callable[..., Any]) -> Any:
    """A field of the query, which can be asked with `atLeast`."""
    return field(description, resolver, extensions=[AtLeast()])


@strawberry.type(description="What can be asked. Lists give the most recent event first.")
class Query:
    relationship: Relationship | None = asked("A relationship by its id; none where there is none.", relationship_by_id)
    relationships: RelationshipConnection = asked("Relationships, page by page.", all_relationships)
    participant: Participant | None = asked("A participant by their id; none where there is none.", participant_by_id)
    initiative: Initiative | None = asked("An initiative by its id; none where there is none.", initiative_by_id)
    initiatives: InitiativeConnection = asked("Initiatives, page by page.", all_initiatives)
    events: EventConnection = asked("What was recorded, page by page, the most recently recorded first.", all_events)
    moves: MoveConnection = asked("When readings changed, page by page.", all_moves)
    attention: AttentionConnection = asked("What asks for a look today, page by page, for coordinators.", all_attention)
    lenses: list[Lens] = asked("The lenses there are.", all_lenses)
    codebook: list[CodebookEntry] = asked("What codes mean, by code, for whoever may open accounts.", codebook)
    scales: list[Scale] = asked("The scales of measures there are.", all_scales)
    agreement: list[CodeAgreement] = field("How far the coders of accounts agree, for whoever may open these.", agreement_of)
    try_lens: LensTrial = field("A lens tried on histories before it is published, for whoever may publish it and open these.", try_lens)
    census: Census = field("Numbers of all relationships together.", census)
    audit: Audit = field("What can be checked from outside, for auditors.", audit)
    organisation: Organisation = field("The organisation itself, for its administrators.", organisation)
    settings: Settings = field("What the organisation sets for itself.", settings)
    reminders: Reminders = field("How you are reminded of what asks for a look, for members who look after contacts.", reminders)
    viewer: Viewer = field("Who asks this.", viewer)
    grants: list[Grant] = field("What auditors asked to open, the latest first: for administrators all, for auditors their own.", grants)
    own: Own = field("What is kept of you, for participants who signed in.", own)
    research: Research = field("What is told for research, of one project.", research)


PLATFORM_ONLY = ("participant_erased",)
"""What only the platform records: `eraseParticipant` is how it is asked for."""


def _mutation() -> Any:
    """Batches, one mutation for each event of the catalogue, and what it takes to leave."""
    made: dict[str, tuple[type, Any]] = {
        "record_events": (RecordResult, field("Record any events of the catalogue, all or nothing.", record_events)),
        **{f"record_{kind.name}": (RecordResult, recorder_of(kind)) for kind in KINDS if kind.name not in PLATFORM_ONLY},
        "withdraw_consent": (RecordResult, field("Record that a participant withdraws a consent as of today.", withdraw_consent)),
        "erase_participant": (
            ErasureResult,
            field("Destroy what is known of a participant, under all ids joined.", erase_participant),
        ),
        "withdraw_mine": (RecordResult, field("Withdraw a consent of yours as of today, for participants.", withdraw_mine)),
        "erase_mine": (ErasureResult, field("Have what is known of you destroyed, for participants.", erase_mine)),
        "invite_participant": (Invitation, field("Let a participant look at what is theirs.", invite_participant)),
        "invite_member": (Invitation, field("Invite a member, for administrators.", invite_member)),
        "renew_link": (Invitation, field("A new link for a member, for administrators.", renew_link)),
        "appoint_coordinator": (
            OrganisationMember,
            field("Have a coordinator look after initiatives too, for administrators.", appoint_coordinator),
        ),
        "release_coordinator": (
            OrganisationMember,
            field("Have a coordinator look after initiatives no more, for administrators.", release_coordinator),
        ),
        "member_leaves": (bool, field("Have somebody be a member no more, for administrators.", member_leaves)),
        "create_token": (NewToken, field("Make a token for a program, for administrators.", create_token)),
        "revoke_token": (bool, field("End a token now, for administrators.", revoke_token)),
        "begin_project": (Project, field("Begin a research project, for administrators.", begin_project)),
        "admit_to_project": (Project, field("Say who may ask of a project, for administrators.", admit_to_project)),
        "release_research": (Release, field("Freeze what a project is told as it is known now, for researchers.", release_research)),
        "close_project": (
            bool,
            field(
                "Close one for good, with its secret: nobody can say any more whose its pseudonyms were. For administrators.", close_project
            ),
        ),
        "publish_scale": (Scale, field("Publish a scale of measures, for administrators. A version is never changed.", publish_scale)),
        "put_aside": (
            Date,
            field(
                "Put aside something that asks for a look, for all who look after that contact. It asks again from the day that this tells,"
                " or when what it rests on changes.",
                put_aside,
            ),
        ),
        "ask_again": (bool, field("Have it be put aside no more. False where it was not.", ask_again)),
        "set_preset": (Settings, field("Have something ask for a look or not, and when, for administrators.", set_preset)),
        "set_time_zone": (Settings, field("Say where the organisation's days begin, for administrators.", set_time_zone)),
        "remind_by_mail": (
            Reminders,
            field("Be reminded by mail of what asks for a look, for members who look after contacts.", remind_by_mail),
        ),
        "stop_mail": (Reminders, field("Be reminded by mail no more: your mail address is destroyed.", stop_mail)),
        "renew_calendar": (
            CalendarAddress,
            field(
                "A calendar of your own of what is of a day, at an address that only you know; the one before holds no more.",
                renew_calendar,
            ),
        ),
        "end_calendar": (bool, field("Have your calendar be at no address any more. False where it was at none.", end_calendar)),
        "ask_to_open": (Grant, field("Ask that something may be opened, for auditors.", ask_to_open)),
        "allow_opening": (Grant, field("Allow it; from the second administrator on it may be.", allow_opening)),
        "open_granted": (Opener, field("A token with which it is opened, for the auditor who asked.", open_granted)),
        "end_opening": (Grant, field("Have it be opened no more, for administrators and the auditor who asked.", end_opening)),
    }
    annotations = {name: of for name, (of, _) in made.items()}
    mutation = type("Mutation", (), {"__annotations__": annotations, **{name: one for name, (_, one) in made.items()}})
    return strawberry.type(mutation, description="What can be recorded. Nothing of a refused batch is.")


@strawberry.type(description="What is told as it happens, over graphql-transport-ws.")
class Subscription:
    events: LiveEvent = feed("Every event after a position: first those there already, then live; none twice, none lost.", live_events)
    census: LiveCensus = feed("The census, and again whenever something is told otherwise; a heartbeat where nothing is.", live_census)
    moves: LiveMove = feed("Every move that comes to be known after a position, and every one that is withdrawn.", live_moves)


class Limits(SchemaExtension):
    """Parses within limits, so that a query too costly is refused before it is validated. What it costs is told with the answer."""

    _told: Mapping[str, Any] = {}

    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        found = measured(asked.query or "", asked.variables)
        self._told = found.told()
        found.check(asked.context.operation)
        if not asked.context.lasting:
            # Over a connection it was counted before: to refuse it here would break that.
            asked.context.charge(found.shape.cost)
        asked.graphql_document = found.document
        yield

    def on_execute(self) -> Iterator[None]:
        if self.execution_context.operation_type is not OperationType.QUERY:
            lift()
        yield

    def get_results(self) -> dict[str, Any]:
        """Not with each of the answers of a subscription, which are as short as they can be."""
        return {} if self.execution_context.context.is_feed else dict(self._told)

    def on_validate(self) -> Iterator[None]:
        asked, valid = self.execution_context, cast("Schema", self.execution_context.schema).valid
        if (asked.query or "") in valid:
            asked.pre_execution_errors = []
        yield
        if asked.query is not None and not asked.pre_execution_errors:
            valid.add(asked.query)


class Watched(SchemaExtension):
    """Counts operations by their kind and by what was wrong, never by what they ask."""

    def on_operation(self) -> Iterator[None]:
        began = time.perf_counter()
        wrong: Code | None = None
        try:
            yield
        except asyncio.CancelledError:
            # A subscription is left whenever whoever listens has had enough.
            wrong = None if self._kind() == "subscription" else "UNAVAILABLE"
            raise
        except (Refused, *OF_THE_QUERY) as error:
            wrong = code_of(error)
            raise
        finally:
            asked = self.execution_context
            if wrong is None and asked.pre_execution_errors:
                wrong = code_of(asked.pre_execution_errors[0])
            kind = self._kind()
            # What is told as it happens is executed as often as it takes; those that are open are counted apart.
            if kind != "subscription" or wrong:
                OPERATIONS.labels(kind, wrong or OK).inc()
            if kind != "subscription":
                OPERATION_SECONDS.labels(kind).observe(time.perf_counter() - began)
            trace.get_current_span().set_attributes({"graphql.operation.type": kind, "outcome": wrong or OK})

    def _kind(self) -> str:
        try:
            return self.execution_context.operation_type.value
        except RuntimeError:
            return "unknown"


class Told(SchemaExtension):
    """Tells what goes wrong over a connection as it is told over HTTP."""

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        self.execution_context.context.answered()
        if result.errors:
            await note_errors(self.execution_context.context.organisation, result.errors)
            result.errors = all_said(result.errors, self.execution_context.context.language)
        yield


class Schema(strawberry.Schema):
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.valid = Valid()

    async def execute(self, *args: Any, **named: Any) -> ExecutionResult:
        """As the library has it, as a span."""
        with span("graphql operation"):
            return await super().execute(*args, **named)

    async def stream(self, query: str | None, *args: Any, **named: Any) -> Any:
        """As the library has it; a query that goes beyond the limits is refused before, since there it would break the connection."""
        try:
            document(query or "", named.get("operation_name"), named.get("variable_values"))
        except (Refused, GraphQLError) as error:
            return _refused(error, named["context_value"].language)
        return await super().stream(query, *args, **named)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Errors are told, and logged where that is due, when the answer is written."""


async def _refused(error: Refused | GraphQLError, language: Language) -> AsyncGenerator[PreExecutionError, None]:
    found = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
    yield PreExecutionError(data=None, errors=all_said([found], language))


@cache
def make_schema() -> Schema:
    """One for the process: it knows of no organisation, and takes half a second to make."""
    return Schema(
        Query,
        _mutation(),
        Subscription,
        execution_context_class=Executor,
        extensions=[Watched, Limits, Told],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
