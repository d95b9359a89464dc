"""What every resolver is given: whose request it is, and a way to ask that never asks once per row.

The read models answer in bulk and synchronously. What the fields of one level ask is gathered and asked at once, in a thread.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import anyio
import anyio.to_thread
import strawberry
from anyio.lowlevel import RunVar
from msgspec.structs import replace
from starlette.requests import HTTPConnection
from strawberry.dataloader import DataLoader

from api.arguments import given
from api.limits import too_costly
from api.scalars import DateTime
from api.turnstile import Turnstile
from domain.model.errors import Language, Refusal, Refused
from domain.store.accesses import Viewer, on_behalf
from domain.store.grants import Grants
from domain.store.log import Log
from domain.store.own_settings import OwnSettings
from domain.store.projects import Projects
from domain.store.reminders import Reminders
from domain.store.replica import Lost
from domain.store.roster import Roster
from domain.store.store import EventStore
from domain.store.tokens import Token, Tokens
from projections.census.releases import Releases
from projections.erasing import Erasing
from projections.export.mail import Mail
from projections.membership import Membership
from projections.releasing import Releasing
from projections.runner import Runner
from projections.views.analyses import Analyses
from projections.views.questions import Questions
from projections.views.reminding import Reminding
from projections.views.research import Research
from projections.views.scope import Scope
from projections.views.snapshot import POINTS

if TYPE_CHECKING:
    from api.course import Course

T = TypeVar("T")
BEHALF = "On-Behalf-Of"
"""The header that says for whom somebody looks."""
BATCH = 1_000
"""Ids a bulk question; a page at its largest."""


class Signals(Protocol):
    """Tells of what other processes record; see `domain.store.signals`."""

    @property
    def works(self) -> bool: ...

    def following(self) -> AsyncGenerator[int, None]: ...


class Organisation(Protocol):
    """What the api needs of an opened organisation; `signals` where there is Redis, `mail` where a mail server is set."""

    store: EventStore
    log: Log
    access_log: Log
    questions: Questions
    research: Research
    releasing: Releasing
    analyses: Analyses
    runner: Runner
    erasing: Erasing
    tokens: Tokens
    roster: Roster
    census: Releases
    grants: Grants
    membership: Membership
    projects: Projects
    settings: OwnSettings
    reminders: Reminders
    reminding: Reminding

    @property
    def mail(self) -> Mail | None: ...

    @property
    def signals(self) -> Signals | None: ...

    def close(self) -> None: ...


class Wakes(Protocol):
    """Tells when the store has gone past a position; see `api.wakeups`."""

    async def after(self, position: int, seconds: float) -> bool: ...


class Context:
    """One request, or one connection or feed that is `lasting`: then nothing is kept from one answer to the next.

    `operation` names the one that is meant where a query holds several; `language` is that of whoever asks over a connection. A feed is
    told within a `scope`, to whoever has it, on a `course`."""

    connection_params: dict[str, Any] | None = None
    """What a connection gave in its first message."""
    connection: HTTPConnection | None = None
    """The request by which a WebSocket was opened."""

    def __init__(
        self,
        organisation: Organisation,
        wakeups: Wakes,
        token: Token | None,
        operation: str | None = None,
        lasting: bool = False,
        language: Language = "en",
        scope: Scope | None = None,
        course: "Course | None" = None,
        turnstile: Turnstile | None = None,
    ) -> None:
        self.organisation = organisation
        self.wakeups = wakeups
        self.operation = operation
        self.lasting = lasting
        self.language = language
        self._token = token
        self._scope = scope
        self._course = course
        self._turnstile = turnstile
        self._questions: Questions | None = None
        self._points = 0
        self._loaders: dict[Hashable, DataLoader[str, Any]] = {}
        self.selected: dict[tuple[int, tuple[str, ...]], bool] = {}
        """Whether some fields are asked of an object, by the node of its field; see `api.selection`."""

    @property
    def token(self) -> Token:
        if self._token is None:
            raise Refused(Refusal("UNAUTHENTICATED", "unauthenticated"))
        return self._token

    @property
    def scope(self) -> Scope:
        """What whoever asks may see."""
        return self._scope or scope_of(self.organisation, self.token)

    @property
    def is_feed(self) -> bool:
        return self._course is not None

    @property
    def questions(self) -> Questions:
        """All that whoever asks may ask of the read models: what they may not see is not in the answers."""
        if self._questions is None or self._questions.scope != self.scope:
            self._questions = self.organisation.questions.within(self.scope)
        return self._questions

    @property
    def course(self) -> "Course":
        """How the feed goes that this is of."""
        assert self._course is not None, "only a feed has a course"
        return self._course

    def admit(self, token: Token) -> None:
        """Who a connection is of."""
        self._token = token

    async def load(self, ask: Callable[..., dict[str, T]], id: str, **arguments: Hashable) -> T | None:
        """The answer of a bulk question for one id, asked together with all others that ask it with the same arguments."""
        key = (ask, *arguments.items())
        if key not in self._loaders:

            async def answers(ids: list[str]) -> Sequence[Any]:
                found = await question(ask, ids, **arguments)
                return [found.get(id) for id in ids]

            self._loaders[key] = DataLoader(answers, max_batch_size=BATCH, cache=not self.lasting)
        return cast("T | None", await self._loaders[key].load(id))

    def answered(self) -> None:
        """Over a connection each answer has a budget of its own, and nothing is kept for the next."""
        self._points = 0
        self._loaders.clear()
        self.selected.clear()

    def charge(self, cost: int) -> None:
        """Count what a question costs against what its token may ask; a feed was charged when it was begun. Raises `Limited`."""
        if self._turnstile is not None:
            self._turnstile.spend(self.token, cost)

    def spend(self, points: int) -> None:
        """Count instants of trajectories against what a request may have. Raises `Refused`."""
        self._points += points
        if self._points > POINTS:
            raise too_costly("query_points", limit=POINTS)

    def moment(self, text: DateTime | None, field: str) -> int | None:
        """The instant that is asked about. Raises `Refused` for one ahead of now."""
        known = given(text)
        return None if known is None else self.questions.asked(known, field)


def whole(organisation: Organisation) -> Scope:
    """All there is, for what is worked out and told to nobody."""
    return Scope(organisation.store.organisation)


def scope_of(organisation: Organisation, token: Token) -> Scope:
    """What a token lets see."""
    scope = Scope(organisation.store.organisation, token.role, token.reach)
    if scope.is_whole or token.role != "coordinator" or token.member is None:
        # Who sees all sees the same as others who do; and what a program is called others may be called too.
        return scope
    return replace(scope, recorder=token.recorded_by)


def looks(token: Token, behalf: str | None) -> Viewer:
    """Who looks, for the access log: whose token it is, and on whose behalf, as they say. Raises `Refused`."""
    if token.role == "participant":
        # Beside a relationship, who it is would lead to them.
        return Viewer("participant", token.role, on_behalf(behalf, BEHALF))
    by = f"member/{token.member}" if token.member is not None else f"token/{token.name}"
    return Viewer(by, token.role, on_behalf(behalf, BEHALF), token.id)


_at_work: set[object] = set()


def thread(ask: Callable[..., T], *positional: Any, **named: Any) -> Awaitable[T]:
    """Run what waits for the store in a thread, so that other requests go on."""
    return anyio.to_thread.run_sync(_marked(ask, *positional, **named))


class Lane:
    """So many threads for one sort of work: the others never fill these, and it never fills the others."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._limiter: RunVar[anyio.CapacityLimiter] = RunVar("lane")

    def __call__(self, ask: Callable[..., T], *positional: Any, **named: Any) -> Awaitable[T]:
        if (limiter := self._limiter.get(None)) is None:
            self._limiter.set(limiter := anyio.CapacityLimiter(self._threads))
        return anyio.to_thread.run_sync(_marked(ask, *positional, **named), limiter=limiter)


