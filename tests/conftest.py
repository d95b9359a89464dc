"""How far the random tests go: every run draws the same examples, and `HYPOTHESIS_PROFILE=long` goes looking for new ones.

And what tests of the application in several files begin with.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from served import Served, examples, served

settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The ten examples, served; for tests that only ask."""
    with served(tmp_path_factory.mktemp("house")) as found:
        found.record(examples())
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """An organisation in which nothing is recorded, served."""
    with served(tmp_path) as found:
        yield found
