"""Strawberry as its documentation sets it up: types, resolvers that give lists of objects, its router for FastAPI. One statement a list."""

import os
from typing import Any

import strawberry
from fastapi import FastAPI
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool
from strawberry.fastapi import GraphQLRouter

pool = AsyncConnectionPool(os.environ["BENCH_URL"], min_size=1, max_size=16, open=False)


@strawberry.type
class Member:
    handle: str
    roles: list[str]
    side: str
    joined: str
    left: str | None


@strawberry.type
class Relationship:
    id: str
    origin: str
    started_on: str
    ended_on: str | None
    members: list[Member]


@strawberry.type
class Point:
    at: str
    help: float | None
    friendship: float | None
    ambiguity: float | None


@strawberry.type
class Query:
    @strawberry.field
    async def relationships(self, first: int) -> list[Relationship]:
        async with pool.connection() as connection:
            found = await connection.execute(
                "SELECT r.id, r.origin, r.started_on, r.ended_on, m.handle, m.roles, m.side, m.joined, m.left_on"
                " FROM (SELECT * FROM relationships ORDER BY latest DESC, id DESC LIMIT %s) r LEFT JOIN members m ON m.relationship = r.id"
                " ORDER BY r.latest DESC, r.id DESC, m.place",
                (first,),
            )
            rows: dict[str, Relationship] = {}
            async for row in found:
                one = rows.get(row[0])
                if one is None:
                    one = rows[row[0]] = Relationship(id=row[0], origin=row[1], started_on=row[2], ended_on=row[3], members=[])
                one.members.append(Member(handle=row[4], roles=row[5], side=row[6], joined=row[7], left=row[8]))
            return list(rows.values())

    @strawberry.field
    async def points(self, relationship: str) -> list[Point]:
        async with pool.connection() as connection, connection.cursor(row_factory=class_row(Point)) as cursor:
            statement = "SELECT at, help, friendship, ambiguity FROM readings WHERE relationship = %s ORDER BY at"
            await cursor.execute(statement, (relationship,))
            return await cursor.fetchall()


async def lifespan(app: FastAPI) -> Any:
    await pool.open()
    yield
    await pool.close()


app = FastAPI(lifespan=lifespan)
app.include_router(GraphQLRouter(strawberry.Schema(Query)), prefix="/graphql")
