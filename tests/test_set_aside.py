"""An event that was changed from outside until nothing can take it in stands aside, and all else goes on; put right, it comes back.

Nothing that is recorded does this by itself, so that it is done here as it happens: stored bytes are changed in the database by hand.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sent_lines import generated, initiative, line, match, meeting, opened, pair, person, record, runner_of
from store_faults import view_rows
from store_places import Place

from domain.store.database import EVENTS, Put
from domain.store.store import EventStore
from projections import reader, soundness
from projections.runner import BATCH, Runner
from projections.set_aside import Aside, place_of
from projections.telemetry.metrics import exposition
from projections.telemetry.progress import Glance
from projections.views.questions import Questions
from tussenruimte import Organisation

TESTS = Path(__file__).parent
HOME = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}

Change = Callable[[bytes], bytes]
DAMAGED: dict[str, Change] = {
    "no JSON": lambda state: state[:-10],
    "an unknown type": lambda state: state.replace(b"meeting_held", b"meeting_hold"),
    "a word there is not": lambda state: state.replace(b'"light"', b'"Anna is ill"'),
    "another position": lambda state: state.replace(b'"position":8', b'"position":7'),
}


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with closing(opened(place)) as store:
        yield store


def change(store: EventStore, position: int, changed: Change) -> bytes:
    """Change a stored event by hand; as it was before."""
    with store.database.writing("events") as connection:
        columns = ", ".join(EVENTS.columns)
        row = connection.execute(f"SELECT {columns} FROM {connection.table(EVENTS)} e WHERE position = ?", (position,)).fetchone()
        assert row is not None
        values = dict(zip(EVENTS.columns, row, strict=True))
        before = bytes(values["state"])
        assert changed(before) != before
        connection.write([Put(EVENTS, [tuple((values | {"state": changed(before)}).values())])])
    return before


def aside(store: EventStore, runner: Runner) -> list[Aside]:
    with store.reading() as connection:
        return runner.set_aside(connection)


def at_head(store: EventStore, runner: Runner) -> bool:
    with store.reading() as connection:
        return runner.position(connection) == store.head(connection)


@pytest.mark.parametrize("harm", DAMAGED)
def test_what_cannot_be_taken_in_is_set_aside_and_the_rest_goes_on(store: EventStore, harm: str, caplog: pytest.LogCaptureFixture) -> None:
    runner = runner_of(store)
    record(store, [*pair("r"), meeting("m7", "r")])
    runner.catch_up()
    questions = Questions(store, runner)
    at = questions.asked("2021-04-01", "at")
    before = questions.readings(["r"], at)["r"]
    record(store, [meeting("m8", "r", mood="light"), *person("cees"), *person("dirk"), match("s", "cees", "dirk"), meeting("m14", "s")])
    kept = change(store, 8, DAMAGED[harm])
    runner.catch_up()
    assert at_head(store, runner)
    (found,) = aside(store, runner)
    assert (found.stream, found.position, found.events, found.attempts) == ("relationship/r", 8, 1, 1)
    assert "Anna" not in found.reason + caplog.text
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    # What is asked of it is answered as it stood; of the others all is answered.
    assert questions.readings(["r"], at)["r"] == before
    assert questions.readings(["s"], at)["s"].because
    # Put right, it comes back with its next event.
    change(store, 8, lambda _: kept)
    record(store, [meeting("m15", "r")])
    runner.catch_up()
    assert aside(store, runner) == []
    assert questions.readings(["r"], at)["r"] != before
    live = view_rows(store, runner)
    runner.rebuild()
    assert view_rows(store, runner) == live


@pytest.mark.parametrize("harm", DAMAGED)
def test_a_rebuild_sets_aside_what_it_cannot_take_in_and_takes_it_back_when_it_was_put_right(store: EventStore, harm: str) -> None:
    runner = runner_of(store)
    record(store, [*pair("r"), meeting("m7", "r"), meeting("m8", "r", mood="light"), *generated(2 * BATCH)])
    runner.catch_up()
    whole = view_rows(store, runner)
    kept = change(store, 8, DAMAGED[harm])
    runner.rebuild()
    (found,) = aside(store, runner)
    assert (found.stream, found.events) == ("relationship/r", 3)
    assert found.position in (6, 8)
    assert at_head(store, runner)
    rest = view_rows(store, runner)
    assert [row for row in whole["entries"] if "relationship/r" not in row] == rest["entries"]
    change(store, 8, lambda _: kept)
    runner.rebuild()
    assert aside(store, runner) == []
    assert view_rows(store, runner) == whole


def rebuilt_by_several(path: Path) -> None:
    reader.SHARED_FROM = 0
    with closing(opened(path)) as store:
        runner = runner_of(store)
        record(store, [*pair("r"), meeting("m7", "r"), meeting("m8", "r", mood="light"), *generated(2 * BATCH)])
        change(store, 8, DAMAGED["no JSON"])
        assert reader.can_share()
        runner.rebuild()
        assert [one.stream for one in aside(store, runner)] == ["relationship/r"]
        assert at_head(store, runner)


def test_a_rebuild_in_several_processes_sets_aside_too(tmp_path: Path) -> None:
    """In a process of its own: only one that has no other threads shares its work out."""
    program = "import sys\nfrom pathlib import Path\nfrom test_set_aside import rebuilt_by_several\nrebuilt_by_several(Path(sys.argv[1]))\n"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "events.sqlite")], env=HOME, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_initiative_that_cannot_be_read_takes_its_relationships_aside_and_no_others(store: EventStore) -> None:
    runner = runner_of(store)
    record(store, [*pair("r"), initiative("other"), *person("cees"), *person("dirk"), match("s", "cees", "dirk", "other")])
    change(store, 1, DAMAGED["no JSON"])
    runner.catch_up()
    assert [one.stream for one in aside(store, runner)] == ["initiative/home", "relationship/r"]
    questions = Questions(store, runner)
    assert questions.relationships(["r", "s"]).keys() == {"s"}


def test_a_lens_that_cannot_be_read_reads_nothing_and_stops_nothing(store: EventStore) -> None:
    runner = runner_of(store)
    record(store, [*pair("r"), line("l", "lens_published", "lens/own", {"version": "1", "definition": {"half_life_days": 90}})])
    change(store, 7, lambda state: state.replace(b'"half_life_days":90', b'"half_life_days":"Anna"'))
    record(store, [meeting("m8", "r")])
    runner.catch_up()
    assert [one.stream for one in aside(store, runner)] == ["lens/own"]
    assert at_head(store, runner)


def test_a_stream_stays_aside_until_something_is_recorded_in_it(store: EventStore) -> None:
    runner = runner_of(store)
    record(store, [*pair("r"), meeting("m7", "r", mood="light")])
    kept = change(store, 1, DAMAGED["no JSON"])
    runner.catch_up()
    change(store, 1, lambda _: kept)
    # The events of its people do not touch it; its own do.
    record(store, person("cees"))
    runner.catch_up()
    assert [(one.stream, one.attempts, one.events) for one in aside(store, runner)] == [("initiative/home", 1, 1), ("relationship/r", 1, 2)]
    record(store, [meeting("m10", "r")])
    runner.catch_up()
    assert [one.stream for one in aside(store, runner)] == ["initiative/home"]
    runner.rebuild()
    assert aside(store, runner) == []


def test_a_lens_that_is_published_reads_past_what_was_set_aside(store: EventStore) -> None:
    runner = runner_of(store)
    record(store, [*pair("r"), meeting("m7", "r", mood="light"), *person("cees"), *person("dirk"), match("s", "cees", "dirk")])
    kept = change(store, 7, DAMAGED["no JSON"])
    runner.catch_up()
    record(store, [line("l", "lens_published", "lens/own", {"version": "1", "definition": {"half_life_days": 90}})])
    runner.catch_up()
    assert [(one.stream, one.attempts, one.events) for one in aside(store, runner)] == [("relationship/r", 2, 2)]
    change(store, 7, lambda _: kept)
    record(store, [line("l2", "lens_published", "lens/own", {"version": "2", "definition": {"half_life_days": 9}})])
    runner.catch_up()
    assert aside(store, runner) == []
    live = view_rows(store, runner)
    runner.rebuild()
    assert view_rows(store, runner) == live


@pytest.mark.parametrize(("upto", "found"), [(6, 6), (5, 5)])
def test_the_place_of_what_is_the_matter_is_told_also_where_the_views_count_more_events_than_there_are(
    store: EventStore, upto: int, found: int
) -> None:
    record(store, pair("r"))
    with store.reading() as connection:
        assert place_of(store, connection, "relationship/r", store.keys.ring(), upto, new=3) == found


def test_trouble_of_the_place_sets_nothing_aside(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = runner_of(store)
    record(store, pair("r"))

    def unreachable(*asked: object, **more: object) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(store, "streams", unreachable)
        with pytest.raises(OSError, match="the disk is gone"):
            runner.catch_up()
    assert aside(store, runner) == []
    assert runner.catch_up() == 6


def test_the_doctor_tells_of_what_was_set_aside_and_of_the_leaf_that_is_not_its_events(store: EventStore) -> None:
    runner = runner_of(store)
    record(store, [*pair("r"), meeting("m7", "r", mood="light")])
    change(store, 7, DAMAGED["no JSON"])
    runner.catch_up()
    found = {finding.name: finding for finding in soundness.examine(store, runner, lambda done, of: None)}
    assert {name for name, finding in found.items() if not finding.sound} == {"leaves", "set aside"}
    assert found["set aside"].detail.startswith("2 events of 1 streams: relationship/r at position 7 (Unreadable, by DecodeError")


def test_what_is_set_aside_is_counted_for_operators(place: Place) -> None:
    with closing(Organisation(opened(place))) as organisation:
        record(organisation.store, [*pair("r"), meeting("m7", "r", mood="light")])
        change(organisation.store, 7, DAMAGED["no JSON"])
        organisation.runner.catch_up()
        assert b'tussenruimte_projection_set_aside_events{projection="views"} 2.0' in exposition(Glance(organisation))
