"""Events as they are recorded, for plain clients: server-sent events, the past after a position first and then whatever comes.

Each is a CloudEvent as `GET /events` gives it line by line. Those who ask for the same are told from one reading, as subscribers are.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from msgspec import Struct
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from api.arguments import place
from api.context import Organisation, scope_of
from api.course import Course
from api.errors import mask
from api.exchange import STATUS, HTTPRefused
from api.fanout import Fanout, Frame, Subscriber, TooSlow
from api.followers import NotWritten
from api.meeting import EventMeeting
from api.scalars import Position
from api.texts import refuse_unkept
from api.turnstile import Limited, Turnstile
from api.watch import TokenWatch
from domain.model.catalogue import CATALOGUE
from domain.model.errors import Refusal, Refused, bad
from domain.store.accesses import ORGANISATION
from domain.store.database import ReadConnection
from domain.store.mapper import Kept
from domain.store.store import EventStore
from domain.store.tokens import Token
from projections.export.cloudevents import written
from projections.views import live
from projections.views.filters import EventFilter
from projections.views.scope import Scope
from projections.views.snapshot import Snapshot

EVENT_STREAM = "text/event-stream"
PARAMETERS = ("after", "relationship", "participant", "initiative", "types")
HEARTBEAT = b": nothing came\n\n"
LAST_SECONDS = 1.0
"""For so long somebody is waited for to take the end of the answer."""


class Asked(Struct, frozen=True):
    """Which events, from where."""

    after: int
    filter: EventFilter
    field: str
    """The parameter or the header in which `after` stood; a refusal names it."""

    @classmethod
    def of(cls, parameters: QueryParams, headers: Headers) -> "Asked":
        """Raises `Refused`, also for what is misspelt: left out of account it would give more than was asked for.

        Where a client that comes back says so in a header, that counts, and not the address it began with."""
        for name in parameters:
            if name not in PARAMETERS:
                raise bad("unknown_parameter", name, name=name, known=PARAMETERS)
        came_to = headers.get("last-event-id")
        field, text = ("Last-Event-ID", came_to) if came_to else ("after", parameters.get("after", "0"))
        for name, value in parameters.multi_items():
            refuse_unkept(name, value)
        types = [name for text in parameters.getlist("types") for name in text.split(",") if name]
        for name in types:
            if name not in CATALOGUE:
                raise bad("unknown_kind", "types", value=name)
        return cls(
            place(Position(text), field) or 0,
            EventFilter(
                relationship=parameters.get("relationship"),
                participant=parameters.get("participant"),
                initiative=parameters.get("initiative"),
                types=types or None,
            ),
            field,
        )


class Feed(Struct, frozen=True):
    """The feed of the events that somebody asks for."""

    organisation: Organisation
    asked: Asked
    scope: Scope

    def key(self) -> tuple[Any, ...]:
        wanted = self.asked.filter
        return (EVENT_STREAM, wanted.relationship, wanted.participant, wanted.initiative, *(wanted.types or ()), self.scope)

    @property
    def place(self) -> str:
        """What is opened for it, for the access log."""
        wanted = self.asked.filter.relationship
        return ORGANISATION if wanted is None else f"relationship/{wanted}"

    async def frames(self, course: Course) -> AsyncGenerator[Frame, None]:
        meeting = course.meeting(EventMeeting)
        least = meeting.told
        position = least if course.shared else course.begins(self.asked.after)
        while True:
            bodies, upto, more = await course.opened(self._page, position, 0 if course.shared else max(position, least))
            for place_of, body in bodies:
                if await course.is_stale():
                    break
                course.tells(place_of, place_of)
                if course.shared:
                    meeting.told = place_of
                yield Frame(place_of, place_of, body, course.generation)
                position = place_of
                await asyncio.sleep(0)
            else:
                position = upto
                if more:
                    continue
                if not course.shared:
                    course.reached = meeting.reach(position)
                    if course.reached is None:
                        least = meeting.told
                        continue
                    yield Frame(None, position, b"id: %d\nevent: caught-up\ndata: {}\n\n" % position, course.generation)
                    return
                async for _ in course.silence(position):
                    course.says(position)
                    yield Frame(None, position, HEARTBEAT, course.generation)

    def _page(self, position: int, least: int) -> tuple[list[tuple[int, bytes]], int, bool]:
        """All of it from one snapshot: another might be that of a replica which has less."""
        store, questions = self.organisation.store, self.organisation.questions.within(self.scope)
        with questions.snapshot() as snapshot:
            live.need(questions, snapshot, least, self.asked.field)
            places = live.places_after(snapshot, position, self.asked.filter)
            return list(_bodies(store, snapshot, places.found)), places.upto, places.more


def _bodies(store: EventStore, snapshot: Snapshot, kinds: dict[int, str]) -> Iterator[tuple[int, bytes]]:
    """Each event as it is sent, by its position."""
    rows = rows_at(store, snapshot.connection, list(kinds))
    for (position, _, _), line in zip(rows, written(store, rows, only=snapshot.scope.opened(None)), strict=True):
        yield position, b"id: %d\nevent: %s\ndata: %s\n" % (position, kinds[position].encode(), line)


def rows_at(store: EventStore, connection: ReadConnection, positions: Sequence[int]) -> list[tuple[int, str, Kept]]:
    """The stored events at some positions, in their order; neighbours are read together."""
    found: list[tuple[int, str, Kept]] = []
    for _, run in groupby(enumerate(positions), lambda pair: pair[1] - pair[0]):
        first, *rest = (position for _, position in run)
        found += store.since(connection, first - 1, 1 + len(rest))
    return found


class EventStream(Response):
    """An answer that goes on until whoever asked goes, their token ends, or they read too slowly."""

    media_type = EVENT_STREAM

    def __init__(
        self, fanout: Fanout, watch: TokenWatch, turnstile: Turnstile, organisation: Organisation, token: Token, asked: Asked
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._fanout = fanout
        self._watch = watch
        self._turnstile = turnstile
        self._token = token
        self._feed = Feed(organisation, asked, scope_of(organisation, token))

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        try:
            with self._turnstile.listening(self._token):
                await self._tell(receive, send)
        except Limited as limited:
            raise HTTPRefused(429, limited) from None

    async def _tell(self, receive: Receive, send: Send) -> None:
        begun = False

        async def tell(body: bytes, more: bool = True) -> None:
            nonlocal begun
            if not begun:
                begun = True
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": body, "more_body": more})

        subscriber = Subscriber(self._fanout, self._feed.key(), self._feed.frames, tell, place=self._feed.place)
        following = asyncio.create_task(subscriber.follow())
        leaving = asyncio.create_task(_gone(receive))

        def end() -> None:
            following.cancel()

        with self._watch.over(self._token, end), self._fanout.until_closed(end):
            try:
                await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                following.cancel()
                leaving.cancel()
        ended, gone = await asyncio.gather(following, leaving, return_exceptions=True)
        if isinstance(ended, Refused) and not begun:
            raise HTTPRefused(STATUS[ended.refusal.code], ended)
        if isinstance(ended, NotWritten) and not begun:
            raise HTTPRefused(503, Refused(Refusal("UNAVAILABLE", "silent")))
        if isinstance(ended, Exception) and not isinstance(ended, TooSlow | NotWritten | OSError):
            if gone is not None and not begun:
                raise ended  # It can still be answered as any other request.
            mask(ended)
        if gone is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_SECONDS):
                    await tell(b"", more=False)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
