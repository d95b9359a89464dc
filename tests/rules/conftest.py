"""The fixture with which every test of the rules begins."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from given import NOW, Given, Scene, Told, initiative, people

from domain.store.store import EventStore


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Scene]:
    """A store in which nothing is recorded."""
    store = EventStore(tmp_path / "events.db", b"r" * 32, "default", lambda: NOW)
    yield Scene(store)
    store.close()


@pytest.fixture
def given(bare: Scene) -> Given:
    """A scene on the common ground, in which the events given are recorded; without events the ground alone."""

    def begin(*told: Told) -> Scene:
        bare.given(initiative(), people("abcde"))
        return bare.given(*told) if told else bare

    return begin
