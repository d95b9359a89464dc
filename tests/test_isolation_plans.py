"""Row-level security costs no plan: what the platform asks is found by the same indexes as by somebody from whom nothing is kept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import pytest
from everything import EVERYTHING
from psycopg.sql import SQL, Identifier
from served import NOW, examples, served_at
from servers import APPLICATION, NamedPostgres, Postgres
from store_places import Databases

from domain.store.isolation import SET
from domain.store.postgres_arrays import Packed, PackedDumper
from domain.store.postgres_transaction import PostgresTransaction

Asked = dict[str, dict[str, Sequence[Any]]]
WHO = '{ relationship(id: "astrid-janet") { initiative { id } members { participant { id } } } }'
PAGES = '{ relationships(first: 50, filter: {startedFrom: "2020-01-01"}) { nodes { id startedOn members { handle roles joined } } } }'


@pytest.fixture(scope="module")
def place(postgres: Postgres | NamedPostgres) -> Databases:
    return Databases(postgres, "planned")


@pytest.fixture(scope="module")
def asked(place: Databases) -> Asked:
    """Every statement that two organisations with the examples came to ask, with the values of the last time; by database."""
    found: Asked = defaultdict(dict)
    plain = PostgresTransaction.execute

    def noted(self: PostgresTransaction, statement: str, values: Sequence[Any] = ()) -> Any:
        found[self._connection.info.dbname][statement] = values
        return plain(self, statement, values)

    with pytest.MonkeyPatch.context() as patched:
        for organisation in ("here", "there"):
            store = place.open(b"r" * 32, organisation, lambda: NOW)
            with served_at(store) as house:
                house.record(examples())
                house.organisation.log.sign()
                house.organisation.runner.catch_up()
                with psycopg.connect(place.all, autocommit=True) as everything:
                    everything.execute("ANALYZE")
                if organisation == "there":
                    patched.setattr(PostgresTransaction, "execute", noted)
                    found_there = house.ask(WHO)["relationship"]
                    home, person = found_there["initiative"]["id"], found_there["members"][0]["participant"]["id"]
                    house.ask(EVERYTHING, id="astrid-janet", person=person, home=home, at="2021-06-01", event="astrid-janet-0001")
                    house.ask(PAGES)
    return found


def nodes(plan: dict[str, Any]) -> list[tuple[Any, ...]]:
    """How rows are found: each node with its index and conditions, without the nodes that only compare the organisation once."""
    own = [plan.get(part) for part in ("Node Type", "Relation Name", "Index Name", "Index Cond", "Recheck Cond", "Filter")]
    below = [one for part in plan.get("Plans", ()) for one in nodes(part)]
    # Which collation the organisation is compared by is written out where the policy is compared with it too.
    bare = [part and part.replace('COLLATE "C"', "").replace("::text )", "::text)") for part in own]
    return below if plan["Node Type"] == "Result" else [tuple(bare), *below]


def plans(connection: psycopg.Connection[Any], asked: Mapping[str, Sequence[Any]]) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for statement, values in asked.items():
        row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement.replace('?', '%s')}", values or None).fetchone()
        assert row is not None
        found[statement] = sorted(nodes(row[0][0]["Plan"]), key=str)
    return found


@pytest.mark.parametrize("scans", ["on", "off"])
def test_what_is_asked_is_found_as_by_somebody_from_whom_nothing_is_kept(place: Databases, asked: Asked, scans: str) -> None:
    with psycopg.connect(place.all) as connection:
        here = asked[connection.info.dbname]
        assert len(here) > 20
        connection.adapters.register_dumper(Packed, PackedDumper)
        connection.execute(SQL("SET enable_seqscan = {}").format(scans))
        free = plans(connection, here)
        connection.execute(SQL("SET ROLE {}").format(Identifier(APPLICATION)))
        connection.execute(SET, ("there",))
        kept = plans(connection, here)
    assert {statement: (kept[statement], free[statement]) for statement in here if kept[statement] != free[statement]} == {}
