"""What every store must hold to when much is brought in at once: with leave to go on, with fresh ids, or back from an export.

The contract of the eventsourcing library stands here as well: what its own recorders answer, ours answer too.
"""

import json
from typing import Any

import pytest
from sent_lines import Clock, account, generated, initiative, line, match, meeting, note, opened, pair, person, record, rules, runner_of
from store_faults import view_rows
from store_placed import Placed
from store_places import Place

from domain.store import batch as batches
from domain.store.database import EVENTS, HANGS
from domain.store.fresh import FreshIds
from domain.store.store import EventStore

SENT = "senders-own"
"""In every id that the sender of `told` chose."""


def told() -> list[bytes]:
    """A history in which every id of the sender's and every mention of one has a mark of its own."""
    relationship = f"relationship/{SENT}-r2"
    members = [
        {"handle": "a", "participant": f"{SENT}-anna", "roles": ["volunteer"]},
        {"handle": "b", "participant": f"{SENT}-bram", "roles": ["help_seeker"]},
    ]
    joined = {"handle": "c", "participant": f"{SENT}-cees", "roles": ["volunteer"]}
    agreed = {"kind": "condition_set", "parties": ["a", "b"], "prompted_by": "situation"}

    def happened(name: str, kind: str, data: dict[str, Any], **more: Any) -> bytes:
        return line(f"{SENT}-{name}", kind, relationship, data, "2021-04-01", **more)

    return [
        initiative(f"{SENT}-home"),
        *[raw for name in ("anna", "bram", "cees") for raw in person(f"{SENT}-{name}")],
        match(f"{SENT}-r1", f"{SENT}-anna", f"{SENT}-bram", f"{SENT}-home"),
        line(f"{SENT}-own", "consent_given", f"participant/{SENT}-anna", {"scope": "share"}, recordedby=f"participant/{SENT}-anna"),
        line(f"{SENT}-text", "consent_given", f"participant/{SENT}-anna", {"scope": "research", **note("Asked twice.", f"{SENT}-anna")}),
        line(f"{SENT}-e1", "contact_emerged", relationship, {"initiative": f"{SENT}-home", "members": members, "grew_from": f"{SENT}-r1"}),
        happened("e2", "roles_reversed", {"reversal": f"{SENT}-reversal", "between": ["a", "b"]}),
        happened("e3", "roles_restored", {"reversal": f"{SENT}-reversal"}),
        happened("e4", "boundary_agreed", {"agreement": f"{SENT}-one", **agreed}),
        happened("e5", "boundary_agreed", {"agreement": f"{SENT}-two", "replaces": f"{SENT}-one", **agreed}),
        happened("e6", "boundary_lifted", {"agreement": f"{SENT}-two"}),
        happened("e7", "left_open", {"opening": f"{SENT}-opening", "about": "nature"}, perspective="a"),
        happened("e8", "settled", {"opening": f"{SENT}-opening"}),
        happened("e9", "tension_felt", {"tension": f"{SENT}-tension", "kind": "strain"}, perspective="a"),
        happened("e10", "tension_eased", {"tension": f"{SENT}-tension"}),
        happened("e11", "member_joined", joined),
        happened("e12", "event_retracted", {"event": f"{SENT}-e3"}),
        happened("e13", "event_amended", {"event": f"{SENT}-e11", "data": joined}),
    ]


