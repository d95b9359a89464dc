"""Strawberry's subscriptions as its documentation sets them up, told by a Redis stream: it executes the query for each subscriber."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from fastapi import FastAPI
from strawberry.fastapi import GraphQLRouter
from strawberry.scalars import JSON

from bench.redis_stream import following

queues: set[asyncio.Queue["EventArrived"]] = set()


@strawberry.type
class Event:
    id: strawberry.ID
    type: str
    position: str
    occurred: str
    recorded: str
    data: JSON


@strawberry.type
class Relationship:
    id: strawberry.ID


@strawberry.type
class EventArrived:
    event: Event
    relationship: Relationship


@strawberry.type
class CaughtUp:
    position: str


@strawberry.input
class EventFilter:
    types: list[str]


Told = Annotated[EventArrived | CaughtUp, strawberry.union("Told")]


@strawberry.type
class Query:
    subscribers: int


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self, after: str, filter: EventFilter) -> AsyncGenerator[Told, None]:
        queue: asyncio.Queue[EventArrived] = asyncio.Queue()
        queues.add(queue)
        try:
            yield CaughtUp(position=after)
            while True:
                yield await queue.get()
        finally:
            queues.discard(queue)


def tell(event: bytes) -> None:
    told = json.loads(event)
    arrived = EventArrived(event=Event(**told["event"]), relationship=Relationship(**told["relationship"]))
    for queue in queues:
        queue.put_nowait(arrived)


app = FastAPI(lifespan=following(os.environ["BENCH_URL"], tell))
app.include_router(GraphQLRouter(strawberry.Schema(Query, subscription=Subscription)), prefix="/graphql")
