"""A large batch: where the database takes events in while the next are formed, those that have yet to be sealed are strewn among the rest,
and all stand where they would stand anyway."""

from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sent_lines import generated, meeting, opened, pair, record
from store_places import Databases, Place

from domain.model.envelope import read
from domain.store import staging
from domain.store.database import EVENTS
from domain.store.ledger import leaf
from domain.store.staging import STREWN, Line, Staged, strewn
from domain.store.store import EventStore

ANY = read(meeting("m", "r"))


def placed(sealed: list[bool]) -> Iterator[tuple[int, Staged]]:
    return enumerate((Staged(n, ANY, Line("lines", n), None if yes else b"{}") for n, yes in enumerate(sealed)), 1)


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 12))
def test_every_event_comes_once_with_its_own_position(sealed: list[bool], every: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "STREWN", every)
        came = [(position, one.line) for position, one in strewn(placed(sealed))]
    assert sorted(came) == [(number, number - 1) for number in range(1, len(sealed) + 1)]


def test_people_that_come_first_are_strewn_among_what_comes_after_them() -> None:
    came = [one.clear is None for _, one in strewn(placed([True] * 50 + [False] * 500))]
    assert came[: STREWN * 40].count(True) in range(35, 50)
    assert sum(came) == 50


def rows(store: EventStore) -> list[tuple[int, str, str, bytes, bytes]]:
    with store.reading() as connection:
        found = connection.execute(f"SELECT position, id, originator_id, state, leaf FROM {connection.table(EVENTS)} e ORDER BY position")
        return [(position, id, stream, bytes(state), bytes(leaf)) for position, id, stream, state, leaf in found]


def test_what_is_strewn_stands_at_the_position_of_its_line_with_its_own_content(place: Place) -> None:
    lines = list(generated(2_500))
    with closing(opened(place)) as store:
        record(store, lines)
        found = rows(store)
        assert [(position, id) for position, id, *_ in found] == [
            (number, msgspec.json.decode(raw)["id"]) for number, raw in enumerate(lines, 1)
        ]
        assert all(msgspec.json.decode(state)["position"] == position for position, _, _, state, _ in found)
        assert all(kept == leaf(state) for *_, state, kept in found)
        assert record(store, lines).already == len(lines)


def test_on_postgresql_the_rows_of_a_large_batch_come_strewn_and_those_of_small_ones_as_they_were_sent(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases.empty()
    came: list[int] = []
    with closing(opened(databases)) as store:
        append = store.recorder.append

        def heard(connection, rows, hangs=()):  # type: ignore[no-untyped-def]
            found = list(rows)
            came.extend(position for position, *_ in found)
            append(connection, found, hangs)

        monkeypatch.setattr(store.recorder, "append", heard)
        record(store, pair("small"))
        assert came == list(range(1, 7))
        came.clear()
        record(store, [*pair("r"), *(meeting(f"m{n}", "r") for n in range(300))][1:])
        assert sorted(came) == list(range(7, 7 + 305))
        assert came != sorted(came)
        came.clear()
        # What waits in a table would be in memory only because it is held back.
        monkeypatch.setattr(staging, "HELD", 1_000)
        record(store, [*pair("t"), *(meeting(f"t{n}", "t") for n in range(300))][1:])
        assert came == list(range(312, 312 + 305))
