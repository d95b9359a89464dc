"""The runner brings every read model to where a rebuild would bring it, whatever is recorded, and however many run at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sent_lines import account, generated, line, match, meeting, note, opened, pair, person, record, runner_of
from store_faults import view_rows

from domain.store.store import EventStore
from projections.runner import BATCH, OtherForm, Overtaken, Runner
from projections.views.attention import Attention
from projections.views.histories import Histories
from projections.views.questions import Questions
from projections.views.trajectories import Trajectories

LENS = {"half_life_days": 90}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    store = opened(tmp_path / "events.sqlite")
    yield store
    store.close()


def lens(id: str, name: str, definition: dict[str, Any], version: str = "1") -> bytes:
    return line(id, "lens_published", f"lens/{name}", {"version": version, "definition": definition})


def rebuilt(store: EventStore, runner: Runner) -> bool:
    """Whether the views are what a rebuild makes of them."""
    runner.catch_up()
    live = view_rows(store, runner)
    runner.rebuild()
    return view_rows(store, runner) == live


@pytest.mark.parametrize("size", [1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH])
def test_views_are_the_same_whether_they_follow_in_batches_or_are_rebuilt(store: EventStore, size: int) -> None:
    runner = runner_of(store)
    assert runner.catch_up() == 0
    record(store, generated(size))
    assert runner.catch_up() == size
    record(store, pair())
    assert rebuilt(store, runner)
    with store.reading() as connection:
        assert runner.position(connection) == size + 6


def test_catching_up_ends_where_it_began_to_however_much_is_recorded_meanwhile(store: EventStore) -> None:
    runner = runner_of(store)
    record(store, generated(2 * BATCH))
    more = iter(range(1_000))
    runner.on_step(lambda *_: record(store, pair(f"later-{next(more)}")) and None)
    assert 2 * BATCH <= runner.catch_up() <= 3 * BATCH
    assert next(more) <= 3


@pytest.mark.parametrize("text", [{}, note("They laughed.", "a", "b")])
def test_what_holds_after_an_amendment_holds_in_the_views_with_a_text_or_without(store: EventStore, text: dict[str, Any]) -> None:
    record(store, [*pair(), *person("cees"), account("said", "r", named="help"), meeting("m", "r", mood="light")])
    runner = runner_of(store)
    questions = Questions(store, runner)
    at = questions.asked("2021-04-01", "at")
    before = questions.readings(["r"], at, "accounts", "a")["r"]
    data = {"initiative": "home", "members": [{"handle": "a", "participant": "r-anna", "roles": ["member"]},
                                              {"handle": "b", "participant": "r-bram", "roles": ["member"]}], **text}  # fmt: skip
    amendments = [
        line("am1", "event_amended", "relationship/r", {"event": "said", "data": {"named": "friendship", **text}}),
        line("am2", "event_amended", "relationship/r", {"event": "r-match", "data": data}),
    ]
    assert record(store, amendments).recorded == 2
    assert (before.phase, questions.readings(["r"], at, "accounts", "a")["r"].phase) == ("HELP", "FRIENDSHIP")
    assert [role for member in questions.members(["r"])["r"] for role in member.roles] == ["member", "member"]
    assert rebuilt(store, runner)


def test_a_lens_reads_the_relationships_recorded_before_it_was_published_and_after(store: EventStore) -> None:
    runner = runner_of(store)
    record(store, [*pair(), meeting("m1", "r", mood="light")])
    runner.catch_up()
    record(store, [lens("l1", "own", LENS)])
    runner.catch_up()
    record(store, [match("s", "r-anna", "r-bram"), lens("l2", "own", {"half_life_days": 10}, "2"), meeting("m2", "s", mood="light")])
    runner.catch_up()
    questions = Questions(store, runner)
    readings = questions.readings(["r", "s"], questions.asked("2021-04-01", "at"), "own")
    assert {(reading.lens, reading.lens_version, bool(reading.because)) for reading in readings.values()} == {("own", "2", True)}
    assert rebuilt(store, runner)


def test_a_lens_published_amid_many_relationships_reads_all_of_them(store: EventStore) -> None:
    runner = runner_of(store)
    lines = list(generated(400))
    record(store, [*lines[:200], lens("l", "own", LENS), *lines[200:]])
    assert rebuilt(store, runner)


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("own", {"half_life_days": "never"}),
        ("own", {"weights": {"nonsense": [1, 1, 1]}}),
        ("own", {"name": "evidence"}),
        ("evidence", {}),
        ("accounts", {}),
        ("No.Name", {}),
    ],
)
def test_what_is_no_lens_is_refused_or_stops_no_view(store: EventStore, name: str, definition: dict[str, Any]) -> None:
    runner = runner_of(store)
    record(store, pair())
    record(store, [lens("l", name, definition)])
    position = record(store, [meeting("m", "r")]).position
    runner.catch_up()
    with store.reading() as connection:
        assert runner.position(connection) == position
    assert rebuilt(store, runner)


def test_of_two_rebuilds_at_once_the_one_begun_later_holds_and_the_views_stay_whole(store: EventStore) -> None:
    record(store, generated(300))
    first, second = runner_of(store), runner_of(store)
    first.catch_up()
    live = view_rows(store, first)
    begun: list[int] = []

    def another(done: int, whole: int) -> None:
        if not begun:
            begun.append(second.rebuild())

    with pytest.raises(Overtaken):
        first.rebuild(another)
    assert begun == [300]
    assert view_rows(store, first) == view_rows(store, second) == live
    assert first.rebuild() == 300
    assert view_rows(store, second) == live


def test_a_rebuild_that_broke_off_leaves_the_views_and_its_tables_go_with_the_next(store: EventStore) -> None:
    record(store, generated(300))
    runner = runner_of(store)
    runner.catch_up()
    live = view_rows(store, runner)

    def breaking(done: int, whole: int) -> None:
        raise ConnectionResetError

    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            runner.rebuild(breaking)
        assert view_rows(store, runner) == live
        record(store, pair("r"))
        runner.catch_up()
        live = view_rows(store, runner)
    runner.rebuild()
    assert view_rows(store, runner) == live
    with store.reading() as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'entries%' AND type = 'table'")]
    assert len(tables) == 1


def test_what_is_recorded_while_a_rebuild_runs_is_in_the_views_after_it(store: EventStore) -> None:
    record(store, generated(300))
    runner = runner_of(store)
    runner.catch_up()
    lines = iter(generated(2 * BATCH, "late"))

    def meanwhile(done: int, whole: int) -> None:
        record(store, [raw for raw, _ in zip(lines, range(2 * BATCH), strict=False)])
        record(store, pair())

    assert runner.rebuild(meanwhile) == 300 + 2 * BATCH + 6
    assert rebuilt(store, runner)


def test_a_program_of_another_version_neither_reads_the_views_nor_writes_to_them(store: EventStore) -> None:
    record(store, pair())
    runner = runner_of(store)
    runner.catch_up()

    class Later(Histories):
        version = Histories.version + 1

    later = Runner(store, [Later(), Trajectories(), Attention()])
    assert later.outdated()
    later.rebuild()
    record(store, [meeting("m", "r")])
    with pytest.raises(OtherForm), Questions(store, runner).snapshot():
        pass
    with pytest.raises(OtherForm):
        runner.catch_up()
    assert later.catch_up() == 1
