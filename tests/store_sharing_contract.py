"""What must hold where many record at once: threads of one process, which share transactions, and processes, which wait for one another."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest
from sent_lines import account, line, match, meeting, note, opened, pair, person, record, rules, runner_of
from store_faults import faults
from store_placed import Placed
from store_places import Place

from domain.store.batch import Outcome
from domain.store.database import EVENTS, Update
from domain.store.ground import FOLLOWED
from domain.store.mapper import Unreadable
from domain.store.store import EventStore

WRITERS = 12
EACH = 25
ENDED = line("ended", "relationship_ended", "relationship/r", {"ended_by": ["a"], "mode": "mutual"}, "2021-03-01")

WITHDRAWN = line("gone", "consent_withdrawn", "participant/r-bram", {"scope": "record"}, "2021-04-01")


@contextmanager
def at_once(store: EventStore) -> Iterator[Callable[[list[bytes]], Future[Outcome]]]:
    """Batches that are given here arrive while somebody else writes: the first waits for that one, the rest share what comes then."""
    with ThreadPoolExecutor(64) as threads:
        with store.database.writing("events"):
            given: list[Future[Outcome]] = []

            def give(lines: list[bytes]) -> Future[Outcome]:
                given.append(threads.submit(record, store, lines))
                time.sleep(0.02)
                return given[-1]

            yield give
            time.sleep(0.1)
        for one in given:
            one.exception()


def transactions(store: EventStore) -> list[int]:
    """How many batches each transaction settles, from now on."""
    sizes: list[int] = []
    settle = store.recording._together._settle

    def counted(batches: list[object]) -> None:
        sizes.append(len(batches))
        settle(batches)  # type: ignore[arg-type]

    store.recording._together._settle = counted  # type: ignore[assignment]
    return sizes


class StoreSharingContract(Placed):
    """Every store passes this as it is."""

    def envelopes(self, store: EventStore) -> list[dict[str, object]]:
        with store.reading() as connection:
            rows = connection.execute(f"SELECT state FROM {connection.table(EVENTS)} e ORDER BY position").fetchall()
        return [json.loads(state) for (state,) in rows]

    def test_batches_that_share_a_transaction_keep_their_order_and_an_instant_each(self, store: EventStore) -> None:
        record(store, pair())
        sizes = transactions(store)
        with at_once(store) as give:
            taken = [give([meeting(f"m{number}", "r", **note("Rain.", "a"))]) for number in range(9)]
        assert [future.result().position for future in taken] == list(range(7, 16))
        assert sizes == [1, 8]
        last = self.envelopes(store)[6:]
        assert [event["id"] for event in last] == [f"m{number}" for number in range(9)]
        assert len({event["recorded"] for event in last}) == 9
        assert [event["recorded"] for event in last] == sorted(str(event["recorded"]) for event in last)

    def test_what_is_refused_leaves_nothing_and_holds_up_nobody_who_shares_its_transaction(self, store: EventStore, place: Place) -> None:
        record(store, pair())
        with at_once(store) as give:
            good = [give([meeting("m0", "r")]), give([meeting("m1", "r")])]
            bad = give([meeting("m2", "r"), meeting("m3", "r", "2019-01-01")])
            good.append(give([meeting("m4", "r")]))
        assert [future.result().recorded for future in good] == [1, 1, 1]
        assert rules(bad.result()) == {2: "not_begun"}
        assert [event["id"] for event in self.envelopes(store)[6:]] == ["m0", "m1", "m4"]
        assert faults(place, ["m0", "m1", "m4"]) == []

    def test_each_is_judged_on_what_came_before_it_in_the_same_transaction(self, store: EventStore) -> None:
        record(store, pair())
        with at_once(store) as give:
            give([meeting("m0", "r")])
            before, ended = give([meeting("m1", "r", "2021-04-01")]), give([ENDED])
            after, again = give([meeting("m2", "r", "2021-05-01")]), give([meeting("m1", "r", "2021-04-01")])
            new = give([*pair("s")[1:]])
            there = give([account("said", "s", named="help")])
        assert before.result().recorded == 1
        assert (ended.result().recorded, rules(ended.result())) == (0, {1: "would_fall"})
        assert (after.result().recorded, again.result().already) == (1, 1)
        assert (new.result().recorded, there.result().recorded) == (5, 1)

    def test_what_is_remembered_from_one_transaction_to_the_next_is_not_trusted_once_somebody_else_recorded(
        self, store: EventStore, place: Place
    ) -> None:
        record(store, pair())
        record(store, [meeting("m", "r")])
        other = opened(place)
        assert record(other, [ENDED]).recorded == 1
        other.close()
        assert rules(record(store, [meeting("late", "r", "2021-04-01")])) == {1: "ended"}

    def test_what_is_remembered_of_a_relationship_is_not_trusted_once_a_batch_of_several_streams_added_to_it(
        self, store: EventStore
    ) -> None:
        record(store, [*pair("r"), *pair("s")[1:]])
        record(store, [meeting("m", "r")])
        assert record(store, [ENDED, meeting("n", "s")]).recorded == 2
        assert rules(record(store, [meeting("late", "r", "2021-04-01")])) == {1: "ended"}

    def test_of_what_is_remembered_only_that_is_let_go_in_which_somebody_else_recorded(self, store: EventStore, place: Place) -> None:
        record(store, [*pair("r"), *pair("s")[1:]])
        for stream in ("r", "s"):
            record(store, [meeting(f"m-{stream}", stream)])
        with closing(opened(place)) as other:
            assert record(other, [ENDED]).recorded == 1
        record(store, [meeting("late", "s", "2021-04-01")])
        memory = store.recording._memory
        assert ("relationship/r" in memory.judged, "relationship/s" in memory.streams) == (False, True)
        assert rules(record(store, [meeting("later", "r", "2021-04-01")])) == {1: "ended"}

    def test_what_is_remembered_of_a_participant_is_not_trusted_once_they_withdrew_elsewhere(self, store: EventStore, place: Place) -> None:
        record(store, pair())
        record(store, [meeting("m", "r")])
        with closing(opened(place)) as other:
            assert record(other, [WITHDRAWN]).recorded == 1
        assert rules(record(store, [meeting("late", "r", "2021-05-01")])) == {1: "no_consent"}

    def test_what_is_remembered_is_let_go_whole_where_much_was_recorded_elsewhere(self, store: EventStore, place: Place) -> None:
        record(store, pair())
        record(store, [meeting("m", "r")])
        with closing(opened(place)) as other:
            assert record(other, [ENDED]).recorded == 1
            record(other, [raw for number in range(FOLLOWED) for raw in person(f"p{number}")])
        assert rules(record(store, [meeting("late", "r", "2021-04-01")])) == {1: "ended"}

    def test_what_is_remembered_is_not_trusted_once_a_key_is_gone(self, store: EventStore) -> None:
        record(store, pair())
        record(store, [account("said", "r", "b", named="help")])
        store.keys.freeze("participant/r-bram")
        store.keys.erase("participant/r-bram")
        assert rules(record(store, [account("more", "r", "b", named="both")])) == {1: "erased_person"}

    def test_what_is_sealed_opens_with_the_key_of_whom_a_handle_stands_for_though_an_earlier_batch_meant_somebody_else(
        self, store: EventStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A batch that made its handles and then failed leaves them; they give way, and nothing of them is remembered."""
        record(store, [*pair(), *person("p1"), *person("p2"), *person("p3")])
        with monkeypatch.context() as patched:
            patched.setattr(store.recorder, "append", _full)
            with pytest.raises(OSError, match="no space"):
                record(store, [match("s", "p1", "p2")])
        said = [account("said", "s", named="both"), meeting("m", "s", **note("Rain.", "a"))]
        assert record(store, [match("s", "p3", "p2"), *said]).recorded == 3
        store.keys.freeze("participant/p1")
        store.keys.erase("participant/p1")
        with store.reading() as connection:
            opened = store.streams(connection, ["relationship/s"], store.keys.ring())["relationship/s"]
        assert [member.participant for member in opened[0].data.members] == ["p3", "p2"]
        assert (opened[1].data.named, opened[2].data.notes[0].text) == ("both", "Rain.")

    def test_a_stream_that_cannot_be_read_is_the_trouble_of_who_asks_for_it_alone(self, store: EventStore) -> None:
        record(store, [*pair("r"), *pair("s")[1:]])
        damaged = json.dumps({"changed": "by hand"}).encode()
        with store.database.writing("events") as connection:
            connection.write([Update(EVENTS, ("state",), ("id",), [(damaged, "r-match")])])
        store.recording._memory.forget()
        with at_once(store) as give:
            one, bad, other = give([meeting("m1", "s")]), give([meeting("m2", "r")]), give([meeting("m3", "s")])
        assert (one.result().recorded, other.result().recorded) == (1, 1)
        assert isinstance(bad.exception(), Unreadable)

    def test_a_transaction_that_fails_fails_for_all_who_share_it_and_keeps_nothing(
        self, store: EventStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record(store, pair())
        append = store.recorder.append

        def full(*given: object) -> None:
            append(*given)  # type: ignore[arg-type]
            raise OSError("no space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(store.recorder, "append", full)
            with at_once(store) as give:
                taken = [give([meeting(f"m{number}", "r")]) for number in range(3)]
        assert all(isinstance(future.exception(), OSError) for future in taken)
        assert len(self.envelopes(store)) == 6
        assert record(store, [meeting("m0", "r")]).position == 7

    def test_a_reader_who_follows_misses_nothing_of_many_writers(self, place: Place) -> None:
        with ExitStack() as held:
            stores = [opened(place) for _ in range(WRITERS + 1)]
            for store in stores:
                held.callback(store.close)
            *writers, followed = stores
            record(followed, [raw for number in range(WRITERS) for raw in pair(f"r{number}")])
            told: list[str] = []
            done = threading.Event()
            following = threading.Thread(target=_follow, args=(followed, told, done))
            following.start()
            try:
                with ThreadPoolExecutor(WRITERS) as threads:
                    list(threads.map(lambda number: _write(writers[number], number), range(WRITERS)))
            finally:
                done.set()
                following.join()
        wanted = {f"w{number}-{place}" for number in range(WRITERS) for place in range(EACH)}
        assert sorted(id for id in told if id.startswith("w")) == sorted(wanted)
        assert faults(place, wanted) == []

    def test_views_follow_whoever_recorded(self, store: EventStore, place: Place) -> None:
        other = opened(place)
        mine, theirs = runner_of(store), runner_of(other)
        record(store, pair())
        assert (theirs.catch_up(), mine.catch_up()) == (6, 0)
        other.close()


def _full(*_: object) -> None:
    raise OSError("no space left on device")


def _write(store: EventStore, number: int) -> None:
    for place in range(EACH):
        batch = [meeting(f"w{number}-{place}", f"r{number if place % 2 else 0}", **note("Sun.", "a"))]
        assert record(store, batch).recorded == 1


def _follow(store: EventStore, told: list[str], done: threading.Event) -> None:
    """Read on from the last position that was seen, as everybody does who follows the log."""
    position = 0
    while True:
        last = done.is_set()
        with store.reading() as connection:
            rows = store.since(connection, position, 7)
        told += [json.loads(kept[0])["id"] for _, _, kept in rows]
        position = rows[-1][0] if rows else position
        if last and not rows:
            return
