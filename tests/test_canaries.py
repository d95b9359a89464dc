"""A thousand strings about one person, in every sealed place that the catalogue has: once she is erased, none is anywhere any more."""

import json
import random
from collections.abc import Iterator
from contextlib import closing

import pytest
from sent_lines import meeting, opened, record
from store_places import Files, Place
from whole_catalogue import whole_catalogue

from domain.store.database import EVENTS, Connection
from domain.store.key_places import ALIASES, DATA_KEYS
from domain.store.store import EventStore
from projections.export import cloudevents
from projections.views.histories import MEMBERS
from tussenruimte import Organisation

PLANTED = 1_000
OF_ANNA, OF_OTHERS = "anna", "others"


class Planted:
    """The strings, by whom they are about."""

    def __init__(self) -> None:
        self._chance = random.Random(7)
        self.places: dict[str, str] = {}

    def at(self, place: str) -> str:
        return self.places.setdefault(place, f"canary{self._chance.getrandbits(80):020x}")

    def about(self, whom: str, told: bytes) -> dict[str, str]:
        """Where those stand that are in what was told, by their own text."""
        return {text: place for place, text in self.places.items() if (_of_anna(place) == (whom == OF_ANNA)) and text.encode() in told}

    def number(self, whom: str) -> int:
        return sum(_of_anna(place) == (whom == OF_ANNA) for place in self.places)


def _of_anna(place: str) -> bool:
    """Whether what stands there is about her: by name, by her handle alone or with another's, or in a voice of hers."""
    if place.startswith(("anna.", "a.")) and ".notes." not in place:
        return True
    of_others = (
        "bram.",
        "cees.",
        "dirk.",
        "initiative_",
        "roles_registered",
        "coordinator_",
        "lens_",
        "participant_registered.",
        "participants_",
        "event_amended.notes",
    )
    own = ("participant_registered.notes.", "consent_given.notes.")
    if place.startswith(own):
        return place.endswith(".0")
    if place.startswith((*of_others, "consent_", "room_made.notes")) or ".notes." not in place:
        return False
    return place.endswith((".0", ".1"))


def sent(planted: Planted) -> list[bytes]:
    """The whole catalogue, and as many meetings as it takes."""
    lines = [json.dumps(event).encode() for event in whole_catalogue(planted.at)]
    number = 0
    while planted.number(OF_ANNA) < PLANTED:
        abouts = (["a"], ["a", "b"], ["b"])
        texts = [{"about": about, "text": planted.at(f"more{number}.notes.{place}")} for place, about in enumerate(abouts)]
        lines.append(meeting(f"more{number}", "pair", "2021-02-20", notes=texts))
        number += 1
    return lines


@pytest.fixture
def planted() -> Planted:
    return Planted()


@pytest.fixture
def organisation(place: Place, planted: Planted) -> Iterator[Organisation]:
    with closing(Organisation(opened(place))) as organisation:
        outcome = record(organisation.store, sent(planted))
        assert not outcome.refused, outcome.refused
        organisation.runner.catch_up()
        yield organisation


def told(store: EventStore) -> bytes:
    """Everything that can be opened."""
    return b"".join(cloudevents.lines(store, 0))


def keys_of(store: EventStore) -> list[bytes]:
    """What her key is wrapped in, and what her handles are."""
    streams = store.keys.streams_of("participant/anna")
    with store.keys.place.reading() as db:
        found = [row[0] for row in db.execute(f"SELECT wrapped FROM {db.table(DATA_KEYS)} k WHERE owner = 'participant/anna'")]
        for pair in streams:
            query = f"SELECT sealed_owner FROM {db.table(ALIASES)} a WHERE stream = ? AND handle = ?"
            found += [row[0] for row in db.execute(query, pair)]
    return found


def test_a_thousand_strings_about_who_was_erased_are_found_before_and_nowhere_after(
    organisation: Organisation, place: Place, planted: Planted
) -> None:
    store = organisation.store
    mine, others, keys = planted.number(OF_ANNA), planted.number(OF_OTHERS), keys_of(store)
    assert (mine >= PLANTED, others > 100, len(keys)) == (True, True, 3)
    before = told(store)
    assert (len(planted.about(OF_ANNA, before)), len(planted.about(OF_OTHERS, before))) == (mine, others)
    stored = place.stored()
    assert [key in stored for key in keys] == [True] * 3
    organisation.erasing.erase("anna")
    after, stored = told(store), place.stored()
    assert planted.about(OF_ANNA, after) == {}
    assert len(planted.about(OF_OTHERS, after)) == others
    assert planted.about(OF_ANNA, stored) == planted.about(OF_OTHERS, stored) == {}
    assert [key in stored for key in keys] == [False] * 3


def linked(connection: Connection, generation: int) -> list[str]:
    query = f"SELECT relationship FROM {connection.table(MEMBERS, generation)} m WHERE participant = 'anna' ORDER BY 1"
    return [row[0] for row in connection.execute(query)]


def test_nothing_that_is_stored_links_two_relationships_of_who_was_erased(organisation: Organisation, place: Place) -> None:
    store = organisation.store
    # As they stand one behind the other in an index of SQLite.
    links = (b"annapair", b"annatable") if isinstance(place, Files) else ()
    assert [link in place.stored() for link in links] == [True] * len(links)
    with store.reading() as connection:
        assert linked(connection, organisation.runner.generation(connection)) == ["pair", "table"]
    organisation.erasing.erase("anna")
    with store.reading() as connection:
        assert linked(connection, organisation.runner.generation(connection)) == []
        rows = connection.execute(f"SELECT state FROM {connection.table(EVENTS)} e WHERE originator_id LIKE 'relationship/%'").fetchall()
    assert rows
    assert not [state for (state,) in rows if b'"anna"' in state]
    assert store.keys.streams_of("participant/anna") == []
    assert [link in place.stored() for link in links] == [False] * len(links)
