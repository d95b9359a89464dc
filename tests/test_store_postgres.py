"""The store on PostgreSQL passes the contract of all stores; and what many processes and organisations ask of one database holds."""

import pytest

pytest.register_assert_rewrite("store_contract", "store_import_contract")

from servers import NamedPostgres, Postgres  # noqa: E402
from store_contract import StoreContract  # noqa: E402
from store_import_contract import StoreImportContract  # noqa: E402
from store_places import Databases, Place  # noqa: E402

from domain.store import staging  # noqa: E402


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
