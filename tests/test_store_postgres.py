"""The store on PostgreSQL passes the contract of all stores; and what many processes and organisations ask of one database holds."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, PersistenceError

pytest.register_assert_rewrite("store_contract", "store_import_contract", "store_sharing_contract")

from sent_lines import meeting, opened, pair, record, rules, runner_of  # noqa: E402
from servers import NamedPostgres, Postgres  # noqa: E402
from store_contract import StoreContract  # noqa: E402
from store_faults import view_rows  # noqa: E402
from store_import_contract import StoreImportContract  # noqa: E402
from store_places import EVENT_TABLES, Databases, Place  # noqa: E402
from store_sharing_contract import StoreSharingContract  # noqa: E402

from domain.store import postgres, postgres_brief, staging  # noqa: E402
from domain.store.database import STORE_VERSION  # noqa: E402
from domain.store.postgres import connected, migrate, store_version  # noqa: E402
from domain.store.postgres_brief import BriefTransaction  # noqa: E402
from domain.store.postgres_sql import named  # noqa: E402
from projections.views.histories import MEMBERS  # noqa: E402


@pytest.fixture(scope="module")
def databases(postgres: Postgres | NamedPostgres) -> Databases:
    return Databases(postgres)


class TestPostgres(StoreContract, StoreImportContract):
    """Two databases of one server, emptied before each test."""

    @pytest.fixture
    def place(self, databases: Databases) -> Place:
        databases.empty()
        return databases


class TestPostgresWithLargeBatches(TestPostgres):
    """The same, with batches that wait in a table as large ones do."""

    @pytest.fixture(autouse=True)
    def large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(staging, "HELD", 1)


class TestPostgresShared(StoreSharingContract):
    """Many who record at once."""

    @pytest.fixture
    def place(self, databases: Databases) -> Place:
        databases.empty()
        return databases

    def test_without_the_lock_writers_take_one_position_twice(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the lock is for: taken away, somebody's recording breaks, and a reader who follows would miss events."""
        for module in (postgres, postgres_brief):
            assert module.LOCKED.endswith(" FOR UPDATE")
            monkeypatch.setattr(module, "LOCKED", module.LOCKED.removesuffix(" FOR UPDATE"))
        with pytest.raises(IntegrityError):
            self.test_a_reader_who_follows_misses_nothing_of_many_writers(place)

    def test_no_message_to_the_server_names_a_relationship_together_with_whom_it_is_of(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The server's log keeps a message that failed, with all that stands in it, and no erasure reaches it."""
        messages: list[str] = []
        sent = BriefTransaction.send

        def send(self: BriefTransaction) -> None:
            messages.extend([";".join(statement for statement, _ in self._waiting)] if self._waiting else [])
            sent(self)

        with closing(opened(place)) as one:
            record(one, pair())
        with closing(opened(place)) as one:
            monkeypatch.setattr(BriefTransaction, "send", send)
            memory = one.recording._memory
            # Of nothing remembered, of the initiative alone, and of all that it goes on from.
            for number, (let_go, count) in enumerate(
                (((), 4), (("relationship/r", "participant/r-anna", "participant/r-bram"), 3), ((), 2))
            ):
                for stream in let_go:
                    memory._let_go(stream)
                messages.clear()
                assert record(one, [meeting(f"m{number}", "r")]).recorded == 1
                assert len(messages) == count
                assert not [message for message in messages if "'relationship/r'" in message and "'participant/" in message]

    def test_what_is_remembered_is_looked_up_and_never_gone_through(self, place: Place) -> None:
        """Each recording would cost as much more as is remembered, which is fifty thousand events at the most."""

        class Looked(dict[str, Any]):
            """Is not gone through."""

            def __iter__(self) -> Iterator[str]:
                raise AssertionError("gone through")

            keys = items = values = __iter__  # type: ignore[assignment]

        with closing(opened(place)) as one:
            record(one, pair())
            memory = one.recording._memory
            memory.streams, memory.judged, memory.standings = Looked(memory.streams), Looked(memory.judged), Looked(memory.standings)
            for number in range(2):
                assert record(one, [meeting(f"m{number}", "r")]).recorded == 1
            assert len(memory.judged) == 1

    def test_after_the_server_closed_all_connections_the_next_who_asks_is_answered(
        self, place: Databases, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Tried one after the other, each with a longer wait than before, twenty of them would take a week."""
        monkeypatch.setattr(postgres.PostgresDatabase, "answer_seconds", 5.0)
        with closing(opened(place)) as one:
            record(one, pair())
            with ExitStack() as held:
                for _ in range(20):
                    held.enter_context(one.reading())
            with psycopg.connect(place.all, autocommit=True) as other:
                others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                assert len(other.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall()) >= 20
                while other.execute(f"SELECT {others}").fetchall():
                    time.sleep(0.01)
            for number in range(3):
                assert record(one, [meeting(f"m{number}", "r")]).recorded == 1

    def test_organisations_do_not_wait_for_each_other(self, place: Place) -> None:
        with closing(opened(place)) as one, closing(opened(place, "elsewhere")) as other, ThreadPoolExecutor() as threads:
            with one.database.writing("events"):
                waiting = threads.submit(record, one, pair())
                assert record(other, pair()).position == 6
                assert not waiting.done()
            assert waiting.result().position == 6
            with one.reading() as mine, other.reading() as theirs:
                assert (one.head(mine), other.head(theirs)) == (6, 6)

    def test_no_organisation_sees_what_is_anothers(self, place: Place) -> None:
        with closing(opened(place)) as one, closing(opened(place, "elsewhere")) as other:
            record(one, pair())
            runner_of(one).catch_up()
            runner = runner_of(other)
            assert runner.catch_up() == 0
            assert all(rows == [] for rows in view_rows(other, runner).values())
            assert rules(record(other, [meeting("m", "r")])) == {1: "not_begun"}

    def test_tables_are_made_once_by_however_many_do_so_at_once(self, postgres: Postgres | NamedPostgres) -> None:
        url = postgres.database("migrated")
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: migrate(url, EVENT_TABLES), range(8)))
        with connected(url) as connection:
            assert store_version(connection) == str(STORE_VERSION)

    def test_a_lock_whose_row_is_gone_lets_nobody_write_and_is_made_anew(self, place: Place) -> None:
        """As after a restore or a fail-over, while the process lives on."""
        assert isinstance(place, Databases)
        with closing(opened(place)) as store:
            record(store, pair())
            with psycopg.connect(place.all, autocommit=True) as connection:
                connection.execute("DELETE FROM locks")
            with pytest.raises(PersistenceError, match="lock"):
                record(store, [meeting("m", "r")])
            assert record(store, [meeting("m", "r")]).position == 7


def test_views_of_an_older_form_keep_nothing_once_they_are_read_anew(databases: Databases) -> None:
    databases.empty()
    with connected(databases.owned) as connection:
        connection.execute(f"CREATE TABLE {OLDER} (LIKE {named(MEMBERS)} INCLUDING ALL)")
    migrate(databases.owned, EVENT_TABLES, databases.url)
    for organisation in ("buurtmaat", "elders"):
        with closing(opened(databases, organisation)) as store:
            record(store, pair())
            runner_of(store).catch_up()
    with connected(databases.all) as connection:
        connection.execute(f"INSERT INTO {OLDER} SELECT * FROM {named(MEMBERS)}")
        assert held(connection) == [("buurtmaat", 2), ("elders", 2)]
        with closing(opened(databases)) as store:
            runner_of(store).rebuild()
        assert held(connection) == [("elders", 2)]
        connection.execute(f"DROP TABLE {OLDER}")


OLDER = "members_v1"


def held(connection: psycopg.Connection[tuple[str, int]]) -> list[tuple[str, int]]:
    return connection.execute(f"SELECT organisation, count(*) FROM {OLDER} GROUP BY 1 ORDER BY 1").fetchall()
