"""Most tests of proofs ask both verifiers."""

from types import SimpleNamespace

import pytest
from two_verifiers import PLATFORM, STANDALONE


@pytest.fixture(params=[PLATFORM, STANDALONE], ids=["platform", "standalone"])
def verifier(request: pytest.FixtureRequest) -> SimpleNamespace:
    return request.param
