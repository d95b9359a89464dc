"""Keys are served from memory for a minute at most, never past a raised fence, and no more of them than there is room for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sent_lines import ROOT, Clock

from domain.store.key_places import KeyFile
from domain.store.keys import LIFE, Erased, Frozen, Keys, KeyStoreError
from domain.store.ring import Cache

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
    """As they are found: nothing is served from memory yet."""
    with closing(opened(path, clock)) as first:
        first.create([ANNA, BRAM])
        first.add_aliases([(R1, "a", ANNA), (R1, "b", BRAM)])
    with closing(opened(path, clock)) as keys:
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


def made_while_served(keys: Keys) -> None:
    """Somebody is looked up, so that keys are served from memory, and then a relationship is begun."""
    keys.ring().key(ANNA)
    keys.add_aliases([("relationship/r2", "a", ANNA), ("relationship/r2", "b", BRAM)])


def test_who_was_just_given_a_handle_is_served_without_the_file(keys: Keys, path: Path) -> None:
    made_while_served(keys)
    ring = keys.ring()
    statement(path, "DROP TABLE data_keys")
    statement(path, "DROP TABLE aliases")
    ring.prefetch_streams(["relationship/r2"])
    assert ring.owner("relationship/r2", "b") == BRAM
    assert [key.secret for key in ring.keys_about("relationship/r2", ["a", "b"])] == [ring.key(ANNA).secret, ring.key(BRAM).secret]


@pytest.mark.parametrize("first", ["given", "frozen"])
def test_who_was_just_given_a_handle_is_not_served_past_a_fence_that_another_raised(
    keys: Keys, path: Path, clock: Clock, first: str
) -> None:
    with closing(opened(path, clock)) as other:
        if first == "given":
            made_while_served(keys)
            other.erase(ANNA)
        else:
            keys.ring().key(ANNA)
            other.erase(ANNA)
            keys.add_aliases([("relationship/r2", "b", BRAM)])
        with pytest.raises(Erased):
            keys.ring().keys_about(R1, ["a"])
        if first == "given":
            with pytest.raises(Erased):
                keys.ring().owner("relationship/r2", "a")
        assert keys.ring().owner("relationship/r2", "b") == BRAM


def test_handles_that_are_given_are_held_no_longer_than_there_is_room(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.store.ring.HELD", 20)
    cache = keys.ring().cache
    for number in range(60):
        keys.add_aliases([(f"relationship/n{number}", "a", ANNA)])
        assert len(cache.keys) + len(cache.aliases) + len(cache.streams) <= 20 + 3
    assert ("relationship/n59", "a") in cache.aliases


def test_who_is_erased_while_they_are_given_a_handle_is_not_served(
    keys: Keys, path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(opened(path, clock)) as other:

        def meanwhile(_: Cache) -> None:
            other.erase(ANNA)
            keys.ring()

        keys.ring()
        monkeypatch.setattr(Cache, "make_room", meanwhile)
        keys.add_aliases([("relationship/r2", "a", ANNA)])
        monkeypatch.undo()
    with pytest.raises(Erased):
        keys.ring().owner("relationship/r2", "a")
