"""What the contracts of stores begin with: a store, at a place that the tests of each kind of store name."""

from collections.abc import Iterator

import pytest
from sent_lines import opened
from store_places import Place

from domain.store.store import EventStore


class Placed:
    """One store, opened anew for each test."""

    @pytest.fixture
    def place(self) -> Place:
        raise TypeError("a store's own tests say where its stores are kept")

    @pytest.fixture
    def store(self, place: Place) -> Iterator[EventStore]:
        store = opened(place)
        yield store
        store.close()
