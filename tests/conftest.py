"""How far the random tests go: every run draws the same examples, and `HYPOTHESIS_PROFILE=long` goes looking for new ones.

And what tests in several files begin with: the application, and real servers.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import web_house
from command_line import EXAMPLES, Run, run_within
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from redis_servers import Cluster, Redis
from research_house import House, research_house
from sent_lines import Clock, opened
from served import NOW, Served, examples, served, served_at
from servers import NamedPostgres, Postgres
from store_places import Databases, Files, Place
from web_house import WebHouse

from domain.store.store import EventStore

settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_finish() -> None:
    """What was collected stays: to look through it for garbage over and over took an eighth of the work of tests."""
    gc.freeze()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The ten examples, served; for tests that only ask."""
    if request.param == "sqlite":
        place: Place = Files(tmp_path_factory.mktemp("house") / "events.db")
    else:
        place = Databases(request.getfixturevalue("postgres"))
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as found:
        found.record(examples())
        found.organisation.log.sign()
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """An organisation in which nothing is recorded, served."""
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs verbs where the ten examples are recorded."""
    made = run_within(tmp_path)
    assert made("import", *EXAMPLES).code == 0
    return made


@pytest.fixture
def research(tmp_path: Path) -> Iterator[House]:
    """An organisation with a research project, of seven contacts of two people each."""
    with research_house(Files(tmp_path / "house.db")) as house:
        yield house


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser, of which every visitor has a part that knows nothing of the others."""
    with sync_playwright() as playwright, closing(web_house.chromium(playwright)) as browser:
        yield browser


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[WebHouse]:
    """The ten examples, to be visited; a test records only what no other one looks at."""
    with web_house.web_house(tmp_path_factory.mktemp("web"), chromium) as house:
        yield house


@pytest.fixture(autouse=True)
def _nothing_goes_wrong_in_a_page(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "web" in request.fixturenames:
        request.getfixturevalue("web").leave()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres | NamedPostgres]:
    """A PostgreSQL server in which tests make databases of their own; see `servers.py`."""
    named = os.environ.get("TUSSENRUIMTE_TEST_POSTGRES_URL")
    with closing(NamedPostgres(named) if named else Postgres()) as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL server that the test may stop and kill."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres: Postgres | NamedPostgres) -> Databases:
    """Databases with their tables; see `store_places.py`."""
    return Databases(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where an empty store may be opened: a file once, databases once."""
    if request.param == "sqlite":
        return Files(tmp_path / "tussenruimte.buurtmaat.db")
    databases: Databases = request.getfixturevalue("databases")
    databases.empty()
    return databases


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server for tests that leave it running."""
    if named := os.environ.get("TUSSENRUIMTE_TEST_REDIS_URL"):
        yield named
    else:
        with Redis() as server:
            yield server.url


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis server that the test may stop, kill, flush and freeze."""
    with Redis() as server:
        yield server


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A Redis Cluster whose nodes the test may stop, kill and freeze."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opening(place: Place, clock: Clock) -> Iterator[Callable[[], EventStore]]:
    with ExitStack() as held:
        yield lambda: held.enter_context(closing(opened(place, clock=clock)))
