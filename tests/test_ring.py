"""Keys are served from memory for a minute at most, never past a raised fence, and no more of them than there is room for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sent_lines import ROOT, Clock

from domain.store.key_places import KeyFile
from domain.store.keys import LIFE, Frozen, Keys, KeyStoreError

ANNA, BRAM = "participant/anna", "participant/bram"
R1 = "relationship/r1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.db"


def opened(path: Path, clock: Clock) -> Keys:
    return Keys(KeyFile(str(path)), ROOT, "buurtmaat", clock)


@pytest.fixture
def keys(path: Path, clock: Clock) -> Iterator[Keys]:
    with closing(opened(path, clock)) as keys:
        keys.create([ANNA, BRAM])
        keys.add_aliases([(R1, "a", ANNA), (R1, "b", BRAM)])
        yield keys


def statement(path: Path, text: str, *parameters: object) -> None:
    """What somebody else does to the file."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(text, parameters)


def test_a_fence_raised_by_another_empties_the_cache(keys: Keys, path: Path, clock: Clock) -> None:
    before = keys.ring()
    before.keys_about(R1, ["a", "b"])
    with closing(opened(path, clock)) as other:
        other.freeze(ANNA)
    assert before.key(ANNA), "a ring is what was so when it was taken"
    with pytest.raises(Frozen):
        keys.ring().key(ANNA)


def test_without_a_raised_fence_the_cache_serves_for_a_minute_and_no_longer(keys: Keys, path: Path, clock: Clock) -> None:
    ring = keys.ring()
    ring.keys_about(R1, ["a"])
    statement(path, "UPDATE data_keys SET state = 'frozen' WHERE owner = ?", ANNA)
    clock.now += LIFE - 1
    assert keys.ring().key(ANNA)
    clock.now += 1
    with pytest.raises(Frozen):
        ring.key(ANNA)


def test_a_clock_set_back_does_not_lengthen_the_minute(keys: Keys, path: Path, clock: Clock) -> None:
    ring = keys.ring()
    ring.key(ANNA)
    statement(path, "UPDATE data_keys SET state = 'frozen' WHERE owner = ?", ANNA)
    clock.now -= 1
    with pytest.raises(Frozen):
        ring.key(ANNA)


@pytest.mark.parametrize("harm", ["DELETE FROM fence", "DROP TABLE fence", "INSERT INTO fence VALUES (7)"])
def test_where_the_fence_cannot_be_read_nothing_is_opened(keys: Keys, path: Path, harm: str) -> None:
    keys.ring().key(ANNA)
    statement(path, harm)
    with pytest.raises(KeyStoreError):
        keys.ring()


def test_what_was_prefetched_is_served_without_the_file(keys: Keys, path: Path) -> None:
    owners = [f"participant/p{number}" for number in range(1_500)]
    keys.create(owners)
    streams = [f"relationship/n{number}" for number in range(1_500)]
    keys.add_aliases([(stream, "a", owner) for stream, owner in zip(streams, owners, strict=True)])
    ring = keys.ring()
    ring.prefetch_streams([*streams, "relationship/unknown"])
    ring.prefetch([ANNA, "participant/unknown"])
    statement(path, "DROP TABLE data_keys")
    statement(path, "DROP TABLE aliases")
    assert len({ring.keys_about(stream, ["a"])[0].secret for stream in streams}) == 1_500
    assert ring.key(ANNA)
    with pytest.raises(KeyStoreError):
        ring.key(BRAM)


def test_no_more_is_held_than_there_is_room_for_and_what_was_asked_for_last_is(
    keys: Keys, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.store.ring.HELD", 20)
    owners = [f"participant/p{number}" for number in range(60)]
    keys.create(owners)
    keys.add_aliases([(f"relationship/n{number}", "a", owner) for number, owner in enumerate(owners)])
    found = keys.ring()
    for number in range(60):
        found.prefetch_streams([f"relationship/n{number}"])
        assert len(found.cache.keys) + len(found.cache.aliases) + len(found.cache.streams) <= 20 + 3
        assert (f"relationship/n{number}", "a") in found.cache.aliases
    found.prefetch_streams([f"relationship/n{number}" for number in range(60)])
    statement(path, "DROP TABLE data_keys")
    statement(path, "DROP TABLE aliases")
    assert len({found.keys_about(f"relationship/n{number}", ["a"])[0].secret for number in range(60)}) == 60
