"""What Prometheus sees of a process: its metrics, read by the library's own parser; and a store that cannot be asked for a while."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from prometheus_client.parser import text_string_to_metric_families
from served import Served
from servers import OWNER, for_role

from domain.store.database import EVENTS, Database, Table
from domain.store.postgres import PostgresDatabase

Samples = dict[tuple[str, tuple[str, ...]], float]
"""By the name of a series and the values of its labels, in the order of the labels' names."""


def samples(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return {
        (sample.name.removeprefix("tussenruimte_"), tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def scraped(served: Served) -> Samples:
    answer = served.client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return samples(answer.text)


def risen(before: Samples, after: Samples) -> Samples:
    """By how much each series went up, where it did."""
    return {name: value - before.get(name, 0.0) for name, value in after.items() if value != before.get(name, 0.0)}


@contextmanager
def out_of_reach(served: Served, table: Table = EVENTS, generation: int = 0) -> Iterator[None]:
    """A table is gone from under the process; without one, that of the events."""
    database = served.organisation.store.database
    with database.reading() as connection:
        found = re.search(r"FROM (\w+)", connection.table(table, generation))
        name = found[1] if found else connection.table(table, generation)
    rename(database, name, "hidden")
    try:
        yield
    finally:
        rename(database, "hidden", name)


def rename(database: Database, old: str, new: str) -> None:
    """As the owner of the tables."""
    statement = f"ALTER TABLE {old} RENAME TO {new}"
    if isinstance(database, PostgresDatabase):
        with psycopg.connect(for_role(database.url, OWNER), autocommit=True) as owner:
            owner.execute(statement)
    else:
        with database.writing("events") as connection:
            connection.execute(statement)