class StoreImportContract(Placed):
    """Every store passes this as it is."""

    def streams(self, store: EventStore) -> list[str]:
        with store.reading() as connection:
            stretches = store.stretches(connection, store.head(connection), 100)
            return [stream for stretch in stretches for stream, _ in store.within(connection, stretch)]

    def exported(self, store: EventStore) -> list[dict[str, Any]]:
        """Everything recorded, opened, as an export writes it."""
        with store.reading() as connection:
            ring = store.keys.ring()
            rows = [store.mapper.plain(state, ring) for _, _, (state, _, _) in store.since(connection, 0, 10_000)]
        attributes = [
            {name: value for name in stored.__struct_fields__ if (value := getattr(stored, name)) is not None} for stored, _ in rows
        ]
        return [{**kept, "specversion": "1.0", "data": data} for kept, (_, data) in zip(attributes, rows, strict=True)]

    # With leave to go on

    def test_a_stream_with_a_refused_line_is_left_out_whole(self, store: EventStore) -> None:
        lines = [*pair("r"), meeting("m1", "r"), meeting("m2", "r", "2019-01-01"), match("s", "r-anna", "r-bram")]
        outcome = record(store, lines, keep_going=True)
        assert (outcome.recorded, rules(outcome)) == (6, {6: "refused_with", 7: "refused_with", 8: "not_begun"})
        assert [stream for stream in self.streams(store) if stream.startswith("relationship/")] == ["relationship/s"]

    def test_a_line_that_cannot_be_read_leaves_out_the_stream_it_names(self, store: EventStore) -> None:
        unreadable = line("m", "meeting_held", "relationship/r", {"present": "everybody"}, "2021-02-01")
        assert rules(record(store, [*pair("r"), unreadable], keep_going=True)) == {6: "refused_with", 7: "wrong_type"}
        assert "relationship/r" not in self.streams(store)

    def test_with_a_participant_goes_every_relationship_they_are_in(self, store: EventStore) -> None:
        twice = line("again", "participant_registered", "participant/r-bram", {"name": "Bram"})
        outcome = record(store, [*pair("r"), twice, *person("cees"), match("s", "r-anna", "cees")], keep_going=True)
        assert rules(outcome) == {4: "refused_with", 5: "refused_with", 6: "participant_unknown", 7: "begun_already"}
        assert self.streams(store) == ["initiative/home", "participant/cees", "participant/r-anna", "relationship/s"]

    def test_with_an_initiative_goes_every_relationship_in_it(self, store: EventStore) -> None:
        closed = line("closed", "initiative_closed", "initiative/home", {}, "2020-01-01")
        outcome = record(store, [*pair("r"), closed, initiative("other"), match("s", "r-anna", "r-bram", "other")], keep_going=True)
        assert rules(outcome) == {1: "refused_with", 6: "initiative_unknown", 7: "not_begun"}
        assert "relationship/r" not in self.streams(store)
        assert "relationship/s" in self.streams(store)

    @pytest.mark.parametrize(("first", "second"), [("r", "s"), ("s", "r")])
    def test_with_a_relationship_goes_what_grew_from_it_and_from_that(self, store: EventStore, first: str, second: str) -> None:
        grown = [match(first, "r-anna", "r-bram", grew_from="q"), match(second, "r-anna", "r-bram", grew_from=first)]
        lines = [*pair("q"), *person("r-anna"), *person("r-bram"), *grown, meeting("m", "q", "2019-01-01")]
        assert rules(record(store, lines, keep_going=True)).keys() == {6, 11, 12, 13}
        assert not [stream for stream in self.streams(store) if stream.startswith("relationship/")]

    def test_what_grew_from_a_relationship_recorded_before_stays_when_a_new_line_of_that_one_is_refused(self, store: EventStore) -> None:
        record(store, pair("r"))
        lines = [meeting("m", "r", "2019-01-01"), match("s", "r-anna", "r-bram", grew_from="r")]
        assert rules(record(store, lines, keep_going=True)) == {1: "not_begun"}
        assert "relationship/s" in self.streams(store)

    def test_what_rests_on_something_left_out_is_left_out_though_it_is_an_amendment(self, store: EventStore) -> None:
        record(store, pair("r"))
        data = json.loads(match("r", "r-anna", "r-bram"))["data"]
        grown = line("am", "event_amended", "relationship/r", {"event": "r-match", "data": {**data, "grew_from": "q"}})
        wrong = match("q", "r-anna", "nobody")
        assert rules(record(store, [grown, wrong], keep_going=True)).keys() == {1, 2}
        assert record(store, [meeting("m", "r")]).recorded == 1

    @pytest.mark.parametrize(
        "narrowing",
        [
            ("initiative_closed", "initiative/home", {}, "2020-06-01"),
            ("event_retracted", "initiative/home", {"event": "home-registered"}, "2021-01-01"),
            ("event_retracted", "participant/r-anna", {"event": "r-anna-registered"}, "2021-01-01"),
        ],
        ids=lambda told: " ".join(told[:2]),
    )
    def test_what_takes_the_ground_from_something_left_out_is_left_out(self, store: EventStore, narrowing: tuple[Any, ...]) -> None:
        record(store, pair("r"))
        kind, stream, data, on = narrowing
        away = line("gone", "event_retracted", "relationship/r", {"event": "r-match"})
        wrong = line("bad", "role_laid_down", "relationship/r", {"handle": "a", "role": "driver"}, "2021-04-01")
        more = [] if stream != "participant/r-anna" else [line("c", "event_retracted", stream, {"event": "r-anna-consent"})]
        outcome = record(store, [line("n", kind, stream, data, on), *more, away, wrong], keep_going=True)
        assert (outcome.recorded, len(outcome.refused)) == (0, 3 + len(more))
        assert record(store, [meeting("m", "r")]).recorded == 1

    def test_what_is_left_out_can_be_sent_again_once_it_is_mended(self, store: EventStore) -> None:
        record(store, [*pair("r"), meeting("m", "r", "2019-01-01")], keep_going=True)
        outcome = record(store, [*pair("r"), meeting("m", "r", "2021-03-01")])
        assert (outcome.recorded, outcome.already, outcome.refused) == (2, 5, [])

    # More than one statement takes

    @pytest.fixture
    def short_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batches, "CHUNK", 20)
        monkeypatch.setattr(batches, "PAGE", 50)

    def kept(self, store: EventStore) -> tuple[list[tuple[int, str]], int]:
        """The positions and ids of all that is recorded, and how many relationships hang on something."""
        with store.reading() as connection:
            rows = connection.execute(f"SELECT position, id FROM {connection.table(EVENTS)} e ORDER BY position").fetchall()
            [(hangs,)] = connection.execute(f"SELECT count(*) FROM {connection.table(HANGS)} h").fetchall()
        return [(position, id) for position, id in rows], hangs

    @pytest.mark.usefixtures("short_pages")
    def test_a_batch_of_several_statements_is_recorded_line_by_line(self, store: EventStore) -> None:
        sent = list(generated(190))
        heard: list[tuple[str, int]] = []
        outcome = record(store, sent, progress=lambda step, count: heard.append((step, count)))
        opening = sum(b"match_made" in raw for raw in sent)
        assert opening > 1
        assert self.kept(store) == ([(number, json.loads(raw)["id"]) for number, raw in enumerate(sent, 1)], opening)
        assert (outcome.recorded, outcome.position, store.recording.record([], recorded_by="system/test").recorded) == (190, 190, 0)
        assert [count for step, count in heard if step == "record"][-1] == 190

    @pytest.mark.usefixtures("short_pages")
    def test_what_breaks_while_the_database_takes_events_in_leaves_none_of_them(self, store: EventStore) -> None:
        sent = list(generated(190))

        def broken(step: str, count: int) -> None:
            if step == "record" and count > 100:
                raise RuntimeError("in the third statement")

        with pytest.raises(RuntimeError, match="third statement"):
            record(store, sent, progress=broken)
        assert self.kept(store) == ([], 0)
        assert record(store, sent).recorded == 190

    # With fresh ids

    def test_fresh_ids_leave_none_of_the_senders_behind(self, store: EventStore, place: Place) -> None:
        sent = told()
        assert record(store, sent, fresh=FreshIds()).recorded == len(sent)
        runner_of(store).catch_up()
        assert SENT.encode() not in place.stored()
        assert SENT not in json.dumps(self.exported(store))

    def test_fresh_ids_tell_the_same_history_as_the_senders(self, store: EventStore, place: Place) -> None:
        plain = opened(place.beside("plain"))
        record(plain, told())
        record(store, told(), fresh=FreshIds())
        shape = [
            {table: len(rows) for table, rows in view_rows(one, runner).items()}
            for one in (plain, store)
            if (runner := runner_of(one)).catch_up()
        ]
        assert shape[0] == shape[1]
        assert shape[0]["relationships"] == 2
        found = {event["type"]: event for event in self.exported(store)}
        assert {m["participant"] for m in found["tussenruimte.contact_emerged.v1"]["data"]["members"]} <= {
            stream.partition("/")[2] for stream in self.streams(store) if stream.startswith("participant/")
        }
        plain.close()

    def test_each_import_has_fresh_ids_of_its_own(self, store: EventStore) -> None:
        record(store, pair(), fresh=FreshIds())
        assert record(store, pair(), fresh=FreshIds()).recorded == 6
        assert len(set(self.streams(store))) == 8

    def test_streams_of_the_platform_keep_their_ids(self, store: EventStore) -> None:
        record(store, pair())
        assert record(store, [meeting("m", "r"), match("s", "r-anna", "r-bram")], fresh=FreshIds()).recorded == 2
        assert len([stream for stream in self.streams(store) if stream.startswith("participant/")]) == 2
        with store.reading() as connection:
            assert len(store.streams(connection, ["relationship/r"], store.keys.ring())["relationship/r"]) == 2

    def test_what_is_in_the_platform_already_is_pointed_at_by_the_id_it_has(self, store: EventStore) -> None:
        said = {"opening": "o1", "about": "nature"}
        record(store, [*pair("r"), meeting("m", "r"), line("left", "left_open", "relationship/r", said, "2021-03-01", perspective="a")])
        sent = [
            line("s1", "settled", "relationship/r", {"opening": "o1"}, "2021-04-01"),
            line("x", "event_retracted", "relationship/r", {"event": "m"}),
            meeting("n", "r"),
            line("y", "event_retracted", "relationship/r", {"event": "n"}),
        ]
        assert record(store, sent, fresh=FreshIds()).recorded == 4

    def test_fresh_ids_leave_out_a_stream_with_a_refused_line_as_well(self, store: EventStore) -> None:
        unreadable = line("m", "meeting_held", "relationship/r", {"present": "everybody"}, "2021-02-01")
        outcome = record(store, [*pair("r"), unreadable], keep_going=True, fresh=FreshIds())
        assert rules(outcome) == {6: "refused_with", 7: "wrong_type"}

    # Back from an export

    def test_a_restore_brings_back_positions_instants_and_content(self, store: EventStore, place: Place) -> None:
        clock = Clock()
        source = opened(place.beside("source"), clock=clock)
        for batch in (told(), pair(), [account("said", "r", named="both"), meeting("m", "r", **note("Rain.", "a", "b"))]):
            clock.now += 1_234_567
            record(source, batch)
        export = self.exported(source)
        outcome = record(store, [json.dumps(event).encode() for event in export], restore=True)
        assert (outcome.recorded, outcome.refused) == (len(export), [])
        assert self.exported(store) == export
        source.close()

    def test_a_restore_is_into_an_empty_store_without_gaps_and_in_order(self, store: EventStore, place: Place) -> None:
        source = opened(place.beside("source"))
        record(source, pair())
        export = self.exported(source)
        source.close()

        def restored(*events: dict[str, Any]) -> set[str]:
            return set(rules(record(store, [json.dumps(event).encode() for event in events], restore=True)).values())

        assert restored(*export[1:]) >= {"restore_order"}
        assert restored(export[0], {**export[1], "recorded": "2001-01-01T00:00:00Z"}) == {"restore_recorded"}
        assert restored(*export, {**export[2], "position": 7}) >= {"id_conflict"}
        assert restored({name: value for name, value in export[0].items() if name != "position"}) == {"restore_needs"}
        assert self.streams(store) == []
        assert restored(*export) == set()
        assert restored(*export) == {"restore_empty"}

    # The library's own contract

    def test_the_recorder_selects_the_events_of_a_stream(self, store: EventStore) -> None:
        record(store, [*pair(), meeting("m1", "r"), meeting("m2", "r"), meeting("m3", "r")])
        select = store.recorder.select_events

        def versions(**asked: Any) -> list[int]:
            return [event.originator_version for event in select("relationship/r", **asked)]

        assert versions() == [6, 7, 8, 9]
        assert versions(gt=6, lte=8) == [7, 8]
        assert versions(desc=True, limit=2) == [9, 8]
        assert [event.topic for event in select("initiative/home")] == ["tussenruimte/initiative_registered.v1"]
        assert select("initiative/none") == []

    def test_the_recorder_selects_notifications_by_position(self, store: EventStore) -> None:
        record(store, pair())
        select = store.recorder.select_notifications

        def found(*asked: Any, **more: Any) -> list[int]:
            return [int(notification.id) for notification in select(*asked, **more)]

        assert found(None, 10) == [1, 2, 3, 4, 5, 6]
        assert found(2, 3) == [2, 3, 4]
        assert found(2, 3, inclusive_of_start=False) == [3, 4, 5]
        assert found(2, 10, 4) == [2, 3, 4]
        assert found(None, 10, topics=["tussenruimte/consent_given.v1"]) == [3, 5]
        [last] = select(6, 1)
        assert (last.originator_id, last.originator_version, last.topic) == ("relationship/r", 6, "tussenruimte/match_made.v1")
        assert json.loads(last.state)["id"] == "r-match"

    def test_the_recorder_knows_the_highest_position(self, store: EventStore) -> None:
        assert not store.recorder.max_notification_id()
        record(store, pair())
        assert store.recorder.max_notification_id() == 6

    def test_no_event_enters_past_the_recording(self, store: EventStore) -> None:
        record(store, pair())
        with pytest.raises(TypeError):
            store.recorder.insert_events(store.recorder.select_events("initiative/home"))
        assert store.recorder.max_notification_id() == 6
