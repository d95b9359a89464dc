"""Single recordings, 32 threads at once on PostgreSQL: through the store, which judges, seals and proves each, beside the library's own
`app.save` with as many threads, and beside bare inserts of the same rows, one statement and one commit each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from eventsourcing.application import Application
from psycopg_pool import ConnectionPool
from sent_lines import meeting, pair
from store_places import Databases

from bench.imports import Contact, environment
from bench.measures import Row, in_turns, row, timed
from bench.stores import ORGANISATION, Place, imported, postgresql
from domain.store.database import EVENTS
from domain.store.staging import Line
from domain.store.store import EventStore

THREADS = 32
EACH = 300
"""So that most recordings are in relationships that were recorded in before, as they are where people meet for months."""
RELATIONSHIPS = 1_000
BARE = "INSERT INTO bare VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"


def rate(work: Callable[[int], None]) -> float:
    """Recordings a second of all threads together."""
    with ThreadPoolExecutor(THREADS) as threads:
        return THREADS * EACH / timed(lambda: list(threads.map(work, range(THREADS))))


def through_the_store(place: Place) -> float:
    store = place.store()
    imported(store, (raw for number in range(RELATIONSHIPS) for raw in pair(f"r{number}")))

    def sent(id: str, number: int) -> bytes:
        return meeting(id, f"r{number % RELATIONSHIPS}", mood="light", minutes=45)

    def record(line: bytes) -> None:
        assert store.recording.record([(Line("bench", 1), line)], recorded_by="system/bench").recorded == 1

    # What it records in is in memory, as the aggregates that the library saves are.
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(record, [sent(f"before-{number}", number) for number in range(RELATIONSHIPS)]))
    lines = [[sent(f"{thread}-{number}", thread * EACH + number) for number in range(EACH)] for thread in range(THREADS)]

    def work(thread: int) -> None:
        for line in lines[thread]:
            record(line)

    found = rate(work)
    store.close()
    return found


def by_the_library(place: Place) -> float:
    place.empty()
    size = {"POSTGRES_POOL_SIZE": str(THREADS), "POSTGRES_MAX_OVERFLOW": "0"}
    app: Application = Application(env={**environment(place), **size})
    contacts = [Contact(envelope={}) for _ in range(THREADS)]
    app.save(*contacts)

    def work(thread: int) -> None:
        for number in range(EACH):
            contacts[thread].happen(envelope={"id": f"{thread}-{number}", "present": ["a", "b"], "mood": "light", "minutes": 45})
            app.save(contacts[thread])

    found = rate(work)
    app.close()
    return found


def bare(place: Place) -> float:
    """The rows that the store wrote last, inserted into a table with the same columns and indexes."""
    assert isinstance(place.found, Databases)
    rows = written(place.again())
    with ConnectionPool(place.found.owned, min_size=THREADS, max_size=THREADS, kwargs={"autocommit": True}) as pool:
        pool.wait()
        with pool.connection() as connection:
            connection.execute("DROP TABLE IF EXISTS bare")
            connection.execute("CREATE TABLE bare (LIKE events INCLUDING ALL)")

        def work(thread: int) -> None:
            with pool.connection() as connection:
                for values in rows[thread * EACH : (thread + 1) * EACH]:
                    connection.execute(BARE, (ORGANISATION, *values))

        return rate(work)


def written(store: EventStore) -> list[tuple[object, ...]]:
    with store.reading() as connection:
        columns = ", ".join(EVENTS.columns)
        query = f"SELECT {columns} FROM {connection.table(EVENTS)} e ORDER BY position DESC LIMIT ?"
        found = connection.execute(query, (THREADS * EACH,)).fetchall()
    store.close()
    return found


def rows(rounds: int) -> list[Row]:
    with postgresql() as place:
        works = {
            "ours": lambda: through_the_store(place),
            "bare inserts": lambda: bare(place),
            "app.save": lambda: by_the_library(place),
        }
        found = in_turns(rounds, works)
    print("  single recordings, 32 at once: " + ", ".join(f"{name} {value:,.0f}/s" for name, value in found.items()), flush=True)
    what = "single recordings through the store, 32 at once on PostgreSQL"
    return [
        row(f"{what}: times the library's own app.save with as many threads", found["ours"] / found["app.save"], "≥ 8"),
        row(f"{what}: of bare inserts, a statement each", found["ours"] / found["bare inserts"], "≥ 0.80"),
    ]
