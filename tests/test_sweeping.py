"""Keys and handles that no event came to need go, and no others: none whose event is on its way, and none too soon after a restore."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sent_lines import Clock, initiative, match, meeting, note, opened, pair, person, record
from store_places import Place

from domain.model.time import DAY
from domain.store import backup
from domain.store.database import EVENTS, Connection, Delete, Lock
from domain.store.keys import Missing
from domain.store.store import EventStore
from domain.store.sweeping import GRACE, Sweeping
from domain.store.turning import Spans
from tussenruimte import Organisation
from workers.loops import Epochs

ANNA, BRAM, CARLA = "participant/r-anna", "participant/r-bram", "participant/carla"


@pytest.fixture
def store(opening: Callable[[], EventStore], clock: Clock) -> EventStore:
    """In which something is recorded, and which was looked through."""
    store = opening()
    record(store, pair())
    Sweeping(store).step()
    clock.now += 1
    return store


def break_off(store: EventStore, lines: list[bytes]) -> None:
    """Record a batch, and come to grief when it is to be committed: its keys are made by then."""
    writing = store.database.writing

    @contextmanager
    def failing(lock: Lock, brief: bool = False) -> Iterator[Connection]:
        with writing(lock, brief) as connection:
            yield connection
            raise OSError("no space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.database, "writing", failing)
        with pytest.raises(OSError, match="no space"):
            record(store, lines)


def kept(store: EventStore) -> tuple[set[str], set[tuple[str, str]]]:
    """Whose keys there are, and which handles."""
    owners = {owner for owner, _, _ in store.keys.owners() if owner.startswith("participant/")}
    return owners, {(stream.removeprefix("relationship/"), handle) for stream, handle, _ in store.keys.handles()}


def a_day_later(store: EventStore, clock: Clock) -> tuple[set[str], set[tuple[str, str]]]:
    clock.now += DAY
    Sweeping(store).step()
    return kept(store)


RECORDED = ({ANNA, BRAM}, {("r", "a"), ("r", "b")})
LEFT = ({ANNA, BRAM, CARLA}, {("r", "a"), ("r", "b"), ("s", "a"), ("s", "b")})
SECOND = [*person("carla"), match("s", "carla", "r-bram")]


def test_what_a_batch_that_was_broken_off_left_is_gone_when_it_was_there_for_a_day(store: EventStore, clock: Clock) -> None:
    break_off(store, SECOND)
    assert kept(store) == LEFT
    assert a_day_later(store, clock) == LEFT, "it was not there at the look before"
    clock.now += GRACE - 1
    Sweeping(store).step()
    assert kept(store) == LEFT
    clock.now += 1
    Sweeping(store).step()
    assert kept(store) == RECORDED


def test_what_was_recorded_stays_however_often_it_is_looked_through(store: EventStore, clock: Clock) -> None:
    record(store, [meeting("m1", "r", **note("They laughed.", "a", "b"))])
    for _ in range(5):
        assert a_day_later(store, clock) == RECORDED
    with store.reading() as connection:
        (event,) = store.by_id(connection, ["m1"], store.keys.ring()).values()
    assert event.data.notes[0].text == "They laughed."


def test_who_sends_again_after_the_sweep_gets_another_key_and_is_recorded(store: EventStore, clock: Clock) -> None:
    break_off(store, SECOND)
    before = store.keys.ring().key(CARLA).secret
    a_day_later(store, clock)
    assert a_day_later(store, clock) == RECORDED
    with pytest.raises(Missing):
        store.keys.ring().key(CARLA)
    assert record(store, SECOND).recorded == 3
    assert store.keys.ring().key(CARLA).secret != before
    assert store.keys.ring().owner("relationship/s", "a") == CARLA
    for _ in range(3):
        assert a_day_later(store, clock) == LEFT


def test_who_is_asked_for_again_waits_anew(store: EventStore, clock: Clock) -> None:
    break_off(store, SECOND)
    a_day_later(store, clock)
    clock.now += 1
    break_off(store, SECOND)
    assert a_day_later(store, clock) == LEFT
    assert a_day_later(store, clock) == RECORDED


def test_who_is_being_erased_or_was_stays_with_their_handles(store: EventStore, clock: Clock) -> None:
    break_off(store, [*person("carla"), *person("dirk"), match("s", "carla", "dirk")])
    store.keys.freeze(CARLA)
    store.keys.freeze("participant/dirk")
    store.keys.erase("participant/dirk")
    states = {owner: state for owner, state, _ in store.keys.owners()}
    assert (states[CARLA], states["participant/dirk"]) == ("frozen", "erased")
    for _ in range(3):
        _, handles = a_day_later(store, clock)
        assert {owner: state for owner, state, _ in store.keys.owners()} == states
        assert handles == {("r", "a"), ("r", "b"), ("s", "a"), ("s", "b")}


def test_a_recording_that_is_on_its_way_is_waited_for(place: Place, store: EventStore, clock: Clock) -> None:
    """Its keys look old: the clock of who records is three days behind."""
    behind = Clock()
    behind.now -= 3 * DAY
    begun, go_on = threading.Event(), threading.Event()
    with closing(opened(place, clock=behind)) as other, pytest.MonkeyPatch.context() as patch:
        add = other.keys.add_aliases

        def paused(rows: list[tuple[str, str, str]]) -> None:
            add(rows)
            begun.set()
            go_on.wait(60)

        patch.setattr(other.keys, "add_aliases", paused)
        recording = threading.Thread(target=record, args=(other, SECOND))
        recording.start()
        assert begun.wait(60)
        clock.now += DAY
        sweeping = threading.Thread(target=Sweeping(store).step)
        sweeping.start()
        sweeping.join(1)
        go_on.set()
        recording.join(60)
        sweeping.join(60)
    assert kept(store) == LEFT
    assert store.keys.ring().owner("relationship/s", "a") == CARLA


def test_what_was_made_since_an_old_copy_of_the_events_is_kept_for_a_day_more(
    opening: Callable[[], EventStore], store: EventStore, clock: Clock
) -> None:
    """As long as it may have been the wrong copy: its keys can be had again from nowhere."""
    with store.reading() as connection:
        before = store.head(connection)
    clock.now += 3 * DAY
    record(store, SECOND)
    clock.now += 3 * DAY
    # The events are as they were when it was looked through last, and recording goes on.
    with store.database.writing("events") as connection:
        connection.write([Delete(EVENTS, ("position",), [(before + number,) for number in (1, 2, 3)])])
    again = opening()
    record(again, [initiative("more")])
    Sweeping(again).step()
    assert kept(again) == LEFT
    assert a_day_later(again, clock) == RECORDED


def test_a_place_that_was_never_looked_through_loses_nothing_at_the_first_look(place: Place, clock: Clock) -> None:
    with closing(opened(place, clock=clock)) as store:
        break_off(store, pair())
        clock.now += 40 * DAY
        Sweeping(store).step()
        assert kept(store) == RECORDED
        assert a_day_later(store, clock) == (set(), set())


def test_a_backup_comes_back_into_a_place_that_was_looked_through(place: Place, store: EventStore, clock: Clock, tmp_path: Path) -> None:
    backup.save(store, tmp_path / "copy", lambda step, done: None)
    with closing(opened(place.beside("other"), clock=clock)) as other:
        clock.now += DAY
        Sweeping(other).step()
        backup.load(other, tmp_path / "copy", lambda step, done: None, Spans())
        for _ in range(3):
            assert a_day_later(other, clock) == RECORDED


def test_a_clock_that_was_put_back_takes_nothing(store: EventStore, clock: Clock) -> None:
    clock.now += 30 * DAY
    Sweeping(store).step()
    clock.now -= 20 * DAY
    break_off(store, SECOND)
    assert a_day_later(store, clock) == LEFT
    assert a_day_later(store, clock) == RECORDED


def test_the_organisations_key_and_that_of_the_log_are_never_swept(place: Place, clock: Clock) -> None:
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        record(organisation.store, [initiative()])
        organisation.log.sign()
        owners = list(organisation.store.keys.owners())
        for _ in range(3):
            Sweeping(organisation.store).step()
            clock.now += DAY
        assert [owner for owner, _, _ in owners] == ["log/events", "organisation"]
        assert list(organisation.store.keys.owners()) == owners


def test_the_loop_that_turns_keys_over_sweeps_once_a_day(place: Place, clock: Clock) -> None:
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        record(organisation.store, pair())
        loop = Epochs(organisation, None)
        loop.step()
        clock.now += 1
        break_off(organisation.store, SECOND)
        for _ in range(3):
            clock.now += DAY // 4
            loop.step()
            assert kept(organisation.store) == LEFT
        clock.now += DAY // 4
        loop.step()
        clock.now += DAY
        assert kept(organisation.store) == LEFT
        loop.step()
        assert kept(organisation.store) == RECORDED
