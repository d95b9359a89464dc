"""A store whose key turns over, and what somebody else sees and does in its key store."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg
from store_places import Files, Place

from domain.model.time import DAY
from domain.store.key_places import KEY_TABLES
from domain.store.store import EventStore
from domain.store.turning import Spans, Turning

SPANS = Spans()
WEEK = SPANS.turn
ANNA, BRAM = "participant/r-anna", "participant/r-bram"
R = "relationship/r"
STILL = Spans(turn=1_000 * DAY)
"""Under which old keys die and no new one is made."""


def sql(place: Place, statement: str, *values: Any) -> list[Any]:
    """What somebody else asks or does in the key store."""
    if isinstance(place, Files):
        with closing(sqlite3.connect(f"{place.path}.keys")) as db, db:
            return db.execute(statement, values).fetchall()
    with psycopg.connect(place.all_keys, autocommit=True) as connection:
        cursor = connection.execute(statement.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []


def epochs(place: Place) -> list[tuple[int, str, bool]]:
    """Of each epoch its number, its state, and whether its key is there."""
    return [tuple(row) for row in sql(place, "SELECT epoch, state, wrapped IS NOT NULL FROM organisation_keys ORDER BY epoch")]


def all_done(store: EventStore, spans: Spans = SPANS) -> int:
    """Steps until nothing is left to do."""
    turning, steps = Turning(store, spans), 1
    while turning.step():
        steps += 1
    return steps


def copied(place: Place) -> dict[str, list[Any]]:
    """A backup of the key store."""
    return {table.name: sql(place, f"SELECT * FROM {table.name}") for table in KEY_TABLES}


def put_back(place: Place, backup: dict[str, list[Any]]) -> None:
    for name, rows in backup.items():
        sql(place, f"DELETE FROM {name}")
        for row in rows:
            sql(place, f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", *row)


def secrets(store: EventStore) -> dict[str, bytes]:
    ring = store.keys.ring()
    return {owner: ring.key(owner).secret for owner, state, _ in store.keys.owners() if state == "active"}


def text(store: EventStore) -> Any:
    """The note of the meeting, as far as it opens."""
    with store.reading() as connection:
        (event,) = store.by_id(connection, ["m1"], store.keys.ring()).values()
    return event.data.notes[0].text
