"""A key is had by whoever may open, by nobody once its person is erased, and never by who holds the file alone."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.store.key_places import KeyFile
from domain.store.keys import (
    ORGANISATION,
    Erased,
    Frozen,
    HandleTaken,
    Keys,
    KeyStoreError,
    Missing,
    RootKeyError,
)

ROOT = bytes(range(32))
NOON = 1_769_860_800_000_000  # 2026-01-31T12:00:00Z
DAY = 86_400_000_000
ANNA, BRAM = "participant/anna", "participant/bram"
R1 = "relationship/r1"

Opening = Callable[..., Keys]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.db"


@pytest.fixture
def opening(path: Path, clock: Clock) -> Iterator[Opening]:
    opened: list[Keys] = []

    def opening(root: bytes = ROOT, organisation: str = "buurtmaat") -> Keys:
        opened.append(Keys(KeyFile(str(path)), root, organisation, clock))
        return opened[-1]

    yield opening
    for keys in opened:
        keys.close()


@pytest.fixture
def keys(opening: Opening) -> Keys:
    """As they are found: nothing is served from memory yet."""
    first = opening()
    first.create([ANNA, BRAM])
    first.add_aliases([(R1, "a", ANNA), (R1, "b", BRAM)])
    return opening()


def statement(path: Path, text: str, *parameters: object) -> list[tuple[object, ...]]:
    """What somebody else does to the file."""
    with closing(sqlite3.connect(path)) as db, db:
        return db.execute(text, parameters).fetchall()


def on_disk(path: Path) -> bytes:
    return b"".join(
        file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name) and not file.name.endswith("-shm")
    )


def framed_by_hand(*parts: str) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part.encode() for part in parts)


def unwrapped_by_hand(key: bytes, wrapped: object, *place: str) -> bytes:
    assert isinstance(wrapped, bytes)
    return AESGCM(key).decrypt(wrapped[:12], wrapped[12:], framed_by_hand(*place))


def test_a_key_is_random_and_stays_the_same(keys: Keys, opening: Opening) -> None:
    anna = keys.ring().key(ANNA)
    assert anna.version == 1
    assert len({anna.secret, keys.ring().key(BRAM).secret, keys.ring().key(ORGANISATION).secret}) == 3
    keys.create([ANNA, ANNA])
    assert opening().ring().key(ANNA) == anna


def test_what_is_stored_opens_by_the_documented_form_alone(keys: Keys, path: Path) -> None:
    [(wrapped, state)] = statement(path, "SELECT wrapped, state FROM organisation_keys WHERE epoch = 1")
    organisation = unwrapped_by_hand(ROOT, wrapped, "tussenruimte/organisation-key/1", "buurtmaat", "1")
    assert state == "active"

    [(wrapped, version, epoch)] = statement(path, "SELECT wrapped, version, epoch FROM data_keys WHERE owner = ?", ANNA)
    anna = unwrapped_by_hand(organisation, wrapped, "tussenruimte/data-key/1", "buurtmaat", ANNA, str(version), str(epoch))
    assert anna == keys.ring().key(ANNA).secret

    [(sealed,)] = statement(path, "SELECT sealed_owner FROM aliases WHERE stream = ? AND handle = 'a'", R1)
    body = unwrapped_by_hand(organisation, sealed, "tussenruimte/alias/1", "buurtmaat", R1, "a", "1")
    assert body == (len(ANNA).to_bytes(4, "big") + ANNA.encode()).ljust(64, b"\0")


def test_an_alias_row_holds_no_owner_in_the_clear_and_no_length_of_one(keys: Keys, path: Path) -> None:
    keys.create(["participant/x", "participant/wilhelmina-van-den-berg"])
    keys.add_aliases([("relationship/r2", "x", "participant/x"), ("relationship/r2", "y", "participant/wilhelmina-van-den-berg")])
    rows = statement(path, "SELECT stream, handle, sealed_owner FROM aliases")
    stored = b"".join(bytes(value) if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
    assert R1.encode() in stored, "the search finds what is there"
    for word in (b"participant", b"anna", b"bram", b"wilhelmina"):
        assert word not in stored
    assert len({len(bytes(row[2])) for row in rows if isinstance(row[2], bytes)}) == 1


def test_the_file_is_for_its_owner_only_and_holds_no_key_in_the_clear(keys: Keys, path: Path) -> None:
    ring = keys.ring()
    stored = on_disk(path)
    assert ANNA.encode() in stored, "the search finds what is there"
    for secret in (ROOT, ring.key(ANNA).secret, ring.key(ORGANISATION).secret):
        assert secret not in stored
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_text_takes_the_keys_of_all_it_is_about_by_sorted_handle(keys: Keys) -> None:
    ring = keys.ring()
    anna, bram = ring.key(ANNA), ring.key(BRAM)
    assert ring.keys_about(R1, ["b", "a"]) == ring.keys_about(R1, ("a", "b")) == [anna, bram]
    assert ring.keys_about(R1, []) == [ring.key(ORGANISATION)]


def test_an_unknown_owner_or_handle_is_missing_until_it_is_made(keys: Keys, opening: Opening) -> None:
    ring = keys.ring()
    for ask in (lambda: ring.key("participant/carla"), lambda: ring.owner(R1, "c"), lambda: ring.keys_about(R1, ["a", "c"])):
        with pytest.raises(Missing):
            ask()
    other = opening()
    other.create(["participant/carla"])
    other.add_aliases([(R1, "c", "participant/carla")])
    assert ring.keys_about(R1, ["c"]) == [ring.key("participant/carla")]


def test_a_handle_is_never_used_for_someone_else(keys: Keys) -> None:
    keys.add_aliases([(R1, "a", ANNA)])
    with pytest.raises(HandleTaken) as caught:
        keys.add_aliases([(R1, "c", BRAM), (R1, "a", BRAM)])
    assert "anna" not in str(caught.value)
    assert "bram" not in str(caught.value)
    with pytest.raises(Missing):
        keys.ring().owner(R1, "c")
    with pytest.raises(HandleTaken):
        keys.add_aliases([(R1, "d", ANNA), (R1, "d", BRAM)])
    keys.erase(ANNA)
    with pytest.raises(HandleTaken):
        keys.add_aliases([(R1, "a", BRAM)])


def test_an_alias_needs_its_participants_key_first(keys: Keys) -> None:
    with pytest.raises(Missing):
        keys.add_aliases([(R1, "c", "participant/carla")])
    keys.freeze(BRAM)
    with pytest.raises(Frozen):
        keys.add_aliases([("relationship/r2", "b", BRAM)])
    keys.erase(BRAM)
    with pytest.raises(Erased):
        keys.add_aliases([("relationship/r2", "b", BRAM)])


def test_only_participants_and_the_organisation_own_keys(keys: Keys) -> None:
    for owner in ("anna", "participant/", "coordinator/k", ""):
        with pytest.raises(ValueError, match="owned by"):
            keys.create([owner])
    with pytest.raises(ValueError, match="stands for a participant"):
        keys.add_aliases([(R1, "c", ORGANISATION)])
    for change in (keys.freeze, keys.erase):
        with pytest.raises(ValueError, match="only a participant"):
            change(ORGANISATION)


def test_a_participants_relationships_are_found_by_opening_all_aliases(keys: Keys) -> None:
    keys.add_aliases([(f"relationship/n{number:04}", "b" if number % 2 else "a", BRAM) for number in range(2_345)])
    keys.add_aliases([("relationship/z", "a", ANNA), ("relationship/z", "b", BRAM)])
    assert keys.streams_of(ANNA) == [(R1, "a"), ("relationship/z", "a")]
    assert len(keys.streams_of(BRAM)) == 2_347
    assert keys.streams_of("participant/carla") == []


def test_all_owners_are_listed_with_state_and_day(keys: Keys, clock: Clock) -> None:
    clock.now += 5
    keys.create([f"participant/p{number:04}" for number in range(2_100)])
    keys.freeze(BRAM)
    rows = list(keys.owners())
    assert len(rows) == len({owner for owner, _, _ in rows}) == 2_103
    assert rows[:3] == [(ORGANISATION, "active", NOON), (ANNA, "active", NOON), (BRAM, "frozen", NOON)]
    assert rows[-1] == ("participant/p2099", "active", NOON + 5)


def test_a_frozen_key_opens_nothing(keys: Keys) -> None:
    keys.ring().key(ANNA)
    keys.freeze(ANNA)
    keys.freeze(ANNA)
    ring = keys.ring()
    for ask in (lambda: ring.key(ANNA), lambda: ring.keys_about(R1, ["a", "b"]), lambda: keys.create([ANNA])):
        with pytest.raises(Frozen) as caught:
            ask()
        assert "anna" not in str(caught.value)
    assert ring.key(BRAM)


def test_an_erased_owner_never_gets_a_key_again(keys: Keys, opening: Opening, clock: Clock) -> None:
    keys.freeze(ANNA)
    assert keys.erase(ANNA) == "2026-01-31"
    clock.now += 40 * DAY
    assert keys.erase(ANNA) == "2026-01-31"
    keys.freeze(ANNA)
    keys.forget([ANNA], [], clock.now)
    for store in (keys, opening()):
        with pytest.raises(Erased) as caught:
            store.create(["participant/new", ANNA])
        assert caught.value.on == "2026-01-31"
        with pytest.raises(Missing):
            store.ring().key("participant/new")
        with pytest.raises(Erased):
            store.ring().key(ANNA)


def test_after_erasure_nothing_says_whose_relationships_they_were(keys: Keys, path: Path) -> None:
    keys.add_aliases([("relationship/r2", "c", ANNA)])
    keys.erase(ANNA)
    ring = keys.ring()
    for stream, handle in ((R1, "a"), ("relationship/r2", "c")):
        with pytest.raises(Erased) as caught:
            ring.owner(stream, handle)
        assert caught.value.on == "2026-01-31"
    assert keys.streams_of(ANNA) == []
    assert ring.owner(R1, "b") == BRAM


def test_an_erased_key_leaves_no_trace_in_the_file_or_its_wal(keys: Keys, path: Path) -> None:
    rows = statement(path, "SELECT wrapped FROM data_keys WHERE owner = ?", ANNA)
    rows += statement(path, "SELECT sealed_owner FROM aliases WHERE handle = 'a'")
    traces = [value for (value,) in rows if isinstance(value, bytes)]
    assert all(trace in on_disk(path) for trace in traces), "the search finds what is there"
    keys.erase(ANNA)
    assert len(traces) == 2
    assert not any(trace in on_disk(path) for trace in traces)


def test_a_text_about_several_is_erased_on_the_day_the_first_of_them_was(keys: Keys, clock: Clock) -> None:
    keys.create(["participant/carla"])
    keys.add_aliases([(R1, "c", "participant/carla")])
    keys.erase(BRAM)
    clock.now += DAY
    keys.erase("participant/carla")
    keys.freeze(ANNA)
    with pytest.raises(Erased) as caught:
        keys.ring().keys_about(R1, ["a", "b", "c"])
    assert caught.value.on == "2026-01-31"


def test_a_damaged_key_or_alias_is_told_when_it_is_asked_for_and_spoils_no_batch(keys: Keys, path: Path) -> None:
    statement(path, "UPDATE data_keys SET wrapped = zeroblob(60) WHERE owner = ?", ANNA)
    statement(path, "UPDATE aliases SET sealed_owner = (SELECT sealed_owner FROM aliases WHERE handle = 'a') WHERE handle = 'b'")
    ring = keys.ring()
    ring.prefetch([ANNA, BRAM])
    ring.prefetch_streams([R1])
    assert ring.key(BRAM)
    assert ring.owner(R1, "a") == ANNA
    assert keys.streams_of(ANNA) == [(R1, "a")]
    assert keys.streams_of(BRAM) == []
    for ask in (lambda: ring.key(ANNA), lambda: ring.owner(R1, "b")):
        with pytest.raises(KeyStoreError, match="restore it from its backup") as caught:
            ask()
        assert "anna" not in str(caught.value)


@pytest.mark.parametrize("column", ["owner = 'participant/carla'", "version = 2", "wrapped = X'00'"])
def test_a_wrapped_key_does_not_open_for_another_owner_or_version(keys: Keys, path: Path, column: str) -> None:
    statement(path, f"UPDATE data_keys SET {column} WHERE owner = ?", ANNA)
    [(owner,)] = statement(path, "SELECT owner FROM data_keys WHERE owner NOT IN (?, ?)", BRAM, ORGANISATION)
    with pytest.raises(KeyStoreError):
        keys.ring().key(str(owner))


def test_another_root_key_or_organisation_fails_in_words(keys: Keys, opening: Opening) -> None:
    for root, organisation in ((bytes(32), "buurtmaat"), (ROOT, "andermaat")):
        with pytest.raises(RootKeyError, match="does not open the key store") as caught:
            opening(root, organisation)
        assert repr(root) not in str(caught.value)
    with pytest.raises(RootKeyError, match="32 bytes"):
        opening(b"short")
    assert opening().ring().key(ANNA)


def test_a_file_that_is_no_key_store_or_nowhere_fails_in_words(path: Path, opening: Opening) -> None:
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(KeyStoreError, match="cannot be used"):
        opening()
    with pytest.raises(KeyStoreError, match="cannot be used"):
        Keys(KeyFile(str(path.parent / "nowhere" / "keys.db")), ROOT, "buurtmaat", lambda: NOON)


def test_a_closed_store_opens_nothing(keys: Keys) -> None:
    keys.close()
    with pytest.raises(KeyStoreError):
        keys.ring()


def test_what_is_swept_was_last_asked_for_before_an_instant(keys: Keys, opening: Opening, clock: Clock) -> None:
    other = opening()
    other.ring().keys_about(R1, ["a"])
    assert keys.forget([ANNA], [(R1, "a")], NOON) == 0
    assert keys.ring().keys_about(R1, ["a"]), "its event may be on its way"
    clock.now += 1
    keys.create([BRAM])
    keys.add_aliases([(R1, "b", BRAM)])
    assert keys.forget([ANNA, BRAM], [(R1, "a"), (R1, "b")], clock.now) == 2
    ring = other.ring()
    for ask in (lambda: ring.key(ANNA), lambda: ring.owner(R1, "a")):
        with pytest.raises(Missing):
            ask()
    assert ring.keys_about(R1, ["b"]), "asked for again, it waits anew"
    with pytest.raises(ValueError, match="participant's key"):
        keys.forget([ORGANISATION], [], clock.now)


def test_a_sweep_raises_the_fence(keys: Keys, opening: Opening, clock: Clock) -> None:
    clock.now += 1
    other = opening()
    other.ring().key(ANNA)
    keys.forget([ANNA], [], clock.now)
    with pytest.raises(Missing):
        other.ring().key(ANNA)
