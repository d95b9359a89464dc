"""The organisation's key turns over: what hangs on it opens as before; an old key dies when its days are over, and old copies with it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from command_line import refused, run_in
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sent_lines import ROOT, Clock, meeting, note, opened, pair, record
from store_places import Files, Place
from turned_stores import ANNA, BRAM, SPANS, STILL, WEEK, R, all_done, copied, epochs, put_back, secrets, sql, text
from worker_processes import settings_of

from domain.model.time import DAY
from domain.store.checks import check_keys
from domain.store.database import DEAD_EPOCHS
from domain.store.keys import ORGANISATION, Erased, Frozen, KeyStoreError, RootKeyError
from domain.store.seals import framed
from domain.store.store import EventStore
from domain.store.turning import Spans, Turning, check_epochs


@pytest.fixture
def store(opening: Callable[[], EventStore]) -> EventStore:
    store = opening()
    record(store, [*pair(), meeting("m1", "r", **note("They laughed.", "a", "b"))])
    return store


def test_nothing_turns_before_its_time(place: Place, store: EventStore, clock: Clock) -> None:
    clock.now += WEEK - 1
    assert all_done(store) == 1
    assert epochs(place) == [(1, "active", True)]
    clock.now -= 40 * DAY
    assert all_done(store) == 1


def test_after_a_week_a_new_key_wraps_and_all_hangs_on_it(place: Place, store: EventStore, clock: Clock) -> None:
    before, stored = secrets(store), sql(place, "SELECT owner, wrapped FROM data_keys ORDER BY owner")
    clock.now += WEEK
    all_done(store)
    assert epochs(place) == [(1, "left", True), (2, "active", True)]
    for table in ("data_keys", "aliases"):
        assert sql(place, f"SELECT DISTINCT epoch FROM {table}") == [(2,)]
    assert all(old != new for old, new in zip(stored, sql(place, "SELECT owner, wrapped FROM data_keys ORDER BY owner"), strict=True))
    assert secrets(store) == before
    ring = store.keys.ring()
    assert (ring.owner(R, "a"), ring.owner(R, "b")) == (ANNA, BRAM)
    assert {key.version for key in map(ring.key, before)} == {1}, "the versions of data keys are in the seals"
    assert text(store) == "They laughed."
    record(store, pair("s"))
    assert sql(place, "SELECT DISTINCT epoch FROM aliases") == [(2,)]


def test_events_are_never_rewritten(place: Place, store: EventStore, clock: Clock) -> None:
    def events() -> list[Any]:
        with store.reading() as connection:
            return store.since(connection, 0, 100)

    before = events()
    for _ in range(6):
        clock.now += WEEK
        all_done(store)
    assert events() == before
    check_keys(store)


def test_an_old_key_dies_28_days_after_it_was_replaced_and_its_row_stays(place: Place, store: EventStore, clock: Clock) -> None:
    clock.now += WEEK
    all_done(store, Spans(turn=WEEK))
    clock.now += 28 * DAY - 1
    all_done(store, STILL)
    assert epochs(place) == [(1, "left", True), (2, "active", True)]
    clock.now += 1
    all_done(store, STILL)
    assert epochs(place) == [(1, "destroyed", False), (2, "active", True)]
    with store.reading() as connection:
        noted = connection.execute(f"SELECT epoch, died FROM {connection.table(DEAD_EPOCHS)} e").fetchall()
    assert [tuple(row) for row in noted] == [(1, clock.now)]
    assert text(store) == "They laughed."


def test_both_spans_are_settable(place: Place, store: EventStore, clock: Clock) -> None:
    for _ in range(3):
        clock.now += DAY
        all_done(store, Spans(turn=DAY, keep=DAY))
    assert [state for _, state, _ in epochs(place)] == ["destroyed", "destroyed", "left", "active"]


def test_a_key_dies_while_nothing_hangs_on_it_and_not_before(place: Place, store: EventStore, clock: Clock) -> None:
    clock.now += WEEK
    all_done(store)
    # As a copy of a row that was put back by hand, or one that is damaged: it cannot be re-wrapped any more.
    sql(place, "UPDATE data_keys SET epoch = 1 WHERE owner = ?", ANNA)
    clock.now += 28 * DAY
    with pytest.raises(KeyStoreError, match="damaged under the organisation's key of epoch 1") as caught:
        all_done(store)
    assert "anna" not in str(caught.value)
    assert epochs(place)[0] == (1, "left", True)
    with pytest.raises(KeyStoreError, match="epoch 1"):
        store.keys.epochs.destroy(1)
    with pytest.raises(KeyStoreError, match="epoch 3"):
        store.keys.epochs.destroy(3)


def test_a_key_that_cannot_die_is_not_noted_as_dead_and_holds_no_other_up(place: Place, store: EventStore, clock: Clock) -> None:
    sql(place, "UPDATE data_keys SET wrapped = ? WHERE owner = ?", bytes(60), ANNA)
    for _ in range(2):
        clock.now += WEEK
        all_done(store)
    clock.now += SPANS.keep
    with pytest.raises(KeyStoreError, match="epoch 1, which is therefore kept"):
        all_done(store, STILL)
    assert epochs(place) == [(1, "left", True), (2, "destroyed", False), (3, "active", True)]
    with store.reading() as connection:
        assert [tuple(row) for row in connection.execute(f"SELECT epoch FROM {connection.table(DEAD_EPOCHS)} e")] == [(2,)]
    store.keys.erase(ANNA)
    all_done(store, STILL)
    assert epochs(place) == [(1, "destroyed", False), (2, "destroyed", False), (3, "active", True)], "erased, it hangs on nothing"


def test_what_is_damaged_holds_nothing_else_up(place: Place, store: EventStore, clock: Clock) -> None:
    before = secrets(store)
    sql(place, "UPDATE data_keys SET wrapped = ? WHERE owner = ?", bytes(60), ANNA)
    sql(place, "UPDATE aliases SET sealed_owner = ? WHERE handle = 'b'", bytes(92))
    clock.now += WEEK
    all_done(store)
    assert sql(place, "SELECT owner FROM data_keys WHERE epoch = 1") == [(ANNA,)]
    assert sql(place, "SELECT handle FROM aliases WHERE epoch = 1") == [("b",)]
    assert store.keys.ring().key(BRAM).secret == before[BRAM]


def test_frozen_stays_frozen_and_erased_stays_erased(place: Place, store: EventStore, clock: Clock) -> None:
    store.keys.freeze(BRAM)
    on = store.keys.erase(ANNA)
    for _ in range(6):
        clock.now += WEEK
        all_done(store)
    assert epochs(place)[0] == (1, "destroyed", False), "neither holds an old key"
    ring = store.keys.ring()
    for ask in (lambda: ring.key(ANNA), lambda: ring.owner(R, "a"), lambda: store.keys.create([ANNA])):
        with pytest.raises(Erased) as caught:
            ask()
        assert caught.value.on == on
    for ask in (lambda: ring.key(BRAM), lambda: store.keys.create([BRAM])):
        with pytest.raises(Frozen):
            ask()
    assert ring.owner(R, "b") == BRAM
    assert store.keys.erase(BRAM)


def test_a_cache_goes_on_across_a_turn_and_is_emptied_when_a_key_dies(
    store: EventStore, opening: Callable[[], EventStore], clock: Clock
) -> None:
    other = opening()
    clock.now += WEEK
    before = other.keys.ring()
    kept = before.key(ANNA)
    all_done(store)
    assert other.keys.ring().cache is before.cache, "nothing was taken away"
    assert before.key(BRAM) == store.keys.ring().key(BRAM), "what it did not have yet is found under the new key"
    other.keys.create(["participant/new"])
    assert store.keys.ring().key("participant/new")
    clock.now += 28 * DAY
    before = other.keys.ring()
    assert before.key(ANNA) == kept
    all_done(store, STILL)
    assert other.keys.ring().cache is not before.cache
    assert other.keys.ring().key(ANNA) == kept


def test_an_old_copy_of_the_key_store_opens_nothing_once_its_epoch_died(
    place: Place, store: EventStore, opening: Callable[[], EventStore], clock: Clock
) -> None:
    backup = copied(place)
    for week in range(1, 6):
        clock.now += WEEK
        all_done(store)
        now = copied(place)
        put_back(place, backup)
        again = opening()
        if week < 5:
            # The control: for as long as its epoch lives, the copy is a backup.
            check_keys(again)
            assert text(again) == "They laughed."
        else:
            with pytest.raises(KeyStoreError, match="old copy"):
                check_keys(again)
            with pytest.raises(KeyStoreError, match="old copy"):
                Turning(again, SPANS).step()
            assert epochs(place) == [(1, "active", True)], "nor is it turned, by which it would come to look new"
        put_back(place, now)
    assert text(opening()) == "They laughed."


def test_the_program_refuses_an_old_copy_in_words(tmp_path: Path, clock: Clock) -> None:
    place = Files(tmp_path / "tussenruimte.buurtmaat.db")
    with closing(opened(place, clock=clock)) as store:
        record(store, pair())
        backup = copied(place)
        for _ in range(5):
            clock.now += WEEK
            all_done(store)
    list_them = partial(run_in(tmp_path), "list", "--organisation", "buurtmaat", **settings_of(place))
    assert list_them().code == 0
    put_back(place, backup)
    assert "old copy: its newest key, of epoch 1, was destroyed since" in refused(list_them())


def test_who_runs_opens_nothing_from_a_key_store_that_is_put_back_meanwhile(
    place: Place, store: EventStore, opening: Callable[[], EventStore]
) -> None:
    backup = copied(place)
    store.keys.erase(ANNA)
    store.keys.ring()
    put_back(place, backup)
    with pytest.raises(KeyStoreError, match="put back to an older state"):
        store.keys.ring()
    assert opening().keys.ring()


def test_a_thread_that_looked_sooner_and_came_later_takes_nothing_for_put_back(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sooner = store.keys._generation()
    store.keys.freeze(ANNA)
    later = store.keys.ring().cache
    looks = iter([sooner, later.generation])
    monkeypatch.setattr(store.keys, "_generation", lambda: next(looks))
    assert store.keys.ring().cache is later


def test_a_key_store_ahead_of_events_that_were_put_back_is_taken(store: EventStore, clock: Clock) -> None:
    for _ in range(6):
        clock.now += WEEK
        all_done(store)
    with store.database.writing("keys") as connection:
        connection.execute("DELETE FROM dead_epochs")
    check_epochs(store)


def test_several_at_once_do_it_once(place: Place, store: EventStore, opening: Callable[[], EventStore], clock: Clock) -> None:
    record(store, [raw for number in range(400) for raw in pair(f"n{number}")[1:]])
    before = secrets(store)
    others = [Turning(opening(), SPANS) for _ in range(3)]
    for _ in range(5):
        clock.now += WEEK
        steps = [True]
        while any(steps):
            steps = [turning.step() for turning in others]
    assert epochs(place) == [(1, "destroyed", False), *[(epoch, "left", True) for epoch in (2, 3, 4, 5)], (6, "active", True)]
    assert secrets(store) == before


def test_a_turn_amid_a_round_of_another_leaves_nothing_behind(
    place: Place, store: EventStore, opening: Callable[[], EventStore], clock: Clock
) -> None:
    record(store, [raw for number in range(700) for raw in pair(f"n{number}")[1:]])
    slow, quick = Turning(store, SPANS), Turning(opening(), SPANS)
    clock.now += WEEK
    assert slow.step(), "the turn"
    assert slow.step(), "a thousand of 1,403"
    clock.now += WEEK
    assert quick.step(), "another turn"
    while slow.step():
        pass
    assert epochs(place) == [(1, "left", True), (2, "left", True), (3, "active", True)]
    assert sql(place, "SELECT DISTINCT epoch FROM data_keys") == [(3,)]


def test_what_was_not_committed_is_not_passed_over(place: Place, store: EventStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = store.keys._place
    writing = keys.writing

    @contextmanager
    def broken_off() -> Iterator[Any]:
        with writing() as db:
            yield db
            raise KeyStoreError("the power is cut")

    clock.now += WEEK
    turning = Turning(store, SPANS)
    assert turning.step()
    with monkeypatch.context() as broken:
        broken.setattr(keys, "writing", broken_off)
        with pytest.raises(KeyStoreError, match="power"):
            turning.step()
    while turning.step():
        pass
    assert sql(place, "SELECT DISTINCT epoch FROM data_keys") == [(2,)]


def test_a_dead_key_leaves_no_trace_in_the_file_or_its_wal(tmp_path: Path, clock: Clock) -> None:
    place = Files(tmp_path / "events.sqlite")
    with closing(opened(place, clock=clock)) as store:
        record(store, pair())
        [(key,)] = sql(place, "SELECT wrapped FROM organisation_keys")
        assert key in place.stored(), "the search finds what is there"
        for _ in range(4):
            clock.now += WEEK
            all_done(store)
        assert key in place.stored()
        clock.now += WEEK
        all_done(store)
        assert key not in place.stored()


def test_a_trace_that_somebody_still_reads_is_wiped_by_the_next_step(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.store.sqlite.EMPTY_SECONDS", 0.2)
    place = Files(tmp_path / "events.sqlite")
    with closing(opened(place, clock=clock)) as store, closing(sqlite3.connect(f"{place.path}.keys")) as reader:
        clock.now += WEEK
        all_done(store)
        [(key,)] = sql(place, "SELECT wrapped FROM organisation_keys WHERE epoch = 1")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM organisation_keys").fetchall()
        clock.now += 28 * DAY
        with pytest.raises(KeyStoreError, match="trace"):
            all_done(store, STILL)
        assert epochs(place)[0] == (1, "left", False)
        reader.rollback()
        all_done(store, STILL)
        assert epochs(place)[0] == (1, "destroyed", False)
        assert key not in place.stored()


def test_what_is_rewrapped_opens_by_the_documented_form_alone(place: Place, store: EventStore, clock: Clock) -> None:
    clock.now += WEEK
    all_done(store)

    def unwrapped(key: bytes, wrapped: bytes, *parts: str) -> bytes:
        return AESGCM(key).decrypt(wrapped[:12], wrapped[12:], framed(*parts))

    [(wrapped,)] = sql(place, "SELECT wrapped FROM organisation_keys WHERE epoch = 2")
    organisation = unwrapped(ROOT, wrapped, "tussenruimte/organisation-key/1", "buurtmaat", "2")
    [(wrapped,)] = sql(place, "SELECT wrapped FROM data_keys WHERE owner = ?", ANNA)
    assert unwrapped(organisation, wrapped, "tussenruimte/data-key/1", "buurtmaat", ANNA, "1", "2") == secrets(store)[ANNA]


def test_damage_to_the_organisations_own_key_is_told_without_a_value(
    place: Place, store: EventStore, opening: Callable[[], EventStore]
) -> None:
    sql(place, "UPDATE organisation_keys SET wrapped = ?", bytes(60))
    with pytest.raises(RootKeyError, match="restore the store from its backup"):
        opening()
    sql(place, "UPDATE organisation_keys SET wrapped = NULL")
    with pytest.raises(KeyStoreError, match="lacks a key of the organisation"):
        opening()
    assert store.keys.ring().key(ORGANISATION)