quick = Lane(6)
"""What is answered at once: tokens, the fence, what is new."""
past = Lane(4)
"""What subscribers have missed, of which each may have much to read."""
_studies = Lane(2)
"""What is worked out from all of a project, on which each may have a processor busy for long."""
probe = Lane(8)
"""Probes and scrapes, each of which takes some seconds at the longest."""


def _marked(ask: Callable[..., T], *positional: Any, **named: Any) -> Callable[[], T]:
    def work() -> T:
        mark = object()
        _at_work.add(mark)
        try:
            return ask(*positional, **named)
        finally:
            _at_work.discard(mark)

    return work


def question(ask: Callable[..., T], *positional: Any, **named: Any) -> Awaitable[T]:
    """One of the `Questions`, in a thread. What a replica broke off is asked anew, and then of the primary."""
    return thread(_persistent(ask, *positional, **named))


def study(ask: Callable[..., T], *positional: Any, **named: Any) -> Awaitable[T]:
    """The same of what is worked out from many histories, of which few go on at a time."""
    return _studies(_persistent(ask, *positional, **named))


def _persistent(ask: Callable[..., T], *positional: Any, **named: Any) -> Callable[[], T]:
    def asked() -> T:
        try:
            return ask(*positional, **named)
        except Lost:
            return ask(*positional, **named)

    return asked


async def all_done() -> None:
    """Wait for the threads still at work, also for those that nobody waits for any more: each holds a connection to the store."""
    while _at_work:
        await asyncio.sleep(0.02)


Info = strawberry.Info[Context, None]
