"""The runner of projections beside the library's: both keep a view and its checkpoint in one transaction, ours all views of the platform,
the library's a count of events for each stream."""

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier
from store_places import Databases

from bench.contacts import made_up
from bench.imports import environment, saved
from bench.measures import Row, in_turns, row, timed
from bench.stores import Place, imported, postgresql, sqlite
from projections.runner import Runner
from projections.views.attention import Attention
from projections.views.histories import Histories
from projections.views.trajectories import Trajectories

EVENTS = 20_000
OF_LIBRARY = 500
"""It takes one transaction for each event."""


class Contacts(Application):
    """The library's application."""


class Counts(PostgresTrackingRecorder):
    """How many events each stream has."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: object) -> None:
        super().__init__(datastore, **kwargs)
        self._table = SQL("{}.{}").format(Identifier(self.datastore.schema), Identifier("counts"))
        self.sql_create_statements.append(SQL("CREATE TABLE IF NOT EXISTS {} (stream text PRIMARY KEY, events bigint)").format(self._table))

    def count(self, stream: str, tracking: Tracking) -> None:
        statement = SQL("INSERT INTO {} AS c VALUES (%s, 1) ON CONFLICT (stream) DO UPDATE SET events = c.events + 1").format(self._table)
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(statement, (stream,))


class Counting(Projection[Counts]):
    """Counts each event once."""

    def process_event(self, domain_event: object, tracking: Tracking) -> None:
        self.view.count(str(domain_event.originator_id), tracking)  # type: ignore[attr-defined]


def of_library(place: Place) -> float:
    """Events a second."""
    place.empty()
    _forget_views(place)
    env = environment(place)
    app = Contacts(env=env)
    saved(app, list(made_up(OF_LIBRARY)))
    last = app.recorder.max_notification_id()
    app.close()

    def followed() -> None:
        with ProjectionRunner(application_class=Contacts, projection_class=Counting, view_class=Counts, env=env) as runner:
            runner.wait(last, timeout=600)

    return OF_LIBRARY / timed(followed)


def _forget_views(place: Place) -> None:
    """The library sets the tables of a former round aside, under a name that is taken in the round after."""
    assert isinstance(place.found, Databases)
    with psycopg.connect(place.found.all, autocommit=True) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE '%counting%'").fetchall()
        for (name,) in names:
            connection.execute(SQL("DROP TABLE {}").format(Identifier(name)))


def of_ours(place: Place) -> float:
    store = place.store()
    imported(store, made_up(EVENTS))
    runner = Runner(store, [Histories(), Trajectories(), Attention()])
    rate = EVENTS / timed(runner.catch_up)
    store.close()
    return rate


def rows(rounds: int) -> list[Row]:
    with sqlite() as files, postgresql() as databases:
        works = {"SQLite": lambda: of_ours(files), "PostgreSQL": lambda: of_ours(databases), "library": lambda: of_library(databases)}
        rate = in_turns(rounds, works)
    print("  projection runner: " + ", ".join(f"{name} {found:,.0f} events/s" for name, found in rate.items()), flush=True)
    what = "all views kept up in exactly-once batches, {}: times the library's own runner on PostgreSQL"
    return [row(what.format(name), rate[name] / rate["library"], "≥ 50") for name in ("SQLite", "PostgreSQL")]
