"""What every store must hold to, whatever database it stands on: batches, positions, instants, leaves, repeats, and how it is asked.

A store's own test module makes a class of `StoreContract` and says with the fixture `place` where its stores are kept.
Imports with leave to go on, with fresh ids, and restores stand in `store_import_contract`.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785
from sent_lines import (
    NOON,
    Clock,
    account,
    generated,
    initiative,
    line,
    match,
    meeting,
    note,
    opened,
    pair,
    person,
    record,
    rules,
    runner_of,
)
from store_faults import view_rows
from store_places import Place

from domain.store.database import EVENTS
from domain.store.store import EventStore

SECOND = 1_000_000
MATCH = "r-match"


def amendment(id: str, target: str, data: dict[str, Any], subject: str = "relationship/r") -> bytes:
    return line(id, "event_amended", subject, {"event": target, "data": data}, "2021-05-01")


def feeling(kind: str, **more: Any) -> bytes:
    return line("felt", "tension_felt", "relationship/r", {"tension": "t", "kind": kind}, "2021-03-01", perspective="a", **more)


REPEATS = {
    "plain": ([], meeting("m", "r", mood="light"), meeting("m", "r", mood="serious")),
    "plain, at another time": ([], meeting("m", "r"), meeting("m", "r", "2021-02-02")),
    "a text": ([], meeting("m", "r", **note("Rain.", "a")), meeting("m", "r", **note("Sun.", "a"))),
    "a text about others": ([], meeting("m", "r", **note("Rain.", "a")), meeting("m", "r", **note("Rain.", "a", "b"))),
    "a text about nobody": ([], meeting("m", "r", **note("Rain.")), meeting("m", "r", **note("Sun."))),
    "a text taken away": ([], meeting("m", "r", **note("Rain.", "a")), meeting("m", "r")),
    "a name": (
        [],
        line("n", "participant_registered", "participant/n", {"name": "N"}),
        line("n", "participant_registered", "participant/n", {"name": "M"}),
    ),
    "who a handle stands for": (person("r-cees"), match("s", "r-anna", "r-bram"), match("s", "r-anna", "r-cees")),
    "an account": ([], account("said", "r", named="help"), account("said", "r", named="friendship")),
    "an account, by another": ([], account("said", "r", named="help"), account("said", "r", "b", named="help")),
    "a tension": ([], feeling("strain"), feeling("irritation")),
    "an amendment": ([meeting("m", "r")], amendment("am", "m", {"present": ["a"]}), amendment("am", "m", {"present": ["b"]})),
    "an amendment of an account": (
        [account("said", "r", named="help")],
        amendment("am", "said", {"named": "both"}),
        amendment("am", "said", {"named": "unsure"}),
    ),
    "an amendment of a name": (
        [],
        amendment("am", "r-anna-registered", {"name": "Anna"}, "participant/r-anna"),
        amendment("am", "r-anna-registered", {"name": "Anne"}, "participant/r-anna"),
    ),
}
UNKEEPABLE = {
    "a number that JSON does not hold exactly": ({"q": 2**53 + 1}, "number"),
    "more answers than a seal takes": ({f"{number:0100}": 1 for number in range(900)}, "voice_too_large"),
}


class StoreContract:
    """Every store passes this as it is."""

    @pytest.fixture
    def place(self, tmp_place: Place) -> Place:
        raise TypeError("a store's own tests say where its stores are kept")

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def store(self, place: Place, clock: Clock) -> Iterator[EventStore]:
        store = opened(place, clock=clock)
        yield store
        store.close()

    def rows(self, store: EventStore) -> list[tuple[int, str, bytes, bytes]]:
        """Position, id, envelope and leaf of all events."""
        with store.reading() as connection:
            return connection.execute(f"SELECT position, id, state, leaf FROM {connection.table(EVENTS)} e ORDER BY position").fetchall()

    def ids(self, store: EventStore) -> list[str]:
        return [id for _, id, _, _ in self.rows(store)]

    # A batch is one thing

    def test_events_get_the_positions_from_one_in_the_order_of_their_lines(self, store: EventStore) -> None:
        lines = pair()
        backwards = [lines[-1], *lines[:-1]]
        assert record(store, backwards).position == len(lines)
        record(store, [meeting("m", "r")])
        sent = [json.loads(raw)["id"] for raw in backwards]
        assert [(position, id) for position, id, _, _ in self.rows(store)] == list(enumerate([*sent, "m"], 1))

    def test_a_refused_batch_leaves_nothing_and_takes_no_position(self, store: EventStore) -> None:
        runner = runner_of(store)
        record(store, pair())
        runner.catch_up()
        before, views = self.rows(store), view_rows(store, runner)
        outcome = record(store, [meeting("m1", "r"), *person("cees"), meeting("m2", "r", "2020-01-01")])
        assert (outcome.recorded, outcome.position, rules(outcome)) == (0, 0, {4: "not_begun"})
        assert runner.catch_up() == 0
        assert (self.rows(store), view_rows(store, runner)) == (before, views)
        assert record(store, [meeting("m1", "r")]).position == len(before) + 1

    def test_a_batch_whose_source_breaks_off_leaves_nothing(self, store: EventStore) -> None:
        def breaking() -> Iterator[bytes]:
            yield from generated(5_000)
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            record(store, breaking())
        assert self.rows(store) == []
        assert record(store, pair()).position == 6

    def test_whoever_waits_hears_the_highest_position_of_what_was_taken_and_of_nothing_else(self, store: EventStore) -> None:
        heard: list[tuple[int, int]] = []
        store.recording.on_recorded(lambda position: heard.append((position, len(self.rows(store)))))
        record(store, pair())
        record(store, [meeting("m", "elsewhere")])
        record(store, pair())
        assert heard == [(6, 6)]

    @pytest.mark.parametrize("content", UNKEEPABLE)
    def test_what_cannot_be_kept_is_refused_with_its_line(self, store: EventStore, content: str) -> None:
        answers, rule = UNKEEPABLE[content]
        record(store, pair())
        data = {"instrument": "scale", "mode": "self", "answers": answers}
        outcome = record(store, [meeting("m", "r"), line("taken", "measure_taken", "relationship/r", data, "2021-02-01", perspective="a")])
        assert (outcome.recorded, rules(outcome)) == (0, {2: rule})

    # Instants and leaves

    def test_a_batch_has_one_instant_of_recording(self, store: EventStore) -> None:
        record(store, generated(2_500))
        assert {json.loads(state)["recorded"] for _, _, state, _ in self.rows(store)} == {"2026-01-31T12:00:00Z"}

    def test_instants_of_recording_rise_even_when_the_clock_stands_still_or_goes_back(self, store: EventStore, clock: Clock) -> None:
        record(store, pair())
        for number, now in enumerate([NOON, NOON, NOON - 5 * SECOND, NOON + SECOND, NOON - SECOND]):
            clock.now = now
            record(store, [meeting(f"m{number}", "r")])
        recorded = [json.loads(state)["recorded"] for _, _, state, _ in self.rows(store)][5:]
        assert recorded == [
            "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000001Z", "2026-01-31T12:00:00.000002Z", "2026-01-31T12:00:00.000003Z",
            "2026-01-31T12:00:01Z", "2026-01-31T12:00:01.000001Z",
        ]  # fmt: skip

    def test_the_leaf_is_kept_with_the_event_and_is_the_hash_of_the_canonical_envelope(self, store: EventStore) -> None:
        record(
            store, [*pair(), meeting("m", "r", minutes=90.0, activity="een café 🍵", **note("Rain\u2028\u0001.", "a")), feeling("strain")]
        )
        for position, id, state, leaf in self.rows(store):
            assert leaf == hashlib.sha256(b"\0" + state).digest()
            envelope = json.loads(state)
            assert state == rfc8785.dumps(envelope)
            assert (envelope["position"], envelope["id"], envelope["organisation"]) == (position, id, "buurtmaat")

    # The same again

    @pytest.mark.parametrize("case", REPEATS)
    def test_the_same_again_changes_nothing_and_something_else_under_its_id_is_a_conflict(self, store: EventStore, case: str) -> None:
        before, first, other = REPEATS[case]
        record(store, [*pair(), *before])
        position = record(store, [first]).position
        kept = self.rows(store)
        again = record(store, [first])
        assert (again.recorded, again.already, again.refused, again.position) == (0, 1, [], position)
        conflict = record(store, [other])
        assert (conflict.recorded, conflict.already, [found.refusal.code for found in conflict.refused]) == (0, 0, ["CONFLICT"])
        assert self.rows(store) == kept

    def test_the_same_twice_in_a_batch_is_recorded_once(self, store: EventStore) -> None:
        outcome = record(store, [*pair(), meeting("m", "r"), meeting("m", "r"), *pair()])
        assert (outcome.recorded, outcome.already, outcome.position) == (7, 7, 7)

    def test_something_else_under_an_id_of_the_same_batch_is_a_conflict(self, store: EventStore) -> None:
        assert rules(record(store, [*pair(), meeting("m", "r"), meeting("m", "r", "2021-02-02")])) == {8: "id_conflict"}

    def test_a_repeat_beside_something_new_leaves_only_the_new_to_record(self, store: EventStore) -> None:
        record(store, pair())
        outcome = record(store, [*pair(), meeting("m", "r")])
        assert (outcome.recorded, outcome.already, outcome.position) == (1, 6, 7)

    @pytest.mark.parametrize("keep", [True, False])
    def test_the_same_again_is_the_same_whoever_signed_in_to_send_it(self, store: EventStore, keep: bool) -> None:
        record(store, pair(), "coordinator/one", keep_recorded_by=keep)
        assert record(store, pair(), "coordinator/two", keep_recorded_by=keep).already == 6

    def test_who_recorded_it_is_part_of_what_a_sender_set(self, store: EventStore) -> None:
        record(store, [*pair(), feeling("strain", recordedby="researcher/one")])
        assert record(store, [feeling("strain", recordedby="researcher/one")]).already == 1
        assert rules(record(store, [feeling("strain", recordedby="researcher/two")])) == {1: "id_conflict"}

    # People who go

    @pytest.mark.parametrize("gone", [False, True])
    def test_of_somebody_whose_key_goes_the_same_again_is_known_by_its_id_and_nothing_new_is_taken(
        self, store: EventStore, gone: bool
    ) -> None:
        record(store, [*pair(), meeting("m", "r", **note("Rain.", "b"))])
        store.keys.freeze("participant/r-bram")
        if gone:
            store.keys.erase("participant/r-bram")
        assert record(store, [*pair(), meeting("m", "r", **note("Rain.", "b"))]).already == 7
        for new in (
            meeting("m2", "r", **note("Sun.", "b")),
            account("said", "r", "b", named="help"),
            amendment("am", "r-bram-registered", {"name": "Bram"}, "participant/r-bram"),
            line("more", "consent_given", "participant/r-bram", {"scope": "share"}),
        ):
            outcome = record(store, [new])
            assert (outcome.recorded, len(outcome.refused)) == (0, 1)

    def test_a_relationship_goes_on_when_what_was_amended_about_somebody_is_erased(self, store: EventStore) -> None:
        amended = [
            amendment("am1", MATCH, json.loads(pair()[-1])["data"]),
            amendment("am2", "m", {"present": ["a"], **note("Sun.", "b")}),
            amendment("am3", "said", {"named": "both"}),
        ]
        record(store, [*pair(), meeting("m", "r", **note("Rain.", "b")), account("said", "r", "b", named="help"), *amended])
        store.keys.freeze("participant/r-bram")
        store.keys.erase("participant/r-bram")
        left = line("left", "member_left", "relationship/r", {"handle": "b"}, "2021-06-01")
        joined = {"handle": "c", "participant": "cees", "roles": ["help_seeker"]}
        outcome = record(store, [left, *person("cees"), line("in", "member_joined", "relationship/r", joined, "2021-06-02")])
        assert (outcome.recorded, outcome.refused) == (4, [])

    @pytest.mark.parametrize("data", [{"voice": {"erased": "2020-01-01"}}, {"named": "help", **note("", "b")}, {"voice": {}}])
    def test_no_amendment_is_taken_that_only_looks_as_if_it_did_not_open(self, store: EventStore, data: dict[str, Any]) -> None:
        record(store, [*pair(), account("said", "r", "b", named="help")])
        for unread in data.get("notes", []):
            unread["text"] = {"sealed": True}
        outcome = record(store, [amendment("am", "said", data)])
        assert [found.refusal.code for found in outcome.refused] == ["BAD_INPUT"]

    def test_a_handle_kept_for_a_batch_that_never_came_to_be_gives_way_and_no_recorded_one_is_touched(self, store: EventStore) -> None:
        record(store, [*pair(), line("left", "member_left", "relationship/r", {"handle": "b"}, "2021-02-01"), *person("cees")])
        store.keys.add_aliases([("relationship/s", "a", "participant/cees")])
        back = line(
            "back", "member_joined", "relationship/r", {"handle": "b", "participant": "r-bram", "roles": ["help_seeker"]}, "2021-03-01"
        )
        released: list[tuple[str, str]] = []
        keys = store.keys

        class Watched:
            """The store's keys, and what they are asked to release."""

            def __getattr__(self, name: str) -> Any:
                return getattr(keys, name)

            def release(self, aliases: list[tuple[str, str]]) -> None:
                released.extend(aliases)
                keys.release(aliases)

        store.recording._keys = Watched()  # type: ignore[assignment]
        assert record(store, [back, match("s", "r-anna", "cees")]).recorded == 2
        assert released
        assert {stream for stream, _ in released} == {"relationship/s"}
        assert keys.ring().owner("relationship/s", "a") == "participant/r-anna"

    # How it is asked

    def test_the_events_of_streams_come_in_the_order_of_recording_with_their_texts(self, store: EventStore) -> None:
        record(store, [*pair(), meeting("late", "r", "2021-06-01", **note("Rain.", "a")), meeting("early", "r", "2021-02-01")])
        with store.reading() as connection:
            found = store.streams(connection, ["relationship/r", "participant/r-anna", "relationship/none"], store.keys.ring())
        assert {stream: [event.id for event in events] for stream, events in found.items()} == {
            "relationship/r": [MATCH, "late", "early"],
            "participant/r-anna": ["r-anna-registered", "r-anna-consent"],
            "relationship/none": [],
        }
        assert found["relationship/r"][1].data.notes[0].text == "Rain."
        assert found["relationship/r"][0].data.members[0].participant == "r-anna"

    @pytest.mark.parametrize("size", [1, 7, 150, 1_000])
    def test_all_stretches_together_are_all_events_up_to_a_position(self, store: EventStore, size: int) -> None:
        record(store, generated(400))
        with store.reading() as connection:
            stretches = list(store.stretches(connection, 390, size))
            within = [list(store.within(connection, stretch)) for stretch in stretches]
        assert [stretch.events for stretch in stretches] == [sum(len(kept) for _, kept in streams) for streams in within]
        assert all(stretch.events >= size for stretch in stretches[:-1])
        streams = [(stream, [store.mapper.event(row, None).position for row in kept]) for found in within for stream, kept in found]
        assert len(streams) == len({stream for stream, _ in streams})
        assert sorted(position for _, positions in streams for position in positions) == list(range(1, 391))
        assert all(positions == sorted(positions) for _, positions in streams)

    def test_an_empty_store_has_no_stretches(self, store: EventStore) -> None:
        with store.reading() as connection:
            assert list(store.stretches(connection, 0, 10)) == []

    def test_events_are_found_by_id(self, store: EventStore) -> None:
        record(store, pair())
        with store.reading() as connection:
            ring = store.keys.ring()
            assert {id: event.position for id, event in store.by_id(connection, [MATCH, "home-registered", "none"], ring).items()} == {
                MATCH: 6,
                "home-registered": 1,
            }

    def test_what_was_recorded_since_a_position_comes_in_order_and_within_the_limit(self, store: EventStore) -> None:
        record(store, pair())
        with store.reading() as connection:
            assert [(place, stream) for place, stream, _ in store.since(connection, 4, 10)] == [
                (5, "participant/r-bram"),
                (6, "relationship/r"),
            ]
            assert [place for place, _, _ in store.since(connection, 0, 2)] == [1, 2]
            assert store.since(connection, 6, 2) == []

    def test_a_reader_sees_one_state_however_much_is_recorded_meanwhile(self, store: EventStore) -> None:
        record(store, [initiative()])
        with store.reading() as connection:
            assert store.head(connection) == 1
            record(store, pair("s")[1:])
            assert store.head(connection) == 1
            assert len(store.since(connection, 0, 100)) == 1
        with store.reading() as connection:
            assert store.head(connection) == 6
