"""The fixtures with which every test of the rules begins."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from given import NOW, Given, Scene, Told, initiative, people

from domain.store.places import keys_path, on_sqlite
from domain.store.store import EventStore

FILE = "events.db"


def opened(folder: Path) -> EventStore:
    return on_sqlite(folder / FILE, b"r" * 32, "default", lambda: NOW)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Scene]:
    """A store in which nothing is recorded."""
    store = opened(tmp_path)
    yield Scene(store)
    store.close()


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with the common ground, from which each test gets its own copy."""
    folder = tmp_path_factory.mktemp("ground")
    store = opened(folder)
    Scene(store).given(initiative(), people("abcde"))
    store.close()
    return folder


@pytest.fixture
def given(ground: Path, tmp_path: Path) -> Iterator[Given]:
    """A scene on the common ground, in which the events given are recorded; without events the ground alone."""
    for path in (ground / FILE, keys_path(ground / FILE)):
        shutil.copy(path, tmp_path)
    store = opened(tmp_path)

    def begin(*told: Told) -> Scene:
        return Scene(store).given(*told) if told else Scene(store)

    yield begin
    store.close()
