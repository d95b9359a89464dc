"""Import of JSON Lines (parsed, judged, sealed, with leaves) beside the raw insert of the same stored rows, and the library's own save."""

import json
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from store_places import Databases

from bench.contacts import contacts, with_texts
from bench.measures import Row, in_turns, row, timed
from bench.stores import ORGANISATION, Place, imported, postgresql, sqlite
from domain.store.database import EVENTS
from domain.store.database import Row as Values
from domain.store.postgres_sql import element

GOALS = {"SQLite": 0.20, "PostgreSQL": 0.30}
"""Of the raw insert; half of that with a sealed text in every event."""
TOGETHER = 100
"""Aggregates that the library saves in one transaction."""


class Contact(Aggregate):
    """The library's own aggregate, which checks, seals and proves nothing."""

    @event("Opened")
    def __init__(self, envelope: dict[str, object]) -> None:
        self.happened = 0

    @event("Happened")
    def happen(self, envelope: dict[str, object]) -> None:
        self.happened += 1


def environment(place: Place) -> dict[str, str]:
    """What the library is told of where to keep its events."""
    if not isinstance(place.found, Databases):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(place.found.path)}
    url = urlsplit(place.found.owned)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.path[1:],
        "POSTGRES_HOST": url.hostname or "",
        "POSTGRES_PORT": str(url.port),
        "POSTGRES_USER": url.username or "",
        "POSTGRES_PASSWORD": unquote(url.password or ""),
    }


def saved(app: Application, lines: list[bytes]) -> None:
    """The library takes in the same lines: parse, trigger, and `app.save` of many aggregates at a time."""
    found: dict[object, Contact] = {}
    for raw in lines:
        value = json.loads(raw)
        if (contact := found.get(value["subject"])) is None:
            found[value["subject"]] = Contact(envelope=value)
        else:
            contact.happen(envelope=value)
    waiting = list(found.values())
    for start in range(0, len(waiting), TOGETHER):
        app.save(*waiting[start : start + TOGETHER])


def by_library(place: Place, lines: list[bytes]) -> float:
    place.empty()
    app: Application = Application(env=environment(place))
    taken = timed(lambda: saved(app, lines))
    app.close()
    return taken


def by_us(place: Place, lines: list[bytes]) -> float:
    store = place.store()
    taken = timed(lambda: imported(store, lines))
    store.close()
    return taken


def raw(place: Place) -> float:
    """Seconds to bring the rows that are stored there into the same table with its indexes, and to commit, and nothing else: one
    executemany, or one COPY, which is for the server's superuser, whom row-level security does not reach."""
    store = place.again()
    columns = ", ".join(EVENTS.columns)
    with store.reading() as connection:
        rows = connection.execute(f"SELECT {columns} FROM {connection.table(EVENTS)} e ORDER BY position").fetchall()
    store.close()
    if isinstance(place.found, Databases):
        place.empty()
        return copied(place.found.all, rows)
    bare = place.store()

    def insert() -> None:
        with bare.database.writing("events") as connection:
            bare.recorder.append(connection, rows)

    taken = timed(insert)
    bare.close()
    return taken


def copied(url: str, rows: list[Values]) -> float:
    names = ", ".join(("organisation", *EVENTS.columns))
    with psycopg.connect(url) as connection:

        def copy() -> None:
            with connection.cursor() as cursor, cursor.copy(f"COPY events ({names}) FROM STDIN (FORMAT BINARY)") as copying:
                copying.set_types(["text", *(element(kind) for kind in EVENTS.columns.values())])
                for values in rows:
                    copying.write_row((ORGANISATION, *values))
            connection.commit()

        return timed(copy)


def rows(rounds: int) -> list[Row]:
    what, lines = contacts()
    found = []
    for opened in (sqlite, postgresql):
        with opened() as place:
            goal = GOALS[place.name]
            found += _rows(place, lines, rounds, f"import on {place.name}, {what}", goal, by_library)
            found += _rows(
                place, list(with_texts(lines)), rounds, f"import on {place.name}, {what}, one sealed text in every event", goal / 2
            )
    return found


def _rows(
    place: Place, lines: list[bytes], rounds: int, what: str, goal: float, peer: Callable[[Place, list[bytes]], float] | None = None
) -> list[Row]:
    works = {"ours": lambda: by_us(place, lines), "raw": lambda: raw(place)}
    if peer is not None:
        works["library"] = lambda: peer(place, lines)
    took = in_turns(rounds, works)
    print(f"  {what}: " + ", ".join(f"{name} {len(lines) / seconds:,.0f} events/s" for name, seconds in took.items()), flush=True)
    found = [row(f"{what}: of the raw bulk insert of the same rows", took["raw"] / took["ours"], f"≥ {goal:.2f}")]
    if peer is not None:
        found.append(
            row(f"{what}: times as fast as the library's own app.save of the same lines", took["library"] / took["ours"], "≥ 1.00")
        )
    return found
